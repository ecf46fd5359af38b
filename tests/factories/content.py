"""Content as a reader would hand it over."""

from __future__ import annotations

from collections.abc import Sequence

from datasets_app.imports.content import AttributeRecord, Content, FileRecord, ShapeRecord


def make_content(
    objects: Sequence[int] = (1,),
    *,
    mode: str = "frame_by_frame",
    frame_attributes: Sequence[str] = (),
    dataset_attributes: Sequence[str] = (),
) -> Content:
    """One file for each number, with so many cars in it. In a sequence car:1 is one track across the files."""
    shapes = [
        ShapeRecord(f"{file:06d}.png", f"car:{car}", "car", "box", {"box": [10 * car, 20, 30, 40]})
        for file, cars in enumerate(objects, 1)
        for car in range(1, cars + 1)
    ]
    return Content(
        mode,
        files=[FileRecord(f"{file:06d}.png", 640, 480) for file in range(1, len(objects) + 1)],
        shapes=shapes,
        frame_attributes=[AttributeRecord(name, ("rain", "sun")) for name in frame_attributes],
        dataset_attributes=[AttributeRecord(name) for name in dataset_attributes],
    )
