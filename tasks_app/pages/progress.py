"""How a dataset gets on: what is finished, what is sent back and why, how long tasks take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from datasets_app.acting import find_dataset
from datasets_app.actions import check_right
from datasets_app.errors import BadInput
from datasets_app.ids import now
from datasets_app.models import Dataset, Stage
from datasets_app.pages.frame import SignedIn
from datasets_app.roles import Right
from tasks_app import statistics
from tasks_app.models import Task
from tasks_app.workflow import Status

from . import charts
from .heads import dataset_frame
from .statuses import bars

#: How many days, the last of which is today; None: all there are.
PERIODS: dict[str, int | None] = {"7": 7, "30": 30, "90": 90, "all": None}
USUAL = "30"


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice of what is counted, and its address."""

    label: str
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: since when, and in which stage (None: in all)."""

    days: str
    stage: Stage | None

    @property
    def since(self) -> datetime | None:
        """The midnight at which the first of the days began, here."""
        count = PERIODS[self.days]
        if count is None:
            return None
        day = timezone.localtime(now()).date() - timedelta(days=count - 1)
        return timezone.make_aware(datetime(day.year, day.month, day.day))

    @property
    def words(self) -> str:
        return "so far" if self.days == "all" else f"in the last {self.days} days"

    def query(self, **other: str) -> str:
        found = QueryDict(mutable=True)
        for name, value, usual in (("days", self.days, USUAL), ("stage_id", self.stage and self.stage.stage_id, "")):
            value = other.get(name, value)
            if value and value != usual:
                found[name] = value
        return f"?{found.urlencode()}"


@login_required
@require_safe
def progress(request: SignedIn, dataset_id: str) -> HttpResponse:
    """Charts of a dataset, for those who see all of it."""
    dataset, member = find_dataset(dataset_id, request.user)
    check_right(member, Right.READ, dataset)
    asked = _asked(request.GET, dataset)
    tasks = Task.objects.in_dataset(dataset, member).present()
    standing = statistics.counts(tasks)
    context = dataset_frame(dataset, member, "dataset-progress") | {
        "asked": asked,
        "everything": asked.query(days="all"),
        "bars": bars(dataset, {stage.stage_id: standing.get(stage.pk, {}) for stage in dataset.pipeline}),
        "periods": [
            Pick("All" if one == "all" else f"{one} days", asked.query(days=one), one == asked.days) for one in PERIODS
        ],
        "stages": _stage_picks(asked, dataset),
    }
    if asked.stage is not None:
        standing = {asked.stage.pk: standing.get(asked.stage.pk, {})}
        tasks = tasks.filter(stage=asked.stage)
    context |= _finished(asked, dataset, tasks, standing)
    part = _part(context)
    context |= _sent_back(asked, tasks, standing, part) | _times(asked, dataset, tasks, standing, part)
    return render(request, "tasks_app/progress.html", context)


def _asked(query: QueryDict, dataset: Dataset) -> Asked:
    days, stage_id = query.get("days") or USUAL, query.get("stage_id")
    if days not in PERIODS:
        raise BadInput.of("invalid", f"days is one of: {', '.join(PERIODS)}.", "days")
    stage = next((one for one in dataset.pipeline if one.stage_id == stage_id), None)
    if stage_id and stage is None:
        raise BadInput.of("invalid", f"There is no stage {stage_id} here.", "stage_id")
    return Asked(days, stage)


def _stage_picks(asked: Asked, dataset: Dataset) -> list[Pick]:
    picks = [Pick("All stages", asked.query(stage_id=""), asked.stage is None)]
    picks += [Pick(str(one), asked.query(stage_id=one.stage_id), one == asked.stage) for one in dataset.pipeline]
    return picks


def _finished(asked: Asked, dataset: Dataset, tasks: QuerySet[Task], standing: statistics.Counts) -> dict[str, Any]:
    """An item is finished when the last stage is accepted; of one stage, when that is."""
    stage = asked.stage or dataset.pipeline[-1]
    altogether = standing.get(stage.pk, {}).get(Status.ACCEPTED, 0)
    found = statistics.finished(tasks, stage, asked.since)
    context = {"last_stage": stage, "altogether": altogether, "finished": None}
    if found:
        before = max(altogether - sum(found.values()), 0)
        zone = timezone.get_current_timezone()
        context["finished"] = charts.timeline(found, before=before, since=asked.since, until=now(), zone=zone)
    return context


def _part(context: dict[str, Any]) -> float:
    """How much of all work may be of the time that is asked for: what is finished tells, without counting it.
    Not less than a twentieth, so that a wrong guess still reads a part of the rows only."""
    if not context["altogether"]:
        return 1.0
    return max(context["finished"].count / context["altogether"], 0.05) if context["finished"] else 0.05


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with their numbers. `kind`: what a bar stands for."""

    name: str
    kind: str
    title: str
    shares: list[statistics.Share]

    @property
    def bars(self) -> charts.Bars:
        return charts.share_bars(self.shares)

    @property
    def lines(self) -> list[statistics.Share]:
        return self.shares[: charts.MOST_LINES]

    @property
    def beyond(self) -> int:
        return len(self.shares) - len(self.lines)


def _sent_back(asked: Asked, tasks: QuerySet[Task], standing: statistics.Counts, part: float) -> dict[str, Any]:
    found = statistics.rejections(tasks, standing, asked.since, part=part)
    if not found.rejected:
        return {"rejections": None}
    kinds = (("reason", found.by_reason), ("category", found.by_category), ("labeller", found.by_labeller))
    return {
        "rejections": found,
        "rejected_rate": charts.percent(found.rejected / found.decided),
        "rejected_charts": [
            Chart(f"by-{kind}", kind.capitalize(), f"Sent back by {kind}", shares) for kind, shares in kinds
        ],
    }


def _times(
    asked: Asked, dataset: Dataset, tasks: QuerySet[Task], standing: statistics.Counts, part: float
) -> dict[str, Any]:
    found = statistics.stage_times(tasks, standing, asked.since, part=part)
    lines = [
        (f"{stage}: {word}", spread)
        for stage in dataset.pipeline
        if stage.pk in found
        for word, spread in (("work", found[stage.pk].work), ("review", found[stage.pk].review))
    ]
    if not any(spread for _name, spread in lines):
        return {"times": None}
    return {
        "times": charts.spread_bars(lines, "none yet"),
        "time_lines": [
            (name, charts.duration(spread.median), charts.duration(spread.ninetieth), spread)
            for name, spread in lines
            if spread is not None
        ],
    }
