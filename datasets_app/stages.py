"""Verbs on one stage of a pipeline: add, move, remove, change. Each sees the pipeline as it is now, locked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from .actions import check_right, lock, lock_rights, set_pipeline, set_stage
from .errors import BadInput
from .membership import set_stage_people
from .models import Dataset, Member, Stage, UserGroup
from .roles import Right
from .shown import check_shown

#: Members and groups of a stage. None: as they are.
People = tuple[Collection[Member] | None, Collection[UserGroup] | None]
GONE = "There is no stage {} any more: somebody removed it."


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
def change_stage(
    stage: Stage,
    columns: dict[str, Any],
    people: People = (None, None),
    *,
    by: Member | None,
    shown: Mapping[str, Any] | None = None,
) -> None:
    """`set_stage` and `set_stage_people` in one: both or neither.

    `shown`: the stage as whoever decided saw it, people by their emails and groups by their names, in order; what
    is another one now is not overwritten.
    """
    check_right(by, Right.ASSIGN, stage.dataset)
    members, groups = people
    wanted = dict(columns)
    if members is not None:
        wanted["members"] = sorted(member.user.email for member in members)
    if groups is not None:
        wanted["user_groups"] = sorted(group.name for group in groups)
    # The client before the dataset, as every other writer of both locks them; rights are changed before columns.
    if people != (None, None):
        lock_rights(stage.dataset.client)
    check_shown(shown, wanted, _present(stage))
    if people != (None, None):
        set_stage_people(stage, members, groups, by=by)
    if columns:
        set_stage(stage, by=by, **columns)


def _present(stage: Stage) -> dict[str, Any]:
    """A stage as it is now, locked, in the words of `change_stage`."""
    lock(stage.dataset)
    now = Stage.objects.filter(removed_at=None, pk=stage.pk).first()
    if now is None:
        raise BadInput.of("unknown_stage", GONE.format(stage.stage_id), "stage_id")
    return {
        "title": now.title,
        "can_edit": now.can_edit,
        "time_limit_seconds": now.time_limit_seconds,
        "members": sorted(now.members.present().values_list("user__email", flat=True)),
        "user_groups": sorted(now.user_groups.values_list("name", flat=True)),
    }


def _stages(dataset: Dataset, by: Member | None) -> list[dict[str, Any]]:
    """The pipeline as `set_pipeline` takes it; what a stage is beside its id stays as it is."""
    check_right(by, Right.ASSIGN, dataset)
    return [{"stage_id": stage.stage_id} for stage in lock(dataset).pipeline]


def _place(stages: list[dict[str, Any]], stage_id: str) -> int:
    if {"stage_id": stage_id} not in stages:
        raise BadInput.of("unknown_stage", GONE.format(stage_id), "stage_id")
    return stages.index({"stage_id": stage_id})
