"""A table of tasks as the address asks for it: filters, ordering and a page of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from datasets_app.errors import BadInput
from datasets_app.ids import now
from datasets_app.models import AttributeValue, Dataset, Member
from tasks_app.filters import TaskFilters
from tasks_app.listing import ORDERINGS, ordered, page
from tasks_app.models import Task, TaskType
from tasks_app.workflow import Status

from .forms import FilterForm

ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A task in a table. `again`: the row above is about the same object. `value`: of an attribute task."""

    task: Task
    again: bool
    value: Any

    @property
    def late(self) -> bool:
        due_at = self.task.due_at
        return due_at is not None and due_at < now() and self.task.dataset.done_at is None


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    words: str
    without: str


@dataclass(slots=True)
class Table:
    """Rows, the filters that are on, where the next page is; or what was wrong with the address."""

    rows: list[Any] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    first: str = ""
    next: str = ""

    @property
    def status(self) -> int:
        return 400 if self.problems else 200


def table(
    query: QueryDict,
    tasks: QuerySet[Task],
    *,
    member: Member,
    dataset: Dataset | None = None,
    ordering: str = "list",
    scope: Any = None,
) -> Table:
    """The page of tasks that an address asks for. What is wrong with it is told, not raised."""
    filters = TaskFilters(query, tasks, member=member, dataset=dataset)
    found = Table(chips=chips(query))
    if not filters.form.is_valid():
        found.problems = [str(text) for texts in filters.form.errors.values() for text in texts]
        return found
    try:
        _fill(found, query, filters, query.get("ordering") or ordering, scope)
    except BadInput as refused:
        found.problems = [problem.detail for problem in refused.problems]
    return found


def _fill(found: Table, query: QueryDict, filters: TaskFilters, ordering: str, scope: Any) -> None:
    if ordering not in ORDERINGS:
        raise BadInput.of("invalid", f"ordering is one of: {', '.join(ORDERINGS)}.", "ordering")
    cursor = query.get("cursor", "")
    said = filters.said() | {"in": [scope, "page"]}
    keys = page(filters.qs, ordering=ordering, limit=ROWS, cursor=cursor, said=said)
    found.rows = rows(ordered(Task.objects.filter(pk__in=keys.keys), ordering))
    if cursor:
        found.first = address(query, cursor=None)
    if keys.next_cursor:
        found.next = address(query, cursor=keys.next_cursor)


def rows(tasks: QuerySet[Task]) -> list[Row]:
    """The rows of these tasks, with the values of attribute tasks by one query more."""
    shown = list(tasks.for_page())  # type: ignore[attr-defined]
    values = _values(shown)
    found: list[Row] = []
    for task in shown:
        again = bool(found) and found[-1].task.item_id == task.item_id
        found.append(Row(task, again, values.get((task.item.attribute_id, task.item.file_id))))
    return found


def _values(tasks: Iterable[Task]) -> dict[tuple[int | None, int | None], Any]:
    items = [task.item for task in tasks if task.item.attribute_id is not None]
    if not items:
        return {}
    files = {item.file_id for item in items if item.file_id}
    values = AttributeValue.objects.filter(attribute__in={item.attribute_id for item in items})
    values = values.filter(Q(file=None) | Q(file__in=files))
    return {(one.attribute_id, one.file_id): one.value for one in values}


# --- chips --------------------------------------------------------------------------------------------------------

LABELS = {name: str(field.label or name.replace("_id", "").replace("_", " ").capitalize()) for name, field in
          FilterForm.base_fields.items()}  # fmt: skip
LABELS["updated_after"] = "Changed after"
CHOICES: dict[str, dict[str, str]] = {
    "status": dict(Status.choices),
    "task_type": dict(TaskType.choices),
    "delayed": {"true": "yes", "false": "no"},
}


def chips(query: QueryDict) -> list[Chip]:
    """The filters that are on, each with the way out of it."""
    found = []
    for name in TaskFilters.base_filters:
        # Of a value that stands several times the last one counts; statuses are any of several.
        for value in dict.fromkeys(query.getlist(name) if name == "status" else query.getlist(name)[-1:]):
            if value or name == "email":
                found.append(Chip(f"{LABELS[name]}: {_words(name, value)}", _without(query, name, value)))
    return found


def _words(name: str, value: str) -> str:
    if name == "email" and not value:
        return "nobody"
    return str(CHOICES.get(name, {}).get(value, value))


def _without(query: QueryDict, name: str, value: str) -> str:
    kept = query.copy()
    kept.setlist(name, [one for one in query.getlist(name) if one != value] if name == "status" else [])
    kept.pop("cursor", None)
    return question(kept)


def address(query: QueryDict, *, cursor: str | None) -> str:
    """The question of the same list, on another page."""
    kept = query.copy()
    kept.pop("cursor", None)
    if cursor:
        kept["cursor"] = cursor
    return question(kept)


def question(query: QueryDict) -> str:
    """The question of an address; a lone "?" where nothing is asked, so that the link goes to the whole list."""
    return f"?{query.urlencode()}"
