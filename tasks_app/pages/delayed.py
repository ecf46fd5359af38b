"""What is late in a client: how much where and with whom, and the tasks themselves, worst first."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Min, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from datasets_app.acting import find_client
from datasets_app.errors import NotFound
from datasets_app.ids import OPAQUE
from datasets_app.models import Dataset, Member, Stage
from datasets_app.pages.frame import SignedIn, frame, wants_fragment
from datasets_app.roles import Right
from tasks_app.models import Task

from .lists import Chip, table

#: Stages (lines) and people (columns) of the summary, the worst first; the list below has all.
MOST_LINES, MOST_PEOPLE = 20, 8
#: Parts of an address that the summary's links set.
NAMES = ("dataset_id", "stage_id", "email")


@login_required
@require_safe
@vary_on_headers("HX-Request")
def delayed(request: SignedIn, client_id: str) -> HttpResponse:
    """The tasks of a client that are late, worst first, under how many there are by stage and person."""
    _client, member = find_client(client_id, request.user)
    tasks = Task.objects.visible_to(member).present().delayed()
    dataset = _chosen(request.GET, member)
    listed = tasks if dataset is None else tasks.filter(dataset=dataset)
    scope = [client_id, dataset and dataset.dataset_id]
    found = table(request.GET, listed, member=member, dataset=dataset, ordering="due", scope=scope)
    if dataset is not None:
        found.chips.insert(0, Chip(f"Dataset: {dataset}", _address(_kept(request.GET, without="dataset_id"))))
    context = frame(member, "delayed") | {"table": found, "across": True, "by_delay": True}
    if wants_fragment(request):
        return render(request, "tasks_app/_task_table.html", context, status=found.status)
    context["summary"] = summary = summarized(tasks, request.GET)
    if not summary.count:
        context |= {"limits": _limits(member), "may_assign": member.access.may_anywhere(Right.ASSIGN)}
    return render(request, "tasks_app/delayed.html", context, status=found.status)


def _chosen(query: QueryDict, member: Member) -> Dataset | None:
    """The dataset that the address is limited to."""
    dataset_id = query.get("dataset_id")
    if not dataset_id:
        return None
    known = re.fullmatch(OPAQUE, dataset_id)  # nothing else is an id of ours
    found = Dataset.objects.visible_to(member).present().filter(dataset_id=dataset_id).first() if known else None
    if found is None:
        raise NotFound("dataset")
    return found


def _limits(member: Member) -> bool:
    """Whether any stage that the member sees has a time limit."""
    stages = Stage.objects.filter(dataset__in=Dataset.objects.visible_to(member).present(), removed_at=None)
    return stages.filter(time_limit_seconds__isnull=False).exists()


# --- summary ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """A column. Without an email: what is nobody's."""

    email: str

    @property
    def name(self) -> str:
        return self.email.partition("@")[0] or "nobody"


@dataclass(frozen=True, slots=True)
class Cell:
    """How many are late, since when the worst, and the address that lists them. `who`: the column, where it is a
    person's."""

    count: int
    worst: datetime | None = None
    address: str = ""
    current: bool = False
    who: Person | None = None


@dataclass(slots=True)
class Line:
    """A stage of a dataset: all that is late in it, and by person as the columns are; `others`: beyond them."""

    dataset_name: str
    stage: str
    all: Cell
    cells: list[Cell] = field(default_factory=list)
    others: int = 0


@dataclass(slots=True)
class Summary:
    """Lines, worst first; columns, those with most first."""

    count: int
    people: list[Person]
    lines: list[Line]
    more_people: int = 0
    more_lines: int = 0


def summarized(tasks: QuerySet[Task], query: QueryDict) -> Summary:
    """How many tasks are late, by stage and person: one query."""
    where = ("dataset__dataset_id", "dataset__dataset_name", "stage__stage_id", "stage__title")
    rows = tasks.values_list(*where, "assignee__email").annotate(Count("pk"), Min("due_at")).order_by()
    people: Counter[str] = Counter()
    stages: dict[tuple[str, ...], dict[str, tuple[int, datetime]]] = {}
    for *stage, email, count, worst in rows:
        stages.setdefault(tuple(stage), {})[email or ""] = (count, worst)
        people[email or ""] += count
    most_first = sorted(people, key=lambda email: (-people[email], not email, email))
    shown = [Person(email) for email in most_first[:MOST_PEOPLE]]
    worst_first = sorted(stages.items(), key=lambda one: (min(worst for _count, worst in one[1].values()), one[0]))
    lines = [_line(stage, by_person, shown, query) for stage, by_person in worst_first[:MOST_LINES]]
    return Summary(people.total(), shown, lines, len(people) - len(shown), len(stages) - len(lines))


def _line(
    stage: tuple[str, ...], by_person: dict[str, tuple[int, datetime]], people: list[Person], query: QueryDict
) -> Line:
    dataset_id, dataset_name, stage_id, title = stage
    count, worst = (
        sum(count for count, _worst in by_person.values()),
        min(worst for _count, worst in by_person.values()),
    )
    place = {"dataset_id": dataset_id, "stage_id": stage_id}
    line = Line(dataset_name, title or stage_id, _cell(query, count, worst, place))
    for who in people:
        cell = Cell(0, who=who)
        if who.email in by_person:
            cell = replace(_cell(query, *by_person[who.email], place | {"email": who.email}), who=who)
        line.cells.append(cell)
    line.others = count - sum(cell.count for cell in line.cells)
    return line


def _cell(query: QueryDict, count: int, worst: datetime, asked: dict[str, str]) -> Cell:
    current = all(query.get(name) == asked.get(name) for name in NAMES)
    kept = _kept(query, without=NAMES)
    for name, value in asked.items():
        kept[name] = value
    return Cell(count, worst, _address(kept), current)


def _kept(query: QueryDict, *, without: str | tuple[str, ...]) -> QueryDict:
    """What else the address says, from its first page."""
    kept = query.copy()
    for name in ("cursor", *([without] if isinstance(without, str) else without)):
        kept.pop(name, None)
    return kept


def _address(query: QueryDict) -> str:
    return f"?{query.urlencode()}"
