"""Files, tracks and attributes are given to people: all or nothing, and for what comes later too."""

import pytest

from datasets_app.errors import BadInput
from datasets_app.imports.store import store
from datasets_app.membership import set_stage_people
from tasks_app import actions
from tasks_app.assignments import assign_files, assign_labels, saved_file_tasks, saved_label_tasks
from tasks_app.models import Assignment, Task
from tests.factories import (
    all_rows,
    events_of,
    make_content,
    make_dataset,
    make_qa_task,
    make_task,
    make_team,
    outcome,
    refusal,
    task_of,
)

ANN, BOB, EVE = ({"email": f"{name}@example.com"} for name in ("ann", "bob", "eve"))
LABELLING, QA = {"stage_id": "Labelling"}, {"stage_id": "QA"}


def file(*numbers):
    names = [f"{number:06d}.png" for number in numbers]
    return {"file_id": names[0]} if len(names) == 1 else {"file_ids": names}


def assignees(dataset, stage_id="Labelling"):
    """Who has the tasks of a stage, in list order."""
    tasks = Task.objects.filter(dataset=dataset, stage__stage_id=stage_id).present().in_list_order()
    return [task.assignee and task.assignee.short_name for task in tasks.select_related("assignee")]


def problems(verb, dataset, entries, by):
    """Code and field of each problem; nothing was changed."""
    before = all_rows()
    refused = refusal(verb, dataset, entries, by=by)
    assert isinstance(refused, BadInput)
    assert all_rows() == before
    return [(problem.code, problem.attr) for problem in refused.problems]


@pytest.fixture
def dataset(team):
    return make_dataset(team, (1, 1, 1, 1))


@pytest.fixture
def sequence(team):
    return make_dataset(team, (3, 3), mode="label_by_label", frame_attributes=["weather"], dataset_attributes=["city"])


# --- the forms -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (file(2), [None, "ann", None, None]),
        (file(1, 4), ["ann", None, None, "ann"]),
        ({"files": "2"}, [None, "ann", None, None]),
        ({"files": "1-3"}, ["ann", "ann", "ann", None]),
        ({"files": " 1 , 3 - 4 "}, ["ann", None, "ann", "ann"]),
        ({"files": "1-1,2,3-4"}, ["ann", "ann", "ann", "ann"]),
    ],
)
def test_files_are_named_listed_or_counted_from_one(team, dataset, target, expected):
    assign_files(dataset, [LABELLING | ANN | target], by=team.lead)

    assert assignees(dataset) == expected
    assert assignees(dataset, "QA") == [None] * 4


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"label_id": "car:2"}, [None, "ann", None, None, None]),
        ({"label_ids": ["car:1", "car:3"]}, ["ann", None, "ann", None, None]),
        ({"attribute_id": "weather"}, [None, None, None, "ann", None]),
        ({"attribute_id": "city"}, [None, None, None, None, "ann"]),
        ({"all": True}, ["ann", "ann", "ann", None, None]),
    ],
)
def test_of_a_sequence_labels_attributes_and_all_tracks_are_assigned(team, sequence, target, expected):
    assign_labels(sequence, [LABELLING | ANN | target], by=team.lead)

    assert assignees(sequence) == expected


def test_of_single_frames_the_dataset_attributes_are_at_dataset_level(team):
    dataset = make_dataset(team, (1,), frame_attributes=["weather"], dataset_attributes=["city"])

    assign_labels(dataset, [LABELLING | ANN | {"attribute_id": "city"}], by=team.lead)

    assert assignees(dataset) == ["ann", None, None]


def test_emails_compare_without_case(team, dataset):
    assign_files(dataset, [LABELLING | file(1) | {"email": "Ann@Example.COM"}], by=team.lead)

    assert assignees(dataset)[0] == "ann"


