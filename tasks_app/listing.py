"""Lists of tasks page by page: orderings, and cursors that cost the same on page 1 and on page 10,000."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import BigIntegerField, BooleanField, F, Func, QuerySet, Value
from django.db.models.functions import Coalesce

from datasets_app.errors import BadInput
from datasets_app.ids import to_millis

from .models import Task
from .querysets import LIST_ORDER

MAX_LIMIT = 1000
SALT = "tasks.cursor"
#: Where tasks without a due time stand: after all others.
NEVER = 2**62


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
    """`(a, b) > (1, 2)`: one range of an index, on both databases."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: Sequence[str], values: Sequence[int], *, descending: bool) -> None:
        super().__init__(*(F(column) for column in columns), *(Value(value) for value in values))
        self.sign = "<" if descending else ">"

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        half = len(parts) // 2
        left, right = (", ".join(sql for sql, _params in side) for side in (parts[:half], parts[half:]))
        return f"({left}) {self.sign} ({right})", tuple(param for _sql, params in parts for param in params)


def ordered(tasks: QuerySet[Task], ordering: str) -> QuerySet[Task]:
    """The tasks in an ordering of the contract: `list`, `-updated` or `due`."""
    order = ORDERINGS[ordering]
    if ordering == "due":
        tasks = tasks.annotate(due_order=Coalesce(F("due_at"), Value(NEVER), output_field=BigIntegerField()))
    return tasks.order_by(*(f"-{column}" if order.descending else column for column in order.columns))


@dataclass(frozen=True, slots=True)
class Page:
    """The keys of the tasks of one page, in order, and the cursor of the next one."""

    keys: list[int]
    next_cursor: str | None


def page(tasks: QuerySet[Task], *, ordering: str, limit: int, cursor: str, said: dict[str, Any]) -> Page:
    """At most `limit` tasks after the cursor. `said` are the filters that the cursor has to belong to."""
    order = ORDERINGS[ordering]
    digest = _digest(ordering, said)
    tasks = ordered(tasks, ordering)
    if cursor:
        tasks = tasks.filter(
            RowComparison(order.columns, _position(cursor, digest, order), descending=order.descending)
        )
    rows = list(tasks.values_list("pk", *order.columns)[: limit + 1])
    keys = [row[0] for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(keys, None)
    position = [to_millis(value) if hasattr(value, "year") else value for value in rows[limit - 1][1:]]
    return Page(keys, signing.dumps([digest, position], salt=SALT, compress=True))


def _digest(ordering: str, said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([ordering, said], sort_keys=True).encode()).hexdigest()[:16]


def _position(cursor: str, digest: str, order: Ordering) -> list[int]:
    try:
        belongs_to, position = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadInput.of("invalid_cursor", "This cursor is broken: start again without one.", "cursor") from error
    if belongs_to != digest or len(position) != len(order.columns):
        detail = "This cursor belongs to another ordering or other filters: start again without one."
        raise BadInput.of("invalid_cursor", detail, "cursor")
    return [int(value) for value in position]
