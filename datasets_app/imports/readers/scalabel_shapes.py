"""The shapes of a Scalabel label: box2d, poly2d, box3d, rle."""

from __future__ import annotations

from datasets_app.imports.checks import refuse
from datasets_app.imports.content import Json
from datasets_app.imports.geometry import three_d_bbox
from datasets_app.imports.readers import shapes
from datasets_app.imports.readers.record import Record

LABEL_SHAPES = ("box2d", "poly2d", "box3d", "rle")


def label_geometry(label: Record) -> tuple[str, dict[str, Json], dict[str, Json]]:
    """Label type, geometry, and what of the shapes the contract has no word for, under its own name.

    Where a label has several shapes the type is that of the finest in the picture; all of them are in the geometry.
    """
    geometry: dict[str, Json] = {}
    extra: dict[str, Json] = {}
    types = []
    if label.has("rle"):
        geometry["mask"] = shapes.mask(label.record("rle"))
        types.append("2d_segmentation")
    if label.values.get("poly2d"):
        types.append(_read_poly2d(label, geometry, extra))
    if label.has("box2d"):
        geometry["box"] = shapes.box_of_corners(label.record("box2d"), ("x1", "y1", "x2", "y2"))
        types.append("box")
    if label.has("box3d"):
        _read_box3d(label.record("box3d"), geometry, extra)
        types.append("3d_bbox")
    if not types:
        refuse(label.where, f"has none of {', '.join(LABEL_SHAPES)}")
    return types[0], geometry, extra


def _read_poly2d(label: Record, geometry: dict[str, Json], extra: dict[str, Json]) -> str:
    closed, straight, found = [], True, []
    for part in label.records("poly2d"):
        is_closed = bool(part.values.get("closed", True))
        needed = shapes.POINTS_OF_POLYGON if is_closed else shapes.POINTS_OF_POLYLINE
        found.append(shapes.points(part, "vertices", at_least=needed))
        closed.append(is_closed)
        straight = straight and set(part.text("types", limit=1_000_000) if part.has("types") else "") <= {"L"}
    if all(closed):
        geometry["polygons"] = found
    elif len(found) == 1:
        geometry["polyline"] = found[0]
    if not straight or not geometry.keys() & {"polygons", "polyline"}:
        # The vertices of curves are control points, and several open lines have no word of ours.
        extra["poly2d"] = label.values["poly2d"]
    return "polygon" if all(closed) else "lane"


def _read_box3d(box: Record, geometry: dict[str, Json], extra: dict[str, Json]) -> None:
    turns = box.numbers("orientation", 3)
    height, width, length = box.numbers("dimension", 3)
    centre = box.numbers("location", 3)
    if turns[0] or (turns[1] and turns[2]):
        # Turned about other axes than the one that points up, which is y for a camera and z for a lidar.
        extra["box3d"] = box.values
        return
    heading = turns[1] or turns[2]
    geometry["three_d_bbox"] = three_d_bbox(centre, {"l": length, "w": width, "h": height}, rot_z=heading)
    if rest := box.rest(("orientation", "dimension", "location")):
        extra["box3d"] = rest
