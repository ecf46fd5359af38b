"""What a task's page shows of its object: the frame, the shapes in it, the film of a track."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from PIL import Image, UnidentifiedImageError

from datasets_app.drawing.shapes import Canvas, Extent, Mark, canvas_of, close_up, extent_of, marks, only_box, weight
from datasets_app.drawing.topview import TopView, top_view
from datasets_app.errors import NotFound
from datasets_app.models import AttributeValue, File, Label, Member, Shape
from datasets_app.roles import Right
from tasks_app.models import Item, Task, TaskType

from .strips import (
    Film,
    Frames,
    Thumb,
    files_of_attribute,
    film_of_files,
    film_of_track,
    position_of,
    sample_of,
    spread,
    track_of,
)

#: Objects of one frame that are drawn at the most.
MAX_OBJECTS = 400
#: Points and runs that are drawn in one frame: a page is an answer, not an afternoon.
FRAME_BUDGET = 200_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """One shape of the frame with its marks."""

    shape: Shape
    marks: list[Mark]

    @property
    def label(self) -> Label:
        return self.shape.label


@dataclass(slots=True)
class Sight:
    """One frame as it is drawn. `fit`: the object and what is around it; `close`: the same, where it shows more."""

    file: File | None = None
    film: Film | None = None
    canvas: Canvas | None = None
    fit: Canvas | None = None
    close: Canvas | None = None
    own: list[Drawn] = field(default_factory=list)
    others: list[Drawn] = field(default_factory=list)
    above: TopView[Drawn] | None = None
    sample: list[Thumb] = field(default_factory=list)
    values: list[AttributeValue] = field(default_factory=list)

    @property
    def has_picture(self) -> bool:
        return self.file is not None and bool(self.file.picture)

    @property
    def shows_canvas(self) -> bool:
        """Whether there is a picture, or something of the object to draw on an empty one."""
        return self.canvas is not None and (self.has_picture or self.above is None)

    @property
    def is_outside(self) -> bool:
        """Whether nothing of the object is in the picture: easily missed, and always wrong."""
        extent = extent_of(mark for drawn in self.own for mark in drawn.marks)
        return self.canvas is not None and extent is not None and not self.canvas.shows(extent)

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
    track = track_of(item.label) if item.file_id is None else None
    frames = track.frames(frame) if track else None
    files = {position: track.files[position] for position in frames.strip} if track and frames else {}
    here = files[frames.open] if frames else item.file_id
    shapes = list(_shapes(task, by, here, files.values())[: MAX_OBJECTS + len(files)])
    drawn = _drawn(shape for shape in shapes if shape.file_id == here)
    found = Sight(file=item.file or next((one.shape.file for one in drawn), None))
    if track and frames:
        found.film = film_of_track(track, frames, (shape for shape in shapes if shape.label == item.label))
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


def _shapes(task: Task, by: Member, here: int | None, around: Iterable[int]) -> QuerySet[Shape]:
    """The shapes in one file of the object, and of others in its label set that this person may see; and the object's
    in the files around it. The object's are first."""
    label = task.item.label
    assert label is not None
    others = Q(label__withdrawn_at=None, label__label_set_id=label.label_set_id)
    if not by.access.may(Right.READ, task.dataset):
        others &= Q(Exists(Task.objects.visible_to(by).present().filter(item__label=OuterRef("label"))))
    where = Q(label=label, file__in={here, *around} - {None}) | Q(file=here) & others
    first = Case(When(label=label, then=Value(0)), default=Value(1))
    return Shape.objects.filter(where).select_related("label", "file").order_by(first, "pk")


def _frame(found: Sight, drawn: list[Drawn]) -> None:
    """The canvas, the close-up of the object, and the view from above where there are 3D boxes."""
    all_marks = [mark for one in drawn for mark in one.marks]
    found.canvas = canvas_of(*_size(found.file), all_marks)
    extent = extent_of(mark for one in found.own for mark in one.marks)
    if found.canvas is not None and extent is not None:
        found.fit = close_up(found.canvas, extent)
        found.close = found.fit if _is_small(found.canvas, extent) else None
    boxes = [box for one in found.own if (box := one.shape.geometry.get("three_d_bbox"))]
    if boxes:
        found.above = top_view(boxes[0], ((one, one.shape.geometry.get("three_d_bbox")) for one in found.others))


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
    here = Q(file=item.file_id)
    if item.file_id is None:
        # Also any other one: whether there is a value at all is what the rules ask.
        here |= Q(file=found.file) | Q(pk__in=values.values("pk")[:1])
    found.values = list(values.filter(here).order_by(F("file").asc(nulls_last=True)))
    found.canvas = canvas_of(*_size(found.file), [])
    return found


def _leaf_through(found: Sight, item: Item, frame: str | None) -> None:
    """A sample of the dataset for an attribute of it; one frame after another for what is of frames."""
    sampled = item.task_type == TaskType.DATASET_ATTRIBUTE
    position = position_of(frame) if frame else None if sampled else 1
    files, last = files_of_attribute(item.dataset_id, position, sampled=sampled)
    if sampled:
        found.sample = sample_of(files[one] for one in spread(last))
    if position is not None and position in files:
        found.file = files[position]
        found.film = film_of_files(files, Frames(range(1, last + 1), position - 1))
    elif frame:
        raise NotFound("frame")
