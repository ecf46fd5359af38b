"""The TaskResource, made in one place, for one task and for a million: the database writes each row's JSON.

`COLUMNS` says where each key comes from; `api.serializers.TaskResource` declares the same keys for the schema,
and a test compares what both databases write with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import (
    BigIntegerField,
    Case,
    Expression,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import NullIf

from datasets_app.ids import now, to_millis
from datasets_app.models import AttributeValue

from .models import Task


@dataclass(frozen=True, slots=True)
class Column:
    """Where a key of the JSON comes from, and whether SQLite has to be told that it is no plain text or number."""

    source: str | Callable[[], Any]
    kind: str = "plain"  # plain, boolean, json

    def expression(self) -> Any:
        return F(self.source) if isinstance(self.source, str) else self.source()


def _or_null(name: str) -> Callable[[], Expression]:
    return lambda: NullIf(F(name), Value(""), output_field=TextField())


def value_of() -> Expression:
    """The value of an attribute task: in its file, or as a whole. Label tasks do not ask."""
    values = AttributeValue.objects.filter(attribute=OuterRef("item__attribute"))
    in_file = values.filter(file=OuterRef("item__file")).values("value")[:1]
    as_a_whole = values.filter(file=None).values("value")[:1]
    return Case(
        When(item__attribute=None, then=None),
        When(item__file=None, then=Subquery(as_a_whole)),
        default=Subquery(in_file),
    )


def _level() -> Expression:
    return Case(When(item__file=None, then=Value("dataset")), default=Value("frame"), output_field=TextField())


def _delay() -> Expression:
    return ExpressionWrapper(Value(to_millis(now())) - F("due_at"), output_field=BigIntegerField())


COLUMNS: dict[str, Column] = {
    "task_id": Column("task_id"),
    "client_id": Column("dataset__client__client_id"),
    "dataset_id": Column("dataset__dataset_id"),
    "stage_id": Column("stage__stage_id"),
    "task_type": Column("item__task_type"),
    "level": Column(_level),
    "file_id": Column("item__file__file_id"),
    "label_set_id": Column("item__label__label_set_id"),
    "label_id": Column("item__label__label_id"),
    "label_type": Column("item__label__label_type"),
    "label_category_id": Column("item__label__label_category_id"),
    "attribute_id": Column("item__attribute__attribute_id"),
    "value": Column(value_of, "json"),
    "status": Column("status"),
    "email": Column("assignee__email"),
    "submitted_by": Column("submitted_by__email"),
    "reviewed_by": Column("reviewed_by__email"),
    "rework_count": Column("rework_count"),
    "last_reason": Column(_or_null("last_reason")),
    "last_comment": Column(_or_null("last_comment")),
    "changed_in_review": Column("changed_in_review", "boolean"),
    "label_changed_since_submit": Column("label_changed_since_submit", "boolean"),
    "previous_task_id": Column("previous__task_id"),
    "previous_status": Column("previous__status"),
    "next_task_id": Column("next__task_id"),
    "create_time_millis": Column("created_at"),
    "ready_time_millis": Column("ready_at"),
    "submit_time_millis": Column("submitted_at"),
    "review_time_millis": Column("reviewed_at"),
    "finish_time_millis": Column("finished_at"),
    "due_time_millis": Column("due_at"),
    "update_time_millis": Column("updated_at"),
    "deleted_time_millis": Column("deleted_at"),
    "version": Column("version"),
}
#: The DelayedTaskResource has one key more.
DELAYED_COLUMNS = COLUMNS | {"delay_millis": Column(_delay)}

#: Rows for each fetch from the database.
FETCH = 2_000


def json_rows(tasks: QuerySet[Task], columns: dict[str, Column] = COLUMNS, *, few: bool = False) -> Iterator[str]:
    """The JSON of each task, in the order of the queryset, in constant memory.

    `few`: they fit into memory anyway, and PostgreSQL answers them at once instead of through a named cursor.

    SQLite: rows of `json_object`; PostgreSQL: `row_to_json` over a named cursor. Both are some twenty times
    faster than making objects and serializing them.
    """
    connection = connections[tasks.db]
    try:
        sql, params = json_sql(tasks, columns)
    except EmptyResultSet:  # no database is needed to know that there are none
        return
    named = connection.vendor == "postgresql" and not few
    # A named cursor lives in a transaction; SQLite's would take the write lock, and one SELECT needs none.
    with (
        transaction.atomic(tasks.db) if named else nullcontext(),
        connection.chunked_cursor() if named else connection.cursor() as cursor,
    ):
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(FETCH):
            yield from (row[0] for row in rows)


def json_sql(tasks: QuerySet[Task], columns: dict[str, Column]) -> tuple[str, Sequence[Any]]:
    """The statement that answers one JSON text for each task. All names in it are ours; values are parameters."""
    names = {key: f"j_{key}" for key in columns}  # a bare key could be the name of a model field
    rows = tasks.annotate(**{names[key]: column.expression() for key, column in columns.items()})
    inner, params = rows.values_list(*names.values()).query.get_compiler(tasks.db).as_sql()
    if connections[tasks.db].vendor == "postgresql":
        picked = ", ".join(f'r.{name} AS "{key}"' for key, name in names.items())
        return f"SELECT row_to_json(x)::text FROM (SELECT {picked} FROM ({inner}) r) x", params  # noqa: S608
    pairs = ", ".join(f"'{key}', {_sqlite_value(names[key], column.kind)}" for key, column in columns.items())
    return f"SELECT json_object({pairs}) FROM ({inner}) r", params  # noqa: S608


def _sqlite_value(name: str, kind: str) -> str:
    if kind == "boolean":
        return f"json(CASE WHEN r.{name} THEN 'true' ELSE 'false' END)"
    return f"json(r.{name})" if kind == "json" else f"r.{name}"
