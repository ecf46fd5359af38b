"""Tasks of many stages counted at once, quickly: of each stage the database looks at the first tasks only.

A number can so be "at least so many", and no number of tasks makes the count slow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Expression, Q, QuerySet, Subquery, TextField, Value, When

from datasets_app.ids import from_millis, now, to_millis
from datasets_app.models import Stage

#: What a task is to somebody: the kinds of the queue. 0: nothing.
KINDS = {"work": 1, "review": 2}


@dataclass(frozen=True, slots=True)
class Pile:
    """Some tasks, only counted. `more`: others stand behind those that were looked at, perhaps of another kind."""

    count: int = 0
    late: int = 0
    oldest: datetime | None = None
    #: When the one was due that is late longest.
    due_at: datetime | None = None
    more: bool = False

    def __bool__(self) -> bool:
        return self.count > 0


def together(piles: Iterable[Pile]) -> Pile:
    """All of them as one."""
    some = list(piles)
    return Pile(
        sum(one.count for one in some),
        sum(one.late for one in some),
        min((one.oldest for one in some if one.oldest), default=None),
        min((one.due_at for one in some if one.due_at), default=None),
        any(one.more for one in some),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: in which stages (by key), at which of the tasks of `OuterRef("pk")` (in an order that an index
    has: sorting would read all of them), and what each is to somebody. `since`: how long it has been waiting."""

    name: str
    stages: list[int]
    tasks: QuerySet[Any]
    kind: Expression
    since: str = "clock_start"

    def column(self, most: int) -> Case:
        """The tally of the first tasks; empty in other stages."""
        first = self.tasks.annotate(kind=self.kind).values("kind", self.since, "due_at")[:most]
        tally = _Tally(first, self.since)
        return Case(When(pk__in=self.stages, then=tally), default=Value(""), output_field=TextField())


def kind(*cases: tuple[Q, str]) -> Expression:
    """The first that fits."""
    return Case(*(When(condition, then=Value(KINDS[name])) for condition, name in cases), default=Value(0))


def all_work() -> Expression:
    return Value(KINDS["work"])


#: By the name of a place and the key of a stage.
Tallied = dict[str, dict[int, "Tally"]]


def count(places: list[Place], *, most: int) -> Tallied:
    """What there is in all places, looking at so many tasks in each of their stages: one query."""
    columns = {f"in_{place.name}": place.column(most) for place in places}
    keys = {key for place in places for key in place.stages}
    if not keys:
        return {place.name: {} for place in places}
    rows = list(Stage.objects.filter(pk__in=keys).annotate(**columns).values_list("pk", *columns))
    return {
        place.name: {row[0]: Tally(row[number], most) for row in rows} for number, place in enumerate(places, start=1)
    }


class _Tally(Subquery):
    """What rows come to, as one text: how many, then for each kind how many, how many late, since when, due when."""

    output_field = TextField()

    def __init__(self, rows: QuerySet[Any, Any], since: str) -> None:
        parts = ["COUNT(*)"]
        for number in KINDS.values():
            late = f"CASE WHEN kind = {number} AND due_at < {to_millis(now())} THEN due_at END"
            parts += [
                f"COUNT(CASE WHEN kind = {number} THEN 1 END)",
                f"COUNT({late})",
                f"COALESCE(MIN(CASE WHEN kind = {number} THEN {since} END), 0)",
                f"COALESCE(MIN({late}), 0)",
            ]
        joined = " || ' ' || ".join(parts)
        super().__init__(rows, template=f"(SELECT {joined} FROM (%(subquery)s) looked_at)")  # noqa: S608  (numbers)


class Tally:
    """What a stage has in one place. `is_hidden`: perhaps something, but nothing among those that were looked at."""

    def __init__(self, said: str, most: int) -> None:
        self._numbers = [int(word) for word in said.split()] or [0] * (1 + 4 * len(KINDS))
        self._most = most

    @property
    def is_cut(self) -> bool:
        return self._numbers[0] >= self._most

    @property
    def is_hidden(self) -> bool:
        return self.is_cut and not any(self.pile(name) for name in KINDS)

    def pile(self, name: str) -> Pile:
        """The tasks of one kind."""
        first = 4 * KINDS[name] - 3
        number, late, since, due_at = self._numbers[first : first + 4]
        return Pile(number, late, _moment(since), _moment(due_at), self.is_cut)


def _moment(millis: int) -> datetime | None:
    return from_millis(millis) if millis else None
