"""When the clock of a task starts, when it is late, and what does not move either."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from datasets_app.actions import mark_labelling_done, set_settings, set_stage, take_back_done
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.models import Task
from tests.factories import chain_of, events_of, make_dataset, make_qa_task, make_task, task_of

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def dataset(team, clock):
    """Labelling takes an hour at the most; QA has no limit."""
    dataset = make_dataset(team)
    set_stage(dataset.stages.get(stage_id="Labelling"), time_limit_seconds=3600, by=team.lead)
    return dataset


def late(dataset):
    return [task.stage_id_text for task in Task.objects.filter(dataset=dataset).present().delayed().in_list_order()]


def test_creation_starts_the_clock_of_a_ready_task_only(dataset):
    labelling, qa = chain_of(dataset)

    assert (labelling.clock_start, labelling.ready_at, labelling.due_at) == (MONDAY, MONDAY, MONDAY + HOUR)
    assert (qa.clock_start, qa.ready_at, qa.due_at) == (None, None, None)


def test_a_task_is_late_only_after_its_limit(dataset, clock):
    clock.move_to(MONDAY + HOUR)
    assert late(dataset) == []

    clock.shift(0.001)

    assert late(dataset) == ["Labelling"]
    assert Task.objects.filter(dataset=dataset).not_delayed().count() == 1


def test_start_does_not_move_the_clock(dataset, team, clock):
    clock.shift(600)

    task = make_task(team, "in_progress", dataset=dataset)

    assert (task.clock_start, task.due_at) == (MONDAY, MONDAY + HOUR)


def test_assigning_and_putting_back_do_not_move_the_clock(dataset, team, clock):
    make_task(team, "in_progress", dataset=dataset)
    clock.shift(600)

    assign_files(dataset, [{"stage_id": "Labelling", "email": "bob@example.com", "files": "1"}], by=team.lead)

    task = task_of(dataset)
    assert (task.status, task.clock_start, task.due_at) == ("ready", MONDAY, MONDAY + HOUR)


@pytest.mark.parametrize("status", ["submitted", "accepted"])
def test_what_was_handed_over_is_not_due(dataset, team, clock, status):
    task = make_task(team, status, dataset=dataset)
    clock.shift(7200)

    assert task.due_at is None
    assert late(dataset) == []


def test_submission_starts_the_clock_of_the_next_task(dataset, team, clock):
    set_stage(dataset.stages.get(stage_id="QA"), time_limit_seconds=60, by=team.lead)
    clock.shift(600)

    task = make_qa_task(team, "ready", dataset=dataset)

    start = MONDAY + timedelta(minutes=10)
    assert (task.clock_start, task.ready_at, task.due_at) == (start, start, start + timedelta(minutes=1))


def test_accept_does_not_move_the_clock_of_the_next_task(dataset, team, clock):
    task = make_qa_task(team, "ready", dataset=dataset)
    clock.shift(600)

    actions.accept(task.previous, by=team.eve)

    task.refresh_from_db()
    assert (task.status, task.clock_start) == ("in_progress", MONDAY)


def test_a_rejection_starts_the_clock_anew_and_stops_that_of_the_next(dataset, team, clock):
    set_stage(dataset.stages.get(stage_id="QA"), time_limit_seconds=60, by=team.lead)
    task = make_task(team, "submitted", dataset=dataset)
    clock.shift(600)

    task = actions.reject(task, by=team.eve)

    again = MONDAY + timedelta(minutes=10)
    assert (task.clock_start, task.due_at) == (again, again + HOUR)
    assert task.next.due_at is None


def test_work_that_is_started_again_after_a_rejection_keeps_the_clock(dataset, team, clock):
    task = make_task(team, "rejected", dataset=dataset)
    clock.shift(600)

    task = actions.start(task, by=team.ann)

    assert (task.clock_start, task.due_at) == (MONDAY, MONDAY + HOUR)


def test_reopening_starts_the_clock_anew(dataset, team, clock):
    task = make_task(team, "accepted", dataset=dataset)
    clock.shift(600)

    task = actions.reopen(task, by=team.lead, comment="Look again.")

    assert task.clock_start == MONDAY + timedelta(minutes=10)
    assert task.due_at == task.clock_start + HOUR


def test_ready_again_after_rework_starts_the_clock_of_the_next_task_anew(dataset, team, clock):
    task = make_task(team, "rejected", dataset=dataset)
    clock.shift(600)

    actions.submit(task, by=team.ann)

    assert task_of(dataset, "QA").clock_start == MONDAY + timedelta(minutes=10)


@pytest.mark.parametrize(("limit", "due"), [(60, MONDAY + timedelta(minutes=1)), (None, None)])
def test_the_present_limit_counts(dataset, team, clock, limit, due):
    clock.shift(600)

    set_stage(dataset.stages.get(stage_id="Labelling"), time_limit_seconds=limit, by=team.lead)

    assert task_of(dataset).due_at == due
    assert late(dataset) == (["Labelling"] if limit else [])


def test_changing_the_limit_is_no_event(dataset, team):
    task = task_of(dataset)
    before = [event.pk for event in events_of(task)]

    set_stage(dataset.stages.get(stage_id="Labelling"), time_limit_seconds=60, by=team.lead)

    assert [event.pk for event in events_of(task)] == before
    assert task_of(dataset).version == task.version


def test_nothing_is_late_in_a_dataset_that_is_done(dataset, team, clock):
    clock.shift(7200)
    assert late(dataset) == ["Labelling"]

    dataset = mark_labelling_done(dataset, by=team.lead)
    assert late(dataset) == []

    take_back_done(dataset, by=team.lead)
    assert late(dataset) == ["Labelling"]


def test_a_limit_of_68_years_is_no_problem(dataset, team):
    set_stage(dataset.stages.get(stage_id="Labelling"), time_limit_seconds=2**31 - 1, by=team.lead)

    task = make_task(team, "rejected", dataset=dataset)

    assert task.due_at == task.clock_start + timedelta(seconds=2**31 - 1)


def test_finishing_what_waits_leaves_nothing_due(team, clock):
    dataset = make_dataset(team, customer_review=True)
    set_stage(dataset.stages.get(stage_id="QA"), time_limit_seconds=60, by=team.lead)
    task = make_qa_task(team, "submitted", dataset=dataset)

    set_settings(dataset, customer_review=False, by=team.lead)

    task.refresh_from_db()
    assert (task.status, task.due_at, task.finished_at) == ("accepted", None, MONDAY)
