"""3D boxes from above: metres to pixels, a grid, a tick for the heading. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from datasets_app.imports.geometry import CENTRE_AND_SIZE, is_number

from .shapes import text_of

SIZE = 480
#: How much of the world is shown at the least and at the most, in metres.
SPAN = (30.0, 400.0)
STEPS = (10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid, with the metres that it stands for."""

    path: str
    x: float
    y: float
    metres: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A box from above: its corners, and a tick from its middle to its front."""

    path: str
    heading: str


@dataclass(frozen=True, slots=True)
class TopView:
    size: int
    step: int
    down: list[Line]
    across: list[Line]
    own: Outline
    others: list[Outline]


def is_box(value: Any) -> bool:
    """Whether this can be drawn: a centre, a size and a heading, all of them numbers."""
    names = (*CENTRE_AND_SIZE, "rot_z")
    return isinstance(value, Mapping) and all(is_number(value.get(name)) for name in names)


def top_view(box: Any, others: Iterable[Any]) -> TopView | None:
    """The object in the middle, x to the right and y upwards, with what is near it."""
    if not is_box(box):
        return None
    span = min(max(SPAN[0], 4 * max(abs(box["l"]), abs(box["w"]))), SPAN[1])
    step = next((one for one in STEPS if span / one <= 6), STEPS[-1])
    plane = _Plane(box["cx"] - span / 2, box["cy"] + span / 2, SIZE / span)
    near = [one for one in others if is_box(one) and _is_near(one, box, span)]
    return TopView(
        SIZE,
        step,
        [_down(plane, x) for x in _between(box["cx"], span, step)],
        [_across(plane, y) for y in _between(box["cy"], span, step)],
        _outline(plane, box),
        [_outline(plane, one) for one in near],
    )


@dataclass(frozen=True, slots=True)
class _Plane:
    left: float
    top: float
    scale: float

    def at(self, x: float, y: float) -> str:
        return f"{text_of((x - self.left) * self.scale)} {text_of((self.top - y) * self.scale)}"


def _is_near(one: Mapping[str, Any], box: Mapping[str, Any], span: float) -> bool:
    return max(abs(one["cx"] - box["cx"]), abs(one["cy"] - box["cy"])) < span


def _between(middle: float, span: float, step: int) -> list[int]:
    first = math.ceil((middle - span / 2) / step)
    last = math.floor((middle + span / 2) / step)
    return [number * step for number in range(first, last + 1)]


def _down(plane: _Plane, x: int) -> Line:
    at = (x - plane.left) * plane.scale
    return Line(f"M{text_of(at)} 0V{SIZE}", round(at + 3, 1), SIZE - 4, f"{x} m")


def _across(plane: _Plane, y: int) -> Line:
    at = (plane.top - y) * plane.scale
    return Line(f"M0 {text_of(at)}H{SIZE}", 3, round(at - 3, 1), f"{y} m")


def _outline(plane: _Plane, box: Mapping[str, Any]) -> Outline:
    cos, sin = math.cos(box["rot_z"]), math.sin(box["rot_z"])

    def corner(ahead: float, aside: float) -> str:
        forward, left = ahead * box["l"] / 2, aside * box["w"] / 2
        return plane.at(box["cx"] + forward * cos - left * sin, box["cy"] + forward * sin + left * cos)

    corners = "L".join(corner(*where) for where in ((1, 1), (1, -1), (-1, -1), (-1, 1)))
    return Outline(f"M{corners}Z", f"M{corner(0, 0)}L{corner(1, 0)}")
