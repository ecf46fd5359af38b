"""Simple solids in metres (x right, y up, z ahead) and the camera that flattens them to the picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Colour = tuple[int, int, int]
Point = tuple[float, float, float]
Spot = tuple[float, float]

NEAR = 0.6  # nothing nearer to the lens than this is drawn
FAR = 45.0  # metres: fine details are left out beyond
SUN = (-0.47, 0.80, -0.37)  # the direction towards the light


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera that looks along z, with the horizon in a fixed row."""

    x: float = 1.6
    z: float = 0.0
    height: float = 2.0
    focal: float = 660.0
    width: int = 960
    rows: int = 600
    horizon: float = 250.0

    def spot(self, point: Point) -> Spot:
        """Where a point appears, in pixels. The point must be in front of the lens."""
        ratio = self.focal / (point[2] - self.z)
        return self.width / 2 + (point[0] - self.x) * ratio, self.horizon + (self.height - point[1]) * ratio

    def distance(self, point: Point) -> float:
        """How far ahead a point is, in metres."""
        return point[2] - self.z

    def ground_row(self, distance: float) -> float:
        """The row in which the ground at that distance appears."""
        return self.horizon + self.height * self.focal / distance


@dataclass(frozen=True, slots=True)
class Flat:
    """A piece of the picture in one colour: a polygon, or a disc around its only point."""

    points: tuple[Spot, ...]
    colour: Colour
    distance: float
    radius: float = 0.0
    lit: bool = False  # shines by itself: night does not darken it
    glow: float = 0.0  # the radius of its halo in pixels


class Solid(Protocol):
    """Something that can be flattened. `details=False` gives the silhouette alone."""

    def flats(self, camera: Camera, *, details: bool = True) -> Iterator[Flat]: ...

    def nearness(self, camera: Camera) -> float: ...


@dataclass(frozen=True, slots=True)
class Detail:
    """Something flat on a panel: a window, a lamp, a stripe."""

    points: tuple[Point, ...]
    colour: Colour
    lit: bool = False
    glow: float = 0.0  # metres
    fine: bool = False  # too small to be seen from afar


@dataclass(frozen=True, slots=True)
class Panel:
    """A flat face of a solid, seen from its outer side only."""

    points: tuple[Point, ...]
    colour: Colour
    outward: Point | None = None  # None: seen from both sides, and never shaded
    details: tuple[Detail, ...] = ()

    def nearness(self, camera: Camera) -> float:
        """The mean distance, for drawing far before near."""
        return sum(p[2] for p in self.points) / len(self.points) - camera.z

    def flats(self, camera: Camera, *, details: bool = True) -> Iterator[Flat]:
        """The face and what is on it, or nothing where we see it from behind."""
        factor = 1.0
        if self.outward is not None:
            px, py, pz = self.points[0]
            nx, ny, nz = self.outward
            if nx * (px - camera.x) + ny * (py - camera.height) + nz * (pz - camera.z) >= 0:
                return
            factor = 0.84 + 0.22 * (nx * SUN[0] + ny * SUN[1] + nz * SUN[2])
        yield from _flatten(self.points, tint(self.colour, factor), camera)
        if not details:
            return
        far = self.points[0][2] - camera.z > FAR
        for detail in self.details:
            if far and detail.fine:
                continue
            colour = detail.colour if detail.lit else tint(detail.colour, factor)
            yield from _flatten(detail.points, colour, camera, lit=detail.lit, glow=detail.glow)


@dataclass(frozen=True, slots=True)
class Limb:
    """A round bar between two points: a leg, a post, a branch."""

    start: Point
    end: Point
    start_radius: float
    end_radius: float
    colour: Colour

    def nearness(self, camera: Camera) -> float:
        """The mean distance, for drawing far before near."""
        return (self.start[2] + self.end[2]) / 2 - camera.z

    def flats(self, camera: Camera, *, details: bool = True) -> Iterator[Flat]:
        """Two discs and what is between them."""
        first, second = camera.distance(self.start), camera.distance(self.end)
        if min(first, second) < NEAR:
            return
        (ax, ay), (bx, by) = camera.spot(self.start), camera.spot(self.end)
        ra, rb = self.start_radius * camera.focal / first, self.end_radius * camera.focal / second
        length = math.hypot(bx - ax, by - ay)
        if length > 0.01:
            ux, uy = (by - ay) / length, (ax - bx) / length
            corners = ((ax + ux * ra, ay + uy * ra), (bx + ux * rb, by + uy * rb))
            others = ((bx - ux * rb, by - uy * rb), (ax - ux * ra, ay - uy * ra))
            yield Flat(corners + others, self.colour, (first + second) / 2)
        yield Flat(((ax, ay),), self.colour, first, radius=ra)
        yield Flat(((bx, by),), self.colour, second, radius=rb)


