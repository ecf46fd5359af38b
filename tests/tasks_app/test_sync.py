"""Tasks follow labels, attributes and files: late ones, withdrawn ones, revived ones; twice changes nothing."""

from dataclasses import replace

import pytest

from datasets_app.actions import withdraw_labels
from datasets_app.imports.store import store
from tasks_app import actions
from tasks_app.assignments import assign_files, assign_labels
from tasks_app.models import Item, Task
from tasks_app.sync import sync
from tests.factories import (
    all_rows,
    chain_of,
    events_of,
    make_content,
    make_dataset,
    make_task,
    outcome,
    task_of,
    walk,
)


def withdraw(dataset, **lookups):
    withdraw_labels(dataset, dataset.labels.filter(**lookups).values_list("pk", flat=True), by=None)


def assignees(dataset, stage_id):
    tasks = Task.objects.filter(dataset=dataset, stage__stage_id=stage_id).present().in_list_order()
    return [task.assignee and task.assignee.short_name for task in tasks.select_related("assignee")]


def test_the_worked_example_as_single_frames(team):
    dataset = make_dataset(team, (2, 0, 4), frame_attributes=["weather", "time"], dataset_attributes=["city"])

    assert dataset.tasks.count() == 26


def test_the_worked_example_as_a_sequence(team):
    content = make_content(
        (2, 2, 2), mode="label_by_label", frame_attributes=["weather", "time"], dataset_attributes=["city"]
    )
    dataset = make_dataset(team, (0,), mode="label_by_label")

    store(dataset, content, by=None)

    assert len(content.shapes) == 6
    assert dataset.tasks.count() == 10


def test_list_order_is_dataset_level_then_files_with_labels_then_attributes_then_stage(team):
    dataset = make_dataset(team, (1, 1), frame_attributes=["weather"], dataset_attributes=["city"])

    tasks = Task.objects.filter(dataset=dataset).for_page().in_list_order()

    said = [(str(task.item.file or ""), str(task.item.label or task.item.attribute)) for task in tasks[::2]]
    assert said == [
        ("", "city"),
        ("000001.png", "car:1"), ("000001.png", "weather"),
        ("000002.png", "car:1"), ("000002.png", "weather"),
    ]  # fmt: skip
    assert [task.stage_order for task in tasks] == [0, 1] * 5


@pytest.mark.parametrize("mode", ["frame_by_frame", "label_by_label"])
def test_the_same_import_again_changes_nothing(team, mode):
    content = {"frame_attributes": ["weather"], "dataset_attributes": ["city"], "mode": mode}
    dataset = make_dataset(team, (2, 1), **content)
    before = all_rows()

    store(dataset, make_content((2, 1), **content), by=None)
    sync(dataset)

    assert all_rows() == before


@pytest.mark.parametrize("status", ["in_progress", "submitted", "accepted", "rejected"])
def test_the_same_import_again_changes_nothing_in_work_either(team, status):
    dataset = make_dataset(team)
    make_task(team, status, dataset=dataset)
    before = all_rows()

    store(dataset, make_content(), by=None)

    assert all_rows() == before


def test_a_late_label_gets_its_tasks_with_the_assignees_of_its_file(team):
    dataset = make_dataset(team, (1, 1))
    there = {"file_id": "000001.png"}
    entries = [
        there | {"stage_id": "Labelling", "email": "ann@example.com"},
        there | {"stage_id": "QA", "email": "eve@example.com"},
    ]
    assign_files(dataset, entries, by=team.lead)

    store(dataset, make_content((2, 2)), by=None)

    assert assignees(dataset, "Labelling") == ["ann", "ann", None, None]
    assert assignees(dataset, "QA") == ["eve", "eve", None, None]


def test_a_late_track_gets_the_person_who_has_all(team):
    dataset = make_dataset(team, (1,), mode="label_by_label", dataset_attributes=["city"])
    assign_labels(dataset, [{"stage_id": "QA", "email": "eve@example.com", "all": True}], by=team.lead)

    store(dataset, make_content((2,), mode="label_by_label"), by=None)

    assert assignees(dataset, "QA") == ["eve", "eve", None]


def test_a_late_attribute_gets_tasks_in_every_file(team):
    dataset = make_dataset(team, (1, 0))

    store(dataset, make_content((1, 0), frame_attributes=["weather"]), by=None)

    assert Item.objects.filter(dataset=dataset, attribute__attribute_id="weather").count() == 2


def test_a_late_file_gets_the_frame_attributes_that_there_are(team):
    dataset = make_dataset(team, (0,), frame_attributes=["weather"])

    store(dataset, make_content((0, 0)), by=None)

    assert dataset.tasks.count() == 4


