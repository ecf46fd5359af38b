"""What the review desk shows: where in the queue one is, the object in hand, and the keys that decide on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from datasets_app.models import Dataset, Member, Stage
from tasks_app.chains import Chain, read_chain
from tasks_app.claims import to_own
from tasks_app.models import Task, TaskEvent
from tasks_app.policies import can_answer, can_be_modified, takes_part
from tasks_app.queue import KINDS, Offer, Queue
from tasks_app.workflow import BEGUN, Action

from .details import task_context
from .forms import DecisionForm, ValueForm
from .pace import Pace
from .sights import Sight, sight

#: What is left is counted up to this.
MOST = 1000
#: Reasons that have a key of their own.
NUMBERED = 9


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody sits: a dataset, in one of its stages or all, for work, reviews or both."""

    dataset: Dataset
    member: Member
    stage: Stage | None = None
    kind: str | None = None

    @property
    def queue(self) -> Queue:
        return Queue(self.dataset, self.member, self.stage, self.kind)

    @property
    def place(self) -> str:
        """The same word for the same seat."""
        return f"{self.dataset.dataset_id}/{self.stage.stage_id if self.stage else ''}/{self.kind or ''}"

    @property
    def question(self) -> str:
        """The part of an address that says it."""
        said = {"stage": self.stage.stage_id if self.stage else "", "kind": self.kind or ""}
        asked = urlencode({name: value for name, value in said.items() if value})
        return f"?{asked}" if asked else ""

    def address(self, task: Task) -> str:
        """The desk with this task on it."""
        return reverse("desk", args=[task.task_id]) + self.question

    @property
    def entrance(self) -> str:
        return reverse("desk-start", args=[self.dataset.dataset_id]) + self.question


def seat_of(request: HttpRequest, dataset: Dataset, member: Member) -> Seat:
    """The seat that an address or a form names; unknown words in it are as if not said."""
    said = request.POST if "stage" in request.POST or "kind" in request.POST else request.GET
    stage = next((one for one in member.access.pipeline(dataset) if one.stage_id == said.get("stage")), None)
    kind = said.get("kind")
    return Seat(dataset, member, stage, kind if kind in KINDS else None)


def shown(offer: Offer) -> Task:
    """The task that is on the desk: the one to decide on, or to work on."""
    return offer.review or offer.task


def owned_key(task: Task) -> int:
    """The key of the task that whoever decides on this one will own."""
    chain = read_chain(task)
    return to_own(chain, chain.same(task)).pk


def pane_context(
    task: Task, seat: Seat, *, frame: str | None = None, said: DecisionForm | None = None, seen: Sight | None = None
) -> dict[str, Any]:
    """Everything that `_pane.html` shows. `said`: what was typed into a decision that was refused."""
    seen = seen or sight(task, by=seat.member, frame=frame)
    context = task_context(task, seen, by=seat.member, said=said)
    decisions = {one.name: one for one in context["decisions"]}
    reject = decisions.pop("reject", None)
    reopen = decisions.pop("reopen", None)
    if not can_be_modified(context["chain"], task):
        decisions.pop("accept_modify", None)
    return context | {
        "seat": seat,
        "address": seat.address(task),
        "view_path": seat.address(task),
        "takes_part": takes_part(seat.member, seat.dataset),
        "decisions": list(decisions.values()),
        "reject": reject,
        "reopen": reopen,
        "reasons": list(enumerate(task.dataset.reject_reasons[:NUMBERED], 1)),
        "more_reasons": task.dataset.reject_reasons[NUMBERED:],
        "answer_form": _answer_form(context["chain"], task, seen, seat) if task.item.attribute else None,
        "unchanged": _is_unchanged(task, context["history"]),
    }


def _answer_form(chain: Chain, task: Task, seen: Sight, seat: Seat) -> ValueForm | None:
    """Of an attribute task that is to be worked on here: its value is given as it is submitted."""
    if task.item.attribute is None or not can_answer(chain, chain.same(task), by=seat.member):
        return None
    initial = {"version": chain.same(task).version}
    return ValueForm(attribute=task.item.attribute, current=seen.value, initial=initial, auto_id="value-%s")


def _is_unchanged(task: Task, history: Sequence[TaskEvent]) -> bool:
    """Sent back, and nothing of it has been corrected since. `history` is the task's, the newest first."""
    since = takewhile(lambda event: event.action != Action.REJECT, history)
    return task.rework_count > 0 and task.status in BEGUN and not any(one.action == Action.CHANGE for one in since)


def pane(request: HttpRequest, task: Task, seat: Seat, **more: Any) -> str:
    """The HTML of one object on the desk."""
    return render_to_string("tasks_app/_pane.html", pane_context(task, seat, **more), request=request)


def progress(seat: Seat, pace: Pace) -> dict[str, Any]:
    """What `_progress.html` shows: how many are done and left, how fast, how long it takes."""
    left = seat.queue.count(MOST)
    total = pace.done + left
    return {
        "seat": seat,
        "pace": pace,
        "left": left,
        "at_least": left == MOST,
        "done_percent": round(100 * pace.done / total, 1) if total else 100,
        "minutes": pace.minutes_for(left),
    }
