"""How a status looks: colour, icon and word together, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datasets_app.models import Dataset, Stage
from tasks_app.workflow import Status


@dataclass(frozen=True, slots=True)
class Look:
    """The class `status-…` has the colour; the icon never stands without the word."""

    status: Status
    icon: str

    @property
    def css(self) -> str:
        return f"status-{self.status.value}"

    @property
    def word(self) -> str:
        return str(self.status.label)


LOOKS = {
    look.status: look
    for look in (
        Look(Status.WAITING, "clock"),
        Look(Status.READY, "play"),
        Look(Status.IN_PROGRESS, "pencil"),
        Look(Status.SUBMITTED, "plane"),
        Look(Status.ACCEPTED, "check"),
        Look(Status.REJECTED, "back"),
    )
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: of 100 units, from x on, so wide."""

    look: Look
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """How far one stage is."""

    stage: Stage
    total: int
    segments: list[Segment]


def bar(stage: Stage, counts: Mapping[Status, int]) -> Bar:
    total = sum(counts.values())
    segments, x = [], 0.0
    for status, look in LOOKS.items():
        count = counts.get(status, 0)
        if count:
            width = 100 * count / total
            segments.append(Segment(look, count, round(x, 3), round(width, 3)))
            x += width
    return Bar(stage, total, segments)


def with_pipelines(datasets: list[Dataset]) -> list[Dataset]:
    """The same datasets with their stages, read by one query for all of them."""
    stages = Stage.objects.filter(dataset__in=datasets, removed_at=None).order_by("position")
    by_dataset: dict[int, list[Stage]] = {dataset.pk: [] for dataset in datasets}
    for stage in stages:
        by_dataset[stage.dataset_id].append(stage)
    for dataset in datasets:
        dataset.pipeline = by_dataset[dataset.pk]
    return datasets


def bars(dataset: Dataset, counts: Mapping[str, Mapping[Status, int]]) -> list[Bar]:
    """A bar for each stage of a dataset, from its counts by stage_id."""
    return [bar(stage, counts.get(stage.stage_id, {})) for stage in dataset.pipeline]
