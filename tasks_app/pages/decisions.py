"""The buttons of a task: which there are, which verb each calls, and what is said afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from datasets_app.errors import BadInput
from datasets_app.models import AttributeValue, Member
from datasets_app.roles import Right
from tasks_app import actions, policies
from tasks_app.chains import Chain
from tasks_app.editing import submit_value
from tasks_app.models import Task
from tasks_app.workflow import Action

from .forms import DecisionForm, ValueForm


@dataclass(frozen=True, slots=True)
class Decision:
    """One button. `kind` is its look: first, plain or danger. `done` is what the page says afterwards."""

    name: str
    action: Action
    verb: Callable[..., Task]
    label: str
    icon: str
    done: str
    kind: str = "plain"
    extra: Mapping[str, Any] = field(default_factory=dict)
    takes_reason: bool = False
    #: The key that presses it, on the desk.
    key: str = ""
    #: Whoever presses it goes on with the same object.
    stays: bool = False


DECISIONS = {
    decision.name: decision
    for decision in (
        Decision("submit", Action.SUBMIT, actions.submit, "Submit", "plane", "Submitted {what}.", "first", key="Enter"),
        Decision(
            "start", Action.START, actions.start, "Start", "play", "Started {what}: it is yours.", key="e", stays=True
        ),
        Decision(
            "accept_submit",
            Action.ACCEPT,
            actions.accept,
            "Accept & submit",
            "check",
            "Accepted {what} and submitted {next}.",
            "first",
            {"submit": True},
            key="a",
        ),
        Decision(
            "accept_modify",
            Action.ACCEPT,
            actions.accept,
            "Accept & modify",
            "pencil",
            "Accepted {what}. {next} is in progress and yours.",
            key="m",
            stays=True,
        ),
        Decision("accept", Action.ACCEPT, actions.accept, "Accept", "check", "Accepted {what}.", "first", key="a"),
        Decision(
            "reject",
            Action.REJECT,
            actions.reject,
            "Reject",
            "back",
            "Rejected {what}.",
            "danger",
            takes_reason=True,
            key="r",
        ),
        Decision("reopen", Action.REOPEN, actions.reopen, "Reopen", "back", "Reopened {what}.", "danger"),
    )
}


def offered(chain: Chain, task: Task, *, by: Member) -> list[Decision]:
    """The buttons: exactly what the policies allow this person on this task now."""
    able = set(policies.allowed(chain, task, by=by))
    found = [one for one in DECISIONS.values() if one.action in able and _fits(one, chain, task, by)]
    if not any(one.kind == "first" for one in found):
        return found
    return sorted(found, key=lambda one: one.kind != "first")


def _fits(decision: Decision, chain: Chain, task: Task, by: Member) -> bool:
    """Accepting is two buttons where there is a next task, and one where there is none."""
    following = chain.next(task)
    if decision.name == "accept_submit":
        return following is not None and by.access.may(Right.WORK, chain.dataset)
    if decision.name == "accept_modify":
        return following is not None
    return decision.name != "accept" or following is None


def carry_out(task: Task, form: DecisionForm, name: str, *, by: Member) -> str:
    """Call the verb of a button. Returns what to say; raises what the verb refuses."""
    decision = DECISIONS.get(name)
    if decision is None:
        raise BadInput.of("invalid", "This button is not known: load the page again.", "decision")
    words = form.words()
    reason = {"reason": words["reason"]} if decision.takes_reason else {}
    decision.verb(task, by=by, comment=words["comment"], version=words["version"], **reason, **decision.extra)
    return _what_was_done(decision, task)


def answer(task: Task, sent: QueryDict, *, by: Member) -> str:
    """Set the value of an attribute task and submit it. Returns what to say; raises what the verbs refuse."""
    attribute = task.item.attribute
    if attribute is None:
        raise BadInput.of("not_an_attribute", "This task is about an object: only attribute tasks have a value.")
    words = DecisionForm(sent, dataset=task.dataset).words()
    value, version = ValueForm(sent, attribute=attribute, current=value_of(task)).said()
    submit_value(task, value, by=by, comment=words["comment"], version=version)
    return _what_was_done(DECISIONS["submit"], task)


def value_of(task: Task) -> Any:
    """The value that an attribute task is about, in its file or as a whole."""
    values = AttributeValue.objects.filter(attribute=task.item.attribute, file=task.item.file)
    return values.values_list("value", flat=True).first()


def _what_was_done(decision: Decision, task: Task) -> str:
    what = f"{task.item.label or task.item.attribute} in {task.stage}"
    following = Task.objects.filter(previous=task).select_related("stage").first()
    return decision.done.format(what=what, next=following.stage if following else "")
