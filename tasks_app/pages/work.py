"""My work, the first page after signing in: what waits for a person, in the order in which they get it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from config.templatetags.foureyes import number
from datasets_app.acting import find_client
from datasets_app.ids import now
from datasets_app.models import Dataset, Member
from datasets_app.pages.frame import SignedIn, frame
from tasks_app.models import Task
from tasks_app.tallies import Pile
from tasks_app.workflow import Status
from tasks_app.workload import Begun, Group, Workload, workload

#: How many datasets are named where a sentence names them, and how many stages are listed.
NAMED, STAGES = 5, 30


@dataclass(frozen=True, slots=True)
class Row:
    """A task that is somebody's already."""

    task: Task

    @property
    def desk(self) -> str:
        """The desk with what is to be done for it: where the task before it is still to be decided on, that one."""
        before = self.task.previous
        to_review = before is not None and before.status == Status.SUBMITTED
        return reverse("desk", args=[before.task_id if before and to_review else self.task.task_id])

    @property
    def is_rework(self) -> bool:
        """Sent back, also where it is begun already: why is still what matters."""
        return Status.REJECTED in (self.task.status, self.task.started_from)

    @property
    def is_late(self) -> bool:
        return self.task.due_at is not None and self.task.due_at < now()


@dataclass(frozen=True, slots=True)
class More:
    """Tasks of a dataset that the list does not show, and where they are."""

    dataset: Dataset
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of single tasks."""

    name: str
    title: str
    verb: str
    words: str
    rows: list[Row]
    more: list[More]


@dataclass(frozen=True, slots=True)
class Groups:
    """A list of stages in which there is something to start."""

    name: str
    title: str
    verb: str
    words: str
    groups: list[Group]
    more: int


@login_required
@require_safe
def work(request: SignedIn, client_id: str) -> HttpResponse:
    """What waits for a person in a client. Who can only read has nothing here: they get the datasets."""
    client, member = find_client(client_id, request.user)
    if not member.access.takes_part:
        return redirect("client", client.client_id)
    found = workload(member)
    sent_back = _rows("sent_back", "Sent back to you", "Rework", found.sent_back, Status.REJECTED, member)
    begun = _rows("in_progress", "In progress", "Continue", found.in_progress, Status.IN_PROGRESS, member)
    groups = [
        _groups("ready", "Ready for you", "Start", found.parts["ready"], found.ready),
        _groups("review", "To review", "Review", found.parts["review"], found.review),
    ]
    context: dict[str, Any] = {
        "sentence": sentence(found),
        "row_lists": [one for one in (sent_back, begun) if one.rows],
        "group_lists": [one for one in groups if one.groups],
        "first_row": next((row for one in (sent_back, begun) for row in one.rows), None),
        "first_group": next((group for one in groups for group in one.groups), None),
        "waits": words_of(found.own) if found.own else "",
        "coming": found.coming[:NAMED],
        "skipped": found.skipped,
    }
    return render(request, "tasks_app/work.html", frame(member, "work") | context)


def words_of(pile: Pile) -> str:
    """ "12", or "1 000+" where not all were counted."""
    return number(pile.count) + ("+" if pile.more else "")


def sentence(found: Workload) -> str:
    """Everything in one sentence: "3 sent back, 12 to review in 2 datasets, 1 late"."""
    parts = [f"{words_of(pile)} {SAID[name]}" for name, pile in found.parts.items() if pile]
    datasets = len({group.stage.dataset_id for group in found.review})
    if datasets > 1:
        parts[-1] += f" in {number(datasets)} datasets"
    if found.all.late:
        # Where counting stopped, more of them can be late.
        parts.append(f"{number(found.all.late)}{'+' if found.all.more else ''} late")
    return ", ".join(parts)


SAID = {"sent_back": "sent back", "in_progress": "in progress", "ready": "ready for you", "review": "to review"}


def _rows(name: str, title: str, verb: str, begun: Begun, status: Status, member: Member) -> Rows:
    rows = [Row(task) for task in begun.tasks]
    return Rows(name, title, verb, words_of(begun.all), rows, list(_more(begun, status, member)))


def _groups(name: str, title: str, verb: str, pile: Pile, groups: list[Group]) -> Groups:
    return Groups(name, title, verb, words_of(pile), groups[:STAGES], len(groups[STAGES:]))


def _more(begun: Begun, status: Status, member: Member) -> Iterator[More]:
    """What is not listed, by dataset and stage."""
    for stage, pile in begun.by_stage:
        listed = sum(task.stage_id == stage.pk for task in begun.tasks)
        if pile.count > listed or pile.more:
            asked = {"status": status.value, "stage_id": stage.stage_id, "email": member.user.email}
            address = f"{reverse('dataset', args=[stage.dataset.dataset_id])}?{urlencode(asked)}"
            words = number(pile.count - listed) + ("+" if pile.more else "")
            yield More(stage.dataset, words, address)
