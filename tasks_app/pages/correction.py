"""A correction as a form: what of an object can be changed now, and what was typed, as the verbs take it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.cache import cache

from datasets_app.errors import BadInput
from datasets_app.imports.checks import MAX_CATEGORY, printable
from datasets_app.imports.geometry import is_number
from datasets_app.models import Dataset, LabelType, Member, Shape
from tasks_app import policies
from tasks_app.chains import Chain
from tasks_app.models import Task

from .sights import Sight

BOX = {"x": "x", "y": "y", "width": "Width", "height": "Height"}
YES_NO = [("true", "yes"), ("false", "no")]
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
WHOLE = re.compile(r"[+-]?[0-9]+")
#: Longer ones are no measures.
MAX_NUMBER = 400
#: Categories are offered from so many labels: a list of suggestions need not read a whole dataset.
SUGGESTED_FROM = 2_000
SUGGESTED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody may correct now, of the object of a task as one frame shows it."""

    version: int
    changes: list[ChangeForm]
    categories: list[str]
    #: Of an empty box, where one may be drawn.
    drawing: DrawForm | None
    is_track: bool
    #: Each handle of a box: where it is, and the edges (left, top, right, bottom) that it moves. Corners lie on top.
    HANDLES = (
        *(("50%", "0", "0 1 0 0"), ("100%", "50%", "0 0 1 0"), ("50%", "100%", "0 0 0 1"), ("0", "50%", "1 0 0 0")),
        *(("0", "0", "1 1 0 0"), ("100%", "0", "0 1 1 0"), ("100%", "100%", "0 0 1 1"), ("0", "100%", "1 0 0 1")),
    )


def correction(
    chain: Chain, task: Task, seen: Sight, *, by: Member, typed: Mapping[str, Any] | None = None
) -> Correction | None:
    """The forms for the object of a task; None where this person may change nothing now. `typed`: what was refused."""
    label = task.item.label
    if label is None or not policies.can_change(chain, by=by):
        return None
    typed = typed or {}
    changes = [ChangeForm(drawn.shape, number, version=label.version) for number, drawn in enumerate(seen.own)]
    # Whoever may change an object of a frame now may draw in that frame: `corrections.may_draw`, without its query.
    drawing = DrawForm({"category": label.label_category_id}) if label.file_id is not None else None
    for form in [*changes, *([drawing] if drawing else [])]:
        form.retype(typed)
    nearby = [label.label_category_id, *(one.label.label_category_id for one in seen.others)]
    return Correction(
        version=label.version,
        changes=changes,
        categories=_categories(task.dataset, nearby),
        drawing=drawing,
        is_track=label.file_id is None,
    )


def _categories(dataset: Dataset, nearby: list[str]) -> list[str]:
    """Those of the frame, and those that the dataset had a moment ago: not asked for anew with each object."""

    def known() -> set[str]:
        labels = dataset.labels.filter(withdrawn_at=None).order_by("pk")
        return set(labels.values_list("label_category_id", flat=True)[:SUGGESTED_FROM])

    found = cache.get_or_set(f"categories-{dataset.dataset_id}", known, SUGGESTED_SECONDS) or set()
    return sorted((found | set(nearby)) - {""})


class Typed(forms.Form):
    """Fields that show what is stored, or what was typed and refused."""

    #: What the button of this form says that it does.
    does = ""
    #: It shows what was refused.
    retyped = False

    def retype(self, typed: Mapping[str, Any]) -> None:
        """Show what was typed in this form, if it was this one."""
        if typed.get("correct") == self.does and typed.get("shape", "") == self.initial.get("shape", ""):
            self.retyped = True
            self.initial.update({name: typed[name] for name in self.fields if name in typed and name != "version"})

    def cleaned(self) -> dict[str, Any]:
        """What was sent. Raises `BadInput`."""
        if not self.is_valid():
            raise BadInput.of("invalid", " ".join(self._problems()))
        return self.cleaned_data

    def _problems(self) -> Iterator[str]:
        for name, texts in self.errors.items():
            if name in ("version", "shape"):
                yield "This form does not say which version of the object you saw: load the page again."
            else:
                label = printable(str(self.fields[name].label or name.capitalize()))
                yield from (f"{label}: {text}" for text in texts)

    def _add_box(self) -> None:
        for name, label in BOX.items():
            least = {"min": 0} if name in ("width", "height") else {}
            widget = forms.NumberInput({"step": "any", "autocomplete": "off", **least})
            self.fields[name] = forms.CharField(label=label, max_length=MAX_NUMBER, widget=widget)

    @property
    def box(self) -> list[forms.BoundField]:
        return [self[name] for name in BOX if name in self.fields]


