"""The flow of the work through the stages of a dataset: a row for each item, a column for each stage.

The filters pick tasks; a row shows the whole chain of every item that has one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Value
from django.http import QueryDict

from datasets_app.errors import BadInput
from datasets_app.ids import now
from datasets_app.models import Dataset, Member, Stage
from tasks_app.filters import TaskFilters
from tasks_app.listing import ORDERINGS, ItemPage, item_page
from tasks_app.models import Task, TaskType
from tasks_app.places import PLACE
from tasks_app.planning import AFTER_LABELS
from tasks_app.resource import value_of
from tasks_app.workflow import Status

from .lists import ROWS, Table, address, chips
from .statuses import LOOKS, Look
from .strips import Thumb, thumbs_of

#: The orderings, as the head of the table calls them.
SORTS = {"list": "in order", "-updated": "latest change", "due": "due first"}


@dataclass(frozen=True, slots=True)
class Cell:
    """The task of an item in one stage. `fits`: the filters pick it."""

    stage: Stage
    task_id: str
    look: Look
    email: str
    updated_at: datetime
    due_at: datetime | None
    rework_count: int
    late: bool
    fits: bool
    since_submit: bool
    in_review: bool

    @property
    def changed(self) -> str:
        """Whether its label was changed when that is worth a second look."""
        words = {"since submit": self.since_submit, "in review": self.in_review}
        return ", ".join(f"changed {when}" for when, is_so in words.items() if is_so)

    @property
    def person(self) -> str:
        return self.email.partition("@")[0]

    @property
    def waits(self) -> bool:
        """Nothing has happened to it yet, so it has no age."""
        return self.look.status == Status.WAITING


@dataclass(slots=True)
class Row:
    """An item: what it is about, and its chain. A stage in which it has no task is None."""

    name: str
    category: str | None
    file_id: str
    value: Any
    cells: list[Cell | None]
    is_by_frame: bool
    thumb: Thumb | None = None

    @property
    def task_id(self) -> str:
        """One task that stands for the item: the first that the filters pick."""
        return next(cell.task_id for cell in sorted(filter(None, self.cells), key=lambda cell: not cell.fits))


@dataclass(frozen=True, slots=True)
class Sort:
    """An ordering that the head of the table offers."""

    words: str
    address: str
    chosen: bool


@dataclass(slots=True)
class Flow(Table):
    """The table: also its stages and orderings, and the looks that its cells share."""

    stages: list[Stage] = field(default_factory=list)
    sorts: list[Sort] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


def flow(query: QueryDict, tasks: QuerySet[Task], *, member: Member, dataset: Dataset, scope: Any) -> Flow:
    """The page of items that an address asks for. What is wrong with it is told, not raised."""
    filters = TaskFilters(query, tasks, member=member, dataset=dataset)
    found = Flow(chips=chips(query), stages=dataset.pipeline)
    if not filters.form.is_valid():
        found.problems = [str(text) for texts in filters.form.errors.values() for text in texts]
        return found
    ordering = query.get("ordering") or "list"
    found.sorts = [Sort(words, _sorted_by(query, name), name == ordering) for name, words in SORTS.items()]
    try:
        _fill(found, query, filters, ordering, scope)
    except BadInput as refused:
        found.problems = [problem.detail for problem in refused.problems]
    return found


def _fill(found: Flow, query: QueryDict, filters: TaskFilters, ordering: str, scope: Any) -> None:
    if ordering not in ORDERINGS:
        raise BadInput.of("invalid", f"ordering is one of: {', '.join(ORDERINGS)}.", "ordering")
    cursor = query.get("cursor", "")
    said = filters.said() | {"in": [scope, "page"]}
    page = item_page(filters.qs, _siblings(found, filters), ordering=ordering, limit=ROWS, cursor=cursor, said=said)
    rows = _rows(page, filters, found.stages)
    there = {cell.look.status for row in rows for cell in row.cells if cell}
    found.rows = rows
    found.looks = [look for status, look in LOOKS.items() if status in there]
    if cursor:
        found.first = address(query, cursor=None)
    if page.next_cursor:
        found.next = address(query, cursor=page.next_cursor)


def _siblings(found: Flow, filters: TaskFilters) -> QuerySet[Task] | None:
    """Among which the other tasks of an item are looked for; None where it has one at the most."""
    if "stage_id" in filters.keys or len(found.stages) == 1:
        return None
    return filters.of_tasks_alone(Task.objects.filter(dataset=filters.dataset, deleted_at=None))


def _sorted_by(query: QueryDict, ordering: str) -> str:
    kept = query.copy()
    kept.pop("ordering", None)
    if ordering != "list":
        kept["ordering"] = ordering
    return address(kept, cursor=None)


# --- rows -------------------------------------------------------------------------------------------------------------

COLUMNS = (
    *PLACE, "stage_id", "task_id", "status", "assignee__email", "updated_at", "due_at", "rework_count", "fits",
    "label_changed_since_submit", "changed_in_review",
    "item__label", "item__label__label_id", "item__label__label_category_id",
    "item__attribute__attribute_id", "item__file__file_id", "said", "item__task_type",
)  # fmt: skip


def _rows(page: ItemPage, filters: TaskFilters, stages: list[Stage]) -> list[Row]:
    """The items at these places, in their order, each with its chain and where it is first seen: two queries."""
    dataset = filters.dataset
    assert dataset is not None
    rows: dict[tuple[int, int], Row] = {}
    labels: dict[int, Row] = {}
    late = now() if dataset.done_at is None else datetime.min.replace(tzinfo=now().tzinfo)
    by_key = {stage.pk: (number, stage) for number, stage in enumerate(stages)}
    for row in _chains(page, filters).filter(stage__in=by_key).values_list(*COLUMNS):
        place, (stage_key, task_id, status, email, updated_at, due_at, rework, fits) = row[:2], row[2:10]
        changed, (label, label_id, category, attribute_id, file_id, value, task_type) = row[10:12], row[12:]
        if place not in rows:
            name = attribute_id if label_id is None else label_id
            by_frame = task_type == TaskType.FRAME_ATTRIBUTE and file_id is None
            rows[place] = Row(name, category, file_id or "", value, [None] * len(stages), by_frame)
            labels[label] = rows[place]
        number, stage = by_key[stage_key]
        is_late = due_at is not None and due_at < late
        look = LOOKS[Status(status)]
        rows[place].cells[number] = Cell(
            stage, task_id, look, email or "", updated_at, due_at, rework, is_late, bool(fits), *changed
        )
    for label, thumb in thumbs_of(labels.keys() - {None}).items():
        labels[label].thumb = thumb
    # An item that was withdrawn a moment ago has no tasks any more.
    return [rows[place] for place in page.places if place in rows]


def _chains(page: ItemPage, filters: TaskFilters) -> QuerySet[Task]:
    """The tasks at these places (and some more, where several files have the same attributes)."""
    files, orders = ({place[number] for place in page.places} for number in (0, 1))
    tasks = Task.objects.filter(dataset=filters.dataset, deleted_at=None, file_order__in=files, item_order__in=orders)
    fits: Any = Value(value=True)
    if filters.tells_tasks_apart:
        fits = Exists(filters.of_tasks_alone(Task.objects.filter(pk=OuterRef("pk"))))
    about_attributes = any(order >= AFTER_LABELS for order in orders)
    return tasks.annotate(
        fits=fits, said=value_of() if about_attributes else Value(None, output_field=IntegerField())
    ).order_by()
