"""What of a shape is inside the picture."""

from __future__ import annotations

from collections.abc import Iterable

from datasets_app.demo.solids import Camera, Flat, Panel, Spot

FAR_END = 110.0  # metres: where a strip of the ground ends

Bounds = tuple[float, float, float, float]  # left, top, right, bottom


def bounds(flats: Iterable[Flat]) -> Bounds:
    """What the flats cover together, also beyond the picture."""
    xs: list[float] = []
    ys: list[float] = []
    for flat in flats:
        for x, y in flat.points:
            xs += (x - flat.radius, x + flat.radius)
            ys += (y - flat.radius, y + flat.radius)
    return min(xs), min(ys), max(xs), max(ys)


def bounds_inside(flats: Iterable[Flat], camera: Camera) -> Bounds | None:
    """What the flats cover within the picture; None: nothing. What is outside does not stretch it."""
    boxes = []
    for flat in flats:
        left, top, right, low = bounds([flat])
        if right <= 0 or low <= 0 or left >= camera.width or top >= camera.rows:
            continue
        if left < 0 or top < 0 or right > camera.width or low > camera.rows:
            if flat.radius:
                left, top, right, low = max(0.0, left), max(0.0, top), min(camera.width, right), min(camera.rows, low)
            else:
                spots = inside(list(flat.points), camera)
                if not spots:
                    continue
                left, top, right, low = bounds([Flat(tuple(spots), flat.colour, flat.distance)])
        boxes.append((left, top, right, low))
    if not boxes:
        return None
    lefts, tops, rights, lows = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(lows)


def strip_in_picture(camera: Camera, left: float, right: float, up: float) -> list[list[int]]:
    """The corners of the strip of ground between two lines along the street, cut off at the picture's edges."""
    near, far = camera.z, camera.z + FAR_END
    strip = Panel(((left, up, near), (right, up, near), (right, up, far), (left, up, far)), (0, 0, 0))
    spots = [spot for flat in strip.flats(camera) for spot in flat.points]
    return [[round(x), round(y)] for x, y in inside(spots, camera)]


def inside(spots: list[Spot], camera: Camera) -> list[Spot]:
    """The part of a polygon that lies in the picture."""
    for axis, limit, keep_above in ((0, 0.0, True), (0, camera.width, False), (1, 0.0, True), (1, camera.rows, False)):
        spots = _cut(spots, axis, limit, keep_above=keep_above)
    return spots


def _cut(spots: list[Spot], axis: int, limit: float, *, keep_above: bool) -> list[Spot]:
    """The part of a polygon on one side of an upright or level line."""
    kept: list[Spot] = []
    for one, two in zip(spots, spots[1:] + spots[:1], strict=True):
        one_in, two_in = (one[axis] >= limit) == keep_above, (two[axis] >= limit) == keep_above
        if one_in:
            kept.append(one)
        if one_in != two_in:
            share = (limit - one[axis]) / (two[axis] - one[axis])
            kept.append((one[0] + (two[0] - one[0]) * share, one[1] + (two[1] - one[1]) * share))
    return kept
