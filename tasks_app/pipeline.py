"""Stages that come, go or move, with work in them: what is refused, and what happens to the tasks."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BigIntegerField, ExpressionWrapper, F, OuterRef, Q, Subquery, Value

from datasets_app.bulk import insert
from datasets_app.models import Dataset, Member, Stage

from .creation import Assigned, locked_tasks, new_task
from .errors import StageInUse
from .history import BATCH, batched
from .models import Item, Task
from .planning import replanned
from .workflow import HANDED_OVER, OPEN, Action, Status, first_status
from .writing import Changes, hand_on

UNTOUCHED = (Status.WAITING, Status.READY)


@dataclass(frozen=True, slots=True)
class Difference:
    """The stages that the tasks have, and those that the dataset has now: keys, in order."""

    old: list[int]
    new: list[int]

    @property
    def removed(self) -> list[int]:
        return [key for key in self.old if key not in self.new]

    @property
    def added(self) -> list[int]:
        return [key for key in self.new if key not in self.old]

    @property
    def moved(self) -> list[int]:
        """Stages that stay, but not in the order in which they were."""
        before = [key for key in self.old if key in self.new]
        after = [key for key in self.new if key in self.old]
        return [one for one, other in zip(after, before, strict=True) if one != other]

    @property
    def after_an_added_one(self) -> list[int]:
        first = min((self.new.index(key) for key in self.added), default=len(self.new))
        return [key for key in self.new[first:] if key in self.old]

    @property
    def relinked(self) -> list[tuple[int, int | None]]:
        """Stages that follow another one than before, each with that one."""
        before = dict(zip(self.old, [None, *self.old], strict=False))
        now = dict(zip(self.new, [None, *self.new], strict=False))
        return [(key, previous) for key, previous in now.items() if key not in before or before[key] != previous]


def follow_pipeline(dataset: Dataset, *, by: Member | None) -> None:
    """Bring tasks in line with the stages as they are now. Raises `StageInUse` where work would be disturbed."""
    dataset.__dict__.pop("pipeline", None)  # it has just changed
    difference = Difference(old=_stages_of_tasks(dataset), new=[stage.pk for stage in dataset.pipeline])
    if difference.old != difference.new:
        # Every writer locks the items first: nobody submits between the check and the change.
        for _key in Item.objects.locked().filter(dataset=dataset).values_list("pk").iterator():
            pass
        _refuse(dataset, difference)
        _apply(dataset, difference, Changes(by=by))
    renew_due(dataset)


def _stages_of_tasks(dataset: Dataset) -> list[int]:
    """The stages of any chain that is there. None where all is withdrawn: then every stage is like a new one."""
    present = Task.objects.filter(dataset=dataset, deleted_at=None)
    some_item = present.values_list("item_id", flat=True).first()
    return list(present.filter(item=some_item).order_by("stage_order").values_list("stage_id", flat=True))


def _refuse(dataset: Dataset, difference: Difference) -> None:
    tasks = Task.objects.filter(dataset=dataset, deleted_at=None)
    disturbed = tasks.filter(stage__in=difference.removed + difference.moved, submitted_at__isnull=False)
    if (task := disturbed.select_related("stage").first()) is not None:
        detail = f"The stage {task.stage.stage_id} has submissions: it can be neither removed nor moved."
        raise StageInUse(detail)
    begun = tasks.filter(stage__in=difference.after_an_added_one).exclude(status__in=UNTOUCHED)
    if (task := begun.select_related("stage").first()) is not None:
        detail = f"Work in the stage {task.stage.stage_id} has begun: a new stage can only come after it."
        raise StageInUse(detail)


def _apply(dataset: Dataset, difference: Difference, changes: Changes) -> None:
    for tasks in locked_tasks(Task.objects.filter(dataset=dataset, stage__in=difference.removed, deleted_at=None)):
        changes.write_many(Action.WITHDRAW, [(task, {"deleted_at": changes.at}) for task in tasks])
        changes.save()
    for stage in dataset.pipeline:
        Task.objects.filter(dataset=dataset, stage=stage).update(stage_order=stage.position)
    kept = set(difference.new).difference(key for key, _previous in difference.relinked)
    Task.objects.filter(dataset=dataset).exclude(stage__in=kept).update(previous=None)
    for stage, previous in zip(dataset.pipeline, [None, *dataset.pipeline], strict=False):
        if stage.pk in difference.added:
            _add_tasks(dataset, stage, previous, changes)
    for key, previous_key in difference.relinked:
        before = Task.objects.filter(item=OuterRef("item"), stage=previous_key).values("pk")[:1]
        relinked = Task.objects.filter(dataset=dataset, stage=key)
        relinked.update(previous=Subquery(before) if previous_key else None)
        hand_on(relinked)


def _add_tasks(dataset: Dataset, stage: Stage, previous: Stage | None, changes: Changes) -> None:
    """A task of a new stage for every item, also withdrawn ones; a stage that comes back has its tasks already."""
    assigned = Assigned(dataset)
    lacking = Item.objects.filter(dataset=dataset).exclude(tasks__stage=stage)
    for keys in batched(list(lacking.order_by("pk").values_list("pk", flat=True)), BATCH):
        items = Item.objects.select_related("label").locked().filter(pk__in=keys)
        others = Task.objects.filter(item__in=keys)
        places = {key: place for key, *place in others.values_list("item_id", "file_order", "item_order")}
        before = dict(others.filter(stage=previous).values_list("item_id", "status"))
        tasks = []
        for item in items:
            status = first_status(Status(before[item.pk]) if previous else None)
            file_order, item_order = places[item.pk]
            task = new_task(item, stage, status, changes, assigned, file_order, item_order, previous=None)
            task.deleted_at = changes.at if item.label and item.label.withdrawn_at else None
            tasks.append(task)
        insert(tasks)
        for task in tasks:
            changes.record(task.item, task, Action.CREATE, from_status="")
        changes.save()


def replan(dataset: Dataset, *, by: Member | None) -> None:
    """Tasks that follow another one than before are ready or waiting as that one says."""
    handed_over = Q(previous__status__in=HANDED_OVER)
    forward = Q(status=Status.WAITING) & (Q(previous=None) | handed_over)
    back = Q(status__in=[Status.READY, Status.IN_PROGRESS], previous__isnull=False) & ~handed_over
    changes = Changes(by=by)
    for tasks in locked_tasks(Task.objects.filter(forward | back, dataset=dataset, deleted_at=None)):
        statuses = dict(Task.objects.filter(next__in=tasks).values_list("pk", "status"))
        moved = []
        for task in tasks:
            previous = Status(statuses[task.previous_id]) if task.previous_id else None
            moved.append((task, {"status": replanned(Status(task.status), previous)}))
        changes.write_many(Action.REPLAN, moved)
        changes.save()


def renew_due(dataset: Dataset) -> None:
    """When tasks are late follows the present limit of their stage; that is no event of the tasks."""
    for stage in dataset.pipeline:
        tasks = Task.objects.filter(dataset=dataset, stage=stage, status__in=OPEN)
        if stage.time_limit_seconds is None:
            tasks.exclude(due_at=None).update(due_at=None)
        else:
            limit = Value(stage.time_limit_seconds * 1000, output_field=BigIntegerField())
            due = ExpressionWrapper(F("clock_start") + limit, output_field=BigIntegerField())
            tasks.update(due_at=due)
