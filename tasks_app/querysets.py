"""The vocabulary of reads of tasks. The first word is `visible_to(member)`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q

from datasets_app.access import own_datasets_are
from datasets_app.ids import now, to_millis
from datasets_app.models import Dataset, Stage, User
from datasets_app.querysets import DatasetQuerySet
from datasets_app.roles import Right

from .workflow import Status

if TYPE_CHECKING:
    from datasets_app.models import Member


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
    #: Whether the database begins with a few items that are known, instead of walking through a dataset.
    begins_with_items = False

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone.begins_with_items = self.begins_with_items
        return clone

    def visible_to(self, member: Member) -> Self:
        """The tasks of datasets that the member may read, and the chains that are theirs to work on."""
        readable = member.access.in_datasets(Right.READ)
        if Right.READ in member.access.of_client:
            return self.filter(_of_dataset(readable))
        own = member.access.in_datasets(Right.READ_OWN)
        return self.filter(_of_dataset(readable) | (_of_dataset(own) & Q(_own_chain(member))))

    def in_dataset(self, dataset: Dataset, member: Member, reach: Reach | None = None) -> Self:
        """The tasks of one dataset that the member sees. `reach`, where it is known already, saves a query."""
        reach = reach or reach_of(dataset, member)
        if reach.extent == Extent.NOTHING:
            return self.none()
        if reach.extent == Extent.FEW:
            # Without naming the dataset: SQLite would walk through all of it instead of beginning with these items.
            few = self.filter(item__in=_own_items([dataset], member, reach.stages))
            few.begins_with_items = True
            return few
        tasks = self.filter(dataset=dataset)
        return tasks if reach.extent == Extent.ALL else tasks.filter(_own_chain(member, reach.stages))

    def present(self) -> Self:
        """What lists, counts and queues are made of: not withdrawn."""
        return self.filter(deleted_at=None)

    def delayed(self) -> Self:
        """Open, with a time limit that has passed; nothing is late in a dataset that is done."""
        late = self.alias(due_order=DueOrder("due_at")).filter(due_order__lt=to_millis(now()))
        return late.filter(dataset__done_at=None)

    def not_delayed(self) -> Self:
        return self.filter(Q(due_at=None) | Q(due_at__gte=now()) | Q(dataset__done_at__isnull=False))

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


def theirs(member: Member, stages: Stages | None = None) -> Q:
    """Of tasks: assigned to the member, or free in a stage they are in (`stages`, where that is known already).

    Where four eyes bar the assignee (they submitted the task before it) the task counts as free.
    """
    barred = Q(assignee=F("previous__submitted_by"), dataset__allow_self_review=False)
    free = Q(assignee=None) | barred
    return Q(assignee=member.user_id) | (free & Q(stage__in=stages_of(member) if stages is None else stages))


def stages_of(member: Member) -> models.QuerySet[Stage]:
    """The stages in which the member may work. Removed ones are none, though their withdrawn tasks are kept."""
    return member.access.stages.filter(removed_at=None)


def _own_chain(member: Member, stages: Stages | None = None) -> Exists:
    from .models import Task

    own = theirs(member, stages)
    if stages == ():
        own |= Q(pk=None)  # else SQLite looks through all tasks of the member for each item
    # Withdrawn tasks too: they still answer when they are asked for by id; lists leave them out by `present()`.
    return Exists(Task.objects.filter(own, item=OuterRef("item")))


# --- one dataset ------------------------------------------------------------------------------------------------------

#: So many tasks of their own, and no more, are looked up first; who has more sees enough of a dataset to walk
#: through it in its order and leave out what they do not see.
FEW = 20_000

#: Keys of stages.
Stages = tuple[int, ...]
#: Keys of items, as rows with `item`.
Items = models.QuerySet[Any, dict[str, Any]]


class Extent(Enum):
    NOTHING = 0
    FEW = 1
    MANY = 2
    ALL = 3


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of a dataset a member sees, which decides how the database finds it; and the stages they are in."""

    extent: Extent
    stages: Stages = ()


def reach_of(dataset: Dataset, member: Member) -> Reach:
    """All of it, or their own chains: then their tasks are counted, as far as there are few. Two queries, of which
    one reads the dataset's pipeline."""
    if member.access.may(Right.READ, dataset):
        return Reach(Extent.ALL)
    if not member.access.may(Right.READ_OWN, dataset):
        return Reach(Extent.NOTHING)
    is_theirs = Exists(stages_of(member).filter(pk=OuterRef("pk")))
    pipeline: Any = dataset.stages.filter(removed_at=None).annotate(is_theirs=is_theirs).order_by("position")
    dataset.pipeline = list(pipeline)
    stages = tuple(stage.pk for stage in pipeline if stage.is_theirs)
    own = _union(_mine_and_free([dataset], member, stages))[: FEW + 1]
    return Reach(Extent.FEW if own.count() <= FEW else Extent.MANY, stages)


