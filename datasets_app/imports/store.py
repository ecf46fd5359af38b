"""Put content into a dataset: adds and changes, withdraws nothing. The same content again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import transaction

from datasets_app.actions import check_right, lock
from datasets_app.bulk import insert, update
from datasets_app.changes import Change, Progress, quiet
from datasets_app.errors import BadInput
from datasets_app.ids import now
from datasets_app.models import Attribute, AttributeValue, Dataset, File, Label, Member, Shape
from datasets_app.roles import Right
from datasets_app.signals import content_changed

from .content import AttributeRecord, Content, FileRecord, ShapeRecord

#: Labels that are held at once while they are written.
CHUNK = 5_000

LabelKey = tuple[str, str, int | None]
ShapeKey = tuple[int, int, str, str]


@transaction.atomic
def store(dataset: Dataset, content: Content, *, by: Member | None, progress: Progress = quiet) -> Change:
    """Add what is new and change what is different, then let the tasks follow: all or nothing."""
    check_right(by, Right.LABELS, dataset)
    dataset = lock(dataset)
    if content.labelling_mode != dataset.labelling_mode:
        detail = f"{dataset} is {dataset.labelling_mode}, but this is {content.labelling_mode}: import it as another."
        raise BadInput.of("wrong_mode", detail, "labelling_mode")
    change = Change(progress=progress)
    files = _store_files(dataset, content.files)
    _store_labels(dataset, content.shapes, files, change)
    attributes = _store_attributes(dataset, content)
    _store_values(content, attributes, files, change)
    content_changed.send(Dataset, dataset=dataset, by=by, change=change)
    return change


def _store_files(dataset: Dataset, records: Iterable[FileRecord]) -> dict[str, int]:
    """Keys of the dataset's files by file_id; new files come after those that are there."""
    known = {file.file_id: file for file in dataset.files.all()}
    new, resized = [], []
    for record in records:
        file = known.get(record.file_id)
        if file is None:
            position = len(known) + 1
            file = File(
                dataset=dataset, file_id=record.file_id, position=position, width=record.width, height=record.height
            )
            known[record.file_id] = file
            new.append(file)
        elif record.width and (file.width, file.height) != (record.width, record.height):
            file.width, file.height = record.width, record.height
            resized.append(file)
    insert(new)
    update(resized, "width", "height")
    return {file_id: file.pk for file_id, file in known.items()}


def _store_labels(dataset: Dataset, shapes: list[ShapeRecord], files: dict[str, int], change: Change) -> None:
    known = _known_labels(dataset)
    old_shapes = _known_shapes(dataset) if known else {}
    there = {label.pk for label in known.values()}
    rows = iter(change.progress(shapes, "labels"))
    while some := list(islice(rows, CHUNK)):
        labels = _labels_of(dataset, some, files, known, change)
        _store_shapes(some, labels, files, old_shapes, there, change)
    touched = [label for label in known.values() if label.pk in change.labels]
    for label in touched:
        label.version, label.updated_at = label.version + 1, now()
    update(touched, "version", "updated_at")


def _known_labels(dataset: Dataset) -> dict[LabelKey, Label]:
    return {(label.label_set_id, label.label_id, label.file_id): label for label in dataset.labels.all()}


def _known_shapes(dataset: Dataset) -> dict[ShapeKey, Shape]:
    shapes = Shape.objects.filter(label__dataset=dataset)
    return {(one.label_id, one.file_id, one.sensor_id, one.labeller_email): one for one in shapes.iterator()}


