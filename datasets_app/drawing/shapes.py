"""Shapes as lines of an SVG in image coordinates. Pure: geometry in, paths out; what is malformed is not drawn."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datasets_app.imports.geometry import is_number

from .masks import MAX_RECTANGLES, rectangles

HUES = 12
#: Written before a category: with this one the commonest things of a street have hues of their own.
SALT = "945 "
#: More corners than that are not drawn.
MAX_POINTS = 50_000

Point = tuple[float, float]


def hue(category: str) -> int:
    """The colour of a category, from its name alone: the same on every page and in every dataset."""
    return zlib.crc32((SALT + category).encode("utf-8", "replace")) % HUES


def text_of(value: float) -> str:
    """A number for a path: at most two digits after the point, never an exponent."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass(frozen=True, slots=True)
class Extent:
    """The smallest upright box around something."""

    x: float
    y: float
    right: float
    bottom: float

    @classmethod
    def of(cls, points: Iterable[Point]) -> Extent:
        xs, ys = zip(*points, strict=True)
        return cls(min(xs), min(ys), max(xs), max(ys))

    def with_(self, other: Extent) -> Extent:
        return Extent(
            min(self.x, other.x), min(self.y, other.y), max(self.right, other.right), max(self.bottom, other.bottom)
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """One path. `kind`: area (closed), line (open), dots, or mask (filled, without a line).

    `simplified`: too fine to draw, its extent is drawn instead.
    """

    kind: str
    path: str
    extent: Extent
    simplified: bool = False


@dataclass(frozen=True, slots=True)
class Canvas:
    """What of the plane is shown."""

    x: float
    y: float
    width: float
    height: float

    def shows(self, extent: Extent) -> bool:
        """Whether anything of this is on it."""
        across = extent.right >= self.x and extent.x <= self.x + self.width
        return across and extent.bottom >= self.y and extent.y <= self.y + self.height

    @property
    def view_box(self) -> str:
        return " ".join(text_of(value) for value in (self.x, self.y, self.width, self.height))


def marks(geometry: Any) -> list[Mark]:
    """What to draw of a shape in the picture, in the order in which it is painted."""
    if not isinstance(geometry, Mapping):
        return []
    found = list(_masks(geometry.get("mask")))
    found += _polygons(geometry.get("polygons"))
    found += _box(geometry.get("box"))
    found += _path("line", geometry.get("polyline"), at_least=2)
    found += _path("dots", geometry.get("points"), at_least=1)
    return found


def weight(geometry: Any) -> int:
    """About how much work a shape is to draw: its points and runs. Cheap to ask."""
    if not isinstance(geometry, Mapping):
        return 0
    mask, polygons = geometry.get("mask"), geometry.get("polygons")
    lists = [geometry.get("polyline"), geometry.get("points"), *(polygons if isinstance(polygons, list) else ())]
    lists.append(mask.get("counts") if isinstance(mask, Mapping) else None)
    return 1 + sum(len(one) for one in lists if isinstance(one, list | str))


def only_box(geometry: Any) -> list[Mark]:
    """A shape that is too much to draw, as its box where it has one."""
    found = _box(geometry.get("box")) if isinstance(geometry, Mapping) else ()
    return [replace(mark, simplified=True) for mark in found]


def coarse(geometry: Any, finest: int, most: int) -> list[Mark]:
    """For a small picture: up to `finest` points and runs as it is, up to `most` the box around it, else nothing."""
    heavy = weight(geometry)
    if heavy <= finest:
        return marks(geometry)
    found = only_box(geometry) or (marks(geometry) if heavy <= most else [])
    around = extent_of(found)
    if around is None:
        return []
    outline = _rectangle(around.x, around.y, around.right - around.x, around.bottom - around.y)
    return [Mark("area", outline, around, simplified=True)]


def points_of(value: Any) -> list[Point]:
    """Pairs of numbers; nothing where one of them is something else, or where there are too many."""
    if not isinstance(value, list) or len(value) > MAX_POINTS:
        return []
    pairs = [tuple(pair[:2]) for pair in value if isinstance(pair, list) and len(pair) == 2]
    if len(pairs) != len(value) or not all(is_number(one) for pair in pairs for one in pair):
        return []
    return [(x, y) for x, y in pairs]


def _box(value: Any) -> Iterator[Mark]:
    if isinstance(value, list) and len(value) == 4 and all(is_number(one) for one in value):
        x, y, width, height = value
        extent = Extent.of([(x, y), (x + width, y + height)])
        yield Mark("area", _rectangle(x, y, width, height), extent)


def _polygons(value: Any) -> Iterator[Mark]:
    """All parts in one path: a part within another is a hole."""
    parts = [points_of(one) for one in value] if isinstance(value, list) else []
    corners = [point for part in parts for point in part]
    if corners and len(corners) <= MAX_POINTS:
        path = "".join(f"{_through(part)}Z" for part in parts if part)
        yield Mark("area", path, Extent.of(corners))


def _path(kind: str, value: Any, *, at_least: int) -> Iterator[Mark]:
    points = points_of(value)
    if len(points) >= at_least:
        # A line of no length with round ends is a dot that keeps its size at any zoom.
        path = "".join(f"{_through([point])}h0" for point in points) if kind == "dots" else _through(points)
        yield Mark(kind, path, Extent.of(points))


def _masks(value: Any) -> Iterator[Mark]:
    if not isinstance(value, Mapping):
        return
    try:
        found = rectangles(value["counts"], value["size"])
    except (KeyError, TypeError, ValueError):
        return
    if not found:
        return
    corners = [(one.x, one.y) for one in found] + [(one.x + one.width, one.y + one.height) for one in found]
    extent = Extent.of(corners)
    if len(found) > MAX_RECTANGLES:
        outline = _rectangle(extent.x, extent.y, extent.right - extent.x, extent.bottom - extent.y)
        yield Mark("area", outline, extent, simplified=True)
    else:
        yield Mark("mask", "".join(_rectangle(one.x, one.y, one.width, one.height) for one in found), extent)


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"M{text_of(x)} {text_of(y)}h{text_of(width)}v{text_of(height)}h{text_of(-width)}Z"


def _through(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{text_of(x)} {text_of(y)}" for x, y in points)


def extent_of(found: Iterable[Mark]) -> Extent | None:
    """The extent of all marks together."""
    whole: Extent | None = None
    for mark in found:
        whole = mark.extent if whole is None else whole.with_(mark.extent)
    return whole


def canvas_of(width: int | None, height: int | None, found: Iterable[Mark]) -> Canvas | None:
    """The whole picture; where its size is unknown, the extent of what is drawn, with a margin."""
    if width and height:
        return Canvas(0, 0, width, height)
    extent = extent_of(found)
    if extent is None:
        return None
    margin = 0.05 * max(extent.right - extent.x, extent.bottom - extent.y, 10)
    wide, high = extent.right - extent.x + 2 * margin, extent.bottom - extent.y + 2 * margin
    return Canvas(extent.x - margin, extent.y - margin, wide, high)


def close_up(canvas: Canvas, extent: Extent) -> Canvas:
    """A part of the canvas in 4:3 with the object in the middle and its surroundings about it."""
    wide, high = extent.right - extent.x, extent.bottom - extent.y
    width = max(1.6 * wide, 1.6 * high * 4 / 3, canvas.width / 24)
    height = width * 3 / 4
    middle_x, middle_y = extent.x + wide / 2, extent.y + high / 2
    return Canvas(middle_x - width / 2, middle_y - height / 2, width, height)
