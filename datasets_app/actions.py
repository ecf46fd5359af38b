"""Verbs on datasets: create, settings, pipeline, done, delete; values. `by=None` is the operator's command line.

Each checks, writes in one transaction and tells the listeners (`signals`) inside it: what they refuse is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from .changes import Change
from .errors import BadInput, NotAllowed, Problem
from .ids import now
from .models import Attribute, AttributeValue, Client, Dataset, File, Member, Stage
from .roles import Right, roles_with
from .shown import check_shown
from .signals import content_changed

DEFAULT_PIPELINE = [{"stage_id": "Labelling", "can_edit": True}, {"stage_id": "QA", "can_edit": False}]
MAX_STAGES = 20
MAX_REASON, MAX_REASONS = 200, 20
SETTINGS = frozenset(
    [
        "dataset_name",
        "tags",
        "customer_review",
        "allow_self_review",
        "review_changed",
        "reject_reasons",
        "reason_required",
        "undo_seconds",
        "lease_seconds",
    ]
)
MAX_VALUE_CHARACTERS = 10_000
MAX_VALUES = 1_000  # in a list


def check_right(by: Member | None, right: Right, dataset: Dataset | None = None) -> None:
    """The member may do this, in the dataset or in their client. Raises `NotAllowed`."""
    if by is not None and not by.access.may(right, dataset):
        able = ", ".join(role.label.lower() for role in roles_with(right))
        raise NotAllowed(f"Your role here cannot {right.label}. These roles can: {able}.")


def check_text(text: Any, attr: str, most: int) -> None:
    """A string of ours: not longer than `most` characters, without NUL."""
    if not isinstance(text, str):
        raise BadInput.of("invalid", f"{attr} has to be a string.", attr)
    if len(text) > most:
        raise BadInput.of("too_long", f"{attr} is {len(text)} characters long: {most} are the most.", attr)
    if "\x00" in text:
        raise BadInput.of("null_character", f"{attr} must not contain NUL characters.", attr)


@transaction.atomic
def create_dataset(
    client: Client, dataset_name: str, *, by: Member | None, pipeline_spec: Sequence[Any] | None = None, **columns: Any
) -> Dataset:
    """An empty dataset with its stages (the default pipeline where none is given)."""
    check_right(by, Right.CREATE)
    if by is not None and by.client_id != client.pk:
        raise NotAllowed("You can create datasets in your own client only.")
    dataset = Dataset(client=client, dataset_name=dataset_name, created_by=by.user if by else None, **columns)
    _clean(dataset)
    dataset.save()
    Stage.objects.bulk_create(
        Stage(dataset=dataset, position=position, **spec)
        for position, spec in enumerate(checked_pipeline(DEFAULT_PIPELINE if pipeline_spec is None else pipeline_spec))
    )
    return dataset


def checked_pipeline(pipeline_spec: Any) -> list[dict[str, Any]]:
    """A pipeline as it came in: 1 to 20 stages, each with its own stage_id. Raises `BadInput`."""
    if not isinstance(pipeline_spec, list | tuple) or not 1 <= len(pipeline_spec) <= MAX_STAGES:
        raise BadInput.of("invalid", f"A pipeline is a list of 1 to {MAX_STAGES} stages.", "pipeline_spec")
    specs = [_checked_stage(spec, position) for position, spec in enumerate(pipeline_spec)]
    names = [spec["stage_id"] for spec in specs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadInput.of("duplicate", f"The stage {twice[0]} stands twice in the pipeline.", "pipeline_spec")
    return specs


def _checked_stage(spec: Any, position: int) -> dict[str, Any]:
    attr = f"pipeline_spec.{position}"
    known = {"stage_id", "can_edit", "title", "time_limit_seconds"}
    if not isinstance(spec, dict) or not set(spec) <= known or "stage_id" not in spec:
        raise BadInput.of("invalid", f"A stage has a stage_id and may have: {', '.join(sorted(known))}.", attr)
    for name in ("stage_id", "title"):
        check_text(spec.get(name, ""), f"{attr}.{name}", 100)
    if not spec["stage_id"].strip() or spec["stage_id"] != spec["stage_id"].strip():
        raise BadInput.of("invalid", "A stage_id is not empty and has no blanks around it.", f"{attr}.stage_id")
    if not isinstance(spec.get("can_edit", False), bool):
        raise BadInput.of("invalid", "can_edit is true or false.", f"{attr}.can_edit")
    limit = spec.get("time_limit_seconds")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or not 0 < limit < 2**31):
        raise BadInput.of("invalid", "time_limit_seconds is a whole number above 0.", f"{attr}.time_limit_seconds")
    return dict(spec)


@transaction.atomic
def set_pipeline(dataset: Dataset, pipeline_spec: Sequence[Any], *, by: Member | None) -> Dataset:
    """Make the stages be these, in this order. Listeners refuse what would disturb work that was submitted."""
    check_right(by, Right.ASSIGN, dataset)
    specs = checked_pipeline(pipeline_spec)
    dataset = lock(dataset)
    stages = {stage.stage_id: stage for stage in dataset.stages.all()}
    # Two steps, so that no two present stages ever stand at one position.
    dataset.stages.filter(removed_at=None).exclude(stage_id__in=[s["stage_id"] for s in specs]).update(removed_at=now())
    for stage in dataset.stages.filter(removed_at=None):
        Stage.objects.filter(pk=stage.pk).update(position=stage.position + 2 * MAX_STAGES)
    for position, spec in enumerate(specs):
        stage = stages.get(spec["stage_id"]) or Stage(dataset=dataset)
        for name, value in spec.items():
            setattr(stage, name, value)
        stage.position, stage.removed_at = position, None
        stage.save()
    dataset = lock(dataset)
    content_changed.send(Dataset, dataset=dataset, by=by, change=Change(pipeline=True))
    return dataset


@transaction.atomic
def set_stage(stage: Stage, *, by: Member | None, **columns: Any) -> Stage:
    """Change a stage's title, can_edit or time limit."""
    check_right(by, Right.ASSIGN, stage.dataset)
    if "stage_id" in columns:
        raise BadInput.of("invalid", "A stage_id is never renamed: change the title.", "stage_id")
    _checked_stage({"stage_id": stage.stage_id, **columns}, stage.position)
    dataset = lock(stage.dataset)
    for name, value in columns.items():
        setattr(stage, name, value)
    stage.save(update_fields=list(columns))
    content_changed.send(Dataset, dataset=dataset, by=by, change=Change(pipeline=True))
    return stage


