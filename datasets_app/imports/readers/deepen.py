"""The product's own JSON: LabelResources as the labels endpoints take and give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from datasets_app.imports.checks import (
    DATASET_TYPES,
    LABEL_ID,
    LABEL_TYPES,
    LABELLING_MODES,
    MAX_CATEGORY,
    MAX_EMAIL,
    MAX_FILE_ID,
    MAX_LABEL_ID,
    MAX_NAME,
    name_of,
    refuse,
    show,
)
from datasets_app.imports.content import AttributeRecord, Content, FileRecord, Json, ShapeRecord
from datasets_app.imports.readers import shapes
from datasets_app.imports.readers.options import Progress, ReadOptions, identity
from datasets_app.imports.readers.record import Record, record_at, records_in
from datasets_app.imports.readers.source import load_json

DATASET_ATTRIBUTES = "dataset_attributes"
GEOMETRY: dict[str, Callable[[Record, str], Json]] = {
    "box": shapes.box,
    "polygons": shapes.polygons,
    "three_d_bbox": shapes.three_d_bbox,
    "points": shapes.points,
    "polyline": lambda label, key: shapes.points(label, key, at_least=shapes.POINTS_OF_POLYLINE),
    "mask": lambda label, key: shapes.mask(label.record(key)),
}
#: What belongs to the dataset that a label came from; the one it comes into has its own.
OF_THE_SOURCE = ("dataset_id", "stage_id", "create_time_millis", "update_time_millis", "version")
UNDERSTOOD = frozenset(
    (
        *("file_id", "label_id", "label_category_id", "label_type", "label_set_id", "sensor_id", "labeller_email"),
        *("attributes", *GEOMETRY, *OF_THE_SOURCE),
    )
)


def read_deepen(path: Path, options: ReadOptions) -> Content:
    """A JSON file in any of the forms of the labels endpoints."""
    return content_of(record_at(load_json(path), name_of(path)), options.progress)


def content_of(document: Record, progress: Progress = identity) -> Content:
    """The content of such a document, wherever it came from; the caller still has to `check_content`.

    `files`, `labelling_mode` and `dataset_type` may stand beside the labels. Without `files` the files are those
    that the labels are in, in the order of their first appearance.
    """
    content = Content(labelling_mode="frame_by_frame")
    if document.has("labelling_mode"):
        content.labelling_mode = document.one_of("labelling_mode", LABELLING_MODES)
    files: dict[str, FileRecord] = {}
    if document.has("files"):
        content.files = [_file(record) for record in document.records("files")]
    labels = list(_labels(document, content, files))
    for file_id, label in progress(labels):
        shape = _shape(file_id, label)
        files.setdefault(shape.file_id, FileRecord(shape.file_id))
        content.shapes.append(shape)
    if not document.has("files"):
        content.files = list(files.values())
    content.dataset_type = _dataset_type(document, content)
    return content


def _file(record: Record) -> FileRecord:
    return FileRecord(record.text("file_id", limit=MAX_FILE_ID), record.size("width"), record.size("height"))


def _dataset_type(document: Record, content: Content) -> str:
    if document.has("dataset_type"):
        return document.one_of("dataset_type", DATASET_TYPES)
    return "3d" if any(shape.label_type.startswith("3d_") for shape in content.shapes) else "images"


def _labels(document: Record, content: Content, files: dict[str, FileRecord]) -> Iterator[tuple[str | None, Record]]:
    """Each label, with its file where that stands outside. Also files without labels are noted."""
    key = next((key for key in ("labels", "all_labels") if document.has(key)), None)
    if key is None:
        refuse(document.where, "has neither labels nor all_labels")
    labels = document.need(key)
    if isinstance(labels, list):
        for label in document.records(key):
            yield None, label
        return
    known = {file.file_id for file in content.files} if document.has("files") else None
    for file_id, value in document.record(key).values.items():
        where = f"{document.inside(key)}[{show(file_id)}]"
        if file_id == DATASET_ATTRIBUTES and isinstance(value, dict):
            _read_dataset_attributes(value, content)
            continue
        if not isinstance(value, list):
            refuse(where, f"is {show(value)}, which is not a list")
        if known is not None and file_id not in known:
            refuse(where, "is a file that is not in files")
        files.setdefault(file_id, FileRecord(file_id))
        for label in records_in(value, where):
            yield file_id, label


def _read_dataset_attributes(values: dict[str, Json], content: Content) -> None:
    content.dataset_attributes = [AttributeRecord(name) for name in values]
    content.dataset_values = {name: value for name, value in values.items() if value is not None}


def _shape(file_id: str | None, label: Record) -> ShapeRecord:
    label_id = label.text("label_id", limit=MAX_LABEL_ID)
    found = LABEL_ID.fullmatch(label_id)
    if not found:
        label.wrong("label_id", "category, colon, integer")
    category = label.text("label_category_id", limit=MAX_CATEGORY) if label.has("label_category_id") else found[1]
    return ShapeRecord(
        file_id=_file_id(file_id, label),
        label_id=label_id,
        label_category_id=category,
        label_type=label.one_of("label_type", LABEL_TYPES),
        geometry={key: read(label, key) for key, read in GEOMETRY.items() if label.has(key)},
        attributes=label.mapping("attributes"),
        extra=label.rest(UNDERSTOOD),
        label_set_id=label.text("label_set_id", limit=MAX_NAME) if label.has("label_set_id") else "default",
        sensor_id=label.text("sensor_id", limit=MAX_NAME) if label.has("sensor_id") else "",
        labeller_email=label.text("labeller_email", limit=MAX_EMAIL) if label.has("labeller_email") else "",
    )


def _file_id(outside: str | None, label: Record) -> str:
    if outside is None:
        return label.text("file_id", limit=MAX_FILE_ID)
    if label.has("file_id") and label.values["file_id"] != outside:
        label.wrong("file_id", "the file that it stands under")
    return outside
