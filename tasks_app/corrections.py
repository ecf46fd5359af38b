"""Small corrections of labels, for rework and for "accept & modify": one object's category, attributes or box
changed, a missing box drawn, a wrong object withdrawn. What is more than that is corrected in the tool that made it.

Each locks the dataset, as whatever changes its content does, then the item; checks in the contract's order; writes
the rows and the events of the tasks in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from datasets_app import labels
from datasets_app.actions import lock, put_away
from datasets_app.changes import Change
from datasets_app.errors import BadInput, Conflict
from datasets_app.models import Dataset, File, Label, Member, Shape
from datasets_app.roles import Right
from datasets_app.signals import content_changed

from . import policies
from .chains import Chain, lock_chain
from .editing import note_change
from .errors import DatasetDone, Frozen, LabelDeleted
from .models import Task
from .workflow import BEGUN


@transaction.atomic
def change_label(shape: Shape, said: Mapping[str, Any], *, by: Member, version: int | None = None) -> Shape:
    """Change `label_category_id`, `attributes` or `box` of an object, as one of its shapes says them. What is not
    named stays; the same again changes nothing. `version` is the label's. The `label_id` is identity: it stays."""
    dataset = lock(shape.label.dataset)
    chain, label = _locked(dataset, shape.label)
    labels.check_right_to_correct(dataset, by=by)
    shape = label.shapes.select_related("file").get(pk=shape.pk)
    shape.label = label
    different = labels.differences(shape, said)
    _check_now(chain, label, version, by=by)
    if different:
        labels.write(shape, different)
        note_change(chain, by=by)
    return shape


@transaction.atomic
def withdraw_label(label: Label, *, by: Member, version: int | None = None) -> None:
    """Withdraw an object that is none, in a sequence the whole track. Who may change it may do this."""
    dataset = lock(label.dataset)
    chain, label = _locked(dataset, label)
    labels.check_right_to_correct(dataset, by=by)
    _check_now(chain, label, version, by=by)
    put_away(dataset, [label.pk], by=by)


@transaction.atomic
def draw_label(
    file: File,
    said: Mapping[str, Any],
    *,
    by: Member,
    label_id: str = "",
    label_set_id: str = "default",
    version: int | None = None,
) -> Shape:
    """Draw a missing box: `label_category_id`, `box` and perhaps `attributes`. Without a `label_id` it gets the next
    free number of its category in the file. Its tasks begin in the first stage, and belong to whom the file does."""
    dataset = lock(file.dataset)
    labels.check_right_to_correct(dataset, by=by)
    check_has_boxes(dataset)
    file.dataset = dataset
    record = labels.new_shape(file, said, label_id, label_set_id, by=by)
    if version is not None:
        raise labels.StaleLabel
    if dataset.done_at is not None:
        raise DatasetDone
    if not may_draw(file, by=by):
        raise Frozen(f"no task in {file} is in your hands")
    _check_free(file, record.label_id, label_set_id)
    shape = labels.add(file, record)
    content_changed.send(Dataset, dataset=dataset, by=by, change=Change())
    return shape


def check_has_boxes(dataset: Dataset) -> None:
    """Boxes are drawn in single frames."""
    if dataset.is_sequence:
        detail = f"There is no such track here, and none is drawn here: {labels.OTHER_TOOL}."
        raise BadInput.of("wrong_level", detail)


def may_draw(file: File, *, by: Member) -> bool:
    """Who may change labels always, and whoever has a task of this file in hand in a way that lets them edit."""
    if by.access.may(Right.LABELS, file.dataset):
        return True
    mine = Task.objects.filter(item__file=file, assignee=by.user_id, status__in=BEGUN, deleted_at=None)
    return (
        by.access.may(Right.WORK, file.dataset)
        and mine.filter(Q(stage__can_edit=True) | Q(rework_count__gt=0)).exists()
    )


def stage_of(label: Label) -> str | None:
    """The `stage_id` in which the work on an object stands: the first that is not accepted, or the last one."""
    tasks = Task.objects.filter(item__label=label, deleted_at=None).order_by("stage_order")
    stages = list(tasks.values_list("stage__stage_id", "status"))
    return next((stage_id for stage_id, status in stages if status != "accepted"), stages[-1][0] if stages else None)


def _locked(dataset: Dataset, label: Label) -> tuple[Chain, Label]:
    """The chain of an object in a locked dataset, locked, and the object as it is now."""
    chain = lock_chain(Task.objects.filter(item__label=label)[:1].get())
    label = Label.objects.select_related("file").get(pk=label.pk)
    label.dataset = dataset
    return chain, label


def _check_now(chain: Chain, label: Label, version: int | None, *, by: Member) -> None:
    """Version, then state, then person."""
    labels.check_version(label, version)
    if chain.dataset.done_at is not None:
        raise DatasetDone
    if label.withdrawn_at is not None:
        raise LabelDeleted
    policies.check_can_change(chain, by=by)


def _check_free(file: File, label_id: str, label_set_id: str) -> None:
    there = file.labels.filter(label_set_id=label_set_id, label_id=label_id).first()
    if there is None:
        return
    if there.withdrawn_at is not None:
        raise LabelDeleted
    raise Conflict("label_exists", f"{label_id} is in {file} already: change it, or draw another one.")