@transaction.atomic
def set_settings(
    dataset: Dataset, *, by: Member | None, shown: Mapping[str, Any] | None = None, **columns: Any
) -> Dataset:
    """Change settings of a dataset. Switching `customer_review` off finishes what waits for the customer.

    `shown`: the settings as whoever decided saw them; what is another one now is not overwritten.
    """
    check_right(by, Right.ASSIGN, dataset)
    if unknown := sorted(set(columns) - SETTINGS):
        raise BadInput.of("unknown_setting", f"{unknown[0]} is not a setting of a dataset.", unknown[0])
    dataset = lock(dataset)
    check_shown(shown, columns, {name: getattr(dataset, name) for name in columns})
    for name, value in columns.items():
        setattr(dataset, name, value)
    _clean(dataset)
    dataset.save(update_fields=list(columns))
    content_changed.send(Dataset, dataset=dataset, by=by, change=Change(settings=True))
    return dataset


@transaction.atomic
def mark_labelling_done(dataset: Dataset, *, by: Member) -> Dataset:
    """Set the flag: no task changes, none is offered or delayed. Twice is the same as once."""
    check_right(by, Right.ASSIGN, dataset)
    dataset = lock(dataset)
    if dataset.done_at is None:
        dataset.done_at, dataset.done_by = now(), by.user
        dataset.save(update_fields=["done_at", "done_by"])
    return dataset


@transaction.atomic
def take_back_done(dataset: Dataset, *, by: Member) -> Dataset:
    """Let work go on in a dataset that was marked as done."""
    check_right(by, Right.ASSIGN, dataset)
    dataset = lock(dataset)
    dataset.done_at = dataset.done_by = None
    dataset.save(update_fields=["done_at", "done_by"])
    return dataset