def _category() -> forms.CharField:
    widget = forms.TextInput({"list": "categories", "autocomplete": "off"})
    return forms.CharField(label="Category", max_length=MAX_CATEGORY, strip=False, required=False, widget=widget)


class DrawForm(Typed):
    """A missing box."""

    category = _category()
    does = "draw"

    def __init__(self, initial: dict[str, Any] | None = None, *, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="draw-%s")
        self._add_box()

    def said(self) -> dict[str, Any]:
        """For `draw_label`. Raises `BadInput`."""
        sent = self.cleaned()
        box = [number(sent[name], BOX[name]) for name in BOX]
        return {"label_category_id": sent["category"].strip(), "box": box}


class ChangeForm(Typed):
    """One shape of an object: its category, its attributes, its box where it is a 2D box of a single frame."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    shape = forms.CharField(widget=forms.HiddenInput)
    category = _category()
    does = "change"

    def __init__(
        self, shape: Shape, count: int, *, version: int | None = None, data: Mapping[str, Any] | None = None
    ) -> None:
        label = shape.label
        self.stored: dict[str, Any] = {"category": label.label_category_id}
        initial = {"version": version or label.version, "shape": str(count)}
        super().__init__(data, initial=initial, auto_id=f"correct-{count}-%s")
        self.of = shape
        self._add_attributes(shape.attributes)
        box = shape.geometry.get("box")
        if label.label_type == LabelType.BOX and label.file_id is not None and _is_box(box):
            self._add_box()
            self.stored |= dict(zip(BOX, box, strict=True))
        self.initial.update({name: text_of(value) for name, value in self.stored.items()})

    def _add_attributes(self, attributes: Any) -> None:
        """A field for each attribute that is one value; what is nested is left as it is. By number: a name of an
        attribute can hold what no name of a field can. Sorted: PostgreSQL does not keep the order of names."""
        self.names: dict[str, str] = {}
        for count, (name, value) in enumerate(sorted(attributes.items()) if isinstance(attributes, dict) else ()):
            field = _field(value)
            if field is not None:
                field.label = name or "(no name)"
                self.names[f"attribute-{count}"] = name
                self.fields[f"attribute-{count}"] = field
                self.stored[f"attribute-{count}"] = value

    @property
    def attributes(self) -> list[forms.BoundField]:
        return [self[name] for name in self.names]

    def said(self) -> dict[str, Any]:
        """For `change_label`: what nobody touched stays the value that it is. Raises `BadInput`."""
        sent = self.cleaned()
        values = {name: _value(sent[name], self.stored[name], self.fields[name].label) for name in self.stored}
        if values["category"] != self.stored["category"]:
            values["category"] = values["category"].strip()
        said = {"label_category_id": values["category"]}
        if self.names:
            typed = {name: values[field] for field, name in self.names.items()}
            said["attributes"] = dict(self.of.attributes or {}) | typed
        if "x" in values:
            said["box"] = [values[name] for name in BOX]
        return said


def _is_box(box: Any) -> bool:
    return isinstance(box, list) and len(box) == 4 and all(is_number(one) for one in box)


def _field(value: Any) -> forms.Field | None:
    """How one JSON value is typed; None where it is more than one."""
    if isinstance(value, bool):
        return forms.ChoiceField(choices=YES_NO)
    if isinstance(value, int | float):
        widget = forms.NumberInput({"step": "any", "autocomplete": "off"})
        return forms.CharField(max_length=MAX_NUMBER, widget=widget)
    if value is None or isinstance(value, str):
        # A line of a form has no line breaks: it would lose them.
        lines = value is not None and len(value.splitlines()) > 1
        line = forms.Textarea({"rows": 2}) if lines else forms.TextInput({"autocomplete": "off"})
        return forms.CharField(required=False, strip=False, widget=line)
    return None


def text_of(value: Any) -> str:
    """A value as it stands in its field."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _value(text: str, stored: Any, what: Any) -> Any:
    """What was typed, of the JSON type that is stored. What reads the same is the same."""
    text = _plain(text)
    if text == _plain(text_of(stored)):
        return stored
    if isinstance(stored, bool):
        return text == "true"
    if isinstance(stored, int | float):
        return number(text, what, exact=isinstance(stored, int))
    return text


def _plain(text: str) -> str:
    """Browsers send line breaks in their own way."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def number(text: str, what: Any, *, exact: bool = True) -> int | float:
    """A number, whole where it is written so (`exact`). Raises `BadInput`."""
    text = text.strip()
    found = float(text) if NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(found):
        name = printable(str(what))
        raise BadInput.of("invalid", f"{name}: “{printable(text[:40])}” is no number. Write one like 12 or 12.5.")
    return int(text) if exact and WHOLE.fullmatch(text) else found
