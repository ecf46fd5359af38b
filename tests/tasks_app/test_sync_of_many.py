"""Many tasks at once: the number of queries grows with batches, not with tasks."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import set_pipeline, set_settings, withdraw_labels
from datasets_app.imports.store import store
from tasks_app import actions
from tasks_app.models import Task, TaskEvent
from tests.factories import make_content, make_dataset


def moved(objects):
    content = make_content(objects)
    return replace(content, shapes=[replace(content.shapes[0], geometry={"box": [1, 2, 3, 4]}), *content.shapes[1:]])


def withdraw(dataset):
    withdraw_labels(dataset, dataset.labels.values_list("pk", flat=True), by=None)


def executed(call):
    """How many statements were sent; what `executemany` feeds with rows is one."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


@pytest.mark.parametrize(
    "verb",
    [
        lambda dataset, content: store(dataset, content, by=None),
        lambda dataset, content: withdraw(dataset),
        lambda dataset, content: set_pipeline(dataset, [{"stage_id": "Labelling"}, {"stage_id": "Audit"}], by=None),
    ],
)
def test_queries_do_not_grow_with_the_number_of_tasks(team, verb):
    few, many = make_dataset(team, (3,)), make_dataset(team, (90,))

    assert executed(lambda: verb(many, moved((90,)))) == executed(lambda: verb(few, moved((3,))))


def test_switching_customer_review_off_takes_as_many_queries_for_many(team):
    few, many = make_dataset(team, (1,), customer_review=True), make_dataset(team, (30,), customer_review=True)
    for dataset in (few, many):
        for task in Task.objects.filter(dataset=dataset, previous=None):
            actions.submit(task, by=team.ann)
            actions.accept(task, by=team.eve, submit=True)

    counted = [executed(lambda d=d: set_settings(d, customer_review=False, by=None)) for d in (few, many)]

    assert counted[0] == counted[1]
    assert set(many.tasks.values_list("status", flat=True)) == {"accepted"}


def test_thousands_of_values_and_labels_that_change_at_once(team):
    files = 1_100
    content = make_content([1] * files, frame_attributes=["weather", "time"])
    sun = {(file.file_id, name): "sun" for file in content.files for name in ("weather", "time")}
    dataset = make_dataset(team, (0,))

    store(dataset, replace(content, frame_values=sun), by=None)
    events = TaskEvent.objects.count()
    shapes = [replace(shape, geometry={"box": [0, 0, 1, 1]}) for shape in content.shapes]
    store(dataset, replace(content, frame_values=dict.fromkeys(sun, "rain"), shapes=shapes), by=None)

    assert TaskEvent.objects.count() == events + 3 * files
