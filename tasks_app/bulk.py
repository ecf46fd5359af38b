"""One action on many tasks of a dataset: each gets its own answer, the good ones happen, the refused ones say why.

The rules are those of one task (`actions.carry_out`), one after another in the order asked for; the database is
asked and told in sets. Nobody becomes an assignee by it: what was free stays free.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from datasets_app.actions import check_right
from datasets_app.actions import lock as lock_dataset
from datasets_app.errors import BadInput, NotAllowed, NotFound, Refused
from datasets_app.models import Dataset, Member
from datasets_app.roles import Right

from .actions import carry_out, check_said, step_of
from .chains import Chain, read_chains
from .claims import end_on
from .models import Task
from .races import told
from .workflow import TRANSITIONS, VERBS, Action, Status
from .writing import Changes

#: Tasks in one request.
MAX_TASKS = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that is asked for by its id, and the version that the caller has seen, if they say it."""

    task_id: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it: done, or refused and why."""

    task_id: str
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done to each: a verb, and what is said with it. `submit`: accepting submits the next task too."""

    action: Action
    comment: str = ""
    reason: str = ""
    submit: bool = False


def bulk(dataset: Dataset, deed: Deed, wanted: Sequence[Wanted], *, by: Member) -> list[Answer]:
    """Do it to all of these that it can be done to; an answer for each, in order. Raises `BadInput` and `NotAllowed`
    where the request as a whole is wrong: then nothing is done."""
    _check(dataset, deed, wanted, by)
    with transaction.atomic():
        # As every writer of many items does: first the dataset, then the items. No deadlock.
        changes, answers = _try_all(lock_dataset(dataset), deed, wanted, by, lock=True)
        decided = {event.item_id for event in changes.events}
        changes.save()
        end_on(decided, by=by)
    return answers


def preview(dataset: Dataset, deed: Deed, wanted: Sequence[Wanted], *, by: Member) -> list[Answer]:
    """What `bulk` would answer now. Nothing is locked or written."""
    _check(dataset, deed, wanted, by)
    return _try_all(dataset, deed, wanted, by, lock=False)[1]


def _check(dataset: Dataset, deed: Deed, wanted: Sequence[Wanted], by: Member) -> None:
    if deed.action not in VERBS:
        raise BadInput.of("invalid", f"action is one of: {', '.join(VERBS)}.", "action")
    check_right_to(deed.action, dataset, by=by)
    if deed.submit and deed.action != Action.ACCEPT:
        raise BadInput.of("invalid", "submit goes with the action accept.", "submit")
    if not 1 <= len(wanted) <= MAX_TASKS:
        raise BadInput.of("invalid", f"Name 1 to {MAX_TASKS} tasks: these are {len(wanted)}.", "tasks")
    check_said(dataset, deed.action, comment=deed.comment, reason=deed.reason)


def meant(chain: Sequence[Task], action: Action) -> Task:
    """Which task of an object an action means, of its chain in order: the first that is in a fitting status (the
    last to reopen); where none is, the first that is not accepted, which then says why not."""
    fitting = [task for task in chain if task.status in TRANSITIONS[action].sources]
    if fitting:
        return fitting[-1] if action == Action.REOPEN else fitting[0]
    return next((task for task in chain if task.status != Status.ACCEPTED), chain[-1])


def check_right_to(action: Action, dataset: Dataset, *, by: Member) -> None:
    """The role can do this to some task of the dataset. Raises `NotAllowed`."""
    reviews = by.access.may(Right.REVIEW_LAST, dataset) and action in (Action.ACCEPT, Action.REJECT)
    if action == Action.REOPEN:
        check_right(by, Right.ASSIGN, dataset)
    elif not reviews:
        check_right(by, Right.WORK if action in (Action.START, Action.SUBMIT) else Right.REVIEW, dataset)


def _try_all(
    dataset: Dataset, deed: Deed, wanted: Sequence[Wanted], by: Member, *, lock: bool
) -> tuple[Changes, list[Answer]]:
    changes = Changes(by=by, reason=deed.reason, comment=deed.comment, assigns=False)
    found = _find(dataset, (one.task_id for one in wanted), by)
    keys = {task.item_id for task in found.values() if isinstance(task, Task)}
    chains = read_chains(dataset, keys, lock=lock)
    return changes, [_try(found.get(one.task_id), one, deed, chains, changes) for one in wanted]


def _find(dataset: Dataset, task_ids: Iterable[str], by: Member) -> dict[str, Task | Refused]:
    """The tasks by their ids, where the member may see them; else what to tell them."""
    found: dict[str, Task | Refused] = {}
    tasks = Task.objects.filter(dataset=dataset, task_id__in=set(task_ids)).only("pk", "task_id", "item_id")
    seen = set(Task.objects.in_dataset(dataset, by).filter(pk__in=[task.pk for task in tasks]).values_list("pk"))
    for task in tasks:
        not_theirs = NotAllowed("This task is not one of yours. Ask a lead to assign it to you.")
        found[task.task_id] = task if (task.pk,) in seen else not_theirs
    return found


def _try(task: Task | Refused | None, wanted: Wanted, deed: Deed, chains: dict[int, Chain], changes: Changes) -> Answer:
    if not isinstance(task, Task):
        return Answer(wanted.task_id, task or NotFound("task"))
    chain = chains[task.item_id]
    try:
        step = step_of(deed.action, submit=deed.submit)
        carry_out(chain, chain.same(task), deed.action, step, changes, version=wanted.version)
    except Refused as refused:
        return Answer(wanted.task_id, told(refused, chain.facts))
    return Answer(wanted.task_id)
