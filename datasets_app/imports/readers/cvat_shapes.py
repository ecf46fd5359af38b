"""The shapes of CVAT's XML, in the contract's form as far as it has one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from datasets_app.imports.checks import refuse
from datasets_app.imports.content import Json
from datasets_app.imports.readers.shapes import POINTS_OF_POLYGON, POINTS_OF_POLYLINE
from datasets_app.imports.readers.xml_source import Node

CUBOID_CORNERS = tuple(f"{side}{face}" for face in "12" for side in ("tl", "bl", "tr", "br"))


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn. `used`: the XML attributes that the geometry says in full; the others go into extra."""

    label_type: str
    geometry: dict[str, Json]
    used: tuple[str, ...] = ()


def draw(node: Node) -> Drawn:
    """The shape that an element is."""
    if node.tag not in SHAPES:
        refuse(node.where, f"is not one of {', '.join(SHAPES)}")
    return SHAPES[node.tag](node)


def attributes_of(node: Node) -> dict[str, Json] | None:
    """The label attributes, as the texts they are; None where there are none."""
    attributes: dict[str, Json] = {}
    for child in node.element.iterfind("attribute"):
        attributes[Node(child, f"{node.where}, attribute").text("name")] = child.text or ""
    return attributes or None


def _box(node: Node) -> Drawn:
    corners = ("xtl", "ytl", "xbr", "ybr")
    left, top, right, bottom = (node.number(key) for key in corners)
    if right < left or bottom < top:
        refuse(node.where, "has xbr before xtl or ybr before ytl")
    return Drawn("box", {"box": [left, top, right - left, bottom - top]}, corners)


def _polygon(node: Node) -> Drawn:
    return Drawn("polygon", {"polygons": [node.points(at_least=POINTS_OF_POLYGON)]}, ("points",))


def _polyline(node: Node) -> Drawn:
    return Drawn("lane", {"polyline": node.points(at_least=POINTS_OF_POLYLINE)}, ("points",))


def _points(node: Node) -> Drawn:
    return Drawn("point", {"points": node.points()}, ("points",))


def _skeleton(_node: Node) -> Drawn:
    """One object: the points inside are none of their own. Who reads the points adds them: a video has them apart."""
    return Drawn("point", {"points": []}, ("points",))


def _ellipse(node: Node) -> Drawn:
    """The contract has no ellipse: the box around it, and the ellipse itself in extra."""
    cx, cy, rx, ry = (node.number(key) for key in ("cx", "cy", "rx", "ry"))
    if rx < 0 or ry < 0:
        refuse(node.where, "has a negative rx or ry")
    return Drawn("box", {"box": [cx - rx, cy - ry, 2 * rx, 2 * ry]})


def _cuboid(node: Node) -> Drawn:
    """The contract has no cuboid in a picture: the box around its corners, and the corners in extra."""
    xs = [node.number(f"x{corner}") for corner in CUBOID_CORNERS]
    ys = [node.number(f"y{corner}") for corner in CUBOID_CORNERS]
    return Drawn("box", {"box": [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]})


def _mask(node: Node) -> Drawn:
    """CVAT's run lengths go by rows inside a box, the contract's by columns of the picture: they stay in extra."""
    box = [node.number(key) for key in ("left", "top", "width", "height")]
    if not all(run.strip().isdigit() for run in node.text("rle").split(",")):
        refuse(node.where, "has an rle that is not a list of whole numbers")
    if box[2] < 0 or box[3] < 0:
        refuse(node.where, "has a negative width or height")
    return Drawn("2d_segmentation", {"box": box})


SHAPES: dict[str, Callable[[Node], Drawn]] = {
    "box": _box,
    "polygon": _polygon,
    "polyline": _polyline,
    "points": _points,
    "skeleton": _skeleton,
    "ellipse": _ellipse,
    "cuboid": _cuboid,
    "mask": _mask,
}
#: Where the label type alone does not tell which shape it was.
SAID_IN_EXTRA = frozenset(("skeleton", "ellipse", "cuboid", "mask"))
