"""Who lost a race is told who won it: the refusals of `policies`, with what the history says of the last moment."""

from __future__ import annotations

from datetime import timedelta

from datasets_app.errors import Refused
from datasets_app.ids import now

from .errors import AlreadyTaken, InvalidTransition, NotTheAssignee
from .models import Task, TaskEvent
from .workflow import Action

#: How long "a moment ago" is: who loses a free task within it is told so (409), later it is simply not theirs (403).
MOMENT = timedelta(seconds=10)


def told(refused: Refused) -> Refused:
    """The refusal, or where somebody was faster a moment ago, one that names them."""
    if isinstance(refused, InvalidTransition):
        who = _who_did_it(refused.task)
        return InvalidTransition(refused.task, refused.action, meant=refused.meant, who=who)
    if isinstance(refused, NotTheAssignee) and refused.task.assignee is not None and _was_free(refused.task):
        return AlreadyTaken(refused.task.assignee)
    return refused


def _who_did_it(task: Task) -> str:
    """ " (eve@example.com accepted it a moment ago)", or nothing."""
    last = TaskEvent.objects.filter(task=task, by__isnull=False).select_related("by").order_by("-version").first()
    if last is None or now() - last.at > MOMENT:
        return ""
    return f" ({last.by} {Action(last.action).label} it a moment ago)"


def _was_free(task: Task) -> bool:
    """Its assignee took it a moment ago, when it was free."""
    lately = TaskEvent.objects.filter(task=task, by=task.assignee, at__gte=now() - MOMENT)
    return any(event.before.get("assignee_id", "the same") is None for event in lately)