@transaction.atomic
def delete_dataset(dataset: Dataset, *, by: Member) -> None:
    """Hide the dataset. Its history stays."""
    check_right(by, Right.DELETE, dataset)
    Dataset.objects.filter(pk=dataset.pk, deleted_at=None).update(deleted_at=now(), deleted_by=by.user)


def lock_rights(client: Client) -> None:
    """Changes of who may do what in a client, and what is built on that, come one after another."""
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)


def lock(dataset: Dataset) -> Dataset:
    """The dataset as it is now, locked against other changes of its content, stages and settings."""
    return Dataset.objects.select_for_update(of=("self",)).select_related("client").get(pk=dataset.pk)


def _clean(dataset: Dataset) -> None:
    _check_reasons(dataset.reject_reasons)
    try:
        dataset.clean_fields()
    except ValidationError as error:
        found = error.message_dict.items()
        raise BadInput(*(Problem("invalid", f"{name}: {says[0]}", name) for name, says in found)) from error


def _check_reasons(reasons: Any) -> None:
    """Few enough to choose one by a key, each of them once and as it reads."""
    if not isinstance(reasons, list) or not all(isinstance(r, str) and 0 < len(r) <= MAX_REASON for r in reasons):
        detail = f"Reasons are a list of texts of up to {MAX_REASON} characters."
        raise BadInput.of("invalid", detail, "reject_reasons")
    if len(reasons) > MAX_REASONS:
        detail = f"{len(reasons)} reasons are too many to choose from: {MAX_REASONS} are the most."
        raise BadInput.of("too_many", detail, "reject_reasons")
    for reason in reasons:
        check_text(reason, "reject_reasons", MAX_REASON)
        if reason != reason.strip():
            raise BadInput.of("invalid", f"A reason has no blanks around it: {reason.strip()}.", "reject_reasons")
    if twice := sorted({reason for reason in reasons if reasons.count(reason) > 1}):
        raise BadInput.of("duplicate", f"The reason {twice[0]} stands twice.", "reject_reasons")


# --- values of attributes ---------------------------------------------------------------------------------------------


def check_value(attribute: Attribute, value: Any) -> None:
    """The value is one that the attribute takes. Raises `BadInput`."""
    if value is None or value in ("", []) or isinstance(value, dict):
        raise BadInput.of("invalid", 'Give a value; "not applicable" is one.', "value")
    if isinstance(value, list) and len(value) > MAX_VALUES:
        raise BadInput.of("too_long", f"{len(value)} values are too many: {MAX_VALUES} are the most.", "value")
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            check_text(one, "value", MAX_VALUE_CHARACTERS)
    if isinstance(value, list) and not all(isinstance(one, str | int | float | bool) for one in value):
        raise BadInput.of("invalid", "A list of values holds texts, numbers, true or false.", "value")
    if not attribute.accepts(value):
        options = ", ".join(str(option) for option in attribute.options)
        detail = f'{attribute.attribute_id} takes one of: {options}; or "not applicable".'
        raise BadInput.of("not_an_option", detail, "value")


def put_value(attribute: Attribute, file: File | None, value: Any) -> bool:
    """Store a value. Returns whether it is another one than before."""
    row = AttributeValue.objects.filter(attribute=attribute, file=file).first()
    if row is not None and row.value == value and type(row.value) is type(value):
        return False
    AttributeValue.objects.update_or_create(
        attribute=attribute, file=file, defaults={"value": value, "updated_at": now()}
    )
    return True


def withdraw_labels(dataset: Dataset, label_keys: Iterable[int], *, by: Member | None) -> None:
    """Withdraw labels: their tasks leave lists, counts and queues. Nothing is erased."""
    check_right(by, Right.LABELS, dataset)
    with transaction.atomic():
        put_away(lock(dataset), label_keys, by=by)


def put_away(dataset: Dataset, label_keys: Iterable[int], *, by: Member | None) -> None:
    """Withdraw labels of a locked dataset; whoever calls has checked who may."""
    there = dataset.labels.filter(pk__in=list(label_keys), withdrawn_at=None)
    there.update(withdrawn_at=now(), updated_at=now(), version=F("version") + 1)
    content_changed.send(Dataset, dataset=dataset, by=by, change=Change())
