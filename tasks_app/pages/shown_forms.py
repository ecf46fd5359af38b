"""Forms of what others may change meanwhile. Each carries what it showed, signed, and saves only what was touched."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict

from datasets_app.errors import BadInput

LOST = "This form does not say what it showed: nothing was saved. Here is what is there now; change it again."


class ShownForm(forms.Form):
    """A form of columns of a row.

    What was not touched follows what is there by now, and is not saved. What was touched is judged by a verb, which
    is told what was shown; after a refusal the form remembers that, until the person was told of the other value.
    """

    #: By field: which column it is about, where it is called otherwise.
    columns: dict[str, str] = {}

    def __init__(self, present: dict[str, Any], data: QueryDict | None, *, about: str, auto_id: str) -> None:
        self.present, self.about = present, about
        self.shown = present
        self.touched: set[str] = set()
        #: Columns of which the person is told that they are others now.
        self.told: set[str] = set()
        self.is_lost = False
        if data is not None:
            try:
                self.shown = signing.loads(data.get("shown", ""), salt=about)
            except signing.BadSignature:
                self.is_lost = True
            # An older version of the page may have had other fields.
            if self.is_lost or self.shown.keys() != present.keys():
                self.is_lost, self.shown, data = True, present, None
        super().__init__(data, initial=self.as_fields(present), auto_id=auto_id)

    def as_fields(self, values: dict[str, Any]) -> dict[str, Any]:
        """Columns as initial values of the fields."""
        return values

    def values(self) -> dict[str, Any]:
        """What was typed, by column."""
        return self.cleaned_data

    def check_known(self) -> None:
        """What was shown is known. Raises `BadInput`."""
        if self.is_lost:
            raise BadInput.of("invalid", LOST)

    def settle(self) -> None:
        """See what was touched, and let the rest follow what is there now. To be called when the fields stand."""
        if not self.is_bound:
            return
        before = self.as_fields(self.shown)
        for name, field in self.fields.items():
            sent = field.widget.value_from_datadict(self.data, {}, name)
            if _plain(sent) != _plain(field.prepare_value(before[name])):
                self.touched.add(self._column(name))
        data = QueryDict(mutable=True)
        for name, field in self.fields.items():
            is_touched = self._column(name) in self.touched
            typed = self.data.getlist(name) if is_touched else _sent(field.prepare_value(self.initial[name]))  # type: ignore[attr-defined]
            data.setlist(name, typed)
        self.data = data

    def wanted(self) -> dict[str, Any]:
        """What is to be changed, by column."""
        values = self.values()
        return {name: values[name] for name in sorted(self.touched) if values[name] != self.shown[name]}

    @property
    def remembered(self) -> str:
        """What the page shows, for the form to carry."""
        kept = {name: self.shown[name] for name in self.touched - self.told}
        return signing.dumps(self.present | kept, salt=self.about)

    def _column(self, name: str) -> str:
        return self.columns.get(name, name)


def _sent(value: Any) -> list[str]:
    """As a browser sends it."""
    if isinstance(value, bool):
        return ["on"] if value else []
    if isinstance(value, list):
        return value
    return ["" if value is None else str(value)]


def _plain(value: Any) -> Any:
    """What was shown and what came back, made comparable: browsers write other ends of lines."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return sorted(value)
    lines = "" if value is None else str(value)
    return [line.strip() for line in lines.splitlines() if line.strip()]
