"""How the box of a track moves from frame to frame, and where it jumps. Pure arithmetic: numbers in, numbers out.

A step leads from one frame of the object to its next. It has five numbers, each for one frame of the way:

* `across`, `down`: how far the centre moved, in sizes of the object (the mean side of both boxes: √(width × height));
* `wider`, `higher`: the logarithms of how many times wider and higher it became;
* `turned`: by how many radians (3D boxes; others do not turn).

All are relative to the object, so the same motion gives the same numbers wherever it is and however large. A jump is a
step unlike those around it. What is usual is the median of each number over the step and the `NEAR` steps on each side,
so a track that speeds up smoothly has none; the distance from it (Euclidean, over the five numbers) is how unusual the
step is. It is a jump if that is more than `LEAST`, and more than `TIMES` what three quarters of the track's steps stay
below: a track that trembles does not jump with each tremble. (The upper quartile, not the median with its absolute
deviation: those are 0 in a track of whole pixels that moves now and then.) Who jumps away and back again in the next
step has jumped once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, TypeGuard

from datasets_app.imports.geometry import CENTRE_AND_SIZE, is_number

from .shapes import Extent, points_of

#: Steps on each side that say what is usual.
NEAR = 3
#: A step less unusual than this is no jump: a fifth of the object's size.
LEAST = 0.2
#: How many times the upper quartile a jump is at least.
TIMES = 4
MOST_JUMPS = 9
#: Ratios beyond this say no more than this.
MOST = 1000.0
#: Words are said of changes of at least so much.
WORTH_MOVING, WORTH_GROWING, WORTH_TURNING = 0.1, 1.1, 5.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the object is in one frame: its centre, its width and height (3D: length and width), its heading."""

    frame: int
    x: float
    y: float
    width: float
    height: float
    heading: float = 0.0

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def side(self) -> float:
        """√(width × height); of a line its length, of a point 0."""
        return math.sqrt(self.area) or max(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Jump:
    """The step into `frame`. `moved`: in its sizes. `grown`: its area, times what it was. `turned`: in degrees."""

    frame: int
    moved: float
    grown: float
    turned: float
    score: float

    @property
    def words(self) -> str:
        """What changed most, as people say it."""
        found = []
        if self.moved >= WORTH_MOVING:
            found.append(f"moved {self.moved:.1f} times its size")
        if self.grown >= WORTH_GROWING:
            found.append(f"grew {self.grown:.1f}-fold")
        elif self.grown <= 1 / WORTH_GROWING:
            found.append(f"shrank to {self.grown:.0%}")
        if self.turned >= WORTH_TURNING:
            found.append(f"turned {self.turned:.0f}°")
        return ", ".join(found) or "changed its shape"


@dataclass(frozen=True, slots=True)
class Motion:
    """The curve of a track, one spot for each frame in order, and its jumps, the largest first."""

    spots: list[Spot]
    jumps: list[Jump]


def motion_of(shapes: Iterable[tuple[int, Any]]) -> Motion:
    """Of frame numbers and geometries in the order of the frames; of several in a frame the first that has a place.

    What has no box, polygon, line or points in a frame is passed over there.
    """
    spots: list[Spot] = []
    for frame, geometry in shapes:
        if spots and spots[-1].frame >= frame:
            continue
        spot = spot_of(frame, geometry)
        if spot is not None:
            spots.append(spot)
    return Motion(spots, _jumps(spots))


def spot_of(frame: int, geometry: Any) -> Spot | None:
    """A 3D box from above, else a box, else the extent of polygons, a line or points."""
    if not isinstance(geometry, Mapping):
        return None
    solid = geometry.get("three_d_bbox")
    if is_solid(solid):
        return Spot(frame, solid["cx"], solid["cy"], abs(solid["l"]), abs(solid["w"]), solid["rot_z"])
    extent = _extent(geometry)
    if extent is None:
        return None
    width, height = extent.right - extent.x, extent.bottom - extent.y
    return Spot(frame, extent.x + width / 2, extent.y + height / 2, width, height)


def is_solid(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether this 3D box can be drawn: a centre, a size and a heading, all of them numbers."""
    names = (*CENTRE_AND_SIZE, "rot_z")
    return isinstance(value, Mapping) and all(is_number(value.get(name)) for name in names)


def _extent(geometry: Mapping[str, Any]) -> Extent | None:
    box = geometry.get("box")
    if isinstance(box, list) and len(box) == 4 and all(is_number(one) for one in box):
        x, y, width, height = box
        return Extent.of([(x, y), (x + width, y + height)])
    polygons = geometry.get("polygons")
    lists = [*(polygons if isinstance(polygons, list) else ()), geometry.get("polyline"), geometry.get("points")]
    points = [point for one in lists for point in points_of(one)]
    return Extent.of(points) if points else None


# --- jumps --------------------------------------------------------------------------------------------------------

#: across, down, wider, higher, turned.
Step = tuple[float, float, float, float, float]


def _jumps(spots: Sequence[Spot]) -> list[Jump]:
    if len(spots) < 3:
        return []
    spare = _spare_side(spots)
    steps = [_step(before, after, spare) for before, after in pairwise(spots)]
    residuals = [_minus(step, _usual(steps, number)) for number, step in enumerate(steps)]
    scores = [math.hypot(*residual) for residual in residuals]
    limit = max(LEAST, TIMES * sorted(scores)[3 * (len(scores) - 1) // 4])
    found: list[int] = []
    for number, score in enumerate(scores):
        if score > limit and not (found[-1:] == [number - 1] and _is_back(residuals[number - 1], residuals[number])):
            found.append(number)
    found.sort(key=lambda number: (-scores[number], number))
    return [_jump(spots[one], spots[one + 1], scores[one], spare) for one in found[:MOST_JUMPS]]


def _spare_side(spots: Sequence[Spot]) -> float:
    """What points are measured by, having no size: a tenth of the way that the track covers."""
    extent = Extent.of([(spot.x, spot.y) for spot in spots])
    return max(extent.right - extent.x, extent.bottom - extent.y) / 10


def _step(before: Spot, after: Spot, spare: float) -> Step:
    frames = after.frame - before.frame
    side = (before.side + after.side) / 2 or spare
    across, down = (_ratio(way, side) / frames for way in (after.x - before.x, after.y - before.y))
    wider, higher = _log(after.width, before.width) / frames, _log(after.height, before.height) / frames
    return across, down, wider, higher, _turn(before, after) / frames


def _ratio(way: float, side: float) -> float:
    return max(-MOST, min(way / side, MOST)) if side else 0.0


def _log(after: float, before: float) -> float:
    """How many times larger, as a logarithm; nothing where one of them has no size."""
    if not (after and before):
        return 0.0
    return math.log(max(1 / MOST, min(after / before, MOST)))


def _turn(before: Spot, after: Spot) -> float:
    """The shorter way round, in radians."""
    return math.remainder(after.heading - before.heading, math.tau)


def _usual(steps: Sequence[Step], number: int) -> Step:
    """The median of the steps around one; at the ends of as many on one side as there are."""
    near = steps[max(0, number - NEAR) : number + NEAR + 1]
    across, down, wider, higher, turned = (median(values) for values in zip(*near, strict=True))
    return across, down, wider, higher, turned


def _minus(step: Step, other: Step) -> Step:
    across, down, wider, higher, turned = (one - two for one, two in zip(step, other, strict=True))
    return across, down, wider, higher, turned


def _is_back(there: Step, back: Step) -> bool:
    """Whether the second takes most of the first away again."""
    both = math.hypot(*(one + two for one, two in zip(there, back, strict=True)))
    return both < max(math.hypot(*there), math.hypot(*back)) / 2


def _jump(before: Spot, after: Spot, score: float, spare: float) -> Jump:
    side = (before.side + after.side) / 2 or spare
    moved = min(_ratio(math.hypot(after.x - before.x, after.y - before.y), side), MOST)
    grown = math.exp(_log(after.width, before.width) + _log(after.height, before.height))
    return Jump(after.frame, moved, grown, abs(math.degrees(_turn(before, after))), score)