def test_null_takes_the_assignment_away(team, dataset):
    assign_files(dataset, [LABELLING | ANN | {"files": "1-4"}], by=team.lead)

    assign_files(dataset, [LABELLING | {"files": "2-3", "email": None}], by=team.lead)

    assert assignees(dataset) == ["ann", None, None, "ann"]


def test_what_is_saved_reads_like_what_was_sent(team, dataset):
    entries = [LABELLING | ANN | file(1, 2), QA | EVE | file(1, 3)]
    assign_files(dataset, entries, by=team.lead)
    before = all_rows()

    saved = saved_file_tasks(dataset)
    assign_files(dataset, saved, by=team.lead)

    assert saved == entries
    assert {**all_rows(), "Assignment": None} == {**before, "Assignment": None}


def test_what_is_saved_of_a_sequence_can_be_sent_again(team, sequence):
    entries = [
        LABELLING | ANN | {"label_ids": ["car:1", "car:2"]},
        LABELLING | BOB | {"attribute_id": "weather"},
        QA | EVE | {"all": True},
    ]
    assign_labels(sequence, entries, by=team.lead)
    tasks = all_rows()["Task"]

    saved = saved_label_tasks(sequence)
    assign_labels(sequence, saved, by=team.lead)

    assert all_rows()["Task"] == tasks
    assert sorted(map(str, saved)) == sorted(map(str, saved_label_tasks(sequence)))


# --- what it does to the tasks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["waiting", "ready", "submitted", "rejected"])
def test_a_task_that_is_not_accepted_changes_hands_and_keeps_its_status(team, status):
    task = make_task(team, status)

    assign_files(task.dataset, [{"stage_id": task.stage.stage_id} | BOB | file(1)], by=team.lead)

    task.refresh_from_db()
    assert (task.assignee, task.status) == (team.bob.user, status)


def test_accepted_tasks_keep_their_assignee(team):
    task = make_task(team, "accepted")

    assign_files(task.dataset, [LABELLING | BOB | file(1)], by=team.lead)

    task.refresh_from_db()
    assert task.assignee == team.ann.user


@pytest.mark.parametrize("started_from", ["ready", "rejected"])
@pytest.mark.parametrize("to", [BOB, {"email": None}])
def test_a_task_in_progress_is_put_back_to_what_it_was_before_start(team, started_from, to):
    task = make_task(team, started_from)
    actions.start(task, by=team.ann)

    assign_files(task.dataset, [LABELLING | to | file(1)], by=team.lead)

    task.refresh_from_db()
    assert (task.status, task.started_from) == (started_from, "")
    assert task.assignee == (team.bob.user if to["email"] else None)


def test_a_review_in_progress_is_put_back_to_ready(team):
    task = make_qa_task(team, "in_progress")

    assign_files(task.dataset, [QA | BOB | file(1)], by=team.lead)

    task.refresh_from_db()
    assert (task.status, task.assignee) == ("ready", team.bob.user)
    assert outcome(actions.submit, task, by=team.bob) == "done"


def test_the_same_person_again_leaves_a_task_in_progress(team):
    task = make_task(team, "in_progress")
    before = all_rows()["Task"]

    assign_files(task.dataset, [LABELLING | ANN | file(1)], by=team.lead)

    assert all_rows()["Task"] == before


def test_each_change_of_hands_is_an_event_of_one_action(team, dataset):
    assign_files(dataset, [LABELLING | ANN | {"files": "1-2"}, QA | EVE | {"files": "1"}], by=team.lead)

    events = [events_of(task)[-1] for task in Task.objects.filter(dataset=dataset, assignee__isnull=False)]

    assert [(event.action, event.by) for event in events] == [("assign", team.lead.user)] * 3
    assert len({event.action_id for event in events}) == 1


