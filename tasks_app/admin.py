"""Items, tasks, assignments and events. Nothing of them is edited: submit, accept and reject call the verbs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from config.admin import HappenedFilter, ViewOnlyAdmin, ViewOnlyInline
from datasets_app.admin.verbs import Verb, VerbAdmin, memberships
from datasets_app.errors import Conflict
from datasets_app.models import Client, Member, Stage
from datasets_app.roles import Right

from . import actions, policies
from .chains import read_chain
from .events import sentence
from .models import Assignment, Item, Task, TaskEvent
from .querysets import LIST_ORDER
from .templatetags.tasks import status_pill
from .workflow import Action

#: What tells an item: its object or attribute, and the file.
ITEM = ("item__label", "item__attribute", "item__file")


def pill(status: str) -> SafeString:
    """A status as colour, icon and word, as on the pages; the first event comes from none."""
    return status_pill(status) if status else SafeString("")


class RejectForm(forms.Form):
    """Reason and comment. Where all tasks are of datasets with one list of reasons, one of these."""

    reason = forms.CharField(max_length=actions.MAX_REASON, required=False)
    comment = forms.CharField(
        max_length=actions.MAX_COMMENT, required=False, widget=forms.Textarea(attrs={"rows": 4, "cols": 60})
    )

    def __init__(self, *args: Any, rows: list[Task], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = {tuple(task.dataset.reject_reasons) for task in rows}
        reasons = lists.pop() if len(lists) == 1 else ()
        required = any(task.dataset.reason_required for task in rows)
        if reasons:
            choices = [("", "—"), *((reason, reason) for reason in reasons)]
            self.fields["reason"] = forms.ChoiceField(choices=choices, required=required)
        self.fields["reason"].required = required


class EventInline(ViewOnlyInline):
    model = TaskEvent
    fields = ("at", "says", "reason", "comment", "version")
    verbose_name_plural = "history"
    ordering = ("pk",)
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaskEvent]:
        return super().get_queryset(request).select_related("by", "assignee", "task__stage")

    @admin.display(description="event")
    def says(self, event: TaskEvent) -> str:
        return sentence(event)


class DelayedFilter(admin.SimpleListFilter):
    title, parameter_name = "delayed", "delayed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("true", "Delayed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Task]) -> QuerySet[Task]:
        return Task.objects.delayed() & queryset if self.value() == "true" else queryset


class StageFilter(admin.SimpleListFilter):
    """The stages of the dataset that is chosen: those of all would be a list without end."""

    title, parameter_name = "stage", "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = request.GET.get("dataset__id__exact", "")
        stages = (
            Stage.objects.filter(dataset=int(chosen))
            if chosen.isdecimal() and len(chosen) < 19
            else Stage.objects.none()
        )
        return [(str(stage.pk), str(stage)) for stage in stages]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Task]) -> QuerySet[Task]:
        return queryset.filter(stage=int(self.value() or 0)) if (self.value() or "").isdecimal() else queryset


def in_present_dataset(verb: Any) -> Any:
    """The verb, refused for tasks of a deleted dataset: it is hidden from its people, but not from operators."""

    def act(task: Task, *, by: Member, **words: Any) -> Task:
        if task.dataset.deleted_at is not None:
            raise Conflict("dataset_deleted", f"The dataset {task.dataset} was deleted.")
        done: Task = verb(task, by=by, **words)
        return done

    return act


@admin.register(Task)
class TaskAdmin(VerbAdmin):
    fields = (
        "task_id", "item", "dataset", "stage", "status_pill", "previous", "assignee", "rework_count", "last_reason",
        "last_comment", "changed_in_review", "label_changed_since_submit", "version", "created_at", "updated_at",
        "ready_at", "clock_start", "due_at", "submitted_at", "submitted_by", "reviewed_at", "reviewed_by",
        "finished_at", "deleted_at",
    )  # fmt: skip
    list_display = ("item", "stage", "status_pill", "assignee", "due_at", "dataset", "task_id")
    list_filter = (
        "status",
        DelayedFilter,
        "label_changed_since_submit",
        "changed_in_review",
        ("deleted_at", HappenedFilter),
        "dataset__client",
        "dataset",
        StageFilter,
    )
    list_select_related = (
        *ITEM, "dataset__client", "stage", "assignee", "previous__stage", "submitted_by", "reviewed_by",
    )  # fmt: skip
    search_fields = ("task_id", "item__label__label_id", "item__file__file_id", "assignee__email")
    ordering = LIST_ORDER
    inlines = (EventInline,)
    verbs = (
        Verb("submit", "Submit", "submitted", in_present_dataset(actions.submit), Right.WORK),
        Verb("accept", "Accept", "accepted", in_present_dataset(actions.accept), Right.REVIEW),
        Verb(
            "reject",
            "Reject",
            "rejected",
            in_present_dataset(actions.reject),
            Right.REVIEW,
            question="They go back to the people who submitted them.",
            form=RejectForm,
            template="admin/reject.html",
        ),
    )

    @admin.display(description="status", ordering="status")
    def status_pill(self, task: Task) -> SafeString:
        return pill(task.status)

    def client_of(self, row: Task) -> Client:
        return row.dataset.client

    def describe(self, row: Task) -> str:
        return f"Task of {row.item} in {row.stage}"

    def view_on_site(self, row: Task) -> str | None:
        return None if row.dataset.deleted_at else f"/tasks/{row.task_id}/"

    def offered(self, request: HttpRequest, row: Task) -> list[Verb]:
        """What the policies allow the operator, as a member, to do now."""
        member = memberships(request).get(row.dataset.client_id)
        if member is None or row.dataset.deleted_at is not None:
            return []
        chain = read_chain(row)
        allowed = policies.allowed(chain, chain.same(row), by=member)
        return [verb for verb in self.verbs if Action(verb.name) in allowed]


class TaskInline(ViewOnlyInline):
    model = Task
    fields = ("stage", "status_pill", "assignee", "rework_count", "due_at")
    ordering = ("stage_order",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        return super().get_queryset(request).select_related("stage", "assignee")

    @admin.display(description="status")
    def status_pill(self, task: Task) -> SafeString:
        return pill(task.status)


@admin.register(Item)
class ItemAdmin(ViewOnlyAdmin):
    list_display = ("__str__", "task_type", "dataset")
    list_filter = ("task_type", "dataset__client")
    list_select_related = ("dataset", "label", "attribute", "file")
    search_fields = ("label__label_id", "attribute__attribute_id", "file__file_id", "dataset__dataset_id")
    ordering = ("-pk",)
    inlines = (TaskInline,)


@admin.register(Assignment)
class AssignmentAdmin(ViewOnlyAdmin):
    """Assignments are made with files and tracks in view, on the site or by the API."""

    list_display = ("__str__", "dataset", "stage", "user", "created_at")
    list_filter = ("all_tracks", "dataset__client")
    list_select_related = ("dataset", "stage", "user", "file", *ITEM)
    search_fields = ("user__email", "file__file_id", "item__label__label_id", "dataset__dataset_id")
    ordering = ("-pk",)


@admin.register(TaskEvent)
class TaskEventAdmin(ViewOnlyAdmin):
    list_display = ("at", "item", "task__stage", "action", "from_pill", "to_pill", "by", "comment", "task__task_id")
    list_filter = ("action", "to_status", "item__dataset__client")
    list_select_related = (*ITEM, "task__stage", "by", "token", "assignee")
    search_fields = ("task__task_id", "action_id", "by__email", "comment")
    ordering = ("-pk",)

    @admin.display(description="from", ordering="from_status")
    def from_pill(self, event: TaskEvent) -> SafeString:
        return pill(event.from_status)

    @admin.display(description="to", ordering="to_status")
    def to_pill(self, event: TaskEvent) -> SafeString:
        return pill(event.to_status)
