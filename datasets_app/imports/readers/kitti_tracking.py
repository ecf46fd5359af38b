"""KITTI tracking labels: one text file a sequence, one row a box, in the picture and in the camera's space."""

from __future__ import annotations

import math
from pathlib import Path

from datasets_app.imports.checks import MAX_CATEGORY, MAX_FILES, refuse, show
from datasets_app.imports.content import Content, FileRecord, Json, ShapeRecord
from datasets_app.imports.geometry import three_d_bbox
from datasets_app.imports.readers.columns import to_number, to_whole
from datasets_app.imports.readers.options import ReadOptions
from datasets_app.imports.readers.source import read_lines

COLUMNS = (
    *("frame", "track", "type", "truncated", "occluded", "alpha", "left", "top", "right", "bottom"),
    *("height", "width", "length", "x", "y", "z", "rotation_y"),
)
CAMERA = ("x", "y", "z", "rotation_y")  # as they are, beside the box that is made of them
SCORE = "score"  # one column more, in results
IGNORED = "DontCare"  # a region to look away from, track -1: no object


def read_kitti_tracking(path: Path, options: ReadOptions) -> Content:
    """A label file. The frames go from 0 to the last that any row names."""
    content = Content(labelling_mode="label_by_label", dataset_type="video")
    categories: dict[int, str] = {}
    last = -1
    for where, line in options.progress(list(read_lines(path))):
        row = _row(where, line)
        frame = to_whole(row["frame"], "frame", where, highest=MAX_FILES - 1)
        last = max(last, frame)
        if row["type"] != IGNORED:
            content.shapes.append(_shape(where, row, frame, categories))
    content.files = [FileRecord(_file_id(frame)) for frame in range(last + 1)]
    return content


def _row(where: str, line: str) -> dict[str, str]:
    columns = line.split()
    if len(columns) not in (len(COLUMNS), len(COLUMNS) + 1):
        refuse(where, f"has {len(columns)} columns instead of {len(COLUMNS)}")
    return dict(zip((*COLUMNS, SCORE), columns, strict=False))


def _file_id(frame: int) -> str:
    return f"{frame:06d}.png"


def _shape(where: str, row: dict[str, str], frame: int, categories: dict[int, str]) -> ShapeRecord:
    track = to_whole(row["track"], "track", where)
    own_category = row["type"]
    if len(own_category) > MAX_CATEGORY:
        refuse(where, f"has type {show(own_category)}, which is longer than {MAX_CATEGORY} characters")
    numbers = {name: to_number(text, name, where) for name, text in row.items() if name not in ("track", "type")}
    category = categories.setdefault(track, own_category)
    extra: dict[str, Json] = {name: numbers[name] for name in (*CAMERA, SCORE) if name in numbers}
    if own_category != category:  # still the same track: its first row names it
        extra["type"] = own_category
    return ShapeRecord(
        file_id=_file_id(frame),
        label_id=f"{category}:{track}",
        label_category_id=category,
        label_type="box",  # the files are pictures: in them people see and judge the box, the 3D box comes along
        geometry=_geometry(where, numbers),
        attributes={name: numbers[name] for name in ("truncated", "occluded", "alpha")},
        extra=extra,
    )


def _geometry(where: str, row: dict[str, float]) -> dict[str, Json]:
    left, top = row["left"], row["top"]
    width, height = row["right"] - left, row["bottom"] - top
    if width < 0 or height < 0:
        refuse(where, "has right before left or bottom before top")
    geometry: dict[str, Json] = {"box": [left, top, width, height]}
    size = {"l": row["length"], "w": row["width"], "h": row["height"]}
    if min(size.values()) >= 0:  # -1 says that nobody knows
        geometry["three_d_bbox"] = _upright(row, size)
    return geometry


def _upright(row: dict[str, float], size: dict[str, float]) -> dict[str, Json]:
    """The box as `rot_z` needs it, with z up: x ahead of the camera, y to its left.

    KITTI's own axes are the camera's (x right, y down, z ahead), the position is that of the middle of the
    bottom, and `rotation_y` is about the axis that points down, 0 for what faces to the right.
    """
    centre = (row["z"], -row["x"], row["height"] / 2 - row["y"])
    heading = -row["rotation_y"] - math.pi / 2
    return three_d_bbox(centre, size, rot_z=math.atan2(math.sin(heading), math.cos(heading)))
