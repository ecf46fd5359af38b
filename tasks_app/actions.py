"""The verbs: start, submit, accept, reject, reopen. What each does is said here; `writing` writes it.

Each locks the item, checks in the contract's order, writes with the version that it expects, records an event
for each changed task, all in one transaction; it raises a `Refused` and changes nothing, or returns the task.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from datasets_app.actions import check_right, check_text
from datasets_app.errors import BadInput, Refused
from datasets_app.models import Dataset, Member
from datasets_app.roles import Right

from . import policies
from .chains import Chain, lock_chain
from .errors import NobodysTask, StaleVersion
from .models import Task
from .races import told
from .workflow import TRANSITIONS, Action, Status
from .writing import Changes

MAX_COMMENT = 10_000
MAX_REASON = 200


def start(task: Task, *, by: Member, comment: str = "", version: int | None = None) -> Task:
    """ready or rejected → in_progress. A free task becomes the actor's."""
    return _act(task, Action.START, _start, by=by, comment=comment, version=version)


def submit(task: Task, *, by: Member, comment: str = "", version: int | None = None) -> Task:
    """Hand the task over. The last stage finishes by itself, unless a customer or an admin is to look at it."""
    return _act(task, Action.SUBMIT, _submit, by=by, comment=comment, version=version)


def accept(task: Task, *, by: Member, comment: str = "", version: int | None = None, submit: bool = False) -> Task:
    """Verify a submitted task; with `submit`, submit the next one too: both or neither."""
    step = _accept_and_submit if submit else _accept
    return _act(task, Action.ACCEPT, step, by=by, comment=comment, version=version)


def reject(task: Task, *, by: Member, reason: str = "", comment: str = "", version: int | None = None) -> Task:
    """Send a submitted task back to whoever submitted it; the same reviewer gets it again."""
    return _act(task, Action.REJECT, _reject, by=by, comment=comment, reason=reason, version=version)


def reopen(task: Task, *, by: Member, comment: str, version: int | None = None) -> Task:
    """Send an accepted task back, with a comment. All later tasks of the chain wait again."""
    return _act(task, Action.REOPEN, _reopen, by=by, comment=comment, version=version)


# --- one action, from lock to record ----------------------------------------------------------------------------------

Step = Callable[[Chain, Task, Changes], None]


def _act(
    task: Task, action: Action, step: Step, *, by: Member, comment: str, version: int | None, reason: str = ""
) -> Task:
    with transaction.atomic():
        chain = lock_chain(task)
        task = chain.same(task)
        changes = Changes(by=by, reason=reason, comment=comment)
        try:
            carry_out(chain, task, action, step, changes, version=version)
        except Refused as refused:
            raise told(refused, chain.facts) from None
        changes.save()
        return task


def carry_out(
    chain: Chain, task: Task, action: Action, step: Step, changes: Changes, *, version: int | None = None
) -> None:
    """Check in the contract's order and do it, to a task of a chain that is locked. Nothing is saved yet."""
    by = changes.actor
    policies.check_role(chain, task, action, by=by)
    if step is _accept_and_submit and chain.next(task) is not None:
        check_right(by, Right.WORK, chain.dataset)
    _check_words(chain, task, action, step, changes)
    check_version(task, version)
    policies.check_state(chain, task, action)
    policies.check_person(chain, task, action, by=by)
    with changes.attempt(chain):
        step(chain, task, changes)


def step_of(action: Action, *, submit: bool = False) -> Step:
    """What an action does to a chain; with `submit`, accepting also submits the next task."""
    return _accept_and_submit if submit else STEPS[action]


def _check_words(chain: Chain, task: Task, action: Action, step: Step, changes: Changes) -> None:
    """400: what the caller said is wrong, whatever the state."""
    check_said(chain.dataset, action, comment=changes.comment, reason=changes.reason)
    if step is _accept_and_submit and chain.next(task) is None:
        raise BadInput.of("no_next_task", "This is the last stage: there is no next task to submit.", "submit")


def check_said(dataset: Dataset, action: Action, *, comment: str, reason: str) -> None:
    """The words that go with an action are fit for it. Raises `BadInput`."""
    check_text(comment, "comment", MAX_COMMENT)
    check_text(reason, "reason", MAX_REASON)
    if action == Action.REOPEN and not comment.strip():
        raise BadInput.of("comment_required", "Say in a comment why this task is reopened.", "comment")
    if action == Action.REJECT and not reason and dataset.reason_required:
        raise BadInput.of("reason_required", "This dataset asks for a reason to reject: give one.", "reason")
    reasons = dataset.reject_reasons
    if action == Action.REJECT and reason and reasons and reason not in reasons:
        known = ", ".join(reasons)
        raise BadInput.of("unknown_reason", f"This dataset has these reasons to reject: {known}.", "reason")


def check_version(task: Task, version: int | None) -> None:
    if version is not None and version != task.version:
        raise StaleVersion(task)


