"""Cars, vans, buses and trucks: a profile drawn from the side, made as wide as the vehicle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from datasets_app.demo.solids import Colour, Detail, Panel, Point, Solid, Thing, mix, panel, tint

GLASS: Colour = (66, 86, 106)
TYRE: Colour = (34, 35, 40)
HUB: Colour = (176, 182, 188)
RED_LAMP: Colour = (214, 40, 44)
WHITE_LAMP: Colour = (255, 246, 214)
PLATE: Colour = (240, 240, 232)

CAR_COLOURS: tuple[Colour, ...] = (
    (206, 66, 58), (52, 104, 168), (236, 236, 238), (70, 76, 86), (226, 168, 52),
    (64, 138, 112), (158, 166, 176), (120, 62, 92), (38, 64, 104), (220, 116, 60),
)  # fmt: skip
VAN_COLOURS: tuple[Colour, ...] = ((240, 240, 240), (92, 138, 176), (228, 196, 92), (110, 156, 122))
CARGO_COLOURS: tuple[Colour, ...] = ((238, 238, 232), (214, 104, 76), (92, 140, 122), (96, 124, 168))
BUS_COLOURS: tuple[Colour, ...] = ((204, 72, 62), (238, 188, 66), (62, 132, 158))


@dataclass(frozen=True, slots=True)
class Pose:
    """Where something stands and which way it faces: heading 0 looks away from us, pi towards us."""

    x: float
    z: float
    heading: float = 0.0
    y: float = 0.0

    def at(self, forward: float, right: float, up: float) -> Point:
        """A point of the thing, in the street."""
        sin, cos = math.sin(self.heading), math.cos(self.heading)
        return self.x + forward * sin + right * cos, self.y + up, self.z + forward * cos - right * sin


@dataclass(frozen=True, slots=True)
class Body:
    """One hull. The profile runs from the rear's foot over the roof to the front's foot, as (forward, up, kind).

    The kind belongs to the stretch that begins there: body, glass, doors, rear or front.
    """

    profile: tuple[tuple[float, float, str], ...]
    half_width: float
    belt: float  # above this height the sides lean in and have windows
    wheels: tuple[float, ...]
    wheel_radius: float = 0.34
    lean: float = 0.28
    pillars: tuple[float, ...] = ()


HATCHBACK = Body(
    ((-2.0, 0.2, "rear"), (-2.05, 0.95, "glass"), (-1.72, 1.46, "body"), (0.15, 1.5, "glass"), (1.0, 0.98, "body"),
     (1.95, 0.82, "front"), (2.05, 0.2, "body")), 0.88, 0.95, (-1.3, 1.3), pillars=(-0.45,))  # fmt: skip
SEDAN = Body(
    ((-2.25, 0.2, "rear"), (-2.3, 0.95, "body"), (-1.65, 1.0, "glass"), (-0.95, 1.43, "body"), (0.2, 1.45, "glass"),
     (1.05, 0.98, "body"), (2.15, 0.82, "front"), (2.25, 0.2, "body")), 0.9, 0.95, (-1.4, 1.4), pillars=(-0.3,),
)  # fmt: skip
SUV = Body(
    ((-2.2, 0.26, "rear"), (-2.25, 1.08, "glass"), (-2.0, 1.72, "body"), (0.2, 1.76, "glass"), (0.95, 1.14, "body"),
     (2.05, 1.02, "front"), (2.15, 0.26, "body")), 0.95, 1.08, (-1.4, 1.4), 0.39, pillars=(-0.9, -0.2))  # fmt: skip
VAN = Body(
    ((-2.6, 0.26, "rear"), (-2.65, 1.25, "glass"), (-2.55, 2.15, "body"), (1.2, 2.2, "glass"), (1.95, 1.3, "body"),
     (2.55, 1.0, "front"), (2.65, 0.26, "body")), 1.0, 1.25, (-1.7, 1.7), 0.36, 0.1, pillars=(-1.1, 0.45))  # fmt: skip
BUS = Body(
    ((-5.5, 0.3, "rear"), (-5.5, 1.25, "glass"), (-5.45, 3.0, "body"), (5.35, 3.0, "glass"), (5.5, 1.25, "front"),
     (5.5, 0.3, "body")), 1.25, 1.25, (-3.6, 3.6), 0.48, 0.03, pillars=(-3.6, -1.8, 0.0, 1.8, 3.6))  # fmt: skip
CAB = Body(
    ((1.5, 0.4, "body"), (1.5, 1.45, "body"), (1.5, 2.65, "body"), (2.75, 2.65, "glass"), (3.25, 1.45, "front"),
     (3.3, 0.4, "body")), 1.1, 1.45, (2.5,), 0.45, 0.06)  # fmt: skip
CARGO = Body(
    ((-3.3, 0.5, "rear"), (-3.3, 1.0, "doors"), (-3.3, 3.2, "body"), (1.35, 3.2, "body"), (1.35, 0.5, "body")),
    1.2, 9.0, (-2.4, -1.4), 0.45)  # fmt: skip

STYLES: dict[str, tuple[tuple[Body, ...], float, float]] = {  # bodies, half length, half width
    "hatchback": ((HATCHBACK,), 2.05, 0.88),
    "sedan": ((SEDAN,), 2.3, 0.9),
    "suv": ((SUV,), 2.2, 0.95),
    "van": ((VAN,), 2.65, 1.0),
    "bus": ((BUS,), 5.5, 1.25),
    "truck": ((CARGO, CAB), 3.3, 1.2),
}
CATEGORIES = {"hatchback": "car", "sedan": "car", "suv": "car", "van": "van", "bus": "bus", "truck": "truck"}


def vehicle(style: str, colour: Colour, pose: Pose, *, lights: bool = False, second: Colour | None = None) -> Thing:
    """One vehicle. `second` is the colour of a truck's cab; `lights`: they are switched on."""
    bodies, half_length, half_width = STYLES[style]
    # A truck's cab and box are each drawn as a whole, the farther one first.
    hulls = []
    for body in bodies:
        paint = second if second is not None and body is CAB else colour
        panels = sorted(_hull(body, paint, pose, lights=lights), key=lambda face: -_mean_z(face.points))
        hulls.append((_mean_z([point for face in panels for point in face.points]), panels))
    solids: list[Solid] = [face for _, panels in sorted(hulls, key=lambda hull: -hull[0]) for face in panels]
    edge = 0.12
    corners = ((-half_length, -half_width), (half_length, -half_width), (half_length, half_width),
               (-half_length, half_width))  # fmt: skip
    shadow = tuple(pose.at(f + math.copysign(edge, f) * 2, r + math.copysign(edge, r), 0.0) for f, r in corners)
    return Thing(solids, pose.z, CATEGORIES[style], shadow=shadow, ordered=True)


