"""Datasets with tasks, and tasks in any status, reached by the verbs that people use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasets_app.actions import create_dataset, set_settings
from datasets_app.imports.store import store
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.models import Task
from tasks_app.workflow import Status

from .content import make_content
from .people import Team


def make_dataset(
    team: Team, objects: Sequence[int] = (1,), *, stages: Sequence[str] = ("Labelling", "QA"), **kwargs: Any
) -> Dataset:
    """A dataset with so many objects in each file. What is no word of the content is a setting."""
    settings = {name: kwargs.pop(name) for name in list(kwargs) if name in SETTINGS}
    content = make_content(objects, **kwargs)
    spec = [{"stage_id": stage, "can_edit": number == 0} for number, stage in enumerate(stages)]
    dataset = create_dataset(
        team.client, "Street", by=None, labelling_mode=content.labelling_mode, pipeline_spec=spec
    )
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
