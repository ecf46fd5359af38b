"""The frames of an object as a film of small pictures around the open one, its motion, and samples of a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Min, Q, Subquery

from datasets_app.drawing.curve import Curve, curve_of
from datasets_app.drawing.motion import Jump, Motion, motion_of
from datasets_app.drawing.shapes import Canvas, Mark, canvas_of, close_up, coarse, extent_of
from datasets_app.drawing.topview import seen_alone
from datasets_app.errors import NotFound
from datasets_app.models import File, Label, LabelType, Shape

#: Small pictures on each side of the open frame: each is a picture that the browser fetches.
AROUND = 6
#: Points of a shape in a small picture; a finer one is a box there, and one beyond the second number nothing.
FINEST, MOST = 80, 15_000
#: Pictures of a sample.
SAMPLE = 12
#: What the motion of a shape is worked out from.
SOLID = ("geometry__box", "geometry__three_d_bbox")
DRAWN = ("geometry__box", "geometry__polygons", "geometry__polyline", "geometry__points")


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames to go through, by position, and the open one."""

    positions: Sequence[int]
    index: int

    @property
    def open(self) -> int:
        return self.positions[self.index]

    @property
    def number(self) -> int:
        return self.index + 1

    @property
    def count(self) -> int:
        return len(self.positions)

    @property
    def first(self) -> int:
        return self.positions[0]

    @property
    def last(self) -> int:
        return self.positions[-1]

    @property
    def previous(self) -> int | None:
        return self.positions[self.index - 1] if self.index else None

    @property
    def next(self) -> int | None:
        return self.positions[self.index + 1] if self.number < self.count else None

    @property
    def strip(self) -> Sequence[int]:
        first = max(0, min(self.index - AROUND, self.count - 2 * AROUND - 1))
        return self.positions[first : first + 2 * AROUND + 1]


@dataclass(frozen=True, slots=True)
class Thumb:
    """One frame, small: the object close up, or the whole picture."""

    position: int
    file: File | None = None
    canvas: Canvas | None = None
    marks: list[Mark] = field(default_factory=list)
    from_above: bool = False

    @property
    def has_picture(self) -> bool:
        return self.file is not None and bool(self.file.picture) and not self.from_above


@dataclass(frozen=True, slots=True)
class Film:
    """What is under the picture: the frames around the open one, and of a track its motion."""

    frames: Frames
    thumbs: list[Thumb]
    curve: Curve | None = None
    motion: Motion = field(default_factory=lambda: Motion([], []))

    @property
    def jumps(self) -> list[Jump]:
        return self.motion.jumps

    @property
    def jump_frames(self) -> set[int]:
        return {jump.frame for jump in self.motion.jumps}

    @property
    def is_drawn(self) -> bool:
        """Whether there is anything to see in the small pictures."""
        return any(thumb.canvas is not None for thumb in self.thumbs)


@dataclass(frozen=True, slots=True)
class Track:
    """The frames of an object, by position with the keys of their files, and how it moves in them."""

    files: dict[int, int]
    motion: Motion

    def frames(self, frame: str | None) -> Frames | None:
        """With the one that is asked for, or the first, open. Raises `NotFound` for one in which it is not."""
        positions = list(self.files)
        if not positions:
            return None
        wanted = position_of(frame) if frame else positions[0]
        if wanted not in self.files:
            raise NotFound("frame of this object")
        return Frames(positions, positions.index(wanted))


def track_of(label: Label) -> Track:
    """Of the sensor that sees it most. One query, also for thousands of frames."""
    keys = SOLID if label.label_type in (LabelType.BOX, LabelType.BOX_3D) else DRAWN
    shapes = label.shapes.order_by("file__position", "pk")
    rows = list(shapes.values_list("file__position", "file", "sensor_id", *keys))
    sensors = Counter(row[2] for row in rows)
    sensor = min(sensors, key=lambda name: (-sensors[name], name), default="")
    names = [key.removeprefix("geometry__") for key in keys]
    geometries = ((row[0], dict(zip(names, row[3:], strict=True))) for row in rows if row[2] == sensor)
    return Track({row[0]: row[1] for row in rows}, motion_of(geometries))


def film_of_track(track: Track, frames: Frames, shapes: Iterable[Shape]) -> Film:
    """`shapes`: those of the object in the frames around the open one, with their files."""
    by_position: dict[int, list[Shape]] = {position: [] for position in frames.strip}
    for shape in shapes:
        by_position[shape.file.position].append(shape)
    thumbs = [_crop(position, found) for position, found in by_position.items()]
    return Film(frames, thumbs, curve_of(track.motion, frames.open), track.motion)


def film_of_files(files: Mapping[int, File], frames: Frames) -> Film:
    """Whole pictures, of the files around the open one."""
    return Film(frames, [_whole(position, files.get(position)) for position in frames.strip])


def sample_of(files: Iterable[File]) -> list[Thumb]:
    """Whole pictures of these files."""
    return [_whole(file.position, file) for file in files]


def thumbs_of(labels: Iterable[int]) -> dict[int, Thumb]:
    """By the key of a label: where it is first seen, boxed, if there is a picture. One query, however many frames."""
    first = Shape.objects.filter(label__in=labels).order_by().values("label").annotate(first=Min("pk"))
    shapes = Shape.objects.filter(pk__in=first.values("first")).exclude(file__picture="").select_related("file")
    return {shape.label_id: _crop(shape.file.position, [shape], finest=1) for shape in shapes}


def files_of_attribute(dataset: int, position: int | None, *, sampled: bool) -> tuple[dict[int, File], int]:
    """By position: the files around one, and those of a sample; and how many files there are at all. One query."""
    last = Subquery(File.objects.filter(dataset=dataset).order_by("-position").values("position")[:1])
    wanted = Q(position__in=[1 + (last - 1) * number / (SAMPLE - 1) for number in range(SAMPLE if sampled else 0)])
    if position is not None:
        wanted |= Q(position__range=(position - 2 * AROUND, position + 2 * AROUND))
    files = File.objects.filter(wanted, dataset=dataset).annotate(last=last).order_by("position")
    return {file.position: file for file in files}, next((file.last for file in files), 0)


def spread(count: int) -> list[int]:
    """The positions of a sample, from the first to the last, evenly spread: the same each time."""
    return sorted({1 + (count - 1) * number // (SAMPLE - 1) for number in range(SAMPLE)}) if count else []


def position_of(frame: str) -> int:
    """A position as it is asked for. Raises `NotFound`."""
    if not (frame.isascii() and frame.isdecimal() and len(frame) < 10):
        raise NotFound("frame")
    return int(frame)


def _crop(position: int, shapes: list[Shape], finest: int = FINEST) -> Thumb:
    """From above where there is no picture: more is to be seen of a 3D box than its 2D box on nothing."""
    file = shapes[0].file if shapes else None
    found = [mark for shape in shapes for mark in coarse(shape.geometry, finest, MOST)]
    extent = extent_of(found)
    solids = (seen_alone(shape.geometry.get("three_d_bbox")) for shape in shapes)
    solid = next(filter(None, solids), None)
    if solid is not None and (extent is None or file is None or not file.picture):
        return Thumb(position, file, *solid, from_above=True)
    if file is None or extent is None:
        return Thumb(position, file)
    whole = canvas_of(file.width, file.height, found)
    assert whole is not None  # there is something to draw
    return Thumb(position, file, close_up(whole, extent), found)


def _whole(position: int, file: File | None) -> Thumb:
    if file is None or not file.picture:
        return Thumb(position, file)
    return Thumb(position, file, Canvas(0, 0, file.width or 4, file.height or 3))