def _hull(body: Body, colour: Colour, pose: Pose, *, lights: bool) -> Iterator[Panel]:
    ends = body.profile[0][0], body.profile[-1][0]
    inside = pose.at((ends[0] + ends[1]) / 2, 0, body.belt * 0.7 if body.belt < 5 else 1.8)
    for (fa, ua, kind), (fb, ub, _) in pairwise(body.profile):
        stretch = _Stretch(pose, fa, ua, fb, ub, _width(body, ua), _width(body, ub))
        details = tuple(_end_details(kind, stretch, colour, lights=lights))
        yield panel([stretch.at(0, -1), stretch.at(1, -1), stretch.at(1, 1), stretch.at(0, 1)], colour, inside, details)
    for side in (-1, 1):
        lower = [(f, u) for f, u, _ in body.profile if u <= body.belt + 0.1]
        upper = [(f, u) for f, u, _ in body.profile if u >= body.belt - 0.05]
        if len(upper) > 2:
            points = [pose.at(f, side * _width(body, u), u) for f, u in upper]
            yield panel(points, colour, inside, _side_windows(body, upper, side, pose, colour))
        points = [pose.at(f, side * _width(body, u), u) for f, u in lower]
        yield panel(points, colour, inside, _side_details(body, side, pose, colour))


def _mean_z(points: Sequence[Point]) -> float:
    return sum(z for _, _, z in points) / len(points)


