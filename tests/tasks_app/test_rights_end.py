"""Whose rights end loses the open tasks, at once or when one comes back to them; what was handed over stays."""

import pytest

from datasets_app.membership import add_member, remove_member, set_group, set_scopes, set_stage_people
from datasets_app.models import UserGroup
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.models import Assignment, Task
from tests.factories import (
    all_rows,
    chain_of,
    events_of,
    make_dataset,
    make_qa_task,
    make_task,
    outcome,
    statuses,
    task_of,
)

ANN, QA = {"email": "ann@example.com"}, {"stage_id": "QA"}


def leave(team, name):
    remove_member(getattr(team, name), by=team.admin)


def lose_role(team, name):
    add_member(team.client, team.users[name], "reader", by=team.admin)


def leave_stage(team, name):
    for stage in team.client.datasets.get().stages.all():
        set_stage_people(stage, [team.bob], by=team.lead)


ENDS = [leave, lose_role, leave_stage]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("status", "becomes"), [("in_progress", "ready"), ("rejected", "rejected")])
def test_open_tasks_are_free_again(team, end, status, becomes):
    task = make_task(team, status)

    end(team, "ann")

    task.refresh_from_db()
    assert (task.assignee, task.status, task.started_from) == (None, becomes, "")
    assert (events_of(task)[-1].action, events_of(task)[-1].assignee) == ("assign", None)


@pytest.mark.parametrize("end", ENDS)
def test_a_waiting_task_is_free_again_too(team, end):
    task = make_task(team, "rejected")

    end(team, "eve")

    assert (task_of(task.dataset, "QA").assignee, statuses(task.dataset)) == (None, ["rejected", "waiting"])


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("status", ["submitted", "accepted"])
def test_what_was_handed_over_keeps_its_assignee(team, end, status):
    task = make_task(team, status)
    before = Task.objects.filter(pk=task.pk).values().get()

    end(team, "ann")

    assert Task.objects.filter(pk=task.pk).values().get() == before


@pytest.mark.parametrize("end", ENDS)
def test_a_submitted_task_is_freed_when_it_is_rejected(team, end):
    task = make_task(team, "submitted")
    end(team, "ann")
    reviewer = team.bob

    actions.reject(task, by=reviewer)

    task.refresh_from_db()
    assert (task.assignee, task.status) == (None, "rejected")
    assert outcome(actions.start, task, by=reviewer) == "done"


@pytest.mark.parametrize("end", ENDS)
def test_an_accepted_chain_is_freed_when_it_is_reopened(team, end):
    task = make_qa_task(team, "accepted")
    for name in ("ann", "eve"):
        end(team, name)

    actions.reopen(task.previous, by=team.lead, comment="Look again.")

    assert [one.assignee for one in chain_of(task.dataset)] == [None, None]


def test_reopening_keeps_those_who_may_still_work(team):
    task = make_qa_task(team, "accepted")

    actions.reopen(task.previous, by=team.lead, comment="Look again.")

    assert [one.assignee.short_name for one in chain_of(task.dataset)] == ["ann", "eve"]


@pytest.mark.parametrize("end", ENDS)
def test_saved_assignments_end_too(team, end):
    dataset = make_dataset(team)
    assign_files(dataset, [QA | ANN | {"files": "1"}], by=team.lead)

    end(team, "ann")

    assert not Assignment.objects.exists()
    assert task_of(dataset, "QA").assignee is None


def test_the_role_of_one_dataset_ends_there_only(team):
    team.add("nina", "")
    datasets = [make_dataset(team), make_dataset(team)]
    for dataset in datasets:
        set_scopes(dataset, team.nina, ["labeller"], by=team.lead)
        actions.start(task_of(dataset), by=team.nina)

    set_scopes(datasets[0], team.nina, ["reader"], by=team.lead)

    assert [task_of(dataset).assignee for dataset in datasets] == [None, team.nina.user]


def test_leaving_a_group_ends_what_it_gave(team):
    dataset, group = make_dataset(team), UserGroup.objects.create(client=team.client, name="night shift")
    set_group(group, [team.ann, team.bob], by=team.admin)
    set_stage_people(dataset.stages.get(stage_id="Labelling"), [], [group], by=team.lead)
    actions.start(task_of(dataset), by=team.ann)

    set_group(group, [team.bob], by=team.admin)

    assert task_of(dataset).assignee is None


def test_who_keeps_the_right_by_another_way_keeps_the_tasks(team):
    dataset = make_dataset(team)
    set_scopes(dataset, team.ann, ["labeller"], by=team.lead)
    make_task(team, "in_progress", dataset=dataset)
    before = all_rows()

    lose_role(team, "ann")

    assert all_rows() == before


@pytest.mark.parametrize("role", ["admin", "datasets_admin", "labeller"])
def test_another_role_that_may_work_keeps_the_tasks(team, role):
    task = make_task(team, "in_progress")

    add_member(team.client, team.ann.user, role, by=team.admin)

    task.refresh_from_db()
    assert (task.assignee, task.status) == (team.ann.user, "in_progress")


def test_other_clients_and_other_people_keep_theirs(team):
    make_task(team, "rejected")
    before = all_rows()

    leave(team, "bob")

    assert all_rows() == before


def test_a_change_of_rights_that_ends_nothing_changes_nothing(team):
    make_task(team, "in_progress")
    before = all_rows()

    add_member(team.client, team.bob.user, "labeller", by=team.admin)

    assert all_rows() == before


def test_what_is_freed_can_be_taken_by_another(team):
    task = make_task(team, "in_progress")
    leave(team, "ann")

    task = actions.start(task, by=team.bob)

    assert (task.assignee, task.status) == (team.bob.user, "in_progress")
