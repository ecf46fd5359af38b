"""Who lost a race is told who won it: the refusals of `policies`, with what the history says of the last moment."""

from __future__ import annotations

from datasets_app.errors import Refused

from .errors import AlreadyTaken, InvalidTransition, NotTheAssignee, StaleVersion
from .facts import Facts
from .models import Task
from .workflow import Action


def told(refused: Refused, facts: Facts) -> Refused:
    """The refusal, or where somebody was faster a moment ago, one that names them."""
    if isinstance(refused, InvalidTransition):
        who = _who_did_it(refused.task, facts)
        return InvalidTransition(refused.task, refused.action, meant=refused.meant, who=who)
    if isinstance(refused, StaleVersion):
        return StaleVersion(refused.task, who=_who_did_it(refused.task, facts))
    if isinstance(refused, NotTheAssignee) and refused.task.assignee is not None and _was_free(refused.task, facts):
        return AlreadyTaken(refused.task.assignee)
    return refused


def _who_did_it(task: Task, facts: Facts) -> str:
    """ " (eve@example.com accepted it a moment ago)", or nothing."""
    last = next((event for event in reversed(facts.lately) if event.task_id == task.pk), None)
    return f" ({last.by} {Action(last.action).label} it a moment ago)" if last else ""


def _was_free(task: Task, facts: Facts) -> bool:
    """Its assignee took it a moment ago, when it was free."""
    lately = (event for event in facts.lately if event.task_id == task.pk and event.by_id == task.assignee_id)
    return any(event.before.get("assignee_id", "the same") is None for event in lately)
