"""Who may: the role, the assignee, the stage, four eyes. `check_…` raises with a sentence, `can` asks.

The contract's order of refusals (section 4) is the order of the checks: role, then (in `actions`) input and
version, then state, then person.
"""

from __future__ import annotations

from datasets_app.actions import check_right
from datasets_app.errors import Refused
from datasets_app.labels import check_right_to_correct
from datasets_app.models import Dataset, Member
from datasets_app.roles import Right

from .chains import Chain
from .errors import (
    Claimed,
    DatasetDone,
    FourEyes,
    Frozen,
    InvalidTransition,
    LabelDeleted,
    NotInStage,
    NotTheAssignee,
    PreviousNotAccepted,
    ValueMissing,
)
from .models import Task
from .workflow import BEGUN, TRANSITIONS, VERBS, Action, Status


def needed_right(chain: Chain, task: Task, action: Action) -> Right:
    """The right that an action on this task needs, whatever its status."""
    if action in (Action.START, Action.SUBMIT):
        return Right.WORK
    if action in (Action.ACCEPT, Action.REJECT):
        return Right.REVIEW if chain.next(task) else Right.REVIEW_LAST
    return Right.ASSIGN


def check_role(chain: Chain, task: Task, action: Action, *, by: Member) -> None:
    """The role can ever do this. Who reviews passes in the last stage too: there the person is refused, after the
    state, so that a reviewer who means the task before it is told so."""
    right = needed_right(chain, task, action)
    if right == Right.REVIEW_LAST and by.access.may(Right.REVIEW, chain.dataset):
        return
    check_right(by, right, chain.dataset)


def check_alive(chain: Chain, task: Task) -> None:
    """The dataset is not done and the object is there."""
    if chain.dataset.done_at is not None:
        raise DatasetDone
    if task.deleted_at is not None:
        raise LabelDeleted


def check_state(chain: Chain, task: Task, action: Action) -> None:
    """The table allows the action in the task's status, in that of the task before it, and what is submitted is
    answered."""
    check_table(chain, task, action)
    if action == Action.SUBMIT:
        check_value(chain)


def check_table(chain: Chain, task: Task, action: Action) -> None:
    """The table allows the action in the task's status and in that of the task before it."""
    check_alive(chain, task)
    row = TRANSITIONS[action]
    if task.status not in row.sources:
        raise InvalidTransition(task, action, meant=_meant(chain, task, action))
    previous = chain.previous(task)
    if row.previous is not None and previous is not None and previous.status not in row.previous:
        raise PreviousNotAccepted(task, previous)


def check_value(chain: Chain) -> None:
    """An attribute task is submitted with a value."""
    attribute = chain.item.attribute
    if attribute is not None and chain.item.pk not in chain.facts.with_value:
        raise ValueMissing(attribute.attribute_id)


def _meant(chain: Chain, task: Task, action: Action) -> Task | None:
    """The neighbour that an accept or reject on the reviewer's own task was meant for."""
    previous = chain.previous(task)
    if action in (Action.ACCEPT, Action.REJECT) and previous and previous.status == Status.SUBMITTED:
        return previous
    return None


def takes_part(member: Member, dataset: Dataset) -> bool:
    """The role can do something with tasks at all."""
    return any(member.access.may(right, dataset) for right in (Right.WORK, Right.REVIEW_LAST))


def check_takes_part(dataset: Dataset, *, by: Member) -> None:
    """The role can be offered a task, put it aside, take back what it did."""
    if not takes_part(by, dataset):
        check_right(by, Right.WORK, dataset)


def check_claim(chain: Chain, task: Task, action: Action, *, by: Member) -> None:
    """Nobody else has the task open that this action would make theirs."""
    owned = (chain.next(task) or task) if action in (Action.ACCEPT, Action.REJECT) else task
    if action != Action.REOPEN and owned.claim_holder_id not in (None, by.user_id):
        raise Claimed(owned)


def check_person(chain: Chain, task: Task, action: Action, *, by: Member) -> None:
    """This person, beyond the role: the assignee, or for a free task anyone of the stage; and four eyes."""
    check_claim(chain, task, action, by=by)
    if action in (Action.START, Action.SUBMIT):
        if task.assignee is not None and task.assignee_id != by.user_id:
            raise NotTheAssignee(task, action)
        check_stage(task, by=by)
    elif action in (Action.ACCEPT, Action.REJECT):
        _check_reviewer(chain, task, action, by=by)


def _check_reviewer(chain: Chain, task: Task, action: Action, *, by: Member) -> None:
    if chain.bars(by.user, task):
        raise FourEyes(action)
    following = chain.next(task)
    if following is None:
        check_right(by, Right.REVIEW_LAST, chain.dataset)
        return
    reviewer = chain.reviewer(task)
    if reviewer is not None and reviewer != by.user:
        raise NotTheAssignee(following, action)
    check_stage(following, by=by)


def check_stage(task: Task, *, by: Member) -> None:
    """The stage is open to everyone, or this person is one of its people."""
    if not by.access.is_in(task.stage):
        raise NotInStage(task.stage.stage_id)


def check_right_to_change(chain: Chain, *, by: Member) -> None:
    """The role can change labels and values at all: always, or as someone who works."""
    check_right_to_correct(chain.dataset, by=by)


def may_edit(chain: Chain, *, by: Member) -> bool:
    """The assignee of the item's open task, in a stage that can edit or after a rejection."""
    mine = [task for task in chain.present if task.assignee_id == by.user_id and task.status in BEGUN]
    return by.access.may(Right.WORK, chain.dataset) and any(task.stage.can_edit or task.rework_count for task in mine)


def check_can_change(chain: Chain, *, by: Member) -> None:
    """Labels and values of an item may be changed by this person now (contract, section 3, Editing)."""
    if not by.access.may(Right.LABELS, chain.dataset) and not may_edit(chain, by=by):
        raise Frozen(", ".join(f"{task.stage.stage_id} is {task.status}" for task in chain.present))


def check(chain: Chain, task: Task, action: Action, *, by: Member) -> None:
    """Everything but input and version, in the order of refusals."""
    check_role(chain, task, action, by=by)
    check_state(chain, task, action)
    check_person(chain, task, action, by=by)


def can(chain: Chain, task: Task, action: Action, *, by: Member) -> bool:
    """Whether the action would be allowed now."""
    try:
        check(chain, task, action, by=by)
    except Refused:
        return False
    return True


def can_change(chain: Chain, *, by: Member) -> bool:
    """Whether a label or value could be changed now."""
    try:
        check_right_to_change(chain, by=by)
        check_alive(chain, (chain.present or chain.tasks)[0])
        check_can_change(chain, by=by)
    except Refused:
        return False
    return True


def can_answer(chain: Chain, task: Task, *, by: Member) -> bool:
    """Whether an attribute task could be given its value and submitted, all in one (`editing.submit_value`)."""
    if chain.item.attribute is None or not (task.stage.can_edit or task.rework_count):
        return False
    try:
        check_role(chain, task, Action.SUBMIT, by=by)
        check_table(chain, task, Action.SUBMIT)
        check_person(chain, task, Action.SUBMIT, by=by)
    except Refused:
        return False
    return True


def can_be_modified(chain: Chain, task: Task) -> bool:
    """Whether who accepts this one could correct it then: "accept & modify"."""
    following = chain.next(task)
    return following is not None and (following.stage.can_edit or following.rework_count > 0)


def allowed(chain: Chain, task: Task, *, by: Member) -> list[Action]:
    """The verbs that this person may use on this task now: what the pages show as buttons."""
    return [action for action in VERBS if can(chain, task, action, by=by)]
