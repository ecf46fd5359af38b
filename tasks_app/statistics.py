"""The figures of a dataset's progress: what was finished, what was sent back and why, how long tasks took.

All of them come from few set-based queries, whose answers are small however many tasks there are: the database
groups them, or they are worked out from a part of the tasks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from statistics import median
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from datasets_app.ids import to_millis
from datasets_app.models import Stage, User

from .models import Task, TaskEvent
from .workflow import HANDED_OVER, Action, Status

Tasks = QuerySet[Task]
Rows = QuerySet[Any, tuple[Any, ...]]
#: How many tasks stand where, by stage key and status.
Counts = dict[int, dict[Status, int]]

#: Every time zone's days and hours begin at a quarter of an hour of UTC.
QUARTER = 15 * 60 * 1000
#: Tasks of a stage on which times are measured: of 5,000 the 90th percentile is somewhere from 89.2 to 90.8.
MEASURED = 5_000
#: Accepted tasks that are counted one by one; of more, a part is, and stands for all.
COUNTED = 30_000
#: Every so many tasks: primes, which have no rhythm in common with the objects of a frame.
STEPS = (1, 2, 3, 5, 7, 11, 17, 29, 53, 97, 193, 389, 769, 1543, 3089)
#: Statuses of tasks that have been submitted, so that they have a time.
TIMED = sorted(HANDED_OVER | {Status.REJECTED})
#: What a task is about, from a task or an event.
SUBJECT = ("item__label__label_category_id", "item__attribute__attribute_id")
NO_REASON, NO_CATEGORY, NOBODY = "no reason", "no category", "nobody"


def counts(tasks: Tasks) -> Counts:
    """How many tasks of one dataset stand where: an index answers alone."""
    found: Counts = {}
    for stage, status, count in tasks.values_list("stage_id", "status").annotate(Count("pk")).order_by():
        found.setdefault(stage, {})[Status(status)] = count
    return found


def finished(tasks: Tasks, stage: Stage, since: datetime | None) -> dict[int, int]:
    """How many tasks of a stage were accepted, by the quarter of an hour in which they were."""
    accepted = tasks.filter(stage=stage, status=Status.ACCEPTED)
    if since is not None:
        accepted = accepted.filter(finished_at__gte=since)
    quarter = ExpressionWrapper(F("finished_at") / QUARTER, output_field=BigIntegerField())
    rows = accepted.values_list(quarter).annotate(Count("pk")).order_by()
    return {number * QUARTER: count for number, count in rows}


def _step(count: float, enough: int) -> int:
    """Of so many tasks, every so-manieth is enough."""
    return next((step for step in STEPS if count <= step * enough), STEPS[-1])


def _every(tasks: Tasks, stages: Iterable[int], step: Any) -> Tasks:
    """Every so-manieth task of these stages. An index knows which: the other rows are not fetched."""
    turn = ExpressionWrapper(F("pk") % step, output_field=BigIntegerField())
    return tasks.filter(stage__in=list(stages)).alias(turn=turn).filter(turn=0)


class SentBack(Func):
    """Whether a task was ever sent back. Written out: an index of these tasks only helps who writes the same."""

    template = "%(expressions)s > 0"
    output_field = BooleanField()
    conditional = True


# --- rejections -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """What was sent back of one kind. `decided`: of how many that were accepted or rejected."""

    name: str
    rejected: int
    decided: int

    @property
    def rate(self) -> float:
        return self.rejected / self.decided


@dataclass(frozen=True, slots=True)
class Rejections:
    """Most often first. Of reasons, `decided` is the number of all rejections.

    `every` greater than 1: rejections are all counted, but what was accepted is worked out from each so-manieth.
    """

    rejected: int
    decided: int
    by_reason: list[Share]
    by_category: list[Share]
    by_labeller: list[Share]
    every: int = 1


def rejections(tasks: Tasks, standing: Counts, since: datetime | None, *, part: float = 1.0) -> Rejections:
    """What was sent back, why, and whose work it was. Each rejection that was not undone counts, of tasks that did
    not begin anew since; what was accepted counts as it stands now. `part`: how much of all that was done may be of
    this time."""
    every = _step(part * sum(of_stage.get(Status.ACCEPTED, 0) for of_stage in standing.values()), COUNTED)
    reasons: Counter[str] = Counter()
    back_of: tuple[Counter[str], Counter[int | None]] = (Counter(), Counter())
    good_of: tuple[Counter[str], Counter[int | None]] = (Counter(), Counter())
    for category, attribute, person, reason, count in _sent_back(tasks, since).iterator():
        reasons[reason or NO_REASON] += count
        back_of[0][_subject(category, attribute)] += count
        back_of[1][person] += count
    for category, attribute, person, count in _accepted(tasks, standing, every, since).iterator():
        good_of[0][_subject(category, attribute)] += count * every
        good_of[1][person] += count * every
    (kinds, people), (good_kinds, good_people) = back_of, good_of
    emails = dict(User.objects.filter(pk__in=[key for key in people if key]).values_list("pk", "email"))
    rejected = reasons.total()
    return Rejections(
        rejected,
        rejected + good_kinds.total(),
        _shares((name, count, rejected) for name, count in reasons.items()),
        _shares((name, count, count + good_kinds[name]) for name, count in kinds.items()),
        _shares((emails.get(key or 0, NOBODY), count, count + good_people[key]) for key, count in people.items()),
        every,
    )


def _sent_back(tasks: Tasks, since: datetime | None) -> Rows:
    """Rejections by what was rejected, whose it was, and why."""
    undone = TaskEvent.objects.filter(task=OuterRef("task"), undoes=OuterRef("action_id"))
    # Tasks that were never sent back are left out first: their events are not looked at. The same action moved the
    # next task, too; only the one that was rejected went to `rejected`.
    events = TaskEvent.objects.filter(
        ~Exists(undone),
        task__in=tasks.filter(SentBack("rework_count")),
        action=Action.REJECT,
        to_status=Status.REJECTED,
    )
    if since is not None:
        events = events.filter(at__gte=since)
    # Who may work no longer lost the task by the same action.
    whose = Coalesce("assignee_id", Cast(KT("before__assignee_id"), BigIntegerField()))
    return events.values_list(*SUBJECT, whose, "reason").annotate(Count("pk")).order_by()


def _accepted(tasks: Tasks, stages: Iterable[int], every: int, since: datetime | None) -> Rows:
    """What people accepted, by what it was and whose. What the system finished was decided by nobody."""
    accepted = _every(tasks, stages, Value(every)).filter(status=Status.ACCEPTED, reviewed_at__isnull=False)
    if since is not None:
        accepted = accepted.filter(reviewed_at__gte=since)
    return accepted.values_list(*SUBJECT, "submitted_by_id").annotate(Count("pk")).order_by()


def _subject(category: str | None, attribute: str | None) -> str:
    return f"{attribute} (attribute)" if attribute else category or NO_CATEGORY


def _shares(rows: Iterable[tuple[str, int, int]]) -> list[Share]:
    return sorted((Share(*row) for row in rows), key=lambda one: (-one.rejected, one.name))


# --- time in each stage -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    """How long it took, in milliseconds, for half of the tasks and for nine of ten. `every`: each so-manieth task
    was measured; more than 1 means "about"."""

    median: float
    ninetieth: float
    measured: int
    every: int = 1


@dataclass(frozen=True, slots=True)
class StageTimes:
    """From ready to the latest submission, and from there to the decision. None: no task has come so far."""

    work: Spread | None
    review: Spread | None


def stage_times(tasks: Tasks, standing: Counts, since: datetime | None, *, part: float = 1.0) -> dict[int, StageTimes]:
    """How long the tasks of each stage took, by stage key. Where there are very many, some of them are measured.
    `part`: how much of all that was done may be of this time."""
    steps = {
        key: _step(part * sum(of_stage.get(one, 0) for one in TIMED), MEASURED) for key, of_stage in standing.items()
    }
    found = _times(tasks, steps, since)
    return {key: StageTimes(*(_spread(times, steps[key]) for times in both)) for key, both in found.items()}


def _times(tasks: Tasks, steps: dict[int, int], since: datetime | None) -> dict[int, tuple[list[int], list[int]]]:
    """The milliseconds of work and of review of the tasks that are measured, by stage."""
    found: dict[int, tuple[list[int], list[int]]] = {key: ([], []) for key in steps}
    if not steps:
        return found
    start = 0 if since is None else to_millis(since)
    every = Case(*(When(stage=key, then=step) for key, step in steps.items()), output_field=BigIntegerField())
    recent = Q(submitted_at__gte=start) | Q(reviewed_at__gte=start)
    rows = _every(tasks, steps, every).filter(recent, status__in=TIMED, ready_at__isnull=False).order_by()
    columns = (Cast(name, BigIntegerField()) for name in ("ready_at", "submitted_at", "reviewed_at"))
    for stage, ready, submitted, reviewed in rows.values_list("stage_id", *columns):
        work, review = found[stage]
        if submitted >= start:
            work.append(max(submitted - ready, 0))
        if reviewed is not None and reviewed >= start:
            review.append(max(reviewed - submitted, 0))
    return found


def _spread(times: list[int], every: int) -> Spread | None:
    if not times:
        return None
    times = sorted(times)
    return Spread(median(times), times[ceil(0.9 * len(times)) - 1], len(times), every)
