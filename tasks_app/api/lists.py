"""Answers that are lists of tasks: whole and streamed, or a page with a cursor. The rows come from `resource`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.request import Request

from config.api.concurrency import Slot, Streamed
from config.api.views import actor
from datasets_app.errors import BadInput, Problem
from datasets_app.models import Dataset, Member
from tasks_app.filters import TaskFilters
from tasks_app.listing import MAX_LIMIT, ORDERINGS, ordered, page
from tasks_app.models import Task
from tasks_app.resource import COLUMNS, Column, json_rows

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Listed:
    """What a request for a list asks for, checked."""

    tasks: QuerySet[Task]
    columns: dict[str, Column]
    ordering: str
    limit: int | None
    cursor: str
    said: dict[str, Any]
    who: str

    def rows(self, tasks: QuerySet[Task]) -> Iterator[str]:
        return json_rows(ordered(tasks, self.ordering), self.columns, few=self.limit is not None)


def read(
    request: Request,
    tasks: QuerySet[Task],
    *,
    member: Member,
    dataset: Dataset | None = None,
    columns: dict[str, Column] = COLUMNS,
    without: tuple[str, ...] = (),
) -> Listed:
    """Filters, ordering, `fields`, `limit` and `cursor` of a request. Raises `BadInput`."""
    filters = TaskFilters(request.query_params, tasks, member=member, dataset=dataset, without=without)
    if not filters.form.is_valid():
        found = filters.form.errors.get_json_data().items()
        raise BadInput(*(Problem(one["code"] or "invalid", one["message"], name) for name, all in found for one in all))
    ordering = request.query_params.get("ordering") or "list"
    if ordering not in ORDERINGS:
        raise BadInput.of("invalid", f"ordering is one of: {', '.join(ORDERINGS)}.", "ordering")
    user, token = actor(request)
    who = f"token-{token.token_id}" if token else f"user-{user.pk}"
    return Listed(
        filters.qs,
        _columns(request.query_params.get("fields", ""), columns),
        ordering,
        _limit(request.query_params.get("limit")),
        request.query_params.get("cursor", ""),
        filters.said() | {"in": [request.path, user.pk, request.query_params.get("email", "")]},
        who,
    )


def _columns(said: str, columns: dict[str, Column]) -> dict[str, Column]:
    names = [name.strip() for name in said.split(",") if name.strip()]
    if unknown := [name for name in names if name not in columns]:
        raise BadInput.of("invalid", f"{unknown[0][:50]} is not a key of these tasks.", "fields")
    return {name: column for name, column in columns.items() if name in names} if names else columns


def _limit(said: str | None) -> int | None:
    if said is None or said == "":
        return None
    if not said.isascii() or not said.isdecimal() or len(said) > 6 or not 1 <= int(said) <= MAX_LIMIT:
        raise BadInput.of("invalid", f"limit is a whole number from 1 to {MAX_LIMIT}.", "limit")
    return int(said)


Parts = Callable[[Listed], Iterator[str]]


def respond(listed: Listed, whole: Parts, some: Parts | None = None) -> HttpResponse | StreamingHttpResponse:
    """The whole list, streamed; or with `limit` one page, made in the same way (or by `some`) and a cursor."""
    if listed.limit is None:
        if listed.cursor:
            raise BadInput.of("invalid_cursor", "A cursor goes with a limit.", "cursor")
        slot = Slot(listed.who)
        return StreamingHttpResponse(Streamed(whole(listed), slot), content_type=JSON)
    found = page(listed.tasks, ordering=listed.ordering, limit=listed.limit, cursor=listed.cursor, said=listed.said)
    body = "".join((some or whole)(replace(listed, tasks=Task.objects.filter(pk__in=found.keys))))
    cursor = f'"{found.next_cursor}"' if found.next_cursor else "null"
    return HttpResponse(f'{body[:-1]}, "next_cursor": {cursor}}}', content_type=JSON)


def array(rows: Iterator[str]) -> Iterator[str]:
    """Rows as a JSON array. Where reading fails, the array is not closed."""
    yield "["
    for number, row in enumerate(rows):
        yield f",\n{row}" if number else row
    yield "]"


def tasks_whole(listed: Listed) -> Iterator[str]:
    yield '{"tasks": '
    yield from array(listed.rows(listed.tasks))
    yield "}"


def user_tasks_whole(listed: Listed) -> Iterator[str]:
    yield '{"file_tasks": '
    yield from array(listed.rows(listed.tasks.filter(item__file__isnull=False)))
    yield ', "label_tasks": '
    yield from array(listed.rows(listed.tasks.filter(item__file=None)))
    yield "}"


def delayed_whole(listed: Listed) -> Iterator[str]:
    """The list under both names: read once, kept aside for the second time."""
    with tempfile.SpooledTemporaryFile(max_size=4_000_000, mode="w+", encoding="utf-8") as kept:
        yield '{"delayed tasks": '
        for part in array(listed.rows(listed.tasks)):
            kept.write(part)
            yield part
        yield ', "delayed_tasks": '
        kept.seek(0)
        while part := kept.read(65_536):
            yield part
    yield "}"


def delayed_some(listed: Listed) -> Iterator[str]:
    """On a page `delayed_tasks` alone is filled."""
    yield '{"delayed tasks": [], "delayed_tasks": '
    yield from array(listed.rows(listed.tasks))
    yield "}"
