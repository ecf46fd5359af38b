"""The figures of a dataset's progress, against histories that are made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from datasets_app.ids import to_millis
from datasets_app.membership import remove_member
from tasks_app import actions, statistics
from tasks_app.models import Task
from tasks_app.statistics import QUARTER, Share, Spread
from tasks_app.undo import undo
from tests.factories import make_dataset, task_of

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = 3_600_000, 86_400_000


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def dataset(team, clock):
    """Six cars in one file, and its weather."""
    return make_dataset(team, (6,), frame_attributes=["weather"])


def tasks_of(dataset):
    return Task.objects.filter(dataset=dataset).present()


def labelling(dataset, label_id):
    return task_of(dataset, item__label__label_id=label_id)


def rejections(dataset, since=None, **part):
    return statistics.rejections(tasks_of(dataset), statistics.counts(tasks_of(dataset)), since, **part)


def times(dataset, since=None, **part):
    found = statistics.stage_times(tasks_of(dataset), statistics.counts(tasks_of(dataset)), since, **part)
    return {stage.stage_id: found.get(stage.pk) for stage in dataset.pipeline}


def send_back(team, task, reason="", *, labeller="ann"):
    actions.submit(task, by=getattr(team, labeller))
    return actions.reject(task, by=team.eve, reason=reason)


def test_tasks_are_counted_by_stage_and_status(team, dataset):
    actions.submit(labelling(dataset, "car:1"), by=team.ann)

    first, last = dataset.pipeline
    assert statistics.counts(tasks_of(dataset)) == {
        first.pk: {"submitted": 1, "ready": 6},
        last.pk: {"ready": 1, "waiting": 6},
    }


# --- finished -----------------------------------------------------------------------------------------------------


def test_what_is_finished_is_counted_in_quarters_of_an_hour(team, dataset, clock):
    for minutes, label_id in ((0, "car:1"), (14, "car:2"), (15, "car:3")):
        task = labelling(dataset, label_id)
        actions.submit(task, by=team.ann)
        clock.move_to(MONDAY + timedelta(minutes=minutes))
        actions.accept(task, by=team.eve, submit=minutes != 15)

    start = to_millis(MONDAY)
    assert statistics.finished(tasks_of(dataset), dataset.pipeline[1], None) == {start: 2}
    assert statistics.finished(tasks_of(dataset), dataset.pipeline[0], None) == {start: 2, start + QUARTER: 1}
    later = MONDAY + timedelta(minutes=10)
    assert statistics.finished(tasks_of(dataset), dataset.pipeline[1], later) == {start: 1}


def test_what_is_reopened_is_not_finished(team, dataset):
    task = labelling(dataset, "car:1")
    actions.submit(task, by=team.ann)
    actions.accept(task, by=team.eve, submit=True)
    actions.reopen(task, by=team.lead, comment="Look again.")

    assert statistics.finished(tasks_of(dataset), dataset.pipeline[1], None) == {}


# --- rejections ---------------------------------------------------------------------------------------------------


def test_rejections_are_counted_by_reason_category_and_labeller(team, dataset):
    send_back(team, labelling(dataset, "car:1"), "too large")
    send_back(team, labelling(dataset, "car:1"), "too large")
    send_back(team, labelling(dataset, "car:2"), labeller="bob")
    actions.submit(labelling(dataset, "car:3"), by=team.ann)
    actions.accept(labelling(dataset, "car:3"), by=team.eve)

    found = rejections(dataset)

    assert (found.rejected, found.decided, found.every) == (3, 4, 1)
    assert found.by_reason == [Share("too large", 2, 3), Share("no reason", 1, 3)]
    assert found.by_category == [Share("car", 3, 4)]
    assert found.by_labeller == [Share("ann@example.com", 2, 3), Share("bob@example.com", 1, 1)]
    assert found.by_labeller[0].rate == pytest.approx(2 / 3)


def test_attributes_are_a_category_of_their_own(team, dataset):
    weather = task_of(dataset, item__attribute__attribute_id="weather")
    dataset.attributes.get().values.create(file=dataset.files.get(), value="rain")
    send_back(team, weather)

    assert rejections(dataset).by_category == [Share("weather (attribute)", 1, 1)]


def test_a_rejection_that_is_undone_does_not_count(team, dataset):
    task = labelling(dataset, "car:1")
    send_back(team, task, "too large")
    actions.submit(task, by=team.ann)
    actions.reject(task, by=team.eve, reason="too small")
    undo(task, by=team.eve)

    found = rejections(dataset)

    assert [share.name for share in found.by_reason] == ["too large"]
    assert found.rejected == 1


def test_a_rejection_counts_for_who_lost_the_task_by_it(team, dataset):
    task = labelling(dataset, "car:1")
    actions.submit(task, by=team.ann)
    remove_member(team.ann, by=team.admin)
    actions.reject(task, by=team.eve)

    assert Task.objects.get(pk=task.pk).assignee is None
    assert rejections(dataset).by_labeller == [Share("ann@example.com", 1, 1)]


def test_what_is_withdrawn_does_not_count(team, dataset):
    task = labelling(dataset, "car:1")
    send_back(team, task)
    Task.objects.filter(item=task.item).update(deleted_at=MONDAY)

    assert rejections(dataset).rejected == 0


def test_only_decisions_of_the_time_count(team, dataset, clock):
    send_back(team, labelling(dataset, "car:1"), "too large")
    actions.submit(labelling(dataset, "car:2"), by=team.ann)
    actions.accept(labelling(dataset, "car:2"), by=team.eve)
    clock.shift(DAY / 1000)
    send_back(team, labelling(dataset, "car:1"), "too small")

    found = rejections(dataset, since=MONDAY + timedelta(hours=1))

    assert (found.rejected, found.decided) == (1, 1)
    assert [share.name for share in found.by_reason] == ["too small"]


def test_what_the_system_finished_was_decided_by_nobody(team, dataset):
    task = labelling(dataset, "car:1")
    actions.submit(task, by=team.ann)
    actions.accept(task, by=team.eve, submit=True)

    assert rejections(dataset).decided == 1


def test_of_very_many_a_part_of_what_was_accepted_stands_for_all(team, dataset, monkeypatch):
    send_back(team, labelling(dataset, "car:6"))
    for number in range(1, 6):
        task = labelling(dataset, f"car:{number}")
        actions.submit(task, by=team.ann)
        actions.accept(task, by=team.eve)

    monkeypatch.setattr(statistics, "COUNTED", 3)
    sampled = Task.objects.filter(dataset=dataset, status="accepted")
    measured = sum(task.pk % 2 == 0 for task in sampled)
    found = rejections(dataset)

    assert (found.rejected, found.every, found.decided) == (1, 2, 1 + 2 * measured)
    assert rejections(dataset, part=0.5).decided == 6  # few of them are of this time: all are counted


# --- times --------------------------------------------------------------------------------------------------------


def test_times_are_from_ready_to_submitted_to_decided(team, dataset, clock):
    for hours, label_id in ((1, "car:1"), (2, "car:2"), (6, "car:3")):
        clock.move_to(MONDAY + timedelta(hours=hours))
        task = labelling(dataset, label_id)
        actions.submit(task, by=team.ann)
        clock.shift(1800)
        actions.accept(task, by=team.eve, submit=True)

    found = times(dataset)

    assert found["Labelling"].work == Spread(2 * HOUR, 6 * HOUR, 3)
    assert found["Labelling"].review == Spread(HOUR / 2, HOUR // 2, 3)
    assert found["QA"].work == Spread(HOUR / 2, HOUR // 2, 3)
    assert found["QA"].review is None  # nobody looks at it again


def test_after_rework_the_latest_submission_counts(team, dataset, clock):
    task = labelling(dataset, "car:1")
    clock.move_to(MONDAY + timedelta(hours=1))
    send_back(team, task)
    clock.move_to(MONDAY + timedelta(hours=5))
    actions.submit(task, by=team.ann)

    assert times(dataset)["Labelling"].work == Spread(5 * HOUR, 5 * HOUR, 1)
    assert times(dataset)["Labelling"].review is None


def test_times_of_an_earlier_time_are_left_out(team, dataset, clock):
    actions.submit(labelling(dataset, "car:1"), by=team.ann)
    clock.move_to(MONDAY + timedelta(days=2))
    actions.submit(labelling(dataset, "car:2"), by=team.ann)

    assert times(dataset, since=MONDAY + timedelta(days=1))["Labelling"].work == Spread(2 * DAY, 2 * DAY, 1)


def test_of_very_many_tasks_some_are_measured(team, dataset, clock, monkeypatch):
    monkeypatch.setattr(statistics, "MEASURED", 2)
    for number in range(1, 7):
        clock.shift(60)
        actions.submit(labelling(dataset, f"car:{number}"), by=team.ann)

    found = times(dataset)["Labelling"].work

    assert (found.every, found.measured) == (3, 2)
    assert times(dataset, part=0.3)["Labelling"].work.measured == 6  # few of them are of this time: all are


def test_without_tasks_there_are_no_times(team):
    dataset = make_dataset(team, ())

    assert times(dataset) == {"Labelling": None, "QA": None}
    assert rejections(dataset).rejected == 0
