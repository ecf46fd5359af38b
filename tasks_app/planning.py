"""Which tasks should exist (contract, section 2): pure functions of what a dataset holds. No database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .workflow import HANDED_OVER, Status, first_status

#: Attributes come after all labels of their file: no label's creation order reaches this far.
AFTER_LABELS = 2**60


@dataclass(frozen=True, slots=True)
class PlannedLabel:
    """An object: its key, and its file's key and position (None and 0 for a track)."""

    key: int
    file_key: int | None
    file_position: int


@dataclass(frozen=True, slots=True)
class PlannedAttribute:
    key: int
    of_frames: bool
    position: int


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One item, with the integers of its place in the list."""

    task_type: str
    label_key: int | None
    attribute_key: int | None
    file_key: int | None
    file_order: int
    item_order: int


def plan_labels(labels: Iterable[PlannedLabel]) -> Iterator[PlannedItem]:
    """Every object is an item: in its file, or across all files. Keys grow in the order of creation."""
    for label in labels:
        yield PlannedItem("label", label.key, None, label.file_key, label.file_position, label.key)


def plan_attributes(
    attributes: Sequence[PlannedAttribute], files: Iterable[tuple[int, int]], *, is_sequence: bool
) -> Iterator[PlannedItem]:
    """A frame attribute is an item in every file, in a sequence one item; a dataset attribute is one item.

    `files` are pairs of key and position.
    """
    in_each_file = [attribute for attribute in attributes if attribute.of_frames and not is_sequence]
    for attribute in attributes:
        if attribute not in in_each_file:
            task_type = "frame_attribute" if attribute.of_frames else "dataset_attribute"
            yield PlannedItem(task_type, None, attribute.key, None, 0, AFTER_LABELS + attribute.position)
    if not in_each_file:
        return
    for file_key, file_position in files:
        for attribute in in_each_file:
            order = AFTER_LABELS + attribute.position
            yield PlannedItem("frame_attribute", None, attribute.key, file_key, file_position, order)


def plan_chain(stages: int) -> list[Status]:
    """The statuses of a new item's tasks: ready in the first stage, waiting in later ones."""
    return [Status.READY] + [Status.WAITING] * (stages - 1)


def replanned(status: Status, previous: Status | None) -> Status:
    """What a task's status becomes when the task before it is another one than it was."""
    if status not in (Status.WAITING, Status.READY, Status.IN_PROGRESS):
        return status
    if previous is not None and previous not in HANDED_OVER:
        return Status.WAITING
    return first_status(previous) if status == Status.WAITING else status
