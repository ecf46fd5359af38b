"""Undo: one's own last action on a chain is taken back, by its events. Nothing disappears from the history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from datasets_app.actions import check_text
from datasets_app.errors import Refused
from datasets_app.fields import MillisField
from datasets_app.ids import from_millis, now
from datasets_app.models import Member

from . import policies
from .actions import MAX_COMMENT, check_version
from .chains import Chain, lock_chain
from .errors import ActedSince, NothingToUndo, UndoExpired
from .models import Task, TaskEvent
from .workflow import TRANSITIONS, VERBS, Action, Status
from .writing import Changes


def undo(task: Task, *, by: Member, comment: str = "", version: int | None = None) -> Task:
    """Bring every task that the actor's last action on this chain changed back to what it was: status, assignee,
    times and counts. The due time follows the stage's present limit."""
    with transaction.atomic():
        chain = lock_chain(task)
        task = chain.same(task)
        policies.check_takes_part(chain.dataset, by=by)
        check_text(comment, "comment", MAX_COMMENT)
        check_version(task, version)
        policies.check_alive(chain, task)
        done = last_action(chain, by)
        _check(chain, done, by)
        changes = Changes(by=by, comment=comment)
        for touched in _touched(chain, done):
            before = _before([event for event in done if event.task_id == touched.pk])
            changes.write(Action.UNDO, touched, undoes=done[0].action_id, **before)
        changes.save()
        return task


def undoable_until(chain: Chain, *, by: Member) -> datetime | None:
    """Until when the member may undo what they did last on this chain; None: not now."""
    try:
        policies.check_takes_part(chain.dataset, by=by)
        policies.check_alive(chain, chain.tasks[0])
        done = last_action(chain, by)
        _check(chain, done, by)
    except Refused:
        return None
    return done[0].at + timedelta(seconds=chain.dataset.undo_seconds)


def last_action(chain: Chain, by: Member) -> list[TaskEvent]:
    """All events of the member's last action on the chain, oldest first. Raises `NothingToUndo`."""
    events = list(TaskEvent.objects.filter(item=chain.item).order_by("pk"))
    taken_back = {event.undoes for event in events}
    mine = [event for event in events if event.by_id == by.user_id and event.action in VERBS]
    if not mine or mine[-1].action_id in taken_back:
        raise NothingToUndo
    return [event for event in events if event.action_id == mine[-1].action_id]


def _check(chain: Chain, done: list[TaskEvent], by: Member) -> None:
    """Still in time, still with the right for it, and nobody has done anything about it since."""
    verbs = _verbs(chain, done)
    for task, action in verbs:
        policies.check_role(chain, task, action, by=by)
    if now() - done[0].at > timedelta(seconds=chain.dataset.undo_seconds):
        raise UndoExpired(chain.dataset.undo_seconds)
    concerned = _concerned(chain, done)
    since = TaskEvent.objects.filter(item=chain.item, pk__gt=done[-1].pk, task__in=concerned)
    newest = since.select_related("by").order_by("-pk").first()
    if newest is not None:
        task = next(task for task in concerned if task.pk == newest.task_id)
        raise ActedSince(task, str(newest.by) if newest.by else "the system")
    for task in concerned:
        if task.claim_holder_id not in (None, by.user_id):
            raise ActedSince(task, str(task.claimed_by))
    for task, action in verbs:
        if action in (Action.START, Action.SUBMIT):  # they would have it in hand again
            policies.check_stage(task, by=by)


def _verbs(chain: Chain, done: list[TaskEvent]) -> list[tuple[Task, Action]]:
    """What the member did to which tasks, without what followed from it for others."""
    by_key = {task.pk: task for task in chain.tasks}
    events = [event for event in done if event.action in VERBS]
    events = [event for event in events if event.to_status == TRANSITIONS[Action(event.action)].target]
    return [(by_key[event.task_id], Action(event.action)) for event in events]


def _concerned(chain: Chain, done: list[TaskEvent]) -> list[Task]:
    """The tasks that an action changed, and the one after them, where it did not wait: what someone does there is
    built on what was done."""
    touched = _touched(chain, done)
    following = [chain.next(task) for task in touched]
    return touched + [task for task in following if task and task not in touched and task.status != Status.WAITING]


def _touched(chain: Chain, done: list[TaskEvent]) -> list[Task]:
    """The tasks that an action changed, in the order in which it did."""
    by_key = {task.pk: task for task in chain.tasks}
    return [by_key[key] for key in dict.fromkeys(event.task_id for event in done)]


def _before(events: list[TaskEvent]) -> dict[str, Any]:
    """What the columns of one task were before these events, oldest first."""
    columns: dict[str, Any] = {}
    for event in reversed(events):
        columns |= event.before
    return {name: _value(name, value) for name, value in columns.items()}


def _value(name: str, value: Any) -> Any:
    """A column's value out of JSON, where a moment is its milliseconds."""
    is_moment = isinstance(Task._meta.get_field(name), MillisField)
    return from_millis(value) if is_moment and value is not None else value
