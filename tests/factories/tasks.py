"""Datasets with tasks, and tasks in any status, reached by the verbs that people use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasets_app.actions import create_dataset, set_settings
from datasets_app.imports.store import store
from datasets_app.models import Dataset, Shape
from tasks_app import actions
from tasks_app.models import Task
from tasks_app.workflow import Status

from .content import make_content
from .people import Team
from .rows import chain_of


def make_dataset(
    team: Team, objects: Sequence[int] = (1,), *, stages: Sequence[str] = ("Labelling", "QA"), **kwargs: Any
) -> Dataset:
    """A dataset with so many objects in each file. What is no word of the content is a setting."""
    settings = {name: kwargs.pop(name) for name in list(kwargs) if name in SETTINGS}
    content = make_content(objects, **kwargs)
    spec = [{"stage_id": stage, "can_edit": number == 0} for number, stage in enumerate(stages)]
    dataset = create_dataset(team.client, "Street", by=None, labelling_mode=content.labelling_mode, pipeline_spec=spec)
    store(dataset, content, by=None)
    if settings:
        dataset = set_settings(dataset, by=None, **settings)
    return dataset


SETTINGS = {"customer_review", "allow_self_review", "review_changed", "reject_reasons", "reason_required"}


def task_of(dataset: Dataset, stage_id: str = "Labelling", **lookups: Any) -> Task:
    """The first task of a stage, as it is now."""
    tasks = Task.objects.for_page().filter(dataset=dataset, stage__stage_id=stage_id, **lookups)
    found = tasks.in_list_order().first()
    assert found is not None
    return found


def shape_of(dataset: Dataset, label_id: str = "car:1", file: int = 1) -> Shape:
    """The shape of an object in a file, which is counted from 1, as it is now."""
    shapes = Shape.objects.select_related("label__dataset", "file__dataset")
    return shapes.get(label__dataset=dataset, label__label_id=label_id, file__position=file)


def make_task(team: Team, status: str = "ready", *, dataset: Dataset | None = None) -> Task:
    """A Labelling task in a status (waiting: its QA task): ann works, eve reviews."""
    dataset = dataset or make_dataset(team)
    task = task_of(dataset)
    if status == Status.WAITING:
        return task_of(dataset, "QA")
    if status == Status.IN_PROGRESS:
        actions.start(task, by=team.ann)
    elif status != Status.READY:
        actions.submit(task, by=team.ann)
    if status == Status.ACCEPTED:
        actions.accept(task, by=team.eve)
    elif status == Status.REJECTED:
        actions.reject(task, by=team.eve, comment="The box cuts the mirror off.")
    return task_of(dataset, pk=task.pk)


def make_qa_task(team: Team, status: str = "ready", *, dataset: Dataset | None = None) -> Task:
    """The QA task (the last stage) in a status: ann submitted before it, eve works on it, the customer looks at it.

    `ready`: Labelling is submitted and the task is free. `in_progress` and later: Labelling is accepted.
    """
    dataset = dataset or make_dataset(team, customer_review=status in (Status.SUBMITTED, Status.REJECTED))
    labelling, task = task_of(dataset), task_of(dataset, "QA")
    if status != Status.WAITING:
        actions.submit(labelling, by=team.ann)
    if status not in (Status.WAITING, Status.READY):
        actions.accept(labelling, by=team.eve)
    if status in (Status.SUBMITTED, Status.ACCEPTED, Status.REJECTED):
        actions.submit(task, by=team.eve)
    if status == Status.REJECTED:
        actions.reject(task, by=team.customer)
    return task_of(dataset, "QA", pk=task.pk)


def walk(team: Team, dataset: Dataset, stages: int) -> list[Task]:
    """Take the first item through so many stages: people take turns, and each accepts what the one before submitted."""
    people = [team.ann, team.eve]
    actions.submit(chain_of(dataset)[0], by=people[0])
    for number in range(1, stages):
        actions.accept(chain_of(dataset)[number - 1], by=people[number % 2], submit=True)
    return chain_of(dataset)
