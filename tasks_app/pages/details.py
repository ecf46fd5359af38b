"""What a task's page says beside the picture: what may be done, why not, its stages, its history."""

from __future__ import annotations

from typing import Any

from datasets_app.errors import Refused
from datasets_app.ids import now
from datasets_app.models import Member
from tasks_app import policies
from tasks_app.chains import Chain, chain_of
from tasks_app.events import history
from tasks_app.models import Task
from tasks_app.workflow import OPEN, Action, Status

from .correction import correction
from .decisions import offered
from .forms import DecisionForm, ValueForm
from .sights import Sight


def task_context(task: Task, seen: Sight, *, by: Member, said: DecisionForm | None) -> dict[str, Any]:
    """Everything that `task.html` shows. `said`: what was typed into a decision that was refused."""
    chain = chain_of(task)
    if task.item.attribute is not None:
        chain.facts.know_value(has_value=bool(seen.values))
    here = chain.same(task)
    decisions = offered(chain, here, by=by)
    return {
        "task": task,
        "dataset": task.dataset,
        "chain": chain,
        "stages": chain.present or chain.tasks,
        "decisions": decisions,
        "takes_reason": any(one.takes_reason for one in decisions),
        "form": _form(task, here, said),
        "submitted_by": here.submitted_by,
        "review": _to_review(chain, here, by),
        "why_not": "" if decisions else _why_not(chain, here, by),
        "value_form": _value_form(task, here, seen) if _may_set_value(chain, by) else None,
        "history": history(task)[::-1],
        "sight": seen,
        "correction": correction(chain, task, seen, by=by),
        "is_late": task.due_at is not None and task.due_at < now() and task.dataset.done_at is None,
    }


def _form(task: Task, here: Task, said: DecisionForm | None) -> DecisionForm:
    """Empty, or with the words of a refused decision; always for the version that the page shows."""
    initial = {"version": here.version}
    if said is not None:
        initial |= {name: said.data.get(name, "") for name in ("reason", "comment")}
    return DecisionForm(dataset=task.dataset, initial=initial, auto_id="decision-%s")


def _to_review(chain: Chain, task: Task, by: Member) -> Task | None:
    """The task before, where it is the one that this person is to decide on."""
    previous = chain.previous(task)
    if previous is None or previous.status != Status.SUBMITTED:
        return None
    return previous if policies.can(chain, previous, Action.ACCEPT, by=by) else None


def _why_not(chain: Chain, task: Task, by: Member) -> str:
    """Why there is no button, for those who could have one in another state of things; else nothing."""
    previous = chain.previous(task)
    if task.deleted_at is not None or chain.dataset.done_at is not None:
        return ""  # the page says that anyway
    if task.status == Status.WAITING and previous is not None:
        return f"This waits until {previous.stage} is submitted: it is {previous.get_status_display()} now."
    if task.status in OPEN:
        return _refusal(chain, task, Action.SUBMIT, by)
    return _refusal(chain, task, Action.ACCEPT, by) if task.status == Status.SUBMITTED else ""


def _refusal(chain: Chain, task: Task, action: Action, by: Member) -> str:
    if not by.access.may(policies.needed_right(chain, task, action), chain.dataset):
        return ""
    try:
        policies.check(chain, task, action, by=by)
    except Refused as refused:
        return str(refused)
    return ""


def _may_set_value(chain: Chain, by: Member) -> bool:
    return chain.item.attribute is not None and policies.can_change(chain, by=by)


def _value_form(task: Task, here: Task, seen: Sight) -> ValueForm:
    assert task.item.attribute is not None
    initial = {"version": here.version}
    return ValueForm(attribute=task.item.attribute, current=seen.value, initial=initial, auto_id="value-%s")