def _take(task: Task, changes: Changes) -> dict[str, Any]:
    """The columns that make the actor the assignee of a free task; none where an action assigns nobody."""
    mine = task.assignee_id == changes.actor.user_id
    return {} if mine or not changes.assigns else {"assignee_id": changes.actor.user_id}


def _move(task: Task, action: Action, changes: Changes, **columns: Any) -> None:
    """What an action does to a later task of the chain: what the table says, and these columns."""
    moves_to = TRANSITIONS[action].next.get(Status(task.status))
    if moves_to is not None:
        columns["status"] = moves_to
    if moves_to == Status.IN_PROGRESS:
        columns["started_from"] = task.status
    if columns:
        changes.write(action, task, **columns)


# --- the steps: what one action does inside the transaction -----------------------------------------------------------


def _start(chain: Chain, task: Task, changes: Changes) -> None:
    taken = _take(task, changes)
    if task.assignee_id is None and not taken:
        raise NobodysTask
    changes.write(Action.START, task, status=Status.IN_PROGRESS, started_from=task.status, **taken)


def _submit(chain: Chain, task: Task, changes: Changes) -> None:
    following = chain.next(task)
    columns: dict[str, Any] = {
        "status": Status.SUBMITTED,
        "submitted_at": changes.at,
        "submitted_by_id": changes.actor.user_id,
        "reviewed_at": None,
        "reviewed_by_id": None,
        "label_changed_since_submit": False,
    }
    if following is None:
        columns["changed_in_review"] = _changed_in_review(chain, task, changes.actor)
    changes.write(Action.SUBMIT, task, **_take(task, changes), **columns)
    if following is None:
        if finishes(task):
            finish([task], changes)
    else:
        _move(following, Action.SUBMIT, changes)


def finishes(task: Task) -> bool:
    """Whether a submitted task of the last stage is accepted by the system, as nobody is to look at it again."""
    return not task.dataset.customer_review and not (task.dataset.review_changed and task.changed_in_review)


def finish(tasks: list[Task], changes: Changes) -> None:
    """The system accepts submitted tasks of the last stage."""
    columns = {"status": Status.ACCEPTED, "finished_at": changes.at}
    changes.write_many(Action.FINISH, [(task, dict(columns)) for task in tasks], by_system=True)


def _changed_in_review(chain: Chain, task: Task, by: Member) -> bool:
    """The finisher changed the label or value since the task before was submitted."""
    previous = chain.previous(task)
    if previous is None or previous.submitted_at is None:
        return False
    return chain.facts.changed_by(by, chain.item, since=previous.submitted_at)


def _accept(chain: Chain, task: Task, changes: Changes) -> None:
    following = chain.next(task)
    changes.write(Action.ACCEPT, task, status=Status.ACCEPTED, finished_at=changes.at, **_reviewed(changes))
    if following is None:
        return
    taken = _take(following, changes)
    if taken or following.assignee_id == changes.actor.user_id:
        _move(following, Action.ACCEPT, changes, **taken)


def _accept_and_submit(chain: Chain, task: Task, changes: Changes) -> None:
    following = chain.next(task)
    assert following is not None
    _accept(chain, task, changes)
    policies.check_state(chain, following, Action.SUBMIT)
    policies.check_person(chain, following, Action.SUBMIT, by=changes.actor)
    _submit(chain, following, changes)


def _reject(chain: Chain, task: Task, changes: Changes) -> None:
    columns: dict[str, Any] = {
        "status": Status.REJECTED,
        "rework_count": task.rework_count + 1,
        "last_reason": changes.reason,
        "last_comment": changes.comment,
    }
    changes.write(Action.REJECT, task, **_reviewed(changes), **_freed(chain, task), **columns)
    following = chain.next(task)
    if following is not None:
        _move(following, Action.REJECT, changes, **_take(following, changes))


def _reopen(chain: Chain, task: Task, changes: Changes) -> None:
    columns: dict[str, Any] = {
        "status": Status.REJECTED,
        "finished_at": None,
        "last_reason": "",
        "last_comment": changes.comment,
    }
    changes.write(Action.REOPEN, task, **_freed(chain, task), **columns)
    for later in chain.later(task):
        if later.status != Status.WAITING:
            _move(later, Action.REOPEN, changes, finished_at=None, **_freed(chain, later))


def _reviewed(changes: Changes) -> dict[str, Any]:
    return {"reviewed_at": changes.at, "reviewed_by_id": changes.actor.user_id}


def _freed(chain: Chain, task: Task) -> dict[str, Any]:
    """A task that is sent back to someone who may no longer work there is free."""
    if task.assignee_id is None or chain.facts.may_work(task.assignee_id, task.stage):
        return {}
    return {"assignee_id": None}


STEPS: dict[Action, Step] = {
    Action.START: _start,
    Action.SUBMIT: _submit,
    Action.ACCEPT: _accept,
    Action.REJECT: _reject,
    Action.REOPEN: _reopen,
}
