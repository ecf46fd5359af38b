"""Forms of tasks: filters, a decision, a value. What they take is checked by the verbs and the filters themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from datasets_app.errors import BadInput
from datasets_app.models import NOT_APPLICABLE, Attribute, Dataset
from tasks_app.actions import MAX_COMMENT, MAX_REASON
from tasks_app.filters import TaskFilters
from tasks_app.models import TaskType
from tasks_app.workflow import Status

#: What the form sends for "unassigned"; in the address, as in the API, that is an empty `email`.
UNASSIGNED = "none"
ORDERINGS = [("list", "list order"), ("-updated", "latest change first"), ("due", "due first")]
ANY = ("", "any")
YES_NO = [ANY, ("true", "yes"), ("false", "no")]
FILTERS = tuple(TaskFilters.base_filters)


class FilterForm(forms.Form):
    """The filters as fields; `TaskFilters` says what is right."""

    status = forms.ChoiceField(choices=[ANY, *Status.choices], required=False)
    stage_id = forms.ChoiceField(label="Stage", required=False)
    email = forms.ChoiceField(label="Assignee", required=False)
    file_id = forms.CharField(label="File", required=False)
    label_id = forms.CharField(label="Object", required=False)
    label_category_id = forms.CharField(label="Category", required=False)
    ordering = forms.ChoiceField(label="Order", choices=ORDERINGS, required=False)
    task_type = forms.ChoiceField(label="About", choices=[ANY, *TaskType.choices], required=False)
    attribute_id = forms.CharField(label="Attribute", required=False)
    reviewer = forms.CharField(label="Reviewed by", required=False)
    delayed = forms.ChoiceField(label="Late", choices=YES_NO, required=False)
    changed_in_review = forms.ChoiceField(label="Changed in review", choices=YES_NO, required=False)
    label_changed_since_submit = forms.ChoiceField(label="Changed since submit", choices=YES_NO, required=False)

    FIRST = ("status", "stage_id", "email", "label_category_id", "label_id", "file_id", "ordering")

    def __init__(self, query: QueryDict, *, stages: Iterable[str], emails: Iterable[tuple[str, str]]) -> None:
        initial = {name: query.get(name) for name in self.base_fields}
        if query.get("email") == "":
            initial["email"] = UNASSIGNED
        super().__init__(initial=initial)
        self._offer("stage_id", [ANY, *((stage, stage) for stage in stages)])
        self._offer("email", [("", "anyone"), (UNASSIGNED, "nobody"), *emails])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """These choices, and what the address says beside them."""
        chosen = self.initial.get(name)
        if chosen and chosen not in dict(choices):
            choices.append((chosen, chosen))
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def more_is_used(self) -> bool:
        return any(field.initial for field in self.more)


def canonical(query: QueryDict) -> QueryDict:
    """The address of what a sent form asks for: without empty fields, without a cursor."""
    kept = QueryDict(mutable=True)
    for name in (*FILTERS, "ordering"):
        values = [value for value in query.getlist(name) if value]
        if name == "email" and values == [UNASSIGNED]:
            values = [""]
        if name == "ordering" and values == [ORDERINGS[0][0]]:
            values = []
        if values:
            kept.setlist(name, values)
    return kept


class DecisionForm(forms.Form):
    """Reason and comment of a decision, and the version on which it is made. The button's name is the decision."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Reason to reject", max_length=MAX_REASON, required=False)
    comment = forms.CharField(max_length=MAX_COMMENT, required=False, widget=forms.Textarea({"rows": 2}), strip=False)

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if dataset.reject_reasons:
            choices = [("", "none"), *((reason, reason) for reason in dataset.reject_reasons)]
            self.fields["reason"].widget = forms.Select(choices=choices)
        if dataset.reason_required:
            self.fields["reason"].help_text = "Rejecting needs one."

    def words(self) -> dict[str, Any]:
        """Version, reason and comment. Raises `BadInput`."""
        if not self.is_valid():
            raise BadInput.of("invalid", " ".join(says for name in self.errors for says in _says(self, name)))
        return dict(self.cleaned_data)


def _says(form: forms.Form, name: str) -> list[str]:
    if name == "version":
        return ["This form does not say which version of the task you saw: load the page again."]
    return [f"{form.fields[name].label or name.capitalize()}: {text}" for text in form.errors[name]]


class ValueForm(forms.Form):
    """The value of an attribute: one of its options, or text where it has none. Values travel as JSON."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    value = forms.CharField(required=False, max_length=100_000)

    def __init__(self, *args: Any, attribute: Attribute, current: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attribute, self.current = attribute, current
        field = self.fields["value"]
        if not attribute.options:
            field.initial = "" if current is None else self._as_text(current)
            field.help_text = f'Any text; "{NOT_APPLICABLE}" is a value too.'
            return
        values = [*attribute.options, NOT_APPLICABLE]
        if current is not None and current not in values:
            values.append(current)
        self.by_text = {json.dumps(value): value for value in values}
        choices = [("", "no value yet"), *((text, self._as_text(value)) for text, value in self.by_text.items())]
        field.widget = forms.Select(choices=choices)
        field.initial = "" if current is None else json.dumps(current)

    @property
    def answers(self) -> list[tuple[str, str, bool]]:
        """Each option as it is sent, as it reads, and whether it is the present value. None where it is any text."""
        known = self.by_text if self.attribute.options else {}
        return [(text, self._as_text(value), value == self.current) for text, value in known.items()]

    @staticmethod
    def _as_text(value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value)

    def said(self) -> tuple[Any, int]:
        """The value and the version on which it was set. Raises `BadInput`."""
        if not self.is_valid():
            raise BadInput.of("invalid", " ".join(says for name in self.errors for says in _says(self, name)))
        text, version = self.cleaned_data["value"], self.cleaned_data["version"]
        if self.current is not None and text == self._as_text(self.current):
            return self.current, version  # a number that nobody touched stays a number
        if not self.attribute.options or not text:
            return text, version
        if text not in self.by_text:
            raise BadInput.of("not_an_option", "Choose one of the values.", "value")
        return self.by_text[text], version
