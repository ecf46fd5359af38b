"""The vocabulary of reads of tasks. The first word is `visible_to(member)`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q

from datasets_app.access import own_datasets_are
from datasets_app.ids import now
from datasets_app.models import Dataset
from datasets_app.querysets import DatasetQuerySet
from datasets_app.roles import Right

from .workflow import Status

if TYPE_CHECKING:
    from datasets_app.models import Member, User


LIST_ORDER = ("dataset_id", "file_order", "item_order", "stage_order")
#: Where tasks without a due time stand: after all others.
NEVER = 2**62


class DueOrder(Func):
    """The due time as a number that is never null. Written out: an index of it only helps who writes the same."""

    template = f"COALESCE(%(expressions)s, {NEVER})"
    output_field = BigIntegerField()


class ItemQuerySet(models.QuerySet[Any]):
    def locked(self) -> Self:
        """Locked against every other writer until the transaction ends, in id order: no deadlock."""
        return self.select_for_update(of=("self",)).order_by("pk")


class TaskQuerySet(models.QuerySet[Any]):
    def visible_to(self, member: Member) -> Self:
        """The tasks of datasets that the member may read, and the chains that are theirs to work on."""
        readable = member.access.in_datasets(Right.READ)
        if Right.READ in member.access.of_client:
            return self.filter(_of_dataset(readable))
        own = member.access.in_datasets(Right.READ_OWN)
        return self.filter(_of_dataset(readable) | (_of_dataset(own) & Q(_own_chain(member))))

    def in_dataset(self, dataset: Dataset, member: Member) -> Self:
        """The tasks of one dataset that the member sees: the database reads them by one index."""
        tasks = self.filter(dataset=dataset)
        if member.access.may(Right.READ, dataset):
            return tasks
        return tasks.filter(_own_chain(member)) if member.access.may(Right.READ_OWN, dataset) else self.none()

    def present(self) -> Self:
        """What lists, counts and queues are made of: not withdrawn."""
        return self.filter(deleted_at=None)

    def delayed(self) -> Self:
        """Open, with a time limit that has passed; nothing is late in a dataset that is done."""
        return self.filter(due_at__lt=now(), dataset__done_at=None)

    def not_delayed(self) -> Self:
        return self.exclude(pk__in=self.model._default_manager.filter(due_at__lt=now(), dataset__done_at=None))

    def of_user(self, user: User) -> Self:
        return self.filter(assignee=user)

    def in_list_order(self) -> Self:
        return self.order_by(*LIST_ORDER)

    def for_page(self) -> Self:
        """With the rows that a page shows beside each task."""
        return self.select_related(
            "stage", "assignee", "dataset__client", "item__label", "item__attribute", "item__file"
        )


def _of_dataset(condition: Q) -> Q:
    return Q(dataset__in=Dataset.objects.filter(condition))


def theirs(member: Member) -> Q:
    """Of tasks: assigned to the member, or free in a stage they are in.

    Where four eyes bar the assignee (they submitted the task before it) the task counts as free.
    """
    barred = Q(assignee=F("previous__submitted_by"), dataset__allow_self_review=False)
    free = Q(assignee=None) | barred
    return Q(assignee=member.user_id) | (free & Q(stage__in=member.access.stages))


def _own_chain(member: Member) -> Exists:
    from .models import Task

    # Withdrawn tasks too: they still answer when they are asked for by id; lists leave them out by `present()`.
    return Exists(Task.objects.filter(theirs(member), item=OuterRef("item")))


@own_datasets_are
def datasets_with_own_tasks(member: Member) -> DatasetQuerySet:
    from .models import Task

    mine = Task.objects.filter(theirs(member), dataset=OuterRef("pk"), deleted_at=None)
    return Dataset.objects.filter(Exists(mine), client_id=member.client_id)


def counts_by_stage(
    datasets: Iterable[Dataset], *, seen_by: Member | None = None
) -> dict[int, dict[str, dict[Status, int]]]:
    """How many tasks stand where: by dataset key, stage_id and status; one query for all of them.

    `seen_by`: only the tasks that this member sees.
    """
    from .models import Task

    tasks = Task.objects.all() if seen_by is None else Task.objects.visible_to(seen_by)
    rows = (
        tasks.filter(dataset__in=list(datasets), deleted_at=None)
        .values_list("dataset_id", "stage__stage_id", "status")
        .annotate(models.Count("pk"))
        .order_by()
    )
    found: dict[int, dict[str, dict[Status, int]]] = {}
    for dataset_key, stage_id, status, count in rows:
        found.setdefault(dataset_key, {}).setdefault(stage_id, {})[Status(status)] = count
    return found
