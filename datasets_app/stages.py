"""Verbs on one stage of a pipeline: add, move, remove, change. Each sees the pipeline as it is now, locked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from .actions import check_right, lock, set_pipeline, set_stage
from .errors import BadInput
from .membership import set_stage_people
from .models import Dataset, Member, Stage, UserGroup
from .roles import Right

#: Members and groups of a stage.
People = tuple[Collection[Member], Collection[UserGroup]]


@transaction.atomic
def add_stage(dataset: Dataset, spec: dict[str, Any], *, before: str = "", by: Member | None) -> Dataset:
    """A new stage before another one, or (empty) at the end. One that was removed comes back, with its tasks."""
    stages = _stages(dataset, by)
    at = _place(stages, before) if before else len(stages)
    return set_pipeline(dataset, [*stages[:at], spec, *stages[at:]], by=by)


@transaction.atomic
def move_stage(dataset: Dataset, stage_id: str, steps: int, *, by: Member | None) -> Dataset:
    """So many places later, or (below 0) earlier; not beyond an end."""
    stages = _stages(dataset, by)
    at = _place(stages, stage_id)
    stage = stages.pop(at)
    stages.insert(max(at + steps, 0), stage)
    return set_pipeline(dataset, stages, by=by)


@transaction.atomic
def remove_stage(dataset: Dataset, stage_id: str, *, by: Member | None) -> Dataset:
    """Take a stage out; its tasks are withdrawn, their history stays."""
    stages = _stages(dataset, by)
    if len(stages) == 1:
        raise BadInput.of("invalid", f"{stage_id} is the only stage: a pipeline has at least one.", "pipeline_spec")
    del stages[_place(stages, stage_id)]
    return set_pipeline(dataset, stages, by=by)


@transaction.atomic
def change_stage(stage: Stage, columns: dict[str, Any], people: People | None = None, *, by: Member | None) -> None:
    """`set_stage` and `set_stage_people` in one: both or neither."""
    check_right(by, Right.ASSIGN, stage.dataset)
    # People first: who changes rights locks the client before the dataset, as every other writer of both does.
    if people is not None:
        set_stage_people(stage, *people, by=by)
    if columns:
        set_stage(stage, by=by, **columns)


def _stages(dataset: Dataset, by: Member | None) -> list[dict[str, Any]]:
    """The pipeline as `set_pipeline` takes it; what a stage is beside its id stays as it is."""
    check_right(by, Right.ASSIGN, dataset)
    return [{"stage_id": stage.stage_id} for stage in lock(dataset).pipeline]


def _place(stages: list[dict[str, Any]], stage_id: str) -> int:
    if {"stage_id": stage_id} not in stages:
        raise BadInput.of("unknown_stage", f"There is no stage {stage_id} any more: somebody removed it.", "stage_id")
    return stages.index({"stage_id": stage_id})
