"""What a careful labeller would draw: a box around each thing that can be seen, cut off at the picture's edges."""

from __future__ import annotations

from dataclasses import dataclass

from datasets_app.demo.painter import Scene, Seen, look
from datasets_app.imports.content import ShapeRecord

Box = tuple[int, int, int, int]  # x, y, width, height

SMALLEST = (8, 14)  # pixels: what is smaller gets no label
LEAST_VISIBLE = 0.3
MOSTLY_VISIBLE = 0.85


@dataclass(slots=True)
class Sighting:
    """One thing in one picture, as it is labelled. Mistakes change the category, box or attributes."""

    file_id: str
    category: str
    box: Box
    attributes: dict[str, str]
    wrong: str = ""  # why a reviewer would reject it; empty: it is right

    @property
    def is_whole(self) -> bool:
        """Whether all of the thing is in the picture and nothing stands before it."""
        return self.attributes["occluded"] == "no" and self.attributes["truncated"] == "no"

    def as_shape(self, label_id: str) -> ShapeRecord:
        """The record of the label."""
        return ShapeRecord(
            file_id=self.file_id,
            label_id=label_id,
            label_category_id=label_id.partition(":")[0],
            label_type="box",
            geometry={"box": list(self.box)},
            attributes=dict(self.attributes),
        )


def is_worth_a_label(seen: Seen) -> bool:
    """Whether it is large enough in the picture, and not too hidden."""
    _, _, width, height = _box(seen)
    return width >= SMALLEST[0] and height >= SMALLEST[1] and seen.visible >= LEAST_VISIBLE


def sightings(scene: Scene, file_id: str) -> list[tuple[int, Sighting]]:
    """The labels of one picture, each with the place of its thing in the scene."""
    places = {id(thing): place for place, thing in enumerate(scene.things)}
    found = []
    for seen in look(scene):
        if is_worth_a_label(seen):
            attributes = {
                "occluded": "no" if seen.visible >= MOSTLY_VISIBLE else "yes",
                "truncated": "yes" if seen.truncated else "no",
                **seen.thing.attributes,
            }
            found.append((places[id(seen.thing)], Sighting(file_id, seen.thing.category, _box(seen), attributes)))
    return found


def _box(seen: Seen) -> Box:
    left, top, right, low = (round(edge) for edge in seen.bounds)
    return left, top, right - left, low - top
