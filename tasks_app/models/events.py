"""The history: one line for each change of a task. Never changed, never deleted: triggers see to it as well."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

from datasets_app.fields import MillisField
from datasets_app.ids import now
from datasets_app.models import AccessToken, User
from tasks_app.workflow import Action, Status

from .tasks import Item, Task


class HistoryIsClosed(TypeError):
    """Someone tried to change or delete an event."""

    def __init__(self) -> None:
        super().__init__("Events are never changed and never deleted: add a new one instead.")


class TaskEventQuerySet(models.QuerySet["TaskEvent"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise HistoryIsClosed

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise HistoryIsClosed

    def delete(self) -> NoReturn:
        raise HistoryIsClosed

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise HistoryIsClosed


class TaskEvent(models.Model):
    """Who, when, which action, from which status to which, assignee, comment.

    Each version of a task has exactly one event. The events of an item are a hash chain: `hash` covers the
    event and `previous_hash`, and the item keeps the newest hash.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="events")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="events")
    version = models.PositiveIntegerField()
    action = models.CharField(max_length=12, choices=Action.choices)
    action_id = models.CharField(max_length=64)
    #: Of an undo: the `action_id` of what it took back.
    undoes = models.CharField(max_length=64, blank=True, default="")
    from_status = models.CharField(max_length=12, choices=Status.choices, blank=True, default="")
    to_status = models.CharField(max_length=12, choices=Status.choices)
    #: Empty: the system did it.
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    token = models.ForeignKey(AccessToken, on_delete=models.PROTECT, null=True, related_name="+")
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")
    comment = models.TextField(blank=True, default="")
    #: What the changed columns of the task were before: undo restores a task from its events.
    before = models.JSONField(default=dict)
    at = MillisField(default=now)
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)

    objects = TaskEventQuerySet.as_manager()

    class Meta:
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="one_event_for_each_version_of_a_task"),
            models.CheckConstraint(condition=Q(action__in=Action.values), name="event_action_is_known"),
            models.CheckConstraint(
                condition=Q(undoes="") ^ Q(action="undo"), name="event_of_an_undo_says_what_it_undoes"
            ),
            models.CheckConstraint(condition=Q(to_status__in=Status.values), name="event_to_status_is_one_of_six"),
            models.CheckConstraint(
                condition=Q(from_status__in=["", *Status.values]), name="event_from_status_is_one_of_six"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.task_id} v{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryIsClosed
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise HistoryIsClosed
