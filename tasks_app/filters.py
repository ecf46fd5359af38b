"""The one set of filters of tasks: `?status=submitted&stage_id=QA` means the same in the API and on the pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from datasets_app.ids import now
from datasets_app.models import Attribute, Dataset, Member, Stage
from datasets_app.roles import Right

from . import places
from .listing import RowComparison
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


#: Filters by what the task is about: all tasks of an item fit, or none.
OF_ITEMS = ("file_id", "label_id", "label_category_id", "attribute_id", "task_type")


class TaskFilters(django_filters.FilterSet):
    """Filters of tasks within a client, or within one dataset of it.

    Within one dataset they ask for columns of the task alone, so that an index of an ordering answers them.
    """

    status = AnyOfFilter(distinct=False, **one_of(Status.choices))
    stage_id = django_filters.CharFilter(method="of_stage", max_length=100, strip=False)
    email = django_filters.CharFilter(method="of_assignee", max_length=254, strip=False)
    reviewer = django_filters.CharFilter(method="of_reviewer", max_length=254, strip=False)
    file_id = django_filters.CharFilter("item__file__file_id", method="of_item", max_length=512, strip=False)
    label_id = django_filters.CharFilter("item__label__label_id", method="of_item", max_length=220, strip=False)
    label_category_id = django_filters.CharFilter(
        "item__label__label_category_id", method="of_item", max_length=200, strip=False
    )
    attribute_id = django_filters.CharFilter(
        "item__attribute__attribute_id", method="of_item", max_length=100, strip=False
    )
    task_type = django_filters.ChoiceFilter(field_name="item__task_type", method="of_item", **one_of(TaskType.choices))
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
        #: What the names stand for, once it is known that they are known: database keys, places of attributes.
        self.keys: dict[str, Any] = {}
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
        if said.get("stage_id") and not self._knows_stage(said["stage_id"], within):
            wrong.append(("stage_id", f"There is no stage {said['stage_id']} here."))
        if said.get("attribute_id") and not self._knows_attribute(said["attribute_id"], within):
            wrong.append(("attribute_id", f"There is no attribute {said['attribute_id']} here."))
        for name in ("email", "reviewer"):
            email = (said.get(name) or "").lower()
            if email and not self._knows(name, email):
                known = "a member of this client" if self._reads_all else "in any task that you see"
                wrong.append((name, f"{email} is not {known}."))
        return wrong

    @property
    def _reads_all(self) -> bool:
        access = self.member.access
        return access.may(Right.READ, self.dataset) if self.dataset else access.may_anywhere(Right.READ)

    def _knows_stage(self, stage_id: str, within: dict[str, Any]) -> bool:
        if self.dataset is None:
            return Stage.objects.filter(**within, stage_id=stage_id).exists()
        found = [stage.pk for stage in self.dataset.pipeline if stage.stage_id == stage_id]
        # A stage that was removed has no tasks in any list; it is known all the same.
        found = found or list(Stage.objects.filter(**within, stage_id=stage_id).values_list("pk", flat=True))
        self.keys["stage_id"] = next(iter(found), None)
        return bool(found)

    def _knows_attribute(self, attribute_id: str, within: dict[str, Any]) -> bool:
        attributes = Attribute.objects.filter(**within, attribute_id=attribute_id)
        if self.dataset is None:
            return attributes.exists()
        self.keys["attribute_id"] = places.of_attributes(attributes)
        return bool(self.keys["attribute_id"])

    def _knows(self, name: str, email: str) -> bool:
        """Whether this is a member; to who sees only their own chains, whoever they meet in them."""
        column = "assignee" if name == "email" else "reviewed_by"
        if self._reads_all:
            found = Member.objects.filter(client=self.member.client_id, user__email=email).values_list("user")
        elif email == self.member.user.email:
            self.keys[name] = self.member.user_id
            return True
        else:
            found = self.seen.filter(**{f"{column}__email": email}).order_by().values_list(column)
        self.keys[name] = next((key for (key,) in found[:1]), None)
        return self.keys[name] is not None

    def filter_queryset(self, queryset: QuerySet[Task]) -> QuerySet[Task]:
        return self._filtered(queryset, self.filters)

    def of_tasks_alone(self, queryset: QuerySet[Task]) -> QuerySet[Task]:
        """The same filters, but for those by what the task is about."""
        return self._filtered(queryset, [name for name in self.filters if name not in OF_ITEMS])

    def _filtered(self, queryset: QuerySet[Task], names: Iterable[str]) -> QuerySet[Task]:
        for name in names:
            queryset = self.filters[name].filter(queryset, self.form.cleaned_data.get(name))
        if "email" in names and self.data.get("email") == "":
            queryset = queryset.filter(assignee=None)
        return queryset

    @property
    def tells_tasks_apart(self) -> bool:
        """Whether of the tasks of one item some may fit and others not."""
        values = [self.form.cleaned_data.get(name) for name in self.filters if name not in OF_ITEMS]
        return any(value not in (None, "", []) for value in values) or self.data.get("email") == ""

    def of_stage(self, queryset: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        return (
            queryset.filter(stage__stage_id=value) if self.dataset is None else queryset.filter(stage=self.keys[name])
        )

    def of_assignee(self, queryset: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        return queryset.filter(assignee=self.keys["email"])

    def of_reviewer(self, queryset: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        return queryset.filter(reviewed_by=self.keys["reviewer"])

    def of_item(self, queryset: Any, name: str, value: str) -> QuerySet[Task]:
        if self.dataset is None:
            return queryset.filter(**{name: value})
        attributes, walking = self.keys.get("attribute_id"), not queryset.begins_with_items
        return queryset.filter(places.of(self.dataset, name.rpartition("__")[2], value, attributes, walking=walking))

    def is_delayed(self, queryset: Any, name: str, value: bool) -> QuerySet[Task]:
        if self.dataset is None:
            return queryset.delayed() if value else queryset.not_delayed()
        if self.dataset.done_at is not None:
            return queryset.none() if value else queryset
        late = Q(due_at__lt=now())
        return queryset.filter(late) if value else queryset.filter(Q(due_at=None) | ~late)

    def after(self, queryset: QuerySet[Task], name: str, value: int) -> QuerySet[Task]:
        # The index of changes is for lists in that order: another order would be made by sorting all that it finds.
        return queryset.filter(RowComparison(("updated_at",), (int(value),), descending=False, searched=False))

    def said(self) -> dict[str, list[str]]:
        """What the caller filters by, in one form: a cursor belongs to it."""
        return {name: sorted(self.data.getlist(name)) for name in sorted(self.filters) if name in self.data}
