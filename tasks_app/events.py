"""How an event reads: as JSON for programs, as a sentence for people."""

from __future__ import annotations

from typing import Any

from datasets_app.ids import to_millis

from .models import Task, TaskEvent
from .workflow import TRANSITIONS, Action


def history(task: Task) -> list[TaskEvent]:
    """The events of a task, oldest first, with the people and tokens that they name."""
    return list(TaskEvent.objects.filter(task=task).select_related("by", "token", "assignee").order_by("version"))


def event_resource(event: TaskEvent) -> dict[str, Any]:
    """One event as JSON has it."""
    return {
        "version": event.version,
        "action": event.action,
        "action_id": event.action_id,
        "undoes": event.undoes or None,
        "from_status": event.from_status or None,
        "to_status": event.to_status,
        "by": event.by.email if event.by else None,
        "token": event.token.name if event.token else None,
        "email": event.assignee.email if event.assignee else None,
        "reason": event.reason or None,
        "comment": event.comment or None,
        "time_millis": to_millis(event.at),
        "previous_hash": event.previous_hash or None,
        "hash": event.hash,
    }


def sentence(event: TaskEvent) -> str:
    """ "eve rejected this: submitted → rejected", without reason and comment."""
    who = event.by.short_name if event.by else "the system"
    if event.action == Action.ASSIGN:
        return f"{who} assigned this to {event.assignee.short_name}" if event.assignee else f"{who} unassigned this"
    words = f"{who} {Action(event.action).label} {_what(event)}"
    if event.from_status and event.from_status != event.to_status:
        words += f": {event.get_from_status_display()} → {event.get_to_status_display()}"
    return words


def _what(event: TaskEvent) -> str:
    """What an action was done on: this task, or an earlier one of the chain that moved this one, too."""
    row = TRANSITIONS.get(Action(event.action))
    return "this" if row is None or event.to_status == row.target else "an earlier stage"
