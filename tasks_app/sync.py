"""Make the tasks follow the data: create what is missing, withdraw, restore. Twice changes nothing.

Everything is done in sets: the number of queries grows with the number of batches, never of tasks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from datasets_app.bulk import give_keys, insert
from datasets_app.changes import Change
from datasets_app.models import Attribute, Dataset, Member

from .actions import finish, finishes
from .creation import Assigned, locked_tasks, new_task
from .editing import mark_changed
from .history import BATCH, Recorder, batched
from .models import Item, Task
from .pipeline import follow_pipeline, replan
from .planning import PlannedAttribute, PlannedItem, PlannedLabel, plan_attributes, plan_chain, plan_labels
from .workflow import Action, Status
from .writing import Changes

#: Items that are held at once while their tasks are written.
CHUNK = 2_000


def sync(dataset: Dataset, *, by: Member | None = None, change: Change | None = None) -> None:
    """Bring the tasks of a dataset in line with its stages, labels and attributes.

    Runs inside the transaction of the change, which has locked the dataset.
    """
    change = change or Change()
    if change.pipeline:
        follow_pipeline(dataset, by=by)
    _withdraw(dataset, by)
    _restore(dataset, by)
    if change.pipeline:
        replan(dataset, by=by)
    _mark_changed(dataset, by, change)
    _create_missing(dataset, by, change)
    if change.settings:
        _finish_what_waits(dataset, by)


# --- missing items ----------------------------------------------------------------------------------------------------


def missing_items(dataset: Dataset) -> Iterator[PlannedItem]:
    """What should be an item and is none yet, in list order within labels and within attributes."""
    labels = dataset.labels.filter(withdrawn_at=None, item=None).order_by("pk")
    rows = labels.values_list("pk", "file_id", "file__position")
    yield from plan_labels(PlannedLabel(key, file_key, position or 0) for key, file_key, position in rows.iterator())
    there = set(Item.objects.filter(dataset=dataset, label=None).values_list("attribute_id", "file_id"))
    attributes = [
        PlannedAttribute(attribute.pk, attribute.level == Attribute.Level.FRAME, attribute.position)
        for attribute in dataset.attributes.all()
    ]
    files = dataset.files.values_list("pk", "position")
    for item in plan_attributes(attributes, files, is_sequence=dataset.is_sequence):
        if (item.attribute_key, item.file_key) not in there:
            yield item


def _create_missing(dataset: Dataset, by: Member | None, change: Change) -> None:
    assigned = Assigned(dataset)
    planned = list(missing_items(dataset))
    recorder = Recorder(by=by)
    for some in batched(change.progress(planned, "items"), CHUNK):
        items = [
            Item(
                dataset=dataset,
                task_type=plan.task_type,
                label_id=plan.label_key,
                attribute_id=plan.attribute_key,
                file_id=plan.file_key,
            )
            for plan in some
        ]
        _create_chains(dataset, list(zip(items, some, strict=True)), assigned, recorder)


def _create_chains(
    dataset: Dataset, items: list[tuple[Item, PlannedItem]], assigned: Assigned, recorder: Recorder
) -> None:
    """New items with their tasks, stage by stage: each task knows the one before it."""
    give_keys([item for item, _plan in items])
    previous: dict[int, Task] = {}
    for stage, status in zip(dataset.pipeline, plan_chain(len(dataset.pipeline)), strict=True):
        tasks = [
            new_task(item, stage, status, recorder, assigned, plan.file_order, plan.item_order, previous.get(item.pk))
            for item, plan in items
        ]
        give_keys(tasks)
        for task in tasks:
            previous[task.item_id] = task
            recorder.record(task.item, task, Action.CREATE, from_status="")
        insert(tasks)
    insert([item for item, _plan in items])
    recorder.save_events()


# --- what is there and changes ----------------------------------------------------------------------------------------


def _withdraw(dataset: Dataset, by: Member | None) -> None:
    gone = Task.objects.filter(dataset=dataset, deleted_at=None, item__label__withdrawn_at__isnull=False)
    changes = Changes(by=by)
    for tasks in locked_tasks(gone):
        changes.write_many(Action.WITHDRAW, [(task, {"deleted_at": changes.at}) for task in tasks])
        changes.save()


def _restore(dataset: Dataset, by: Member | None) -> None:
    alive = Q(item__label=None) | Q(item__label__withdrawn_at=None)
    back = Task.objects.filter(alive, dataset=dataset, deleted_at__isnull=False, stage__removed_at=None)
    changes, assigned = Changes(by=by), Assigned(dataset)
    chain = plan_chain(len(dataset.pipeline))
    for tasks in locked_tasks(back):
        begun = [(task, _beginning(task, chain[task.stage.position], changes, assigned)) for task in tasks]
        changes.write_many(Action.RESTORE, begun)
        changes.save()


def _beginning(task: Task, status: Status, changes: Changes, assigned: Assigned) -> dict[str, Any]:
    """The columns of a task that begins again."""
    started = changes.at if status == Status.READY else None
    nothing = dict.fromkeys(("submitted_at", "submitted_by_id", "reviewed_at", "reviewed_by_id", "finished_at"))
    return nothing | {
        "status": status,
        "deleted_at": None,
        "ready_at": started,
        "clock_start": started,
        "assignee_id": assigned.to(task.stage, task.item),
        "rework_count": 0,
        "last_reason": "",
        "last_comment": "",
        "changed_in_review": False,
        "label_changed_since_submit": False,
    }


def _mark_changed(dataset: Dataset, by: Member | None, change: Change) -> None:
    """Labels and values that came in different: decisions on what was seen before fail."""
    changes = Changes(by=by)
    for keys in batched(_changed_items(dataset, change), BATCH):
        for tasks in locked_tasks(Task.objects.filter(item__in=keys, deleted_at=None)):
            mark_changed(tasks, changes, frozen_too=True)
            changes.save()


def _changed_items(dataset: Dataset, change: Change) -> list[int]:
    """The keys of items that are there and are about something that changed."""
    found: list[int] = []
    for labels in batched(sorted(change.labels), BATCH):
        found += Item.objects.filter(label__in=labels).values_list("pk", flat=True)
    if change.values:
        # In a sequence a frame attribute is one item, whichever frame has another value now.
        touched = {(key, None if dataset.is_sequence else file_key) for key, file_key in change.values}
        items = Item.objects.filter(dataset=dataset, label=None).values_list("pk", "attribute_id", "file_id")
        found += [key for key, attribute_key, file_key in items.iterator() if (attribute_key, file_key) in touched]
    return sorted(found)


def _finish_what_waits(dataset: Dataset, by: Member | None) -> None:
    """What waits for the customer is finished when nobody is to look at it any more."""
    if dataset.customer_review:
        return
    # Also those that are not submitted yet: once their items are locked, they are as nobody else can change them.
    last = Task.objects.filter(dataset=dataset, stage=dataset.pipeline[-1], deleted_at=None)
    changes = Changes(by=by)
    for tasks in locked_tasks(last.exclude(status=Status.ACCEPTED)):
        for task in tasks:
            task.dataset = dataset
        finish([task for task in tasks if task.status == Status.SUBMITTED and finishes(task)], changes)
        changes.save()
