"""The page of a dataset's settings: stages, their people, and the pipeline."""

import pytest

from datasets_app.membership import remove_member, set_group, set_stage_people
from datasets_app.models import Stage, UserGroup
from tasks_app.models import Task
from tasks_app.pages.settings_forms import in_units
from tests.factories import all_rows, make_dataset, make_qa_task, make_task, task_of
from tests.pages import signed_in
from tests.settings_pages import page_of, send, wrong


@pytest.fixture
def dataset(team):
    return make_dataset(team)


def stage(team, dataset, stage_id="QA", **said):
    return send(team, dataset, "stage", stage=stage_id, **({"limit_unit": "hours"} | said))


def stages_of(dataset):
    return [one.stage_id for one in Stage.objects.filter(dataset=dataset, removed_at=None)]


# --- a stage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, (None, "hours")),
        (90, (90, "seconds")),
        (120, (2, "minutes")),
        (5400, (90, "minutes")),
        (7200, (2, "hours")),
        (172_800, (2, "days")),
    ],
)
def test_limits_read_in_the_largest_unit_that_fits(seconds, expected):
    assert in_units(seconds) == expected


def test_a_stage_is_changed_in_human_units(team, dataset):
    answer = stage(team, dataset, title="Check", can_edit="on", limit="2", limit_unit="days")

    assert answer.status_code == 302
    qa = Stage.objects.get(dataset=dataset, stage_id="QA")
    assert (qa.title, qa.can_edit, qa.time_limit_seconds) == ("Check", True, 172_800)
    page = signed_in(team, "lead").get(page_of(dataset)).content.decode()
    assert '<option value="days" selected>' in page
    assert "2 days" in page
    stage(team, dataset)
    qa.refresh_from_db()
    assert (qa.title, qa.can_edit, qa.time_limit_seconds) == ("", False, None)


def test_a_limit_counts_for_open_tasks_at_once(team, dataset):
    stage(team, dataset, "Labelling", limit="1", limit_unit="minutes")

    task = task_of(dataset)
    assert (task.due_at - task.clock_start).total_seconds() == 60


def test_people_and_groups_of_a_stage(team, dataset):
    night = UserGroup.objects.create(client=team.client, name="night")
    set_group(night, [team.bob], by=None)

    stage(team, dataset, members=["eve@example.com", "ann@example.com"], groups=[night.user_group_id])

    qa = Stage.objects.get(dataset=dataset, stage_id="QA")
    assert {member.user.short_name for member in qa.members.all()} == {"ann", "eve"}
    assert list(qa.user_groups.all()) == [night]
    page = signed_in(team, "lead").get(page_of(dataset)).content.decode()
    assert "2 people, 1 group" in page
    remove_member(team.eve, by=None)
    stage(team, dataset)
    assert not qa.members.exists()


def test_who_is_taken_out_of_a_stage_loses_the_open_tasks(team, dataset):
    task = make_task(team, "in_progress", dataset=dataset)

    stage(team, dataset, "Labelling", members=["bob@example.com"])

    task.refresh_from_db()
    assert (task.assignee, task.status) == (None, "ready")


def test_people_that_stay_as_they_are_are_not_written_again(team, dataset):
    set_stage_people(dataset.pipeline[1], [team.eve], by=None)
    before = list(Stage.members.through.objects.values())

    stage(team, dataset, members=["eve@example.com"], title="Check")

    assert Stage.objects.get(title="Check")
    assert list(Stage.members.through.objects.values()) == before


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"limit": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"limit": "99999", "limit_unit": "days"}, "99999 days are too long: 24855 are the most."),
        ({"limit": "1", "limit_unit": "years"}, "Select a valid choice. years is not one of the available choices."),
        ({"members": ["zz@zz.zz"]}, "Select a valid choice. zz@zz.zz is not one of the available choices."),
        ({"title": "x" * 101}, "Ensure this value has at most 100 characters (it has 101)."),
    ],
)
def test_a_stage_is_refused_in_place(team, dataset, said, sentence):
    before = all_rows()

    answer = stage(team, dataset, **({"title": "Typed before"} | said))

    assert answer.status_code == 400
    assert sentence in wrong(answer)
    assert "title" in said or 'value="Typed before"' in answer.content.decode()
    assert all_rows() == before


def test_in_a_client_of_very_many_people_emails_are_typed(team, dataset):
    for number in range(25):
        team.add(f"p{number}", "labeller")

    stage(team, dataset, emails="P1@example.com\n\np2@example.com\np1@example.com")

    qa = Stage.objects.get(dataset=dataset, stage_id="QA")
    assert {member.user.short_name for member in qa.members.all()} == {"p1", "p2"}
    answer = stage(team, dataset, emails="p1@example.com\nzz@zz.zz")
    assert wrong(answer) == ["zz@zz.zz is not a member of this client."]
    assert "p1@example.com\nzz@zz.zz" in answer.content.decode()


# --- the pipeline -----------------------------------------------------------------------------------------------------


def test_a_stage_is_added_moved_and_removed(team, dataset):
    send(team, dataset, "new", stage_id="Audit", title="Last look", limit="3", limit_unit="hours")
    assert stages_of(dataset) == ["Labelling", "QA", "Audit"]
    assert Stage.objects.get(stage_id="Audit").time_limit_seconds == 10_800

    send(team, dataset, "pipeline", stage="Audit", act="up")
    assert stages_of(dataset) == ["Labelling", "Audit", "QA"]
    send(team, dataset, "pipeline", stage="Labelling", act="down")
    assert stages_of(dataset) == ["Audit", "Labelling", "QA"]
    send(team, dataset, "pipeline", stage="Audit", act="remove")
    assert stages_of(dataset) == ["Labelling", "QA"]
    assert Task.objects.filter(deleted_at=None).count() == 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"section": "pipeline", "stage": "Labelling", "act": "remove"}, "The stage Labelling has submissions"),
        ({"section": "pipeline", "stage": "QA", "act": "up"}, "The stage Labelling has submissions"),
        ({"section": "new", "stage_id": "Early", "before": "Labelling"}, "Work in the stage Labelling has begun"),
    ],
)
def test_a_stage_with_work_in_it_is_refused_with_a_sentence(team, said, sentence):
    task = make_task(team, "submitted")
    before = all_rows()

    answer = send(team, task.dataset, said.pop("section"), **({"limit_unit": "hours"} | said))

    assert answer.status_code == 409
    assert wrong(answer)[0].startswith(sentence)
    assert all_rows() == before
    if "stage_id" in said:
        assert 'value="Early"' in answer.content.decode()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"stage_id": "QA"}, "The stage QA stands twice in the pipeline."),
        ({"stage_id": ""}, "This field is required."),
        ({"stage_id": "Audit", "before": "Gone"}, "Select a valid choice. Gone is not one of the available choices."),
        ({"stage_id": "Audit", "limit": "-3"}, "Ensure this value is greater than or equal to 1."),
    ],
)
def test_a_new_stage_is_refused_at_its_field(team, dataset, said, sentence):
    answer = send(team, dataset, "new", **({"limit_unit": "hours"} | said))

    assert (answer.status_code, wrong(answer)) == (400, [sentence])
    assert stages_of(dataset) == ["Labelling", "QA"]


def test_a_stage_in_which_something_was_submitted_offers_no_way_out(team):
    dataset = make_qa_task(team, "ready").dataset

    page = signed_in(team, "lead").get(page_of(dataset)).content.decode()

    assert "1 task was submitted here" in page
    assert "Remove Labelling" not in page
    assert "Remove QA" in page
