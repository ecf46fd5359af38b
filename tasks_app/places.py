"""Where an item stands in its dataset: two integers on each of its tasks, by which lists are ordered and searched.

`file_order` is the position of its file (0: it is in none), `item_order` the key of its label, or for attributes
`AFTER_LABELS` and the attribute's position.
"""

from __future__ import annotations

from django.db.models import F, Q

from datasets_app.models import Dataset

from .models import TaskType
from .planning import AFTER_LABELS

#: The columns that together are an item's place, like no other item's of the dataset.
PLACE = ("file_order", "item_order")


def of(dataset: Dataset, name: str, value: str) -> Q:
    """Of tasks of a dataset: those about this file, label, category of labels, attribute or type."""
    if name == "file_id":
        return Q(file_order__in=list(dataset.files.filter(file_id=value).values_list("position", flat=True)))
    if name == "attribute_id":
        return Q(item_order__in=_places_of_attributes(dataset, attribute_id=value))
    if name == "task_type":
        level = {TaskType.FRAME_ATTRIBUTE: "frame", TaskType.DATASET_ATTRIBUTE: "dataset"}.get(TaskType(value))
        return Q(item_order__in=_places_of_attributes(dataset, level=level)) if level else is_label()
    labels = dataset.labels.filter(**{name: value}).order_by().values("pk")
    # With an OR, PostgreSQL reads the tasks in order and looks each up among these; else it would join them all first.
    return Q(item_order__in=labels) | Q(pk=None)


def is_label() -> Q:
    return Q(item_order__lt=AFTER_LABELS)


def _places_of_attributes(dataset: Dataset, **which: str) -> list[int]:
    attributes = dataset.attributes.filter(**which).annotate(place=F("position") + AFTER_LABELS)
    return list(attributes.order_by().values_list("place", flat=True))
