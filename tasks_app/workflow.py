"""The life cycle of a task: six statuses and the table of transitions. Pure data, no queries."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import TextChoices


class Status(TextChoices):
    WAITING = "waiting", "waiting"
    READY = "ready", "ready"
    IN_PROGRESS = "in_progress", "in progress"
    SUBMITTED = "submitted", "submitted"
    ACCEPTED = "accepted", "accepted"
    REJECTED = "rejected", "rejected"


class Action(TextChoices):
    """What an event records. The first five are the verbs of people, which `undo` takes back; `finish` is the
    system's."""

    START = "start", "started"
    SUBMIT = "submit", "submitted"
    ACCEPT = "accept", "accepted"
    REJECT = "reject", "rejected"
    REOPEN = "reopen", "reopened"
    UNDO = "undo", "undid"
    FINISH = "finish", "finished"
    CREATE = "create", "created"
    ASSIGN = "assign", "assigned"
    CHANGE = "change", "changed"
    WITHDRAW = "withdraw", "withdrawn"
    RESTORE = "restored", "restored"
    REPLAN = "replan", "put back"


S, A = Status, Action

#: Someone works on it, or can: these have a clock, and are taken away when the assignee's rights end.
OPEN = frozenset({S.READY, S.IN_PROGRESS, S.REJECTED})
#: Its assignee has it in hand: the only statuses in which they may change the label or value.
BEGUN = frozenset({S.IN_PROGRESS, S.REJECTED})
#: What `prev(t)` must have reached for `t` to be ready rather than waiting.
HANDED_OVER = frozenset({S.SUBMITTED, S.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: `action` takes a task from one of `sources` to `target`.

    `previous`: what `prev(t)` must be, where there is one (None: anything).
    `next`: what the same transaction does to `next(t)`; a status that is not named stays.
    """

    action: Action
    sources: frozenset[Status]
    target: Status
    previous: frozenset[Status] | None = None
    next: dict[Status, Status] = field(default_factory=dict)


TRANSITIONS: dict[Action, Transition] = {
    row.action: row
    for row in (
        Transition(A.START, frozenset({S.READY, S.REJECTED}), S.IN_PROGRESS),
        Transition(
            A.SUBMIT,
            frozenset({S.READY, S.IN_PROGRESS, S.REJECTED}),
            S.SUBMITTED,
            previous=frozenset({S.ACCEPTED}),
            next={S.WAITING: S.READY},
        ),
        Transition(A.ACCEPT, frozenset({S.SUBMITTED}), S.ACCEPTED, next={S.READY: S.IN_PROGRESS}),
        Transition(A.FINISH, frozenset({S.SUBMITTED}), S.ACCEPTED),
        Transition(
            A.REJECT,
            frozenset({S.SUBMITTED}),
            S.REJECTED,
            next={S.READY: S.WAITING, S.IN_PROGRESS: S.WAITING},
        ),
        Transition(
            A.REOPEN,
            frozenset({S.ACCEPTED}),
            S.REJECTED,
            next={status: S.WAITING for status in S if status != S.WAITING},
        ),
    )
}

#: The verbs that a person can ask for, in the order in which buttons show them.
VERBS = (A.START, A.SUBMIT, A.ACCEPT, A.REJECT, A.REOPEN)


def first_status(previous: Status | None) -> Status:
    """The status of a new task, from that of the task before it in the chain (None: it is the first)."""
    return S.READY if previous is None or previous in HANDED_OVER else S.WAITING


def diagram() -> str:
    """The life cycle as a Mermaid state diagram: what `manage.py draw_workflow` prints and the README shows."""
    lines = ["stateDiagram-v2", "    [*] --> ready: first stage", "    [*] --> waiting: later stages"]
    for row in TRANSITIONS.values():
        lines += [f"    {source} --> {row.target}: {row.action}" for source in S if source in row.sources]
    for row in TRANSITIONS.values():
        lines += [f"    {source} --> {target}: {row.action} of prev" for source, target in row.next.items()]
    return "\n".join(lines)
