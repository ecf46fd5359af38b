"""CVAT for images 1.1 and CVAT for video 1.1: one XML file each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from datasets_app.imports.checks import MAX_CATEGORY, MAX_FILES, name_of, refuse, show
from datasets_app.imports.content import AttributeRecord, Content, FileRecord, Json, ShapeRecord
from datasets_app.imports.readers.columns import to_whole
from datasets_app.imports.readers.cvat_shapes import SAID_IN_EXTRA, attributes_of, draw
from datasets_app.imports.readers.options import ReadOptions
from datasets_app.imports.readers.record import MAX_SIZE
from datasets_app.imports.readers.xml_source import Node, nodes_of

STEP = re.compile(r"step=([0-9]{1,9})")
TAG = "tag"


@dataclass(slots=True)
class Document:
    """What has been read so far. The frames of a video are known only at its end."""

    name: str
    content: Content
    meta: dict[str, list[str]] = field(default_factory=dict)
    images: int = 0
    tracks: set[int] = field(default_factory=set)
    last_frame: int = -1


def read_cvat(path: Path, options: ReadOptions) -> Content:
    """An XML file. It is a video if there are tracks, or if its mode says so."""
    document = Document(name_of(path), Content(labelling_mode="frame_by_frame"))
    for node in options.progress(nodes_of(path, "annotations")):
        if node.tag == "meta":
            _read_meta(node, document)
        elif node.tag == "image":
            _read_image(node, document)
        elif node.tag == "track":
            _read_track(node, document)
        if document.images and document.tracks:
            refuse(document.name, "has images and tracks, which CVAT never writes into one file")
    if document.tracks or (not document.images and "interpolation" in document.meta.get("mode", ())):
        _finish_video(document)
    return document.content


def _read_meta(node: Node, document: Document) -> None:
    for element in node.element.iter():
        if element.text and element.text.strip():
            document.meta.setdefault(str(element.tag), []).append(element.text.strip())


def _read_image(node: Node, document: Document) -> None:
    document.images += 1
    file_id = node.text("name")
    image = Node(node.element, f"{document.name}: image {show(file_id)}")
    content = document.content
    content.files.append(FileRecord(file_id, _side(image, "width"), _side(image, "height")))
    tags = []
    for child in image.children(f"{image.where}, element"):
        if child.tag == TAG:
            tags.append(_category(child, "label"))
            continue
        # The running number in the document, whatever the category: CVAT gives these shapes no id.
        content.shapes.append(_shape(child, file_id, _category(child, "label"), len(content.shapes)))
    if tags:
        if not content.frame_attributes:
            content.frame_attributes.append(AttributeRecord(TAG))
        content.frame_values[(file_id, TAG)] = list(dict.fromkeys(tags))


def _side(node: Node, key: str) -> int | None:
    if node.element.get(key) is None:
        return None
    return to_whole(node.text(key), key, node.where, lowest=1, highest=MAX_SIZE)


def _category(node: Node, key: str) -> str:
    """The label; it may be empty."""
    category = node.text(key)
    if len(category) > MAX_CATEGORY:
        refuse(node.where, f"has {key} {show(category)}, which is longer than {MAX_CATEGORY} characters")
    return category


def _shape(node: Node, file_id: str, category: str, number: int, inner: list[Node] | None = None) -> ShapeRecord:
    """`inner`: the points of a skeleton, where they are not inside its element."""
    drawn = draw(node)
    extra: dict[str, Json] = dict(node.rest("label", "frame", "outside", *drawn.used))
    if node.tag in SAID_IN_EXTRA:
        extra["shape"] = node.tag
    if node.tag == "skeleton":
        nodes = list(_points_inside(node)) if inner is None else inner
        extra["skeleton"] = [_point(point) for point in nodes]
        shown = (point.points() for point in nodes if point.element.get("outside") != "1")
        drawn.geometry["points"] = [pair for pairs in shown for pair in pairs]
    return ShapeRecord(
        file_id=file_id,
        label_id=f"{category}:{number}",
        label_category_id=category,
        label_type=drawn.label_type,
        geometry=drawn.geometry,
        attributes=attributes_of(node),
        extra=extra,
    )


def _points_inside(node: Node) -> Iterator[Node]:
    return (child for child in node.children(f"{node.where}, element") if child.tag != "attribute")


def _point(node: Node) -> dict[str, Json]:
    attributes = attributes_of(node)
    return {**node.rest("frame"), "attributes": attributes} if attributes else dict(node.rest("frame"))


def _read_track(node: Node, document: Document) -> None:
    number = to_whole(node.text("id"), "id", node.where)
    track = Node(node.element, f"{document.name}: track {number}")
    if number in document.tracks:
        refuse(track.where, "is there twice")
    document.tracks.add(number)
    category = _category(track, "label")
    nested = _points_by_frame(track)
    for child in track.children(f"{track.where}, element"):
        if child.tag == "track":
            continue  # a point of a skeleton, no object of its own
        frame = child.whole("frame")
        document.last_frame = max(document.last_frame, frame)
        if child.element.get("outside") != "1":  # not there in this frame
            inner = nested.get(frame, []) if nested else None
            document.content.shapes.append(_shape(child, _frame_name(frame), category, number, inner))


def _points_by_frame(track: Node) -> dict[int, list[Node]]:
    """The points of a skeleton: each is a track inside its track."""
    points: dict[int, list[Node]] = {}
    for inner in track.element.iterfind("track"):
        label = Node(inner, f"{track.where}, track").text("label")
        for point in Node(inner, track.where).children(f"{track.where}, point {show(label)}, element"):
            point.element.set("label", label)
            points.setdefault(point.whole("frame"), []).append(point)
    return points


def _frame_name(frame: int) -> str:
    """A frame has no name in a video: its number in the source, as CVAT names it when it exports pictures."""
    return f"frame_{frame:06d}.png"


def _finish_video(document: Document) -> None:
    content = document.content
    content.labelling_mode, content.dataset_type = "label_by_label", "video"
    if len(document.meta.get("start_frame", ())) > 1:
        refuse(document.name, "has several tasks, which number their frames alike")
    frames = _frames(document)
    if len(frames) > MAX_FILES:
        refuse(document.name, f"has {len(frames)} frames, more than {MAX_FILES}")
    width, height = (_number(document, key, None) for key in ("width", "height"))
    content.files = [FileRecord(_frame_name(frame), width or None, height or None) for frame in frames]


def _frames(document: Document) -> range:
    """start_frame to stop_frame in steps; without a stop_frame as many as `size` says, or as the tracks need."""
    step_found = STEP.search(" ".join(document.meta.get("frame_filter", ())))
    step = max(1, int(step_found.group(1))) if step_found else 1
    start = _number(document, "start_frame", 0) or 0
    stop = _number(document, "stop_frame", None)
    if stop is None:
        size = _number(document, "size", None)
        stop = document.last_frame if size is None else start + (size - 1) * step
    return range(start, stop + 1, step)


def _number(document: Document, key: str, default: int | None) -> int | None:
    found = document.meta.get(key)
    return to_whole(found[0], key, document.name) if found else default