def _width(body: Body, up: float) -> float:
    return body.half_width - body.lean * max(0.0, up - body.belt)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One band of the hull across the vehicle: `along` 0 to 1 of its profile, `across` -1 to 1 of its width."""

    pose: Pose
    start_forward: float
    start_up: float
    end_forward: float
    end_up: float
    start_width: float
    end_width: float

    def at(self, along: float, across: float) -> Point:
        forward = self.start_forward + (self.end_forward - self.start_forward) * along
        up = self.start_up + (self.end_up - self.start_up) * along
        width = self.start_width + (self.end_width - self.start_width) * along
        return self.pose.at(forward, across * width, up)

    def patch(self, along: tuple[float, float], across: tuple[float, float]) -> tuple[Point, ...]:
        (a, b), (c, d) = along, across
        return self.at(a, c), self.at(b, c), self.at(b, d), self.at(a, d)


def _end_details(kind: str, band: _Stretch, colour: Colour, *, lights: bool) -> Iterator[Detail]:
    if kind == "glass":
        yield Detail(band.patch((0.1, 0.9), (-0.86, 0.86)), GLASS)
        corner = (band.at(0.14, -0.8), band.at(0.86, -0.8), band.at(0.86, -0.2), band.at(0.14, -0.55))
        yield Detail(corner, mix(GLASS, (220, 235, 245), 0.28))
    if kind == "doors":
        yield Detail(band.patch((0.05, 0.95), (-0.92, 0.92)), tint(colour, 0.94))
        yield Detail(band.patch((0.05, 0.95), (-0.015, 0.015)), tint(colour, 0.6))
        for across in (-0.14, 0.14):
            yield Detail(band.patch((0.15, 0.3), (across - 0.02, across + 0.02)), tint(colour, 0.5))
    if kind in ("rear", "front"):
        rear = kind == "rear"
        gap = min(band.start_up, band.end_up) / abs(band.end_up - band.start_up)  # down to the road
        low, high = (0.3, 0.52) if rear else (0.62, 0.42)
        for side in (-1, 1):
            tyre = (min(side * 0.66, side * 0.94), max(side * 0.66, side * 0.94))
            yield Detail(band.patch((-gap, 0.0) if rear else (1.0, 1.0 + gap), tyre), TYRE)
        base = (0.0, 0.2) if rear else (0.8, 1.0)
        yield Detail(band.patch(base, (-1.0, 1.0)), mix(colour, (44, 46, 52), 0.75))
        yield Detail(band.patch((low, high), (-0.24, 0.24)), PLATE)
        yield from _lamps(kind, band, lights=lights)


def _lamps(kind: str, band: _Stretch, *, lights: bool) -> Iterator[Detail]:
    colour = RED_LAMP if kind == "rear" else WHITE_LAMP
    along = (0.62, 0.86) if kind == "rear" else (0.14, 0.4)
    for side in (-1, 1):
        across = (min(side * 0.6, side * 0.94), max(side * 0.6, side * 0.94))
        shown = mix(colour, (255, 90, 80), 0.4) if lights and kind == "rear" else colour
        glow = (0.34 if kind == "rear" else 0.62) if lights else 0.0
        yield Detail(band.patch(along, across), shown, lit=lights, glow=glow)


def _side_windows(
    body: Body, outline: list[tuple[float, float]], side: int, pose: Pose, colour: Colour
) -> Iterator[Detail]:
    middle = sum(f for f, _ in outline) / len(outline)
    top, low = max(u for _, u in outline), min(u for _, u in outline)
    height = (top + low) / 2

    def at(forward: float, up: float) -> Point:
        return pose.at(forward, side * _width(body, up), up)

    yield Detail(tuple(at(middle + (f - middle) * 0.86, height + (u - height) * 0.74) for f, u in outline), GLASS)
    low, top = height + (low - height) * 0.74, height + (top - height) * 0.74
    for pillar in body.pillars:
        yield Detail((at(pillar - 0.06, low), at(pillar + 0.06, low), at(pillar + 0.06, top), at(pillar - 0.06, top)),
                     colour)  # fmt: skip


def _side_details(body: Body, side: int, pose: Pose, colour: Colour) -> Iterator[Detail]:
    out = side * body.half_width
    rear, front = body.profile[0][0], body.profile[-1][0]
    base = body.profile[0][1]
    if body.belt < 5:
        line = base + (body.belt - base) * 0.35
        yield Detail((pose.at(rear, out, base), pose.at(front, out, base), pose.at(front, out, line - 0.12),
                      pose.at(rear, out, line - 0.12)), tint(colour, 0.8))  # fmt: skip
        for pillar in body.pillars[:1]:
            yield Detail((pose.at(pillar - 0.015, out, line), pose.at(pillar + 0.015, out, line),
                          pose.at(pillar + 0.015, out, body.belt), pose.at(pillar - 0.015, out, body.belt)),
                         tint(colour, 0.6))  # fmt: skip
    else:
        yield Detail((pose.at(rear, out, 1.5), pose.at(front, out, 1.5), pose.at(front, out, 1.9),
                      pose.at(rear, out, 1.9)), mix(colour, (40, 70, 110), 0.55))  # fmt: skip
    for wheel in body.wheels:
        radius = body.wheel_radius
        yield Detail(_circle(pose, wheel, out, radius, radius), TYRE)
        yield Detail(_circle(pose, wheel, out, radius, radius * 0.58), HUB)
        yield Detail(_circle(pose, wheel, out, radius, radius * 0.2), TYRE)


def _circle(pose: Pose, forward: float, right: float, up: float, radius: float) -> tuple[Point, ...]:
    turns = [math.tau * step / 16 for step in range(16)]
    return tuple(pose.at(forward + radius * math.cos(t), right, up + radius * math.sin(t)) for t in turns)
