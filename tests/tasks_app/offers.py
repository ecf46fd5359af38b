"""What people are offered, in few words: for tests of the queue and of claims."""

from __future__ import annotations

from datetime import timedelta

from datasets_app.ids import now
from datasets_app.models import Dataset, Member, Stage
from tasks_app.assignments import assign_files
from tasks_app.claims import skip
from tasks_app.models import Task
from tasks_app.queue import Offer, offer_next
from tests.factories import task_of


def car(dataset: Dataset, number: int, stage: str = "Labelling") -> Task:
    return task_of(dataset, stage, item__label__label_id=f"car:{number}")


def fresh(dataset: Dataset) -> Dataset:
    return Dataset.objects.get(pk=dataset.pk)


def offered(dataset: Dataset, by: Member, stage: str = "", **kwargs: object) -> Offer:
    offer = offer_next(fresh(dataset), by=by, stage=stage_of(dataset, stage) if stage else None, **kwargs)
    assert offer is not None
    return offer


def nothing(dataset: Dataset, by: Member, stage: str = "", **kwargs: object) -> bool:
    return offer_next(fresh(dataset), by=by, stage=stage_of(dataset, stage) if stage else None, **kwargs) is None


def stage_of(dataset: Dataset, stage_id: str) -> Stage:
    return next(stage for stage in fresh(dataset).pipeline if stage.stage_id == stage_id)


def all_of(dataset: Dataset, by: Member, **kwargs: object) -> list[str]:
    """Everything that the person is offered, one after another, by label and stage: each is skipped."""
    found = []
    while offer := offer_next(fresh(dataset), by=by, **kwargs):
        task = Task.objects.select_related("item__label", "item__attribute", "stage").get(pk=offer.task.pk)
        name = task.item.label.label_id if task.item.label else task.item.attribute.attribute_id
        found.append(f"{name} {task.stage.stage_id}" + (" review" if offer.review else ""))
        skip(offer.task, by=by)
        assert len(found) < 50
    return found


def clock(task: Task, minutes: int) -> None:
    """The task's clock began so many minutes ago."""
    Task.objects.filter(pk=task.pk).update(clock_start=now() - timedelta(minutes=minutes))


def give(dataset: Dataset, email: str | None, files: str, stage: str = "Labelling", *, by: Member) -> None:
    assign_files(fresh(dataset), [{"stage_id": stage, "email": email, "files": files}], by=by)


def claimed_by(task: Task) -> str | None:
    """Who has a live claim on it now, by the part before the @."""
    task = Task.objects.select_related("claimed_by").get(pk=task.pk)
    assert (task.claimed_by is None) == (task.claim_expires_at is None)
    return task.claimed_by.short_name if task.claim_holder_id else None
