"""What a task's page shows of its object: the frame, the shapes in it, the frames of a track."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Q, QuerySet, Subquery, Value, When
from PIL import Image, UnidentifiedImageError

from datasets_app.drawing.shapes import Canvas, Extent, Mark, canvas_of, close_up, extent_of, marks, only_box, weight
from datasets_app.drawing.topview import TopView, top_view
from datasets_app.errors import NotFound
from datasets_app.models import AttributeValue, File, Label, Member, Shape
from datasets_app.roles import Right
from tasks_app.models import Item, Task

#: Objects of one frame that are drawn at the most.
MAX_OBJECTS = 400
#: Points and runs that are drawn in one frame: a page is an answer, not an afternoon.
FRAME_BUDGET = 200_000
#: Frames that the strip shows on each side of the one that is open.
AROUND = 8


@dataclass(frozen=True, slots=True)
class Drawn:
    """One shape of the frame with its marks."""

    shape: Shape
    marks: list[Mark]

    @property
    def label(self) -> Label:
        return self.shape.label


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames to go through, by position, and the open one."""

    positions: Sequence[int]
    index: int

    @property
    def open(self) -> int:
        return self.positions[self.index]

    @property
    def number(self) -> int:
        return self.index + 1

    @property
    def count(self) -> int:
        return len(self.positions)

    @property
    def previous(self) -> int | None:
        return self.positions[self.index - 1] if self.index else None

    @property
    def next(self) -> int | None:
        return self.positions[self.index + 1] if self.number < self.count else None

    @property
    def strip(self) -> Sequence[int]:
        first = max(0, min(self.index - AROUND, self.count - 2 * AROUND - 1))
        return self.positions[first : first + 2 * AROUND + 1]


@dataclass(slots=True)
class Sight:
    """One frame as it is drawn."""

    file: File | None = None
    frames: Frames | None = None
    canvas: Canvas | None = None
    close: Canvas | None = None
    own: list[Drawn] = field(default_factory=list)
    others: list[Drawn] = field(default_factory=list)
    above: TopView | None = None
    values: list[AttributeValue] = field(default_factory=list)

    @property
    def has_picture(self) -> bool:
        return self.file is not None and bool(self.file.picture)

    @property
    def shows_canvas(self) -> bool:
        """Whether there is a picture, or something of the object to draw on an empty one."""
        return self.canvas is not None and (self.has_picture or self.above is None)

    @property
    def simplified(self) -> bool:
        return any(mark.simplified for drawn in self.own for mark in drawn.marks)

    @property
    def value(self) -> Any:
        """Of an attribute, in this frame or as a whole."""
        return next((one.value for one in self.values if one.file_id is None or self._is_here(one)), None)

    def _is_here(self, value: AttributeValue) -> bool:
        return self.file is not None and value.file_id == self.file.pk


def sight(task: Task, *, by: Member, frame: str | None) -> Sight:
    """What to show. Raises `NotFound` for a frame that is none of the object's."""
    item = task.item
    if item.label is None:
        return _of_attribute(task, frame)
    frames = None
    if item.file_id is None:
        positions = item.label.shapes.order_by("file__position").values_list("file__position", flat=True)
        frames = _choose(list(positions.distinct()), frame)
        where = Q(file__dataset=task.dataset_id, file__position=frames.open if frames else 0)
    else:
        where = Q(file=item.file_id)
    shapes = _shapes(task, by).filter(where)
    drawn = _drawn(shapes[:MAX_OBJECTS])
    found = Sight(file=item.file, frames=frames)
    if found.file is None and drawn:
        found.file = drawn[0].shape.file
    found.own = [one for one in drawn if one.label == item.label]
    found.others = [one for one in drawn if one.label != item.label]
    _frame(found, drawn)
    return found


def _drawn(shapes: Iterable[Shape]) -> list[Drawn]:
    """The shapes with their lines, as far as the frame's budget goes; the rest as boxes. The object comes first."""
    spent, found = 0, []
    for shape in shapes:
        spent += weight(shape.geometry)
        found.append(Drawn(shape, marks(shape.geometry) if spent <= FRAME_BUDGET else only_box(shape.geometry)))
    return found


def _shapes(task: Task, by: Member) -> QuerySet[Shape]:
    """The shapes of the object, and those of others in its label set that this person may see; the object's first."""
    label = task.item.label
    assert label is not None
    others = Q(label__withdrawn_at=None, label__label_set_id=label.label_set_id)
    if not by.access.may(Right.READ, task.dataset):
        seen = Task.objects.in_dataset(task.dataset, by).present()
        others &= Q(label__item__in=seen.values("item"))
    first = Case(When(label=label, then=Value(0)), default=Value(1))
    return Shape.objects.filter(Q(label=label) | others).select_related("label", "file").order_by(first, "pk")


def _frame(found: Sight, drawn: list[Drawn]) -> None:
    """The canvas, the close-up of the object, and the view from above where there are 3D boxes."""
    all_marks = [mark for one in drawn for mark in one.marks]
    found.canvas = canvas_of(*_size(found.file), all_marks)
    extent = extent_of(mark for one in found.own for mark in one.marks)
    if found.canvas is not None and extent is not None and _is_small(found.canvas, extent):
        found.close = close_up(found.canvas, extent)
    boxes = [one.shape.geometry.get("three_d_bbox") for one in found.own]
    if boxes and boxes[0]:
        found.above = top_view(boxes[0], [one.shape.geometry.get("three_d_bbox") for one in found.others])


def _is_small(canvas: Canvas, extent: Extent) -> bool:
    """Whether looking closer would show more."""
    return max((extent.right - extent.x) / canvas.width, (extent.bottom - extent.y) / canvas.height) < 0.5


def _size(file: File | None) -> tuple[int | None, int | None]:
    """The size of a file: as imported, or as its picture says."""
    if file is None or (file.width and file.height) or not file.picture:
        return (file.width, file.height) if file else (None, None)
    try:
        with file.picture.open("rb") as opened, Image.open(opened) as picture:
            return picture.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None, None


def _of_attribute(task: Task, frame: str | None) -> Sight:
    """A frame attribute: its frame. Of the whole sequence or dataset: any frame, to be leafed through."""
    item = task.item
    found = Sight(file=item.file)
    if item.file_id is None:
        _leaf_through(found, item, frame)
    values = AttributeValue.objects.filter(attribute=item.attribute)
    here = Q(file=item.file_id) if item.file_id else Q(file=None) | Q(file=found.file)
    found.values = list(values.filter(here).order_by("file_id"))
    found.canvas = canvas_of(*_size(found.file), [])
    return found


def _leaf_through(found: Sight, item: Item, frame: str | None) -> None:
    position = _position(frame) if frame else 1
    files = File.objects.filter(dataset=item.dataset_id)
    last = files.order_by("-position").values("position")[:1]
    found.file = files.annotate(last=Subquery(last)).filter(position=position).first()
    if found.file is not None:
        found.frames = Frames(range(1, found.file.last + 1), position - 1)
    elif frame:
        raise NotFound("frame")


def _choose(positions: list[int], frame: str | None) -> Frames | None:
    if not positions:
        return None
    wanted = _position(frame) if frame else positions[0]
    if wanted not in positions:
        raise NotFound("frame of this object")
    return Frames(positions, positions.index(wanted))


def _position(frame: str) -> int:
    if not (frame.isascii() and frame.isdecimal() and len(frame) < 10):
        raise NotFound("frame")
    return int(frame)
