"""How a task comes into being, and how many are taken in hand at once."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from datasets_app.models import Dataset, Stage

from .history import BATCH, Recorder, batched
from .models import Assignment, Item, Task
from .workflow import OPEN, Status
from .writing import due_at


def new_task(
    item: Item,
    stage: Stage,
    status: Status,
    recorder: Recorder,
    assigned: Assigned,
    file_order: int,
    item_order: int,
    previous: Task | None,
) -> Task:
    """A task as it is when it comes into being. Not saved."""
    started = recorder.at if status in OPEN else None
    return Task(
        item=item,
        dataset_id=item.dataset_id,
        stage=stage,
        previous=previous,
        file_order=file_order,
        item_order=item_order,
        stage_order=stage.position,
        status=status,
        assignee_id=assigned.to(stage, item),
        created_at=recorder.at,
        updated_at=recorder.at,
        ready_at=started,
        clock_start=started,
        due_at=due_at(status, started, stage),
    )


class Assigned:
    """The saved assignments of a dataset: whom a new or restored task belongs to."""

    def __init__(self, dataset: Dataset) -> None:
        self.users: dict[tuple[int, str, int | None], int] = {}
        rows = Assignment.objects.filter(dataset=dataset)
        for stage, file, item, user in rows.values_list("stage_id", "file_id", "item_id", "user_id"):
            kind = "file" if file else "item" if item else "all"
            self.users[stage, kind, file or item] = user

    def to(self, stage: Stage, item: Item) -> int | None:
        """The user's key. What is said of the item itself comes before what is said of all tracks."""
        if item.file_id is not None:
            return self.users.get((stage.pk, "file", item.file_id))
        own = self.users.get((stage.pk, "item", item.pk))
        if own is None and item.label_id is not None:
            return self.users.get((stage.pk, "all", None))
        return own


def locked_tasks(tasks: QuerySet[Task]) -> Iterator[list[Task]]:
    """These tasks in batches, with their items locked in id order."""
    keys = list(tasks.order_by("item_id").values_list("item_id", flat=True).distinct())
    for some in batched(keys, BATCH):
        items = {item.pk: item for item in Item.objects.locked().filter(pk__in=some)}
        rows = tasks.filter(item__in=some).select_related("stage", "dataset").order_by("item_id", "stage_order")
        found = list(rows)
        for task in found:
            task.item = items[task.item_id]
        yield found
