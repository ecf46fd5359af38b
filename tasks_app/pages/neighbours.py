"""The task before and after another one."""

from __future__ import annotations

from datasets_app.models import Member
from tasks_app.listing import RowComparison, ordered
from tasks_app.models import Task
from tasks_app.querysets import LIST_ORDER


def neighbour(task: Task, step: str, *, by: Member) -> Task | None:
    """The `next` or `previous` task in list order that this person sees, in the same stage."""
    place = [getattr(task, column) for column in LIST_ORDER]
    backwards = step == "previous"
    tasks = ordered(Task.objects.in_dataset(task.dataset, by).present().filter(stage=task.stage), "list")
    tasks = tasks.filter(RowComparison(LIST_ORDER, place, descending=backwards))
    return (tasks.reverse() if backwards else tasks).first()
