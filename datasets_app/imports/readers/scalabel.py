"""Scalabel / BDD100K: a list of frames with attributes and labels; several files are read as one by frame name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from datasets_app.imports.checks import MAX_CATEGORY, MAX_FILE_ID, MAX_NAME, name_of, refuse, show
from datasets_app.imports.content import AttributeRecord, Content, FileRecord, Json, ShapeRecord
from datasets_app.imports.readers.options import ReadOptions
from datasets_app.imports.readers.record import Record, record_at, records_in
from datasets_app.imports.readers.scalabel_shapes import LABEL_SHAPES, label_geometry
from datasets_app.imports.readers.source import all_files, is_folder, load_json
from datasets_app.imports.readers.tracks import TrackKey, numbers_of

MAX_OPTIONS = 50
UNDERSTOOD = frozenset(("category", "attributes", *LABEL_SHAPES))


@dataclass(slots=True)
class Frame:
    """One frame with what all the files say about it."""

    name: str
    size: tuple[int | None, int | None] = (None, None)
    video: str | None = None
    in_sequence: bool = False
    attributes: dict[str, Json] = field(default_factory=dict)
    labels: list[Record] = field(default_factory=list)


def read_scalabel(path: Path, options: ReadOptions) -> Content:
    """A JSON file, or all those in a folder together."""
    frames = _read_frames(path)
    mode = options.mode or ("label_by_label" if _is_sequence(frames) else "frame_by_frame")
    sequence = mode == "label_by_label"
    content = Content(labelling_mode=mode, dataset_type="video" if sequence else "images")
    content.files = [FileRecord(frame.name, *frame.size) for frame in frames]
    _read_attributes(frames, options, content)
    content.shapes = list(_shapes(frames, options, sequence=sequence))
    return content


def _read_frames(path: Path) -> list[Frame]:
    files = all_files(path, "*.json") if is_folder(path) else [path]
    if not files:
        refuse("The folder", "has no JSON file")
    frames: dict[str, Frame] = {}
    for file in files:
        here: set[str] = set()
        for record in _frame_records(file):
            name = record.text("name", limit=MAX_FILE_ID)
            if name in here:
                refuse(record.where, f"has the same name {show(name)} as a frame before it")
            here.add(name)
            _merge(frames.setdefault(name, Frame(name)), record)
    return list(frames.values())


def _frame_records(file: Path) -> Iterator[Record]:
    value, name = load_json(file), name_of(file)
    if isinstance(value, list):
        return records_in(value, f"{name}: frames")
    return record_at(value, name).records("frames")


def _merge(frame: Frame, record: Record) -> None:
    if record.has("videoName"):
        frame.video = record.text("videoName", limit=MAX_FILE_ID)
    frame.in_sequence = frame.in_sequence or record.has("videoName") or record.has("frameIndex")
    if record.has("size"):
        size = record.record("size")
        frame.size = (size.size("width"), size.size("height"))
    for name, value in (record.mapping("attributes") or {}).items():
        before = frame.attributes.setdefault(name, value)
        if before is None:
            frame.attributes[name] = value
        elif value is not None and value != before:
            refuse(record.where, f"has {show(name)} {show(value)}, where another file has another value")
    if record.has("labels"):
        frame.labels.extend(record.records("labels"))


def _is_sequence(frames: list[Frame]) -> bool:
    """Each frame says where it is in a video, and some video is longer than one frame.

    BDD100K names the video also where it took a single frame of each of thousands.
    """
    videos = Counter(frame.video for frame in frames)
    return all(frame.in_sequence for frame in frames) and any(length > 1 for length in videos.values())


def _read_attributes(frames: list[Frame], options: ReadOptions, content: Content) -> None:
    """What is named as a dataset attribute is one; every other attribute that a frame has is a frame attribute."""
    values: dict[str, dict[str, Json]] = {name: {} for name in options.frame_attributes}
    for frame in frames:
        for name, value in frame.attributes.items():
            of_files = values.setdefault(name, {})
            if value is not None:
                of_files[frame.name] = value
    for name in options.dataset_attributes:
        of_files = values.get(name, {})
        content.dataset_attributes.append(AttributeRecord(name, _options(of_files)))
        different = {json.dumps(value, sort_keys=True): value for value in of_files.values()}
        if len(different) == 1:  # all frames that say it agree
            content.dataset_values[name] = next(iter(different.values()))
    for name, of_files in values.items():
        if name in options.frame_attributes or name not in options.dataset_attributes:
            content.frame_attributes.append(AttributeRecord(name, _options(of_files)))
            content.frame_values.update({(file_id, name): value for file_id, value in of_files.items()})


def _options(of_files: dict[str, Json]) -> tuple[Json, ...]:
    """The different texts, in the order in which they appear; none (any value goes) if it is not a choice of few."""
    values = list(of_files.values())
    if not all(isinstance(value, str) for value in values):
        return ()
    different = tuple(dict.fromkeys(values))
    return different if len(different) <= MAX_OPTIONS else ()


def _shapes(frames: list[Frame], options: ReadOptions, *, sequence: bool) -> Iterator[ShapeRecord]:
    keyed = [(frame, label, _key(frame, label, sequence=sequence)) for frame in frames for label in frame.labels]
    numbers = numbers_of(key for _, _, key in keyed)
    first_categories: dict[TrackKey, str] = {}
    for frame, label, key in options.progress(keyed):
        category = own = label.text("category", limit=MAX_CATEGORY)
        if sequence:
            category = first_categories.setdefault(key, own)
        yield _shape(frame, label, category, own, numbers[key])


def _key(frame: Frame, label: Record, *, sequence: bool) -> TrackKey:
    label_id = label.need("id")
    if isinstance(label_id, int) and not isinstance(label_id, bool):
        label_id = str(label.whole("id"))
    elif not isinstance(label_id, str) or len(label_id) > MAX_NAME:
        label.wrong("id", f"a whole number or a text of at most {MAX_NAME} characters")
    # In single frames nothing spans a video, and ids need not tell videos apart.
    return (frame.video or "" if sequence else "", label_id)


def _shape(frame: Frame, label: Record, category: str, own_category: str, number: int) -> ShapeRecord:
    label_type, geometry, extra = label_geometry(label)
    extra |= label.rest(UNDERSTOOD)
    if own_category != category:  # one track is one object: its first category is its name
        extra["category"] = own_category
    return ShapeRecord(
        file_id=frame.name,
        label_id=f"{category}:{number}",
        label_category_id=category,
        label_type=label_type,
        geometry=geometry,
        attributes=label.mapping("attributes"),
        extra=extra,
    )
