"""Rotations of 3D boxes: both ways of saying one, whichever came in. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from datasets_app.imports.content import Json

CENTRE_AND_SIZE = ("cx", "cy", "cz", "l", "w", "h")
QUATERNION = ("x", "y", "z", "w")
#: No picture or map has a coordinate beyond this. Sums and products of what is within it stay finite.
MAX_NUMBER = 1e12


def is_number(value: Json) -> bool:
    """Whether this is a number that geometry can be made of: finite, of a sane size, not a boolean."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -MAX_NUMBER <= value <= MAX_NUMBER


def quaternion_of(rot_z: float) -> dict[str, float]:
    """The quaternion of a rotation by `rot_z` radians about the z axis."""
    return {"x": 0.0, "y": 0.0, "z": math.sin(rot_z / 2), "w": math.cos(rot_z / 2)}


def rot_z_of(quaternion: Mapping[str, float]) -> float:
    """The heading about the z axis, in radians, that a quaternion has. Its length does not matter."""
    x, y, z, w = (quaternion[key] for key in QUATERNION)
    return math.atan2(2 * (w * z + x * y), w * w + x * x - y * y - z * z)


def complete_three_d_bbox(box: Mapping[str, Json]) -> dict[str, Json]:
    """The same box with both `rot_z` and `quaternion`; what came in is kept as it is, also keys we do not know.

    A ValueError says in words what is wrong ("no cx"), to be put behind "has".
    """
    _need_numbers(box, CENTRE_AND_SIZE)
    complete = dict(box)
    quaternion = box.get("quaternion")
    if quaternion is not None:
        _check_quaternion(quaternion)
    if box.get("rot_z") is not None:
        _need_numbers(box, ("rot_z",))
    elif quaternion is None:
        raise ValueError("neither rot_z nor quaternion")
    else:
        complete["rot_z"] = rot_z_of(quaternion)
    if quaternion is None:
        complete["quaternion"] = quaternion_of(box["rot_z"])
    return complete


def three_d_bbox(
    centre: Sequence[float],
    size: Mapping[str, float],
    *,
    rot_z: float | None = None,
    quaternion: Mapping[str, float] | None = None,
) -> dict[str, Json]:
    """The contract's `three_d_bbox` of a centre (x, y, z) and a size (`l`, `w`, `h`), turned in one of the two ways."""
    cx, cy, cz = centre
    box = {"cx": cx, "cy": cy, "cz": cz, **size, "rot_z": rot_z, "quaternion": quaternion}
    return complete_three_d_bbox(box)


def _check_quaternion(quaternion: Json) -> None:
    if not isinstance(quaternion, Mapping):
        raise ValueError("a quaternion that is not an object")
    _need_numbers(quaternion, QUATERNION)
    if not any(quaternion[key] for key in QUATERNION):
        raise ValueError("a quaternion of nothing but zeros")


def _need_numbers(values: Mapping[str, Json], keys: Sequence[str]) -> None:
    for key in keys:
        if values.get(key) is None:
            raise ValueError(f"no {key}")
        if not is_number(values[key]):
            raise ValueError(f"a {key} that is not a number from -1e12 to 1e12")
