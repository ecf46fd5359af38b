"""What a person is to do next: `POST /datasets/{id}/tasks/next`, and the review desk.

In this order: what was sent back to them, what they have begun, what is assigned to them, what is free; within each
the oldest clock first, then list order. The answer is claimed for them, and two people never get the same one:
PostgreSQL skips rows that others hold, SQLite lets one writer in at a time, and the claim itself names what it
expects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from django.db import transaction
from django.db.models import F, Q, QuerySet, Subquery

from datasets_app.models import Dataset, Member, Stage
from datasets_app.roles import Right

from . import policies
from .chains import read_chain
from .claims import WORKED_ON, claim, not_skipped_by, release, to_review, unclaimed_for
from .models import Task
from .workflow import Status

KINDS = ("work", "review")
#: The order within one stage, status and assignee: that of the index `task_queue`.
ORDER = ("assignee_id", "clock_start", "file_order", "item_order")
#: How often the best task may be snatched away before the answer is "nothing now".
ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Offer:
    """The task that the member will own, claimed; and the one to decide on for it, if it is a review."""

    task: Task
    review: Task | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What there is for a member in a dataset: in one stage or all, of one kind or both."""

    dataset: Dataset
    member: Member
    stage: Stage | None = None
    kind: str | None = None

    def tiers(self) -> Iterator[list[QuerySet[Task]]]:
        """Four tiers, the first first. In each a queryset for a stage: the database reads it in order by an index."""
        mine, nobodys = Q(assignee=self.member.user_id), Q(assignee=None)
        yield self._rejected(self._stages(), mine)
        yield [self._to_do(stage, Status.IN_PROGRESS).filter(mine) for stage in self._stages()]
        yield [self._to_do(stage, Status.READY).filter(mine) for stage in self._stages()]
        open_to_me = [stage for stage in self._stages() if self.member.access.may_work_in(stage)]
        ready = [self._to_do(stage, Status.READY).filter(nobodys) for stage in open_to_me]
        yield ready + self._rejected(open_to_me, nobodys) + self._barred(open_to_me) + self._handed_over()

    def _has(self, kind: str) -> bool:
        return self.kind in (None, kind)

    def _stages(self) -> list[Stage]:
        return [self.stage] if self.stage else self.dataset.pipeline

    def _tasks(self, stage: Stage) -> QuerySet[Task]:
        tasks = Task.objects.filter(unclaimed_for(self.member), not_skipped_by(self.member), stage=stage)
        return tasks.filter(deleted_at=None).order_by(*ORDER)

    def _rejected(self, stages: list[Stage], whose: Q) -> list[QuerySet[Task]]:
        return [self._tasks(stage).filter(whose, status=Status.REJECTED) for stage in stages if self._has("work")]

    def _to_do(self, stage: Stage, status: Status) -> QuerySet[Task]:
        """To be worked on, or to be reviewed: then by somebody else than who submitted the task before."""
        work, review = Q(handed_by=None), Q(handed_by__isnull=False) & self._by_others("handed_by")
        wanted = {"work": work, "review": review}
        return self._tasks(stage).filter(wanted[self.kind] if self.kind else work | review, status=status)

    def _by_others(self, column: str) -> Q:
        """What somebody else submitted."""
        me = self.member.user_id
        # Not "another than me", which asks for null as well: two ranges are read in an index.
        return Q() if self.dataset.allow_self_review else Q(**{f"{column}__lt": me}) | Q(**{f"{column}__gt": me})

    def _barred(self, stages: list[Stage]) -> list[QuerySet[Task]]:
        """To be reviewed, and the assignee submitted it: they count as nobody."""
        if self.dataset.allow_self_review or not self._has("review"):
            return []
        barred = Q(assignee=F("handed_by"), status__in=WORKED_ON) & self._by_others("assignee")
        return [self._tasks(stage).filter(barred).order_by(*ORDER[1:]) for stage in stages]

    def _handed_over(self) -> list[QuerySet[Task]]:
        """What waits for the customer in the last stage."""
        last = self.dataset.pipeline[-1]
        if last not in self._stages() or not self._has("review"):
            return []
        if not self.member.access.may(Right.REVIEW_LAST, self.dataset):
            return []
        tasks = self._tasks(last).filter(self._by_others("submitted_by"), status=Status.SUBMITTED)
        return [tasks.order_by(*ORDER[1:])]

    def first(self, besides: Iterable[int]) -> Task | None:
        """The first task of the first tier that has one, locked with its item against every other writer."""
        for tier in self.tiers():
            for tasks in self._in_order([some.exclude(pk__in=list(besides)) for some in tier]):
                # Only one is locked: others are to find what is left, not that it is locked.
                if task := _locked(tasks):
                    return task
        return None

    def _in_order(self, tier: list[QuerySet[Task]]) -> list[QuerySet[Task]]:
        """Those that have a task, by where their first one stands. Two queries, however many they are."""
        firsts = {f"first_{number}": Subquery(tasks.values("pk")[:1]) for number, tasks in enumerate(tier)}
        row = Member.objects.filter(pk=self.member.pk).values_list(*firsts.values())[0] if firsts else ()
        keys = [key for key in row if key is not None]
        places = Task.objects.filter(pk__in=keys).values_list("pk", *ORDER[1:]) if keys else []
        by_key = {key: (*place, key) for key, *place in places}
        found = [(by_key[key], tasks) for key, tasks in zip(row, tier, strict=True) if key in by_key]
        return [tasks for _place, tasks in sorted(found, key=itemgetter(0))]

    def count(self, most: int) -> int:
        """How many there are, counted up to `most`."""
        if self.dataset.done_at is not None:
            return 0
        first, *others = [tasks.order_by().values("pk") for tier in self.tiers() for tasks in tier]
        return first.union(*others, all=True)[:most].count()


def _locked(tasks: QuerySet[Task]) -> Task | None:
    # What another writer holds is passed over: it is about to change.
    return tasks.select_related("item").select_for_update(of=("self", "item"), skip_locked=True, no_key=True).first()


def offer_next(
    dataset: Dataset,
    *,
    by: Member,
    stage: Stage | None = None,
    kind: str | None = None,
    besides: Iterable[int] = (),
) -> Offer | None:
    """The next task for a member, claimed for them; None: there is nothing now.

    Asked again, it is the same one, as long as nothing was done about it: the claims that a member holds in a
    dataset end when another is given to them, but for those on the tasks with the keys `besides`.
    """
    policies.check_takes_part(dataset, by=by)
    besides = frozenset(besides)
    with transaction.atomic():
        # One after another for the same person: two of their requests would wait for each other's claims.
        Member.objects.select_for_update(no_key=True).get(pk=by.pk)
        task = None if dataset.done_at else _claimed(Queue(dataset, by, stage, kind), besides)
        if task is None:
            return None
        release(dataset, by=by, but=besides | {task.pk})
        chain = read_chain(task)
        task = chain.same(task)
        return Offer(task, to_review(chain, task))


def _claimed(queue: Queue, besides: frozenset[int]) -> Task | None:
    for _attempt in range(ATTEMPTS):
        task = queue.first(besides)
        if task is None:
            return None
        task.dataset = queue.dataset
        if claim(task, by=queue.member):
            return task
    return None
