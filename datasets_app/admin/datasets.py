"""Datasets, stages, and roles in one dataset."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from config.admin import HappenedFilter, ViewOnlyInline
from datasets_app.actions import delete_dataset, mark_labelling_done, set_settings, set_stage, take_back_done
from datasets_app.errors import BadInput
from datasets_app.membership import set_scopes, set_stage_people
from datasets_app.models import Client, Dataset, DatasetScope, Member, Stage, UserGroup
from datasets_app.roles import Right

from .forms import LinesField, VerbForm, VerbFormAdmin
from .people import people_of
from .verbs import Verb, acting


class StageInline(ViewOnlyInline):
    model = Stage
    fields = ("stage_id", "title", "position", "can_edit", "time_limit_seconds", "removed_at")
    verbose_name_plural = "pipeline"


class DatasetForm(VerbForm):
    tags = LinesField(required=False, help_text="One on each line.", widget=forms.Textarea(attrs={"rows": 3}))
    reject_reasons = LinesField(
        label="Reasons to reject", required=False, help_text="One on each line. None: reviewers write their own."
    )


@admin.register(Dataset)
class DatasetAdmin(VerbFormAdmin):
    form = DatasetForm
    right = Right.ASSIGN
    can_change = (
        "dataset_name", "tags", "customer_review", "allow_self_review", "review_changed", "reject_reasons",
        "reason_required", "undo_seconds", "lease_seconds",
    )  # fmt: skip
    fields = (
        "dataset_name", "client", "dataset_id", "dataset_type", "dataset_format", "labelling_mode", *can_change[1:],
        "created_at", "created_by", "done_at", "done_by", "deleted_at", "deleted_by",
    )  # fmt: skip
    list_display = ("dataset_name", "client", "dataset_type", "labelling_mode", "created_at", "done_at", "deleted_at")
    list_filter = (
        "dataset_type",
        "labelling_mode",
        "customer_review",
        ("done_at", HappenedFilter),
        ("deleted_at", HappenedFilter),
        "client",
    )
    list_select_related = ("client", "created_by", "done_by", "deleted_by")
    search_fields = ("dataset_name", "dataset_id")
    inlines = (StageInline,)
    verbs = (
        Verb(
            "done",
            "Mark labelling done",
            "marked as done",
            mark_labelling_done,
            Right.ASSIGN,
            fits=lambda dataset: dataset.done_at is None and dataset.deleted_at is None,
        ),
        Verb(
            "not_done",
            "Take back done",
            "open again",
            take_back_done,
            Right.ASSIGN,
            fits=lambda dataset: dataset.done_at is not None and dataset.deleted_at is None,
        ),
        Verb(
            "delete",
            "Delete",
            "deleted",
            delete_dataset,
            Right.DELETE,
            fits=lambda dataset: dataset.deleted_at is None,
            question="A deleted dataset is hidden from everyone. Its history stays; its files are removed later.",
        ),
    )

    def dataset_of(self, row: Dataset) -> Dataset:
        return row

    def view_on_site(self, row: Dataset) -> str | None:
        return None if row.deleted_at else f"/datasets/{row.dataset_id}/"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.deleted_at)

    def perform(self, request: HttpRequest, form: VerbForm) -> Dataset:
        return set_settings(form.instance, by=acting(request, form.instance.client), **form.changed_values)


@admin.register(Stage)
class StageAdmin(VerbFormAdmin):
    """A stage's title, rights, limit and people. Stages are added, moved and removed as a pipeline, by the API."""

    right = Right.ASSIGN
    can_change = ("title", "can_edit", "time_limit_seconds", "members", "user_groups")
    fields = ("dataset", "stage_id", "position", *can_change, "removed_at")
    list_display = ("stage_id", "title", "dataset", "position", "can_edit", "time_limit_seconds", "removed_at")
    list_filter = ("can_edit", ("removed_at", HappenedFilter), "dataset__client")
    list_select_related = ("dataset__client",)
    search_fields = ("stage_id", "title", "dataset__dataset_name", "dataset__dataset_id")
    filter_horizontal = ("members", "user_groups")

    def client_of(self, row: Stage) -> Client:
        return row.dataset.client

    def dataset_of(self, row: Stage) -> Dataset:
        return row.dataset

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        gone = obj is not None and bool(obj.removed_at or obj.dataset.deleted_at)
        return super().has_change_permission(request, obj) and not gone

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "members" in form.base_fields:
            form.base_fields["members"].queryset = people_of(obj.dataset.client)
            form.base_fields["user_groups"].queryset = obj.dataset.client.user_groups.all()
        return form

    def perform(self, request: HttpRequest, form: VerbForm) -> Stage:
        stage: Stage = form.instance
        by = acting(request, stage.dataset.client)
        columns = {name: value for name, value in form.changed_values.items() if name not in self.filter_horizontal}
        if columns:
            set_stage(stage, by=by, **columns)
        if set(self.filter_horizontal) & set(form.changed_data):
            set_stage_people(stage, form.cleaned_data["members"], form.cleaned_data["user_groups"], by=by)
        return stage


def take_away(scope: DatasetScope, *, by: Member) -> None:
    """Take this one role in the dataset away; what else its holder has there stays."""
    set_scopes(scope.dataset, holder_of(scope), roles_beside(scope), by=by)


def holder_of(scope: DatasetScope) -> Member | UserGroup:
    holder: Member | UserGroup | None = scope.member or scope.user_group
    assert holder is not None
    return holder


def roles_beside(scope: DatasetScope) -> list[str]:
    """The other roles that the scope's holder has in the dataset."""
    same = DatasetScope.objects.filter(dataset=scope.dataset, member=scope.member, user_group=scope.user_group)
    return list(same.exclude(pk=scope.pk).values_list("role", flat=True))


@admin.register(DatasetScope)
class DatasetScopeAdmin(VerbFormAdmin):
    right = Right.ASSIGN
    can_add = ("dataset", "member", "user_group", "role")
    can_change = ("role",)
    fields = ("dataset", "member", "user_group", "role")
    list_display = ("__str__", "dataset", "member", "user_group", "role")
    list_filter = ("role", "dataset__client")
    list_select_related = ("dataset__client", "member__user", "member__client", "user_group")
    search_fields = ("dataset__dataset_name", "dataset__dataset_id", "member__user__email", "user_group__name")
    autocomplete_fields = ("dataset", "member", "user_group")
    verbs = (Verb("take_away", "Take away", "taken away", take_away, Right.ASSIGN),)

    def client_of(self, row: DatasetScope) -> Client:
        return row.dataset.client

    def dataset_of(self, row: DatasetScope) -> Dataset:
        return row.dataset

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.dataset.deleted_at)

    def perform(self, request: HttpRequest, form: VerbForm) -> DatasetScope:
        scope: DatasetScope = form.instance
        if not scope.pk:
            words = form.cleaned_data
            if (words["member"] is None) == (words["user_group"] is None):
                raise BadInput.of("required", "Choose a member or a group: exactly one of the two.")
            scope = DatasetScope(dataset=words["dataset"], member=words["member"], user_group=words["user_group"])
        role = form.cleaned_data["role"]
        by = acting(request, scope.dataset.client)
        set_scopes(scope.dataset, holder_of(scope), [*roles_beside(scope), role], by=by)
        same = DatasetScope.objects.filter(dataset=scope.dataset, member=scope.member, user_group=scope.user_group)
        return same.get(role=role)