# --- withdrawn and revived -------------------------------------------------------------------------------------------


def test_the_tasks_of_a_withdrawn_label_leave_lists_and_refuse_actions(team):
    dataset = make_dataset(team, (2,))
    task = make_task(team, "submitted", dataset=dataset)

    withdraw(dataset, label_id="car:1")

    task.refresh_from_db()
    assert task.deleted_at is not None
    assert Task.objects.filter(dataset=dataset).present().count() == 2
    assert outcome(actions.accept, task, by=team.eve) == "label_deleted"
    assert events_of(task)[-1].action == "withdraw"


def test_withdrawing_twice_is_the_same_as_once(team):
    dataset = make_dataset(team)
    withdraw(dataset)
    before = all_rows()

    withdraw(dataset)

    assert all_rows() == before


def test_an_import_withdraws_nothing(team):
    dataset = make_dataset(team, (2,))

    store(dataset, make_content((1,)), by=None)

    assert Task.objects.filter(dataset=dataset).present().count() == 4


@pytest.mark.parametrize("status", ["ready", "in_progress", "submitted", "accepted", "rejected"])
def test_the_same_label_again_revives_the_same_tasks_from_the_beginning(team, status):
    dataset = make_dataset(team, stages=("Labelling", "QA", "Audit"))
    make_task(team, status, dataset=dataset)
    keys = [task.task_id for task in chain_of(dataset)]
    withdraw(dataset)

    store(dataset, make_content(), by=None)

    tasks = chain_of(dataset)
    assert [task.task_id for task in tasks] == keys
    assert [task.status for task in tasks] == ["ready", "waiting", "waiting"]
    assert all("restored" in [event.action for event in events_of(task)] for task in tasks)


def test_a_revived_task_knows_nothing_of_its_former_life(team):
    dataset = make_dataset(team)
    make_task(team, "rejected", dataset=dataset)
    withdraw(dataset)

    store(dataset, make_content(), by=None)

    task = task_of(dataset)
    assert (task.assignee, task.rework_count, task.last_comment, task.started_from) == (None, 0, "", "")
    assert (task.submitted_at, task.submitted_by, task.reviewed_at, task.reviewed_by) == (None, None, None, None)
    assert task.clock_start == task.ready_at == next(e.at for e in events_of(task) if e.action == "restored")


def test_a_revived_chain_can_be_walked_to_its_end(team):
    dataset = make_dataset(team, stages=("Labelling", "QA", "Audit"))
    walk(team, dataset, 3)
    withdraw(dataset)

    store(dataset, make_content(), by=None)

    assert {task.status for task in walk(team, dataset, 3)} == {"accepted"}


def test_a_revived_task_has_the_assignees_of_its_file(team):
    dataset = make_dataset(team)
    withdraw(dataset)
    assign_files(dataset, [{"stage_id": "QA", "email": "eve@example.com", "files": "1"}], by=team.lead)

    store(dataset, make_content(), by=None)

    assert assignees(dataset, "QA") == ["eve"]


# --- what came in different ------------------------------------------------------------------------------------------


def moved(objects=(1,)):
    """The same objects, one of them at another place."""
    content = make_content(objects)
    return replace(content, shapes=[replace(content.shapes[0], geometry={"box": [1, 2, 3, 4]}), *content.shapes[1:]])


@pytest.mark.parametrize(
    ("status", "raised", "marked"),
    [
        ("ready", 1, False),
        ("in_progress", 1, False),
        ("submitted", 1, True),
        ("accepted", 1, True),
        ("waiting", 0, False),
    ],
)
def test_a_changed_shape_raises_versions_and_marks_what_was_handed_over(team, status, raised, marked):
    dataset = make_dataset(team)
    task = make_task(team, status, dataset=dataset)

    store(dataset, moved(), by=None)

    now = Task.objects.get(pk=task.pk)
    assert (now.version - task.version, now.label_changed_since_submit) == (raised, marked)
    assert now.status == task.status


def test_a_decision_on_what_was_seen_before_fails(team):
    task = make_task(team, "submitted")

    store(task.dataset, moved(), by=None)

    assert outcome(actions.accept, task, by=team.eve, version=task.version) == "stale_version"


def test_submitting_again_takes_the_mark_away(team):
    task = make_task(team, "submitted")
    store(task.dataset, moved(), by=None)
    actions.reject(task, by=team.eve)

    assert actions.submit(task, by=team.ann).label_changed_since_submit is False
