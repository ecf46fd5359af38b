"""Whole tables and outcomes: to see that a refusal changed nothing, and which refusal it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from datasets_app.errors import Refused
from datasets_app.models import Attribute, AttributeValue, Dataset, File, Label, Shape, Stage
from tasks_app.models import Assignment, Item, Task, TaskEvent

CONTENT = (Dataset, Stage, File, Label, Shape, Attribute, AttributeValue)
WORK = (Item, Task, TaskEvent, Assignment)

Rows = dict[str, list[dict[str, Any]]]


def all_rows() -> Rows:
    """Every column of every row of what a dataset holds and of the work on it."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in (*CONTENT, *WORK)}


def outcome(verb: Callable[..., object], *args: Any, **kwargs: Any) -> str:
    """`done`, or the code of the (first) reason why not."""
    try:
        verb(*args, **kwargs)
    except Refused as refused:
        return refused.problems[0].code
    return "done"


def refusal(verb: Callable[..., object], *args: Any, **kwargs: Any) -> Refused:
    """The refusal that this call ends in."""
    try:
        verb(*args, **kwargs)
    except Refused as refused:
        return refused
    raise AssertionError("It was not refused.")


@contextmanager
def undone() -> Iterator[None]:
    """What is done in the block is rolled back: the next one finds the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def statuses(dataset: Dataset, **lookups: Any) -> list[str]:
    """The statuses of the first item's tasks, in stage order."""
    return [task.status for task in chain_of(dataset, **lookups)]


def chain_of(dataset: Dataset, **lookups: Any) -> list[Task]:
    """The tasks of the first item that is there, in stage order, as they are now."""
    tasks = Task.objects.filter(dataset=dataset, deleted_at=None, **lookups).order_by("item_id", "stage_order")
    first = tasks.values_list("item_id", flat=True).first()
    return list(tasks.filter(item=first).select_related("stage", "assignee", "dataset", "item"))


def events_of(task: Task) -> list[TaskEvent]:
    return list(TaskEvent.objects.filter(task=task).select_related("by").order_by("version"))
