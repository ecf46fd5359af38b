"""Where an item stands in its dataset: two integers on each of its tasks, by which lists are ordered and searched.

`file_order` is the position of its file (0: it is in none), `item_order` the key of its label, or for attributes
`AFTER_LABELS` and the attribute's position.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet, Subquery

from datasets_app.models import Attribute, Dataset

from .models import TaskType
from .planning import AFTER_LABELS

#: The columns that together are an item's place, like no other item's of the dataset.
PLACE = ("file_order", "item_order")
#: Of tasks: about an object.
LABELS = Q(item_order__lt=AFTER_LABELS)


def of(dataset: Dataset, name: str, value: str, attributes: list[int] | None, *, walking: bool) -> Q:
    """Of tasks of a dataset: those about this file, label, category of labels or type; or about the attribute whose
    places are known. `walking`: the database goes through the dataset in an order."""
    if name == "file_id":
        return Q(file_order=Subquery(dataset.files.filter(file_id=value).order_by().values("position")[:1]))
    if name == "attribute_id":
        return Q(item_order__in=attributes)
    if name == "task_type":
        level = {TaskType.FRAME_ATTRIBUTE: "frame", TaskType.DATASET_ATTRIBUTE: "dataset"}.get(TaskType(value))
        return Q(item_order__in=of_attributes(dataset.attributes.filter(level=level))) if level else LABELS
    labels = dataset.labels.filter(**{name: value}).order_by().values("pk")
    # With an OR, PostgreSQL reads the tasks in order and looks each up among these; else it would join them all first.
    return Q(item_order__in=labels) | Q(pk=None) if walking else Q(item_order__in=labels)


def of_attributes(attributes: QuerySet[Attribute]) -> list[int]:
    """The `item_order` of each."""
    return [AFTER_LABELS + position for position in attributes.order_by().values_list("position", flat=True)]