def test_all_replaces_what_single_tracks_had_but_not_attributes(team, sequence):
    assign_labels(
        sequence, [LABELLING | BOB | {"label_id": "car:2"}, LABELLING | BOB | {"attribute_id": "city"}], by=team.lead
    )

    assign_labels(sequence, [LABELLING | ANN | {"all": True}], by=team.lead)

    assert assignees(sequence) == ["ann", "ann", "ann", None, "bob"]
    assert Assignment.objects.count() == 2


def test_a_single_track_comes_before_all(team, sequence):
    assign_labels(sequence, [LABELLING | ANN | {"all": True}], by=team.lead)

    assign_labels(sequence, [LABELLING | BOB | {"label_id": "car:2"}], by=team.lead)
    assert assignees(sequence)[:3] == ["ann", "bob", "ann"]

    assign_labels(sequence, [LABELLING | {"label_id": "car:2", "email": None}], by=team.lead)
    assert assignees(sequence)[:3] == ["ann", "ann", "ann"]


def test_late_labels_of_a_file_have_its_people(team, dataset):
    assign_files(dataset, [LABELLING | ANN | file(1)], by=team.lead)

    store(dataset, make_content((2, 2, 1, 1)), by=None)

    assert assignees(dataset)[:4] == ["ann", "ann", None, None]


def test_withdrawn_labels_keep_who_they_had(team, dataset):
    Task.objects.filter(pk=task_of(dataset).pk).update(deleted_at=dataset.created_at)

    assign_files(dataset, [LABELLING | ANN | file(1)], by=team.lead)

    assert Task.objects.get(pk=task_of(dataset).pk).assignee is None


# --- what is refused -------------------------------------------------------------------------------------------------


def test_only_those_who_assign_may(team, dataset):
    names = ("admin", "lead", "creator", "fixer", "ann", "customer", "reader")

    found = {name for name in names if outcome(assign_files, dataset, [], by=getattr(team, name)) == "done"}

    assert found == {"admin", "lead"}


def test_every_bad_entry_is_told_by_its_position_and_nothing_is_saved(team, dataset):
    only_bob = [team.bob]
    set_stage_people(dataset.stages.get(stage_id="QA"), only_bob, by=None)
    make_team("stranger-")
    entries = [
        LABELLING | ANN | file(1),
        {"stage_id": "Nowhere"} | ANN | file(1),
        LABELLING | {"email": "stranger-ann@example.com"} | file(1),
        LABELLING | {"email": "reader@example.com"} | file(1),
        QA | EVE | file(1),
        LABELLING | ANN | file(99),
        LABELLING | BOB | file(1),
        LABELLING | BOB | {"files": "3-9"},
        LABELLING | BOB | {"files": "x"},
        LABELLING | file(2),
        LABELLING | BOB,
        LABELLING | BOB | file(2) | {"files": "2"},
    ]

    assert problems(assign_files, dataset, entries, team.lead) == [
        ("unknown_stage", "file_tasks.1.stage_id"),
        ("unknown_member", "file_tasks.2.email"),
        ("not_in_stage", "file_tasks.3.email"),
        ("not_in_stage", "file_tasks.4.email"),
        ("unknown_file", "file_tasks.5.file_id"),
        ("duplicate", "file_tasks.6"),
        ("broken_range", "file_tasks.7.files"),
        ("broken_range", "file_tasks.8.files"),
        ("required", "file_tasks.9.email"),
        ("invalid", "file_tasks.10"),
        ("invalid", "file_tasks.11"),
    ]


def test_files_of_a_sequence_are_the_wrong_level(team, sequence):
    assert problems(assign_files, sequence, [LABELLING | ANN | file(1)], team.lead) == [("wrong_level", "file_tasks")]


@pytest.mark.parametrize("target", [{"label_id": "car:1"}, {"label_ids": ["car:1"]}, {"all": True}])
def test_objects_of_single_frames_are_the_wrong_level(team, dataset, target):
    field = f"label_tasks.0.{next(iter(target))}"

    assert problems(assign_labels, dataset, [LABELLING | ANN | target], team.lead) == [("wrong_level", field)]
