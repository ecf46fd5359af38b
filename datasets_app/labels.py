"""One label of a dataset as it is corrected: what may be changed of it, the checks, the rows, the LabelResource.

Who may, and what it does to the tasks, is the business of `tasks_app.corrections`. The checks are those of imports.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .errors import BadInput, Kind, NotAllowed, Problem, Refused
from .ids import now, to_millis
from .imports.checks import LABEL_ID, MAX_CATEGORY, MAX_LABEL_ID, MAX_NAME, check_names, printable, text_problem
from .imports.content import ImportFailed, ShapeRecord
from .imports.readers import shapes
from .imports.readers.record import Record
from .models import Dataset, File, Label, LabelType, Member, Shape
from .roles import Right, Role, rights_of_role

#: What a correction can change; everything else is corrected in the tool that made it.
CORRECTABLE = ("label_category_id", "attributes", "box")
OTHER_TOOL = "polygons, tracks and clouds are corrected in the tool that made them"
#: They move on by themselves: a resource that is sent back may say what they were.
MOVING = frozenset({"stage_id", "update_time_millis", "version"})
MAX_TEXT = 10_000
MAX_DEPTH = 20
#: A number of a label_id that is longer does not count on: the next one has to fit in.
MAX_DIGITS = 18


class StaleLabel(Refused):
    """The correction was made on something that has changed since."""

    kind = Kind.STALE

    def __init__(self, label: Label | None = None) -> None:
        detail = "There is no such label: it is at no version. Leave If-Match out to draw it."
        if label is not None:
            detail = f"This label has changed: it is at version {label.version} now. Look at it again and decide anew."
        super().__init__(Problem("stale_version", detail))


def check_right_to_correct(dataset: Dataset, *, by: Member) -> None:
    """The role can change labels at all: always, or as someone who works."""
    if not (by.access.may(Right.LABELS, dataset) or by.access.may(Right.WORK, dataset)):
        able = ", ".join(role.label.lower() for role in Role if rights_of_role(role) & {Right.LABELS, Right.WORK})
        raise NotAllowed(f"Your role here cannot change labels or values. These roles can: {able}.")


def check_version(label: Label, version: int | None) -> None:
    if version is not None and version != label.version:
        raise StaleLabel(label)


def labels_with_id(dataset: Dataset, label_id: str, label_set_id: str, file: File | None) -> list[Label]:
    """The labels with this id, of one file or of all, also withdrawn ones."""
    if text_problem(label_id, MAX_LABEL_ID) or text_problem(label_set_id, MAX_NAME):
        return []
    labels = dataset.labels.filter(label_id=label_id, label_set_id=label_set_id)
    if file is not None:
        labels = labels.filter(shapes__file=file).distinct()
    return list(labels.select_related("file"))


# --- what came in -----------------------------------------------------------------------------------------------------


def same_json(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def check_depth(said: Mapping[str, Any]) -> None:
    """What is nested without end is not looked at any further. Raises `BadInput`."""
    rest = [(name, value, 0) for name, value in said.items()]
    while rest:
        name, value, depth = rest.pop()
        if depth > MAX_DEPTH:
            raise BadInput.of("too_deep", f"This is nested more than {MAX_DEPTH} levels deep.", _shown(name))
        inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        rest += [(name, one, depth + 1) for one in inner]


def check_others(said: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
    """What cannot be corrected is not said, null, or what is stored. Raises `BadInput`, a problem for each field."""
    problems = []
    for name, value in said.items():
        if name in CORRECTABLE or name in MOVING or value is None or same_json(value, stored.get(name)):
            continue
        detail = f"{_shown(name)} cannot be changed here, only {', '.join(CORRECTABLE)}: {OTHER_TOOL}."
        problems.append(Problem("not_editable", detail, _shown(name)))
    if problems:
        raise BadInput(*problems)


def differences(shape: Shape, said: Mapping[str, Any]) -> dict[str, Any]:
    """What of this is another than what is stored, checked. Raises `BadInput`."""
    check_depth(said)
    check_others(said, {})
    label = shape.label
    different: dict[str, Any] = {}
    if "label_category_id" in said and said["label_category_id"] != label.label_category_id:
        different["label_category_id"] = _category(said)
    if "attributes" in said and not same_json(said["attributes"], shape.attributes):
        different["attributes"] = _attributes(said)
    if "box" in said and not _is_box(said["box"], shape.geometry.get("box")):
        if label.label_type != LabelType.BOX or label.file_id is None:
            detail = f"Only a 2D box of a single frame is moved and resized here: {OTHER_TOOL}."
            raise BadInput.of("not_editable", detail, "box")
        different["box"] = _box(said, shape.file)
    return different


def new_shape(file: File, said: Mapping[str, Any], label_id: str, label_set_id: str, *, by: Member) -> ShapeRecord:
    """A box that is drawn, checked. Without a `label_id` it gets the next free number of its category."""
    check_depth(said)
    with _told_as("label_id"):
        found = LABEL_ID.fullmatch(label_id)
        if label_id and found is None:
            Record({"label_id": label_id}, "The label").wrong("label_id", "category, colon, integer")
    if found is not None:
        said = {"label_category_id": found["category"]} | {name: one for name, one in said.items() if one is not None}
    category, box, attributes = _category(said), _box(said, file), _attributes(said)
    label_id = label_id or _next_id(file, category, label_set_id)
    record = ShapeRecord(
        *(file.file_id, label_id, category, str(LabelType.BOX), {"box": box}, attributes),
        label_set_id=label_set_id,
        labeller_email=by.user.email,
    )
    with _told_as(None):
        check_names(record, "The input")
    return record


def _next_id(file: File, category: str, label_set_id: str) -> str:
    """Category, colon, and the number after the highest that the category has in this file; withdrawn ones count."""
    found = map(LABEL_ID.fullmatch, file.labels.filter(label_set_id=label_set_id).values_list("label_id", flat=True))
    numbers = [one["number"] for one in found if one is not None and one["category"] == category]
    return f"{category}:{max((int(one) for one in numbers if len(one) <= MAX_DIGITS), default=0) + 1}"


def _is_box(said: Any, stored: Any) -> bool:
    """Whether it is the stored one: 10 is 10.0 here, but true is not 1."""
    return bool(said == stored) and not (isinstance(said, list) and any(isinstance(one, bool) for one in said))


def _category(said: Mapping[str, Any]) -> str:
    with _told_as("label_category_id"):
        category = Record(dict(said), "The label").text("label_category_id", limit=MAX_CATEGORY)
    if not category.strip():
        raise BadInput.of("invalid", "The label has no category: give it one.", "label_category_id")
    return category


def _attributes(said: Mapping[str, Any]) -> dict[str, Any] | None:
    with _told_as("attributes"):
        attributes = Record(dict(said), "The label").mapping("attributes")
    for text in _texts(attributes):
        if problem := text_problem(text, MAX_TEXT):
            raise BadInput.of("invalid", f"The label has attributes with a text that {problem}.", "attributes")
    try:
        json.dumps(attributes, allow_nan=False)
    except ValueError as error:
        raise BadInput.of("invalid", "The label has attributes with a number that is none.", "attributes") from error
    return attributes


def _texts(value: Any) -> Iterator[Any]:
    """Every text in it, keys too."""
    if isinstance(value, Mapping):
        yield from value.keys()
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _box(said: Mapping[str, Any], file: File) -> list[float]:
    with _told_as("box"):
        x, y, width, height = box = shapes.box(Record(dict(said), "The label"))
    if not (width and height):
        raise BadInput.of("invalid", "A box has a width and a height of more than 0.", "box")
    if not (file.width and file.height):
        return box
    if x >= file.width or y >= file.height or x + width <= 0 or y + height <= 0:
        detail = f"The box is outside of the picture, which has {file.width} × {file.height} pixels."
        raise BadInput.of("outside_picture", detail, "box")
    return box


@contextmanager
def _told_as(attr: str | None) -> Iterator[None]:
    """What imports say of a value is said of this field."""
    try:
        yield
    except ImportFailed as error:
        raise BadInput.of("invalid", str(error), attr) from error


def _shown(name: str) -> str:
    return printable(name[:80]) or "A field without a name"


# --- rows -------------------------------------------------------------------------------------------------------------


def write(shape: Shape, different: Mapping[str, Any]) -> None:
    """Store what `differences` found. The label gets a new version."""
    label, at = shape.label, now()
    if "label_category_id" in different:
        label.label_category_id = different["label_category_id"]
    label.version, label.updated_at = label.version + 1, at
    label.save(update_fields=["label_category_id", "version", "updated_at"])
    if "attributes" in different:
        shape.attributes = different["attributes"]
    if "box" in different:
        shape.geometry = shape.geometry | {"box": different["box"]}
    shape.updated_at = at
    shape.save(update_fields=["attributes", "geometry", "updated_at"])


def add(file: File, record: ShapeRecord) -> Shape:
    """Store a box that was drawn."""
    label = Label.objects.create(
        dataset=file.dataset,
        file=file,
        label_set_id=record.label_set_id,
        label_id=record.label_id,
        label_category_id=record.label_category_id,
        label_type=record.label_type,
    )
    return Shape.objects.create(
        label=label,
        file=file,
        labeller_email=record.labeller_email,
        geometry=dict(record.geometry),
        attributes=record.attributes,
    )


def label_resource(shape: Shape, stage_id: str | None) -> dict[str, Any]:
    """One shape as the API shows it. `stage_id`: where the work on the object stands."""
    label, geometry = shape.label, shape.geometry
    return shape.extra | {
        "dataset_id": label.dataset.dataset_id,
        "file_id": shape.file.file_id,
        "label_id": label.label_id,
        "label_category_id": label.label_category_id,
        "label_type": label.label_type,
        "label_set_id": label.label_set_id,
        "stage_id": stage_id,
        "sensor_id": shape.sensor_id,
        "labeller_email": shape.labeller_email,
        "attributes": shape.attributes,
        **{name: geometry.get(name) for name in ("box", "polygons", "three_d_bbox")},
        **geometry,
        "create_time_millis": to_millis(shape.created_at),
        "update_time_millis": to_millis(max(label.updated_at, shape.updated_at)),
        "version": label.version,
    }