def _mine_and_free(datasets: list[Dataset], member: Member, stages: Stages) -> list[Items]:
    """The items of the tasks that are assigned to them, and of those that are free for them: each by an index."""
    from .models import Task

    tasks = Task.objects.filter(dataset__in=datasets).order_by().values("item")
    mine = tasks.filter(assignee=member.user_id)
    return [mine, tasks.filter(assignee=None, stage__in=stages)] if stages else [mine]


def _own_items(datasets: list[Dataset], member: Member, stages: Stages) -> Items:
    """The items of all tasks that are theirs: also those whose assignee is barred."""
    from .models import Task

    kinds = _mine_and_free(datasets, member, stages)
    strict = [dataset for dataset in datasets if not dataset.allow_self_review]
    followed = [stage.pk for dataset in strict for stage in dataset.pipeline[:-1]]
    if stages and followed:
        # Only who has submitted in a stage that another one follows can be barred by four eyes.
        submitted = Task.objects.filter(submitted_by=OuterRef("pk"), stage__in=followed)
        suspects = User.objects.filter(Exists(submitted), memberships__client=member.client_id).order_by().values("pk")
        suspicious = Task.objects.filter(dataset__in=strict, stage__in=stages, assignee__in=suspects)
        kinds.append(suspicious.filter(assignee=F("previous__submitted_by")).order_by().values("item"))
    return _union(kinds)


def _union(kinds: list[Items]) -> Items:
    return kinds[0].union(*kinds[1:], all=True) if len(kinds) > 1 else kinds[0]


@own_datasets_are
def datasets_with_own_tasks(member: Member) -> DatasetQuerySet:
    from .models import Task

    tasks = Task.objects.filter(dataset=OuterRef("pk"), deleted_at=None)
    in_stages = tasks.filter(stage__in=stages_of(member))
    # One question for each kind of `theirs`: each is answered by an index, the dearest last.
    barred = Q(allow_self_review=False) & Exists(in_stages.filter(assignee=F("previous__submitted_by")))
    mine = Exists(tasks.filter(assignee=member.user_id)) | Exists(in_stages.filter(assignee=None)) | barred
    return Dataset.objects.filter(mine, client_id=member.client_id)


# --- counts -----------------------------------------------------------------------------------------------------------

Counts = dict[str, dict[Status, int]]


def counts_by_stage(datasets: Iterable[Dataset], *, seen_by: Member | None = None) -> dict[int, Counts]:
    """How many tasks stand where: by dataset key, stage_id and status; as many queries for all of them as for one.

    `seen_by`: only the tasks that this member sees.
    """
    from .models import Task

    datasets = list(datasets)
    own: list[Dataset] = []
    if seen_by is not None:
        own = [dataset for dataset in datasets if not seen_by.access.may(Right.READ, dataset)]
    whole = [dataset for dataset in datasets if dataset not in own]
    found = _counted(whole, Task.objects.filter(dataset__in=whole)) if whole else {}
    if seen_by is not None and own:
        stages = tuple(stages_of(seen_by).filter(dataset__in=own).values_list("pk", flat=True))
        found |= _counted(own, Task.objects.filter(item__in=_own_items(own, seen_by, stages)))
    return found


def counts_in(dataset: Dataset, member: Member, reach: Reach) -> Counts:
    """The same of one dataset, for a member whose reach is known."""
    from .models import Task

    tasks = Task.objects.filter(dataset=dataset)
    if reach.extent != Extent.ALL:
        # Also where it is walked through in lists: to count, all of it is read, so it is better begun with what is own.
        tasks = Task.objects.filter(item__in=_own_items([dataset], member, reach.stages))
    return {} if reach.extent == Extent.NOTHING else _counted([dataset], tasks).get(dataset.pk, {})


def _counted(datasets: list[Dataset], tasks: TaskQuerySet) -> dict[int, Counts]:
    # By the key of the stage, which the index has: its name is known without a join.
    names = {stage.pk: stage.stage_id for dataset in datasets for stage in dataset.pipeline}
    rows = tasks.present().values_list("dataset_id", "stage_id", "status").annotate(models.Count("pk")).order_by()
    found: dict[int, Counts] = {}
    for dataset_key, stage_key, status, count in rows:
        if stage_key in names:
            found.setdefault(dataset_key, {}).setdefault(names[stage_key], {})[Status(status)] = count
    return found
