"""What a reader hands over: the content of one dataset, as plain data. No database, no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: JSON as Python has it: what `json.loads` gives.
Json = Any


class ImportFailed(Exception):
    """The input is wrong. The message is one sentence with the file, the line or the object."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One frame, in the order in which it stands in the dataset. Sizes are in pixels, None where unknown."""

    file_id: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class ShapeRecord:
    """The geometry of one object in one file.

    `label_id` is category, colon, integer (`car:4`) and is the same each time that the same input is read.
    In a sequence the records with one `label_id` are one track; in single frames each record is an object.
    `geometry` holds the contract's keys: `box` [x, y, width, height], `polygons` [[[x, y], …], …],
    `three_d_bbox`, `points` [[x, y], …], `polyline` [[x, y], …], `mask` {"counts": …, "size": [height, width]}.
    `extra` is what the format says and we do not understand; it comes out again as equal JSON values.
    """

    file_id: str
    label_id: str
    label_category_id: str
    label_type: str
    geometry: Mapping[str, Json]
    attributes: Mapping[str, Json] | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)
    label_set_id: str = "default"
    sensor_id: str = ""
    labeller_email: str = ""


@dataclass(frozen=True, slots=True)
class AttributeRecord:
    """An attribute that the dataset defines: of a frame, or of the whole dataset. No options: free text."""

    attribute_id: str
    options: tuple[Json, ...] = ()


@dataclass(slots=True)
class Content:
    """The content of one dataset: its files, shapes, attributes and their values."""

    labelling_mode: str  # frame_by_frame or label_by_label
    dataset_type: str = "images"  # images, video, 3d
    files: list[FileRecord] = field(default_factory=list)
    shapes: list[ShapeRecord] = field(default_factory=list)
    frame_attributes: list[AttributeRecord] = field(default_factory=list)
    dataset_attributes: list[AttributeRecord] = field(default_factory=list)
    frame_values: dict[tuple[str, str], Json] = field(default_factory=dict)  # (file_id, attribute_id) -> value
    dataset_values: dict[str, Json] = field(default_factory=dict)  # attribute_id -> value
