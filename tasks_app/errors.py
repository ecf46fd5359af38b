"""What can go wrong with a task. Each is one sentence that names the state and the way out; no HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasets_app.errors import Conflict, Kind, NotAllowed, Problem, Refused
from datasets_app.models import User

from .workflow import TRANSITIONS, Action, Status

if TYPE_CHECKING:
    from .models import Task

#: How an action reads in "It cannot be …".
PAST = {"start": "started", "submit": "submitted", "accept": "accepted", "reject": "rejected", "reopen": "reopened"}


def either(statuses: frozenset[Status]) -> str:
    """ "ready, in_progress or rejected", in the order of the life cycle."""
    names = [str(status) for status in Status if status in statuses]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


class StaleVersion(Refused):
    """The decision was made on something that has changed since."""

    kind = Kind.STALE

    def __init__(self, task: Task, *, who: str = "") -> None:
        self.task = task
        detail = f"This task has changed{who}: it is at version {task.version} now. Look at it again and decide anew."
        super().__init__(Problem("stale_version", detail))


class InvalidTransition(Conflict):
    """The table has no such row. Names the status, what the action needs, who was faster, and a neighbour to use."""

    def __init__(self, task: Task, action: Action, *, meant: Task | None = None, who: str = "") -> None:
        self.task, self.action, self.meant = task, action, meant
        needs = either(TRANSITIONS[action].sources)
        detail = f"This task is {task.status}{who}: only a task that is {needs} can be {PAST[action]}."
        if meant is not None:
            detail += f" The {meant.stage.stage_id} task of the same object is {meant.status}: use {meant.task_id}."
        super().__init__("invalid_transition", detail)


class PreviousNotAccepted(Conflict):
    """Submit needs the task before it to be accepted."""

    def __init__(self, task: Task, previous: Task) -> None:
        detail = (
            f"This task is {task.status}, but its {previous.stage.stage_id} task {previous.task_id} is "
            f"{previous.status}: accept that one first."
        )
        super().__init__("invalid_transition", detail)


class NotTheAssignee(NotAllowed):
    """`task` is the one that belongs to someone else: for a review that is the next one."""

    def __init__(self, task: Task, action: Action) -> None:
        self.task = task
        detail = f"Only {task.assignee} can {action} this one: it is assigned to them. Ask a lead to reassign it."
        super().__init__(detail, "not_the_assignee")


class AlreadyTaken(Conflict):
    """A free task was lost to another a moment ago."""

    def __init__(self, assignee: User) -> None:
        super().__init__("already_taken", f"{assignee} took this one a moment ago. Take another.")


class Claimed(Conflict):
    """Somebody else has the task in front of them."""

    def __init__(self, task: Task) -> None:
        super().__init__("claimed", f"{task.claimed_by} has this one open just now. Take another, or try it later.")


class NothingToUndo(Conflict):
    def __init__(self) -> None:
        super().__init__("nothing_to_undo", "There is nothing of yours to undo here: only your own last action can be.")


class UndoExpired(Conflict):
    def __init__(self, seconds: int) -> None:
        detail = f"It is too late to undo this: {seconds} s are given for it. Ask a lead to reopen or reassign it."
        super().__init__("undo_expired", detail)


class ActedSince(Conflict):
    """Somebody built on it: their work would be lost."""

    def __init__(self, task: Task, who: str) -> None:
        detail = (
            f"This cannot be undone any more: {who} has taken up the {task.stage.stage_id} task since. Talk to them."
        )
        super().__init__("acted_since", detail)


class NobodysTask(Conflict):
    """Many at once assign nobody, and what is in progress belongs to someone."""

    def __init__(self) -> None:
        super().__init__("nobodys_task", "This one is free: assign it first, or start it by itself.")


class NotInStage(NotAllowed):
    def __init__(self, stage_id: str) -> None:
        detail = f"You are not one of the people of the stage {stage_id}. Ask a lead to add you or to assign another."
        super().__init__(detail, "not_in_stage")


class FourEyes(NotAllowed):
    def __init__(self, action: Action) -> None:
        detail = f"You submitted this one, so somebody else has to {action} it: four eyes see more than two."
        super().__init__(detail, "four_eyes")


class LabelDeleted(Conflict):
    def __init__(self) -> None:
        super().__init__("label_deleted", "This object was withdrawn: nothing can be done on its tasks any more.")


class DatasetDone(Conflict):
    def __init__(self) -> None:
        detail = "Labelling of this dataset is marked as done. An admin or datasets admin can take that back."
        super().__init__("dataset_done", detail)


class ValueMissing(Conflict):
    def __init__(self, attribute_id: str) -> None:
        detail = f'The attribute {attribute_id} has no value yet. Set one first; "not applicable" is a value.'
        super().__init__("value_missing", detail)


class Frozen(Conflict):
    def __init__(self, statuses: str) -> None:
        detail = (
            f"You cannot change this now ({statuses}): only the assignee of a task that is in_progress or rejected "
            "can, in a stage with can_edit or after a rejection."
        )
        super().__init__("frozen", detail)


class StageInUse(Conflict):
    def __init__(self, detail: str) -> None:
        super().__init__("stage_in_use", detail)
