"""3D boxes from above: a plane in metres, a grid, a tick for the heading, the way to the sensor. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .motion import is_solid
from .shapes import Canvas, Extent, Mark, text_of

What = TypeVar("What")

#: How much of the world is shown at the least and at the most, in metres.
SPAN = (30.0, 400.0)
#: What is farther from the object than this, does not widen the view.
NEAR = 60.0
#: An origin that is farther away is none of a sensor.
REACH = 150.0
#: Metres between lines of the grid: about six of them.
STEPS = (5, 10, 20, 50, 100)
LINES = 8

Box = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid, with the metres that it stands for."""

    path: str
    x: float
    y: float
    metres: str


@dataclass(frozen=True, slots=True)
class Outline(Generic[What]):
    """A box from above: its corners, and a tick from its middle to its front. `what` it is, says who asked."""

    what: What
    path: str
    heading: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the sensor is, and how far the object is from it."""

    x: float
    y: float
    way: str
    distance: float
    said_x: float
    said_y: float


@dataclass(frozen=True, slots=True)
class TopView(Generic[What]):
    """In metres from the object's centre, y downwards as SVG has it. `letter`, `dot`: sizes of the text and a dot."""

    canvas: Canvas
    fit: Canvas
    step: int
    letter: float
    dot: float
    down: list[Line]
    across: list[Line]
    own: Outline[None]
    others: list[Outline[What]]
    origin: Origin | None


def top_view(box: Any, others: Iterable[tuple[What, Any]]) -> TopView[What] | None:
    """The object with what is near it and the sensor, x to the right and y upwards."""
    if not is_solid(box):
        return None
    plane = _Plane(box["cx"], box["cy"])
    drawn = [(what, one) for what, one in others if is_solid(one)]
    distance = math.hypot(box["cx"], box["cy"])
    canvas = _canvas(plane, box, [one for _what, one in drawn], with_origin=distance <= REACH)
    wide = Canvas(canvas.x - canvas.width, canvas.y, 3 * canvas.width, canvas.height)
    step = next((one for one in STEPS if canvas.width / one <= LINES), STEPS[-1])
    return TopView(
        canvas,
        _around(plane.extent(box), least=10.0, times=2.5),
        step,
        letter=round(canvas.width / 36, 2),
        dot=round(canvas.width / 120, 2),
        down=list(_down(plane, canvas, step)),
        across=list(_across(plane, canvas, step)),
        own=_outline(plane, None, box),
        others=[_outline(plane, what, one) for what, one in drawn if wide.shows(plane.extent(one))],
        origin=_origin(plane, distance) if distance <= REACH else None,
    )


def seen_alone(box: Any) -> tuple[Canvas, list[Mark]] | None:
    """A small view of nothing but the box, in 4:3."""
    if not is_solid(box):
        return None
    plane = _Plane(box["cx"], box["cy"])
    outline, extent = _outline(plane, None, box), plane.extent(box)
    around = _around(extent, least=6.0, times=1.4)
    canvas = Canvas(around.x * 4 / 3, around.y, around.width * 4 / 3, around.height)
    return canvas, [Mark("area", outline.path, extent), Mark("line", outline.heading, extent)]


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where the object is, is nought: far coordinates of maps would lose their digits in the browser."""

    x: float
    y: float

    def at(self, x: float, y: float) -> str:
        return f"{text_of(x - self.x)} {text_of(self.y - y)}"

    def corners(self, box: Box) -> list[tuple[float, float]]:
        """Front left, front right, back right, back left; in metres of the world."""
        cos, sin = math.cos(box["rot_z"]), math.sin(box["rot_z"])
        halves = [(ahead * box["l"] / 2, left * box["w"] / 2) for ahead, left in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
        return [(box["cx"] + one * cos - two * sin, box["cy"] + one * sin + two * cos) for one, two in halves]

    def extent(self, box: Box) -> Extent:
        return Extent.of([(x - self.x, self.y - y) for x, y in self.corners(box)])


def _canvas(plane: _Plane, box: Box, others: list[Box], *, with_origin: bool) -> Canvas:
    """A square around the object, what is near it, and the sensor."""
    extent = plane.extent(box)
    for one in others:
        if math.hypot(one["cx"] - plane.x, one["cy"] - plane.y) <= NEAR:
            extent = extent.with_(plane.extent(one))
    if with_origin:
        extent = extent.with_(Extent(-plane.x, plane.y, -plane.x, plane.y))
    return _around(extent, least=SPAN[0], times=1.15)


def _around(extent: Extent, *, least: float, times: float) -> Canvas:
    """A square with this in its middle."""
    side = max(least, times * max(extent.right - extent.x, extent.bottom - extent.y))
    side = min(side, SPAN[1])
    return Canvas((extent.x + extent.right - side) / 2, (extent.y + extent.bottom - side) / 2, side, side)


def _origin(plane: _Plane, distance: float) -> Origin:
    x, y = -plane.x, plane.y
    return Origin(round(x, 2), round(y, 2), f"M{plane.at(0, 0)}L0 0", distance, round(x / 2, 2), round(y / 2, 2))


def _between(first: float, last: float, step: int) -> range:
    return range(math.ceil(first / step) * step, math.floor(last / step) * step + 1, step)


def _down(plane: _Plane, canvas: Canvas, step: int) -> Iterator[Line]:
    """Also beside the canvas: where it stands in a wider frame, the grid goes on."""
    bottom = canvas.y + canvas.height
    for x in _between(canvas.x - canvas.width + plane.x, canvas.x + 2 * canvas.width + plane.x, step):
        at = x - plane.x
        path = f"M{text_of(at)} {text_of(canvas.y)}V{text_of(bottom)}"
        yield Line(path, round(at + canvas.width / 200, 2), round(bottom - canvas.width / 100, 2), f"{x} m")


def _across(plane: _Plane, canvas: Canvas, step: int) -> Iterator[Line]:
    for y in _between(plane.y - canvas.y - canvas.height, plane.y - canvas.y, step):
        at = plane.y - y
        path = f"M{text_of(canvas.x - canvas.width)} {text_of(at)}h{text_of(3 * canvas.width)}"
        yield Line(path, round(canvas.x + canvas.width / 100, 2), round(at - canvas.width / 200, 2), f"{y} m")


def _outline(plane: _Plane, what: What, box: Box) -> Outline[What]:
    corners = plane.corners(box)
    ahead = [(one + two) / 2 for one, two in zip(corners[0], corners[1], strict=True)]
    path = "L".join(plane.at(*corner) for corner in corners)
    return Outline(what, f"M{path}Z", f"M{plane.at(box['cx'], box['cy'])}L{plane.at(*ahead)}")