@dataclass(frozen=True, slots=True)
class Ball:
    """A sphere: a head, a crown of leaves, a lamp."""

    centre: Point
    radius: float
    colour: Colour
    lit: bool = False
    glow: float = 0.0  # metres

    def nearness(self, camera: Camera) -> float:
        """The distance, for drawing far before near."""
        return camera.distance(self.centre)

    def flats(self, camera: Camera, *, details: bool = True) -> Iterator[Flat]:
        """One disc."""
        distance = camera.distance(self.centre)
        if distance < NEAR:
            return
        ratio = camera.focal / distance
        spot = (camera.spot(self.centre),)
        yield Flat(spot, self.colour, distance, self.radius * ratio, self.lit, self.glow * ratio)


@dataclass(slots=True)
class Thing:
    """What stands in the street as one: its solids, where it stands, and its shadow on the ground."""

    solids: list[Solid]
    z: float
    category: str = ""  # empty: scenery, never labelled
    attributes: dict[str, str] = field(default_factory=dict)
    shadow: tuple[Point, ...] = ()
    pool: Spot | None = None  # x and z of the light that it throws on the ground
    backdrop: bool = False  # beside the street: everything in the street is before it
    ordered: bool = False  # the solids are already in drawing order

    def flats(self, camera: Camera, *, details: bool = True) -> Iterator[Flat]:
        """Everything to draw, far before near."""
        solids = self.solids
        if not self.ordered:
            solids = sorted(solids, key=lambda solid: -solid.nearness(camera))
        for solid in solids:
            yield from solid.flats(camera, details=details)


def tint(colour: Colour, factor: float) -> Colour:
    """The colour made darker or lighter."""
    red, green, blue = colour
    return min(255, int(red * factor)), min(255, int(green * factor)), min(255, int(blue * factor))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The first colour with a share (0 to 1) of the second."""
    (red, green, blue), (other_red, other_green, other_blue) = first, second
    return (
        int(red + (other_red - red) * share),
        int(green + (other_green - green) * share),
        int(blue + (other_blue - blue) * share),
    )


def panel(points: Sequence[Point], colour: Colour, inside: Point, details: Iterable[Detail] = ()) -> Panel:
    """A face of the solid that has `inside` in its middle; its outer side is found from that."""
    nx = ny = nz = 0.0
    for (ax, ay, az), (bx, by, bz) in zip(points, (*points[1:], points[0]), strict=True):
        nx += (ay - by) * (az + bz)
        ny += (az - bz) * (ax + bx)
        nz += (ax - bx) * (ay + by)
    length = math.hypot(nx, ny, nz) or 1.0
    ax, ay, az = points[0]
    away = nx * (ax - inside[0]) + ny * (ay - inside[1]) + nz * (az - inside[2])
    sign = (1.0 if away > 0 else -1.0) / length
    return Panel(tuple(points), colour, (nx * sign, ny * sign, nz * sign), tuple(details))


def _flatten(
    points: tuple[Point, ...], colour: Colour, camera: Camera, *, lit: bool = False, glow: float = 0.0
) -> Iterator[Flat]:
    nearest = min(p[2] for p in points) - camera.z
    if nearest < NEAR:
        points = _before_lens(points, camera.z + NEAR)
        if len(points) < 3:
            return
        nearest = NEAR
    farthest = max(p[2] for p in points) - camera.z
    spots = tuple(camera.spot(p) for p in points)
    yield Flat(spots, colour, (nearest + farthest) / 2, lit=lit, glow=glow * camera.focal / max(nearest, NEAR))


def _before_lens(points: tuple[Point, ...], z: float) -> tuple[Point, ...]:
    """The part of a polygon that lies beyond the plane at z."""
    kept: list[Point] = []
    for (ax, ay, az), (bx, by, bz) in zip(points, points[1:] + points[:1], strict=True):
        if az >= z:
            kept.append((ax, ay, az))
        if (az >= z) != (bz >= z):
            share = (z - az) / (bz - az)
            kept.append((ax + (bx - ax) * share, ay + (by - ay) * share, z))
    return tuple(kept)
