"""Lists of tasks page by page: orderings, and cursors that cost the same on page 1 and on page 10,000."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet, Value
from django.db.models.expressions import Combinable

from datasets_app.errors import BadInput
from datasets_app.ids import to_millis

from .models import Task
from .places import PLACE
from .querysets import LIST_ORDER, DueOrder

MAX_LIMIT = 1000
SALT = "tasks.cursor"


@dataclass(frozen=True, slots=True)
class Ordering:
    """Columns that are never null and together are unique, all in one direction."""

    columns: tuple[str, ...]
    descending: bool = False


ORDERINGS = {
    "list": Ordering(LIST_ORDER),
    "-updated": Ordering(("updated_at", "id"), descending=True),
    "due": Ordering(("due_order", "id")),
}


class RowComparison(Func):
    """`(a, b) > (1, 2)`: one range of an index, on both databases.

    `searched`: whether that index shall be used; with a sign before each column another one has to be.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(
        self, columns: Sequence[str], values: Sequence[int | Combinable], *, descending: bool, searched: bool = True
    ) -> None:
        right = (value if hasattr(value, "resolve_expression") else Value(value) for value in values)
        super().__init__(*(F(column) for column in columns), *right)
        self.sign = "<" if descending else ">"
        self.mark = "" if searched else "+"

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        half = len(parts) // 2
        left = ", ".join(f"{self.mark}{sql}" for sql, _params in parts[:half])
        right = ", ".join(sql for sql, _params in parts[half:])
        return f"({left}) {self.sign} ({right})", tuple(param for _sql, params in parts for param in params)


def ordered(tasks: QuerySet[Task], ordering: str) -> QuerySet[Task]:
    """The tasks in an ordering of the contract: `list`, `-updated` or `due`."""
    order = ORDERINGS[ordering]
    if ordering == "due":
        tasks = tasks.annotate(due_order=DueOrder("due_at"))
    return tasks.order_by(*(f"-{column}" if order.descending else column for column in order.columns))


@dataclass(frozen=True, slots=True)
class Page:
    """The keys of the tasks of one page, in order, and the cursor of the next one."""

    keys: list[int]
    next_cursor: str | None


def page(tasks: QuerySet[Task], *, ordering: str, limit: int, cursor: str, said: dict[str, Any]) -> Page:
    """At most `limit` tasks after the cursor. `said` are the filters that the cursor has to belong to."""
    order = ORDERINGS[ordering]
    marks = Cursor(_digest(ordering, said), len(order.columns))
    tasks = ordered(tasks, ordering)
    if cursor:
        tasks = tasks.filter(RowComparison(order.columns, marks.read(cursor), descending=order.descending))
    rows = list(tasks.values_list("pk", *order.columns)[: limit + 1])
    return Page([row[0] for row in rows[:limit]], marks.write(rows[limit - 1][1:]) if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class ItemPage:
    """The places of the items of one page, in order, and the cursor of the next one."""

    places: list[tuple[int, int]]
    next_cursor: str | None


def item_page(
    tasks: QuerySet[Task],
    siblings: QuerySet[Task] | None,
    *,
    ordering: str,
    limit: int,
    cursor: str,
    said: dict[str, Any],
) -> ItemPage:
    """At most `limit` items of one dataset after the cursor, in the order of the first task that each has among
    `tasks`: every item once, on whatever page.

    `siblings`: tasks of the dataset among which the other tasks of an item are looked for; None: there are none.
    """
    order = ORDERINGS[ordering]
    by_place = ordering == "list"
    columns = PLACE if by_place else order.columns
    marks = Cursor(_digest(ordering, said | {"of": "items"}), len(columns))
    tasks = ordered(tasks, ordering)
    if cursor:
        tasks = tasks.filter(RowComparison(columns, marks.read(cursor), descending=order.descending))
    if by_place:
        tasks = tasks.order_by(*PLACE).distinct()
    elif siblings is not None:
        tasks = tasks.filter(~_has_one_before(siblings, ordering))
    rows = list(tasks.values_list(*(columns if by_place else columns + PLACE))[: limit + 1])
    places = [(row[-2], row[-1]) for row in rows[:limit]]
    return ItemPage(places, marks.write(rows[limit - 1][: len(columns)]) if len(rows) > limit else None)


def _has_one_before(siblings: QuerySet[Task], ordering: str) -> Exists:
    """Of tasks: another one of the same item comes before it. The index in list order has the item's tasks together."""
    order = ORDERINGS[ordering]
    same = ordered(siblings, ordering).order_by().filter(**{column: OuterRef(column) for column in PLACE})
    outer = [OuterRef(column) for column in order.columns]
    return Exists(same.filter(RowComparison(order.columns, outer, descending=not order.descending, searched=False)))


# --- cursors ----------------------------------------------------------------------------------------------------------


def _digest(ordering: str, said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([ordering, said], sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Positions as signed texts, which belong to an ordering and to filters."""

    digest: str
    columns: int

    def write(self, values: Sequence[Any]) -> str:
        position = [to_millis(value) if hasattr(value, "year") else value for value in values]
        return signing.dumps([self.digest, position], salt=SALT, compress=True)

    def read(self, cursor: str) -> list[int]:
        try:
            belongs_to, position = signing.loads(cursor, salt=SALT)
        except (signing.BadSignature, TypeError, ValueError) as error:
            raise BadInput.of("invalid_cursor", "This cursor is broken: start again without one.", "cursor") from error
        if belongs_to != self.digest or len(position) != self.columns:
            detail = "This cursor belongs to another ordering or other filters: start again without one."
            raise BadInput.of("invalid_cursor", detail, "cursor")
        return [int(value) for value in position]
