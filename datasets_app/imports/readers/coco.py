"""COCO's instances JSON, and TACO's two tables more: the background of each image."""

from __future__ import annotations

from pathlib import Path
from typing import TypeGuard

from datasets_app.imports.checks import MAX_CATEGORY, MAX_FILE_ID, name_of, refuse, show
from datasets_app.imports.content import AttributeRecord, Content, FileRecord, Json, ShapeRecord
from datasets_app.imports.readers import shapes
from datasets_app.imports.readers.options import ReadOptions
from datasets_app.imports.readers.record import Record, record_at
from datasets_app.imports.readers.source import load_json

BACKGROUND = "background"
UNDERSTOOD = frozenset(("id", "image_id", "category_id", "bbox", "segmentation", "attributes"))


def read_coco(path: Path, options: ReadOptions) -> Content:
    """A COCO file."""
    document = record_at(load_json(path), name_of(path))
    content = Content(labelling_mode="frame_by_frame")
    file_ids = _read_images(document, content)
    categories = _read_names(document, "categories") if document.has("categories") else {}
    annotations = list(document.records("annotations")) if document.has("annotations") else []
    for annotation in options.progress(annotations):
        content.shapes.append(_shape(annotation, file_ids, categories))
    if document.has("scene_annotations"):
        _read_backgrounds(document, file_ids, content)
    return content


def _read_images(document: Record, content: Content) -> dict[str | int, str]:
    file_ids: dict[str | int, str] = {}
    for image in document.records("images"):
        image_id = _key(image, "id")
        if image_id in file_ids:
            refuse(image.where, f"has the same id {show(image_id)} as an image before it")
        file_ids[image_id] = image.text("file_name", limit=MAX_FILE_ID)
        content.files.append(FileRecord(file_ids[image_id], image.size("width"), image.size("height")))
    return file_ids


def _read_names(document: Record, table: str) -> dict[str | int, str]:
    """The names by id. The ids may have gaps: COCO's 80 categories go up to 90."""
    names: dict[str | int, str] = {}
    for row in document.records(table):
        key = _key(row, "id")
        if key in names:
            refuse(row.where, f"has the same id {show(key)} as a row before it")
        names[key] = row.text("name", limit=MAX_CATEGORY)
    return names


def _shape(annotation: Record, file_ids: dict[str | int, str], categories: dict[str | int, str]) -> ShapeRecord:
    annotation_id = annotation.whole("id")
    category = categories.get(_key(annotation, "category_id"))
    if category is None:
        refuse(annotation.where, f"names category {show(annotation.values['category_id'])}, which is not declared")
    geometry: dict[str, Json] = {"box": shapes.box(annotation, "bbox")}
    label_type = _read_segmentation(annotation, geometry)
    return ShapeRecord(
        file_id=_file_id(annotation, file_ids),
        label_id=f"{category}:{annotation_id}",
        label_category_id=category,
        label_type=label_type,
        geometry=geometry,
        attributes=annotation.mapping("attributes"),
        extra=annotation.rest(UNDERSTOOD),
    )


def _read_segmentation(annotation: Record, geometry: dict[str, Json]) -> str:
    """Adds what the segmentation holds, and says what type that makes of the label."""
    if not annotation.values.get("segmentation"):  # none, or an empty list: a box and no more
        return "box"
    if isinstance(annotation.values["segmentation"], dict):
        geometry["mask"] = shapes.mask(annotation.record("segmentation"))
        return "2d_segmentation"
    geometry["polygons"] = shapes.flat_polygons(annotation, "segmentation")
    return "polygon"


def _read_backgrounds(document: Record, file_ids: dict[str | int, str], content: Content) -> None:
    """One image may stand in several rows: its value is their union. An id that nobody declared stays, as a text."""
    names = _read_names(document, "scene_categories") if document.has("scene_categories") else {}
    backgrounds: dict[str, set[str]] = {}
    for row in document.records("scene_annotations"):
        found = backgrounds.setdefault(_file_id(row, file_ids), set())
        for position, scene_id in enumerate(row.items("background_ids")):
            if not _is_key(scene_id) or len(str(scene_id)) > MAX_CATEGORY:
                refuse(f"{row.where}.background_ids[{position}]", f"is {show(scene_id)}, which is not an id")
            found.add(names.get(scene_id, str(scene_id)))
    values = {file_id: sorted(found) for file_id, found in backgrounds.items() if found}
    content.frame_values.update({(file_id, BACKGROUND): value for file_id, value in values.items()})
    seen = sorted({name for value in values.values() for name in value})
    content.frame_attributes.append(AttributeRecord(BACKGROUND, tuple(dict.fromkeys([*names.values(), *seen]))))


def _file_id(row: Record, file_ids: dict[str | int, str]) -> str:
    image_id = _key(row, "image_id")
    if image_id not in file_ids:
        refuse(row.where, f"names image {show(image_id)}, which is not in images")
    return file_ids[image_id]


def _key(row: Record, name: str) -> str | int:
    key: Json = row.need(name)
    if not _is_key(key):
        row.wrong(name, "an id (a whole number or a text)")
    return key


def _is_key(value: Json) -> TypeGuard[str | int]:
    # True would be the same key as 1.
    return isinstance(value, str | int) and not isinstance(value, bool)
