"""What must hold of every Content, whichever reader made it, and how a refusal is said."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from datasets_app.imports.content import AttributeRecord, Content, FileRecord, ImportFailed, Json, ShapeRecord

LABELLING_MODES = ("frame_by_frame", "label_by_label")
DATASET_TYPES = ("images", "video", "3d")
LABEL_TYPES = frozenset(
    (
        *("box", "polygon", "lane", "point", "2d_segmentation"),
        *("3d_bbox", "3d_polyline", "3d_polygon", "3d_point", "3d_instance_point"),
    )
)
GEOMETRY = frozenset(("box", "polygons", "three_d_bbox", "points", "polyline", "mask"))

MAX_FILES = 1_000_000
MAX_FILE_ID = 512
MAX_CATEGORY = 200
MAX_NAME = 100  # of attributes, label sets, sensors
MAX_EMAIL = 254
MAX_LABEL_ID = MAX_CATEGORY + 20
MAX_SHOWN = 80

#: Category, colon, integer: the category may itself hold colons, and may be empty.
LABEL_ID = re.compile(r"(?s)(?P<category>.*):(?P<number>[0-9]+)")


def refuse(where: str, problem: str) -> NoReturn:
    """Ends the import with one sentence: where it is wrong, and what."""
    raise ImportFailed(f"{where} {problem}.")


def show(value: Json) -> str:
    """The value as it stands in a sentence: short and on one line, however hostile it is."""
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    if isinstance(value, str):
        value = value[: MAX_SHOWN + 1]
    shown = json.dumps(value, ensure_ascii=False)
    return printable(shown if len(shown) <= MAX_SHOWN else shown[:MAX_SHOWN] + "…")


def printable(text: str) -> str:
    """The text without line breaks, controls and half characters, which a log or a page could choke on."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def name_of(path: Path) -> str:
    """The file's own name, as sentences use it: never the folders above, which are the server's business."""
    return printable(path.name or str(path))


def text_problem(text: Json, limit: int) -> str | None:
    """Why this cannot be stored as a text of at most `limit` characters, to be put behind "which"; None if it can."""
    if not isinstance(text, str):
        return "is not a text"
    if len(text) > limit:
        return f"is longer than {limit} characters"
    if "\0" in text:
        return "holds a NUL character"
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        return "holds half a character (a lone surrogate)"
    return None


def check_content(content: Content, source: str = "The input") -> None:
    """Refuses content that is not one consistent dataset; `source` is the name its sentences begin with.

    Checked here: identities (each file, attribute and shape once), references (a shape's file, a value's
    attribute), names and lengths. Numbers are the readers' duty: they know where a number stands.
    """
    if content.labelling_mode not in LABELLING_MODES:
        refuse(source, f"has labelling_mode {show(content.labelling_mode)} and not {' or '.join(LABELLING_MODES)}")
    if content.dataset_type not in DATASET_TYPES:
        refuse(source, f"has dataset_type {show(content.dataset_type)} and not {' or '.join(DATASET_TYPES)}")
    file_ids = _check_files(content.files, source)
    _check_attributes([*content.frame_attributes, *content.dataset_attributes], source)
    _check_values(content, file_ids, source)
    _check_shapes(content.shapes, file_ids, source)


def _check_files(files: list[FileRecord], source: str) -> set[str]:
    if len(files) > MAX_FILES:
        refuse(source, f"has {len(files)} files, more than {MAX_FILES}")
    seen: set[str] = set()
    for file in files:
        problem = file_id_problem(file.file_id)
        if problem:
            refuse(source, f"has the file {show(file.file_id)}, which {problem}")
        if file.file_id in seen:
            refuse(source, f"has the file {show(file.file_id)} twice")
        seen.add(file.file_id)
    return seen


def file_id_problem(file_id: Json) -> str | None:
    """Why this is not a path inside a dataset, to be put behind "which"; None if it is one."""
    problem = text_problem(file_id, MAX_FILE_ID)
    if problem:
        return problem
    if not file_id:
        return "is empty"
    if "\\" in file_id:
        return "holds a backslash"
    if file_id.startswith("/") or ".." in file_id.split("/"):
        return "leads out of the dataset"
    return None


def _check_attributes(attributes: list[AttributeRecord], source: str) -> None:
    seen: set[str] = set()
    for attribute in attributes:
        attribute_id = attribute.attribute_id
        problem = text_problem(attribute_id, MAX_NAME) or ("" if attribute_id else "is empty")
        if problem:
            refuse(source, f"has the attribute {show(attribute_id)}, which {problem}")
        if attribute_id in seen:
            refuse(source, f"has the attribute {show(attribute_id)} twice")
        seen.add(attribute_id)


def _check_values(content: Content, file_ids: set[str], source: str) -> None:
    of_frames = {attribute.attribute_id for attribute in content.frame_attributes}
    for file_id, attribute_id in content.frame_values:
        if file_id not in file_ids:
            refuse(source, f"has a value of {show(attribute_id)} for the unknown file {show(file_id)}")
        if attribute_id not in of_frames:
            refuse(source, f"has a value of the unknown frame attribute {show(attribute_id)}")
    of_dataset = {attribute.attribute_id for attribute in content.dataset_attributes}
    for attribute_id in content.dataset_values:
        if attribute_id not in of_dataset:
            refuse(source, f"has a value of the unknown dataset attribute {show(attribute_id)}")


def _check_shapes(shapes: list[ShapeRecord], file_ids: set[str], source: str) -> None:
    identities: set[tuple[str, ...]] = set()
    names: set[tuple[str, ...]] = set()
    for shape in shapes:
        # The names of a track are the same in hundreds of frames: each combination is looked at once.
        named = (
            *(shape.label_id, shape.label_category_id, shape.label_type),
            *(shape.label_set_id, shape.sensor_id, shape.labeller_email),
        )
        if named not in names:
            check_names(shape, source)
            names.add(named)
        if shape.file_id not in file_ids:
            refuse(source, f"has the label {show(shape.label_id)} in the unknown file {show(shape.file_id)}")
        identity = (shape.file_id, shape.label_id, shape.label_set_id, shape.sensor_id, shape.labeller_email)
        if identity in identities:
            refuse(source, f"has the label {show(shape.label_id)} twice in the file {show(shape.file_id)}")
        identities.add(identity)
        if not shape.geometry.keys() <= GEOMETRY:
            refuse(source, f"has the label {show(shape.label_id)} with a geometry that nobody knows")


def check_names(shape: ShapeRecord, source: str) -> None:
    """Refuses a shape with a name that is too long, holds odd characters, or is not one that we know."""
    limits: tuple[tuple[str, Json, int], ...] = (
        ("label_id", shape.label_id, MAX_LABEL_ID),
        ("label_category_id", shape.label_category_id, MAX_CATEGORY),
        ("label_set_id", shape.label_set_id, MAX_NAME),
        ("sensor_id", shape.sensor_id, MAX_NAME),
        ("labeller_email", shape.labeller_email, MAX_EMAIL),
    )
    for key, value, limit in limits:
        problem = text_problem(value, limit)
        if problem:
            refuse(source, f"has a label with {key} {show(value)}, which {problem}")
    if not LABEL_ID.fullmatch(shape.label_id):
        refuse(source, f"has a label with label_id {show(shape.label_id)}, which is not category, colon, integer")
    if shape.label_type not in LABEL_TYPES:
        refuse(source, f"has the label {show(shape.label_id)} of the unknown label_type {show(shape.label_type)}")
