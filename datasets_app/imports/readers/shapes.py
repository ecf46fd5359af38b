"""Shapes as several JSON formats write them, in the contract's form."""

from __future__ import annotations

from datasets_app.imports.checks import refuse
from datasets_app.imports.content import Json
from datasets_app.imports.geometry import complete_three_d_bbox, is_number
from datasets_app.imports.readers.record import Record

MAX_MASK_SIDE = 100_000
#: How many points make one: fewer cannot be drawn.
POINTS_OF_POLYGON, POINTS_OF_POLYLINE = 3, 2


def box(record: Record, key: str = "box") -> list[float]:
    """[x, y, width, height]; it may leave the picture, but not be turned inside out."""
    numbers = record.numbers(key, 4)
    if numbers[2] < 0 or numbers[3] < 0:
        record.wrong(key, "[x, y, width, height] with a width and height of 0 or more")
    return numbers


def box_of_corners(record: Record, keys: tuple[str, str, str, str]) -> list[float]:
    """[x, y, width, height] of left, top, right, bottom."""
    left, top, right, bottom = (record.number(key) for key in keys)
    if right < left or bottom < top:
        refuse(record.where, f"has {keys[2]} before {keys[0]} or {keys[3]} before {keys[1]}")
    return [left, top, right - left, bottom - top]


def flat_polygons(record: Record, key: str) -> list[list[list[float]]]:
    """Polygons that are written x, y, x, y, …"""
    polygons = []
    for flat in record.items(key):
        if not isinstance(flat, list) or len(flat) % 2 or not all(map(is_number, flat)):
            record.wrong(key, "a list of lists x, y, x, y, …")
        if len(flat) < 2 * POINTS_OF_POLYGON:
            refuse(record.where, f"has {key} with a polygon of less than {POINTS_OF_POLYGON} points")
        polygons.append([flat[at : at + 2] for at in range(0, len(flat), 2)])
    return polygons


def polygons(record: Record, key: str = "polygons") -> list[Json]:
    """Polygons that are lists of points."""
    found = record.items(key)
    for polygon in found:
        if not _are_points(polygon, POINTS_OF_POLYGON):
            record.wrong(key, f"a list of polygons of {POINTS_OF_POLYGON} or more points [x, y]")
    return found


def points(record: Record, key: str = "points", *, at_least: int = 1) -> list[Json]:
    """A list of so many points [x, y] or [x, y, z]."""
    found = record.items(key)
    if not _are_points(found, at_least):
        record.wrong(key, f"a list of {at_least} or more points [x, y]")
    return found


def mask(record: Record) -> dict[str, Json]:
    """A run-length mask of COCO: `counts`, a list or a compressed text as it is, and `size` [height, width]."""
    counts, size = record.need("counts"), record.numbers("size", 2)
    if not all(isinstance(side, int) and 1 <= side <= MAX_MASK_SIDE for side in size):
        record.wrong("size", f"[height, width] of 1 to {MAX_MASK_SIDE} pixels")
    if isinstance(counts, list):
        if not all(isinstance(run, int) and not isinstance(run, bool) and run >= 0 for run in counts):
            record.wrong("counts", "a list of whole numbers")
        if sum(counts) > size[0] * size[1]:
            refuse(record.where, "has counts of more pixels than its size has")
    elif not isinstance(counts, str):
        record.wrong("counts", "a list or a text")
    return {"counts": counts, "size": size}


def three_d_bbox(record: Record, key: str = "three_d_bbox") -> dict[str, Json]:
    """The box with both of its rotations."""
    inner = record.record(key)
    try:
        return complete_three_d_bbox(inner.values)
    except ValueError as error:
        refuse(inner.where, f"has {error}")


def _are_points(value: Json, at_least: int) -> bool:
    if not isinstance(value, list) or len(value) < at_least:
        return False
    return all(isinstance(point, list) and len(point) in (2, 3) and all(map(is_number, point)) for point in value)
