"""The one set of filters of tasks: `?status=submitted&stage_id=QA` means the same in the API and on the pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from datasets_app.ids import from_millis
from datasets_app.models import Attribute, Dataset, Member, Stage
from datasets_app.roles import Right

from .models import Task, TaskType
from .workflow import Status

BOOLEANS = (("true", "true"), ("false", "false"))
LATEST = 253_402_300_799_999  # the last millisecond of the year 9999


def one_of(choices: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The choices of a filter, and the sentence that names them to who gave another."""
    names = [value for value, _label in choices]
    sentence = f"%(value)s is unknown here: use {', '.join(names[:-1])} or {names[-1]}."
    return {"choices": choices, "error_messages": {"invalid_choice": sentence}}


class YesNoFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`. Anything else is refused, not ignored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=lambda word: word == "true", **one_of(BOOLEANS), **kwargs)


class AnyOfField(forms.MultipleChoiceField):
    """Some of the choices. An empty one is none, as with a single choice: a form sends it for "all"."""

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if one]


class AnyOfFilter(django_filters.MultipleChoiceFilter):
    field_class = AnyOfField


class MillisFilter(django_filters.NumberFilter):
    """A moment, in whole milliseconds since 1970 UTC."""

    field_class = forms.IntegerField  # type: ignore[assignment]  # whole numbers only


class TaskFilters(django_filters.FilterSet):
    """Filters of tasks within a client, or within one dataset of it."""

    status = AnyOfFilter(**one_of(Status.choices))
    stage_id = django_filters.CharFilter("stage__stage_id", max_length=100, strip=False)
    email = django_filters.CharFilter(method="of_assignee", max_length=254, strip=False)
    reviewer = django_filters.CharFilter(method="of_reviewer", max_length=254, strip=False)
    file_id = django_filters.CharFilter("item__file__file_id", max_length=512, strip=False)
    label_id = django_filters.CharFilter("item__label__label_id", max_length=220, strip=False)
    label_category_id = django_filters.CharFilter("item__label__label_category_id", max_length=200, strip=False)
    attribute_id = django_filters.CharFilter("item__attribute__attribute_id", max_length=100, strip=False)
    task_type = django_filters.ChoiceFilter(field_name="item__task_type", **one_of(TaskType.choices))
    delayed = YesNoFilter(method="is_delayed")
    changed_in_review = YesNoFilter()
    label_changed_since_submit = YesNoFilter()
    updated_after = MillisFilter(method="after", min_value=0, max_value=LATEST)

    class Meta:
        model = Task
        fields: list[str] = []

    data: QueryDict

    def __init__(
        self,
        data: QueryDict,
        queryset: QuerySet[Task],
        *,
        member: Member,
        dataset: Dataset | None = None,
        without: tuple[str, ...] = (),
    ) -> None:
        super().__init__(data, queryset)
        self.member = member
        self.seen = queryset
        self.dataset = dataset
        for name in without:
            del self.filters[name]

    @property
    def form(self) -> forms.Form:
        known = hasattr(self, "_form")
        form = super().form
        if not known and form.is_valid():
            for name, unknown in self._unknown_names(form.cleaned_data):
                form.add_error(name, unknown)
        return form

    def _unknown_names(self, said: dict[str, Any]) -> list[tuple[str, str]]:
        """Names out of a closed set that are not in it: a misspelt stage is no empty list."""
        wrong = []
        seen = [self.dataset] if self.dataset else Dataset.objects.visible_to(self.member)
        within = {"dataset__in": seen}
        if said.get("stage_id") and not Stage.objects.filter(**within, stage_id=said["stage_id"]).exists():
            wrong.append(("stage_id", f"There is no stage {said['stage_id']} here."))
        if (
            said.get("attribute_id")
            and not Attribute.objects.filter(**within, attribute_id=said["attribute_id"]).exists()
        ):
            wrong.append(("attribute_id", f"There is no attribute {said['attribute_id']} here."))
        for name in ("email", "reviewer"):
            email = (said.get(name) or "").lower()
            if email and not self._knows(name, email):
                wrong.append((name, f"{email} is not a member of this client."))
        return wrong

    def _knows(self, name: str, email: str) -> bool:
        """Whether this is a member; to who sees only their own chains, whoever they meet in them."""
        if self.member.access.may_anywhere(Right.READ):
            return Member.objects.filter(client=self.member.client_id, user__email=email).exists()
        column = "assignee__email" if name == "email" else "reviewed_by__email"
        return email == self.member.user.email or self.seen.filter(**{column: email}).exists()

    def filter_queryset(self, queryset: QuerySet[Task]) -> QuerySet[Task]:
        queryset = super().filter_queryset(queryset)
        if "email" in self.filters and self.data.get("email") == "":
            queryset = queryset.filter(assignee=None)
        return queryset

    def of_assignee(self, queryset: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        return queryset.filter(assignee__email=value.lower())

    def of_reviewer(self, queryset: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        return queryset.filter(reviewed_by__email=value.lower())

    def is_delayed(self, queryset: Any, name: str, value: bool) -> QuerySet[Task]:
        return queryset.delayed() if value else queryset.not_delayed()

    def after(self, queryset: QuerySet[Task], name: str, value: int) -> QuerySet[Task]:
        return queryset.filter(updated_at__gt=from_millis(int(value)))

    def said(self) -> dict[str, list[str]]:
        """What the caller filters by, in one form: a cursor belongs to it."""
        return {name: sorted(self.data.getlist(name)) for name in sorted(self.filters) if name in self.data}
