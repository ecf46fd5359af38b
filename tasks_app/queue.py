"""What a person is to do next: `POST /datasets/{id}/tasks/next`, and the review desk.

In this order: what was sent back to them, what they have begun, what is assigned to them, what is free; within each
the oldest clock first, then list order. The answer is claimed for them, and two people never get the same one:
PostgreSQL skips rows that others hold, SQLite lets one writer in at a time, and the claim itself names what it
expects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import itemgetter, or_
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from datasets_app.models import Dataset, Member, Stage, User
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
        work = Q(previous=None) | Q(previous__status=Status.ACCEPTED)
        review = Q(previous__status=Status.SUBMITTED) & self._other_eyes("previous__submitted_by")
        wanted = {"work": work, "review": review}
        kinds = wanted[self.kind] if self.kind else work | review
        return self._tasks(stage).filter(kinds, status=status)

    def _other_eyes(self, submitted_by: str) -> Q:
        return Q() if self.dataset.allow_self_review else ~Q(**{submitted_by: self.member.user_id})

    def _barred(self, stages: list[Stage]) -> list[QuerySet[Task]]:
        """To be reviewed, and the assignee submitted it: they count as nobody."""
        if self.dataset.allow_self_review or not self._has("review"):
            return []
        found = []
        for before, stage in pairwise(self.dataset.pipeline):
            suspects = self._suspects(before, stage) if stage in stages else []
            if suspects:
                to_them = self._tasks(stage).filter(status__in=WORKED_ON, assignee__in=suspects)
                barred = to_them.filter(previous__status=Status.SUBMITTED, assignee=F("previous__submitted_by"))
                found.append(barred.order_by(*ORDER[1:]))
        return found

    def _suspects(self, before: Stage, stage: Stage) -> list[int]:
        """Who else has something to review in a stage and has submitted in the one before: mostly nobody."""
        others = User.objects.filter(memberships__client=self.dataset.client_id).exclude(pk=self.member.user_id)
        clocks = {str(status): _oldest_clock(stage, status) for status in WORKED_ON}
        busy = others.alias(**clocks).filter(reduce(or_, (Q(**{f"{name}__isnull": False}) for name in clocks)))
        submitted = Task.objects.filter(dataset=self.dataset, stage=before)
        # One by one: then the database knows how much each has submitted, and looks into the right index.
        return [key for key in busy.values_list("pk", flat=True) if submitted.filter(submitted_by=key).exists()]

    def _handed_over(self) -> list[QuerySet[Task]]:
        """What waits for the customer in the last stage."""
        last = self.dataset.pipeline[-1]
        if last not in self._stages() or not self._has("review"):
            return []
        if not self.member.access.may(Right.REVIEW_LAST, self.dataset):
            return []
        tasks = self._tasks(last).filter(self._other_eyes("submitted_by"), status=Status.SUBMITTED)
        return [tasks.order_by(*ORDER[1:])]

    def first(self, besides: Iterable[int]) -> Task | None:
        """The first task of the first tier that has one, locked with its item against every other writer."""
        for tier in self.tiers():
            found = [(tasks, _place(tasks)) for tasks in (some.exclude(pk__in=list(besides)) for some in tier)]
            # Only one is locked: others are to find what is left, not that it is locked.
            for tasks, _ in sorted((one for one in found if one[1]), key=itemgetter(1)):
                if task := _locked(tasks):
                    return task
        return None

    def count(self, most: int) -> int:
        """How many there are, counted up to `most`."""
        if self.dataset.done_at is not None:
            return 0
        first, *others = [tasks.order_by().values("pk") for tier in self.tiers() for tasks in tier]
        return first.union(*others, all=True)[:most].count()


def _oldest_clock(stage: Stage, status: Status) -> Subquery:
    """Of a user's tasks there. In this order they stand in `task_queue`: it is a look at the index for each user."""
    theirs = Task.objects.filter(stage=stage, status=status, assignee=OuterRef("pk"), deleted_at=None)
    return Subquery(theirs.order_by("clock_start").values("clock_start")[:1])


def _place(tasks: QuerySet[Task]) -> tuple[Any, ...] | None:
    """Where the first of these stands in the order of a tier; None: there is none."""
    return tasks.values_list(*ORDER[1:], "pk").first()


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
