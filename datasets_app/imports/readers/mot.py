"""MOTChallenge ground truth: gt/gt.txt, one row a box, and seqinfo.ini beside its folder."""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from pathlib import Path

from datasets_app.imports.checks import MAX_FILES, file_id_problem, name_of, refuse, show
from datasets_app.imports.content import Content, FileRecord, Json, ShapeRecord
from datasets_app.imports.geometry import MAX_NUMBER
from datasets_app.imports.readers.columns import tidy, to_number, to_whole
from datasets_app.imports.readers.options import ReadOptions
from datasets_app.imports.readers.record import MAX_SIZE
from datasets_app.imports.readers.source import is_file, read_lines, read_text

COLUMNS = ("frame", "track", "left", "top", "width", "height", "considered", "class", "visibility")
CATEGORIES = (
    *("pedestrian", "person_on_vehicle", "car", "bicycle", "motorbike", "non_motorized_vehicle", "static_person"),
    *("distractor", "occluder", "occluder_on_the_ground", "occluder_full", "reflection", "crowd"),
)
EXTENSION = ".jpg"


@dataclass(frozen=True, slots=True)
class SeqInfo:
    """What seqinfo.ini says. Without that file: as many frames as the rows name, of an unknown size."""

    frames: int | None = None
    width: int | None = None
    height: int | None = None
    extension: str = EXTENSION

    def file_id(self, frame: int) -> str:
        """The picture's name in the sequence's folder of pictures: six digits, counted from 1."""
        return f"{frame:06d}{self.extension}"


def read_mot(path: Path, options: ReadOptions) -> Content:
    """The gt.txt of a sequence. Every row is a shape, also those with considered 0."""
    # The folder above is looked at only if it is that of a sequence.
    seqinfo = (path.parent.parent if path.parent.name == "gt" else path.parent) / "seqinfo.ini"
    sequence = _read_seqinfo(seqinfo) if is_file(seqinfo) else SeqInfo()
    content = Content(labelling_mode="label_by_label", dataset_type="video")
    categories: dict[int, str] = {}
    last = 0
    for where, line in options.progress(list(read_lines(path))):
        frame, shape = _shape(where, line, sequence, categories)
        content.shapes.append(shape)
        last = max(last, frame)
    frames = range(1, (sequence.frames or last) + 1)
    content.files = [FileRecord(sequence.file_id(frame), sequence.width, sequence.height) for frame in frames]
    return content


def _read_seqinfo(path: Path) -> SeqInfo:
    name = name_of(path)
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(read_text(path))
    except configparser.Error:
        refuse(name, "is not an ini file")
    if not parser.has_option("Sequence", "seqLength"):
        refuse(name, "has no seqLength in [Sequence]")
    values = parser["Sequence"]
    sizes = {
        key: to_whole(values[key], key, name, lowest=1, highest=MAX_SIZE)
        for key in ("imWidth", "imHeight")
        if key in values
    }
    extension = values.get("imExt", EXTENSION)
    problem = file_id_problem(f"0{extension}")
    if problem or "/" in extension:
        refuse(name, f"has imExt {show(extension)}, which {problem or 'holds a slash'}")
    frames = to_whole(values["seqLength"], "seqLength", name, lowest=1, highest=MAX_FILES)
    return SeqInfo(frames, sizes.get("imWidth"), sizes.get("imHeight"), extension)


def _shape(where: str, line: str, sequence: SeqInfo, categories: dict[int, str]) -> tuple[int, ShapeRecord]:
    columns = line.split(",")
    if len(columns) < len(COLUMNS):
        refuse(where, f"has {len(columns)} columns instead of {len(COLUMNS)}")
    frame, track, left, top, width, height, considered, class_number, visibility = _numbers(where, line, columns)
    _check_whole(where, "frame", frame, lowest=1, highest=sequence.frames or MAX_FILES)
    _check_whole(where, "track", track, lowest=0, highest=int(MAX_NUMBER))
    _check_whole(where, "class", class_number, lowest=1, highest=len(CATEGORIES))
    if width < 0 or height < 0:
        refuse(where, "has a negative width or height")
    own_category = CATEGORIES[int(class_number) - 1]
    category = categories.setdefault(int(track), own_category)
    extra: dict[str, Json] = {}
    if own_category != category:  # still the same track: its first row names it
        extra["class"] = own_category
    if len(columns) > len(COLUMNS):
        extra["columns"] = [column.strip() for column in columns[len(COLUMNS) :]]
    return int(frame), ShapeRecord(
        file_id=sequence.file_id(int(frame)),
        label_id=f"{category}:{track}",
        label_category_id=category,
        label_type="box",
        geometry={"box": [left, top, width, height]},
        attributes={"considered": considered, "visibility": visibility},
        extra=extra,
    )


def _numbers(where: str, line: str, columns: list[str]) -> list[float]:
    """The numbers of a row: all at once, since there are hundreds of thousands; one by one if something is wrong."""
    try:
        numbers = [float(column) for column in columns[: len(COLUMNS)]]
        sane = sum(map(abs, numbers)) <= MAX_NUMBER  # false with a NaN too
    except ValueError:
        sane = False
    if not sane or "_" in line or not line.isascii():
        return [to_number(column.strip(), name, where) for column, name in zip(columns, COLUMNS, strict=False)]
    return [tidy(number) for number in numbers]


def _check_whole(where: str, name: str, value: float, *, lowest: int, highest: int) -> None:
    if not isinstance(value, int) or not lowest <= value <= highest:
        refuse(where, f"has {name} {value}, which is not a whole number from {lowest} to {highest}")