def _labels_of(
    dataset: Dataset,
    records: list[ShapeRecord],
    files: dict[str, int],
    known: dict[LabelKey, Label],
    change: Change,
) -> list[Label]:
    """The label of each record: found, revived, or created."""
    found, new, different = [], [], []
    for record in records:
        file_key = None if dataset.is_sequence else files[record.file_id]
        key = (record.label_set_id, record.label_id, file_key)
        label = known.get(key)
        if label is None:
            label = Label(dataset=dataset, file_id=file_key, label_set_id=record.label_set_id, label_id=record.label_id)
            label.label_category_id, label.label_type = record.label_category_id, record.label_type
            known[key] = label
            new.append(label)
        elif label.withdrawn_at is not None or (
            not dataset.is_sequence
            and (label.label_category_id, label.label_type) != (record.label_category_id, record.label_type)
        ):
            label.withdrawn_at = None
            label.label_category_id, label.label_type = record.label_category_id, record.label_type
            different.append(label)
        found.append(label)
    insert(new)
    update(different, "withdrawn_at", "label_category_id", "label_type")
    change.labels.update(label.pk for label in different)
    return found


def _store_shapes(
    records: list[ShapeRecord],
    labels: list[Label],
    files: dict[str, int],
    old: dict[ShapeKey, Shape],
    there: set[int],
    change: Change,
) -> None:
    new, different = [], []
    for record, label in zip(records, labels, strict=True):
        file_key = files[record.file_id]
        shape = old.get((label.pk, file_key, record.sensor_id, record.labeller_email))
        if shape is None:
            shape = Shape(label_id=label.pk, file_id=file_key, sensor_id=record.sensor_id)
            shape.labeller_email = record.labeller_email
            new.append(shape)
            if label.pk in there:  # a late frame of a track
                change.labels.add(label.pk)
        elif _said(record) == (shape.geometry, shape.attributes, shape.extra):
            continue
        else:
            shape.updated_at = now()
            different.append(shape)
            change.labels.add(label.pk)
        shape.geometry, shape.attributes, shape.extra = _said(record)
    insert(new)
    update(different, "geometry", "attributes", "extra", "updated_at")


def _said(record: ShapeRecord) -> tuple[Any, Any, Any]:
    """What a record says, as JSON gives it back: to be compared with what is stored."""
    said = [record.geometry, record.attributes, record.extra]
    geometry, attributes, extra = json.loads(json.dumps(said))
    return geometry, attributes, extra


def _store_attributes(dataset: Dataset, content: Content) -> dict[str, Attribute]:
    known = {attribute.attribute_id: attribute for attribute in dataset.attributes.all()}
    defined = [(record, Attribute.Level.FRAME) for record in content.frame_attributes]
    defined += [(record, Attribute.Level.DATASET) for record in content.dataset_attributes]
    for record, level in defined:
        attribute = known.get(record.attribute_id)
        if attribute is None:
            known[record.attribute_id] = dataset.attributes.create(
                attribute_id=record.attribute_id, level=level, options=list(record.options), position=len(known)
            )
        elif attribute.level != level:
            detail = f"{record.attribute_id} is a {attribute.get_level_display()} of this dataset already."
            raise BadInput.of("duplicate", detail, "attribute_id")
        else:
            _add_options(attribute, record)
    return known


def _add_options(attribute: Attribute, record: AttributeRecord) -> None:
    late = [option for option in record.options if option not in attribute.options]
    if attribute.options and late:
        attribute.options = [*attribute.options, *late]
        attribute.save(update_fields=["options"])


def _store_values(content: Content, attributes: dict[str, Attribute], files: dict[str, int], change: Change) -> None:
    said: dict[tuple[int, int | None], Any] = {
        (attributes[name].pk, files[file_id]): value for (file_id, name), value in content.frame_values.items()
    }
    said |= {(attributes[name].pk, None): value for name, value in content.dataset_values.items()}
    rows = AttributeValue.objects.filter(attribute__in=attributes.values())
    old = {(row.attribute_id, row.file_id): row for row in rows}
    new, different = [], []
    for key, value in said.items():
        row = old.get(key)
        if row is None:
            new.append(AttributeValue(attribute_id=key[0], file_id=key[1], value=value))
        elif row.value != value:
            row.value, row.updated_at = value, now()
            different.append(row)
        else:
            continue
        change.values.add(key)
    insert(new)
    update(different, "value", "updated_at")
