"""Who sees which tasks: by role, by stage, by scope, by token; another client's do not exist."""

import pytest

from datasets_app.membership import set_group, set_scopes, set_stage_people
from datasets_app.models import Dataset, UserGroup
from datasets_app.roles import Role
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.models import Task
from tests.factories import make_dataset, make_task, make_team, task_of

READERS = ("admin", "lead", "creator", "fixer", "customer", "reader")


def seen(member):
    """How many tasks and datasets a member sees; the single dataset agrees with the list."""
    for dataset in Dataset.objects.present():
        within = Task.objects.in_dataset(dataset, member)
        assert set(within) == set(Task.objects.visible_to(member).filter(dataset=dataset))
        assert member.access.sees(dataset) == Dataset.objects.visible_to(member).filter(pk=dataset.pk).exists()
    return Task.objects.visible_to(member).count(), Dataset.objects.visible_to(member).count()


def only(stage, *members):
    set_stage_people(stage, members, by=None)


@pytest.fixture
def dataset(team):
    """Two files with a car each, two stages; all four tasks are free, but the stages are for bob and eve only."""
    dataset = make_dataset(team, (1, 1))
    only(dataset.stages.get(stage_id="Labelling"), team.bob)
    only(dataset.stages.get(stage_id="QA"), team.eve)
    return dataset


@pytest.mark.parametrize("name", READERS)
def test_who_reads_sees_everything_of_the_client(team, dataset, name):
    assert seen(getattr(team, name)) == (4, 1)


@pytest.mark.parametrize("name", ["admin", "ann", "reader"])
def test_another_client_does_not_exist(team, dataset, name):
    others = make_team("other-")

    assert seen(getattr(others, name)) == (0, 0)


def test_the_same_person_sees_each_client_with_their_role_there(team, dataset):
    others = make_team()
    others.add("reader", "labeller")

    assert seen(others.reader) == (0, 0)
    assert seen(team.reader) == (4, 1)


def test_a_labeller_sees_the_chains_that_are_free_in_their_stage(team, dataset):
    assert seen(team.bob) == (4, 1)
    assert seen(team.ann) == (0, 0)


def test_a_labeller_sees_the_whole_chain_of_a_task_of_theirs_and_no_other(team, dataset):
    both = [team.bob, team.ann]
    only(dataset.stages.get(stage_id="Labelling"), *both)
    entries = [
        {"stage_id": "Labelling", "email": "ann@example.com", "file_id": "000001.png"},
        {"stage_id": "Labelling", "email": "bob@example.com", "file_id": "000002.png"},
    ]
    assign_files(dataset, entries, by=team.lead)

    assert set(Task.objects.visible_to(team.ann)) == set(Task.objects.filter(item__file__file_id="000001.png"))
    assert seen(team.ann) == (2, 1)


def test_in_an_open_stage_every_labeller_sees_what_is_free(team):
    make_dataset(team, (1, 1))

    assert seen(team.ann) == (4, 1)


def test_what_another_has_taken_is_not_seen_any_more(team, dataset):
    only(dataset.stages.get(stage_id="Labelling"), team.bob, team.ann)
    make_task(team, "in_progress", dataset=dataset)

    assert seen(team.bob) == (2, 1)
    assert seen(team.eve) == (4, 1)


def test_a_labeller_sees_what_they_have_done_as_long_as_it_is_theirs(team, dataset):
    only(dataset.stages.get(stage_id="Labelling"), team.ann)
    make_task(team, "accepted", dataset=dataset)
    only(dataset.stages.get(stage_id="Labelling"), team.bob)

    assert seen(team.ann) == (2, 1)


def test_a_member_of_a_stage_by_group_sees_it(team, dataset):
    group = UserGroup.objects.create(client=team.client, name="night shift")
    set_group(group, [team.ann], by=None)

    set_stage_people(dataset.stages.get(stage_id="QA"), [], [group], by=None)

    assert seen(team.ann) == (4, 1)
    assert seen(team.eve) == (0, 0)


@pytest.mark.parametrize("by_group", [False, True])
@pytest.mark.parametrize(("role", "tasks"), [("reader", 4), ("customer", 4), ("labels_admin", 4), ("labeller", 0)])
def test_a_role_in_one_dataset_counts_in_that_one_only(team, dataset, role, tasks, by_group):
    make_dataset(team, (1,))
    nobody = team.add("nina", "")
    who = nobody
    if by_group:
        who = UserGroup.objects.create(client=team.client, name="auditors")
        set_group(who, [nobody], by=None)

    set_scopes(dataset, who, [role], by=None)

    assert seen(team.nina) == (tasks, 1 if tasks else 0)


def test_a_labeller_of_one_dataset_sees_what_is_free_there(team):
    dataset = make_dataset(team, (1,))
    make_dataset(team, (1,))
    team.add("nina", "")

    set_scopes(dataset, team.nina, [Role.LABELLER], by=None)

    assert seen(team.nina) == (2, 1)


def test_without_any_role_nothing_is_seen(team, dataset):
    team.add("nina", "")

    assert seen(team.nina) == (0, 0)


@pytest.mark.parametrize(
    ("name", "role", "tasks"),
    [
        ("admin", "reader", 4),
        ("admin", "labeller", 0),
        ("ann", "admin", 0),
        ("reader", "labeller", 0),
        ("bob", "reader", 0),
    ],
)
def test_a_tokens_role_limits_and_never_adds(team, dataset, name, role, tasks):
    assert seen(team.token_member(name, role))[0] == tasks


def test_a_tokens_role_limits_what_a_dataset_gives_too(team, dataset):
    team.add("nina", "")
    set_scopes(dataset, team.nina, ["admin"], by=None)

    assert seen(team.token_member("nina", "reader")) == (4, 1)
    assert seen(team.token_member("nina", "labeller")) == (0, 0)


def test_a_deleted_dataset_is_seen_by_nobody(team, dataset):
    Dataset.objects.update(deleted_at=dataset.created_at, deleted_by=team.admin.user)

    assert [seen(getattr(team, name)) for name in ("admin", "bob", "reader")] == [(0, 0)] * 3


def test_withdrawn_tasks_are_left_out_by_present(team, dataset):
    Task.objects.filter(pk=task_of(dataset).pk).update(deleted_at=dataset.created_at)

    assert Task.objects.visible_to(team.reader).present().count() == 3


def test_a_labeller_learns_nothing_of_people_whom_they_never_meet(team, api):
    dataset = make_dataset(team)
    actions.submit(task_of(dataset), by=team.ann)
    path = f"/api/v2/datasets/{dataset.dataset_id}/tasks?limit=9&email="

    answers = {name: api(team, "eve").get(f"{path}{name}@example.com").status_code for name in ("ann", "eve", "reader")}

    assert answers == {"ann": 200, "eve": 200, "reader": 400}
    assert api(team, "admin").get(f"{path}reader@example.com").status_code == 200
