"""Many at once on a dataset's page: what will happen is shown before it does, then each task gets its answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from config.templatetags.foureyes import number
from datasets_app.acting import find_dataset
from datasets_app.errors import BadInput, Refused
from datasets_app.models import Dataset, Member
from datasets_app.pages.frame import SignedIn
from datasets_app.roles import Right
from tasks_app.bulk import MAX_TASKS, Answer, Deed, Wanted, bulk, check_right_to, meant, preview
from tasks_app.filters import TaskFilters
from tasks_app.history import batched
from tasks_app.listing import ordered
from tasks_app.models import Task
from tasks_app.workflow import Action

from .heads import dataset_frame

#: Objects that are taken at once. Whoever has more does it again.
MOST = 2_000
#: Of an address' question.
MOST_CHARACTERS = 5_000
#: Objects that are named for each reason why something cannot be done.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be done to many. `done` is how it reads afterwards."""

    name: str
    action: Action
    label: str
    done: str
    submit: bool = False

    def deed(self, *, reason: str = "", comment: str = "") -> Deed:
        return Deed(self.action, comment, reason, self.submit)


BUTTONS = {
    one.name: one
    for one in (
        Button("accept_submit", Action.ACCEPT, "Accept & submit", "accepted and submitted", submit=True),
        Button("accept", Action.ACCEPT, "Accept", "accepted"),
        Button("reject", Action.REJECT, "Reject", "rejected"),
        Button("submit", Action.SUBMIT, "Submit", "submitted"),
        Button("start", Action.START, "Start", "started"),
        Button("reopen", Action.REOPEN, "Reopen", "reopened"),
    )
}


def buttons_for(dataset: Dataset, member: Member) -> list[Button]:
    """What this member's role can do to many tasks of the dataset; nothing where it is done."""
    return [] if dataset.done_at else [one for one in BUTTONS.values() if _may(one, dataset, member)]


def _may(button: Button, dataset: Dataset, member: Member) -> bool:
    if button.submit and not member.access.may(Right.WORK, dataset):
        return False
    try:
        check_right_to(button.action, dataset, by=member)
    except Refused:
        return False
    return True


@dataclass(slots=True)
class Refusals:
    """Tasks that are refused for one reason: the sentence of the first, and some of them."""

    sentence: str
    count: int = 0
    tasks: list[Task] = field(default_factory=list)


@login_required
@require_POST
def many(request: SignedIn, dataset_id: str) -> HttpResponse:
    """What would happen to the chosen ones; with `confirm`, it happens."""
    dataset, member = find_dataset(dataset_id, request.user)
    button = BUTTONS.get(request.POST.get("deed", ""))
    query = QueryDict(mutable=True)
    back = reverse("dataset", args=[dataset_id])
    wanted: list[Wanted] = []
    try:
        query = _query(request.POST.get("filter", ""))
        back += f"?{query.urlencode()}" if query else ""
        if button is None:
            raise BadInput.of("invalid", "This button is not known: load the page again.", "deed")
        check_right_to(button.action, dataset, by=member)
        if not request.POST.get("confirm"):
            wanted, more = _chosen(request.POST, query, dataset, button.action, member)
            return _show(request, dataset, member, button, wanted, more=more)
        wanted = _sent(request.POST.get("tasks", ""))
        deed = button.deed(reason=request.POST.get("reason", ""), comment=request.POST.get("comment", ""))
        answers = [one for some in batched(wanted, MAX_TASKS) for one in bulk(dataset, deed, some, by=member)]
    except Refused as refused:
        messages.error(request, str(refused))
        if button is not None and wanted and isinstance(refused, BadInput):  # words that can be mended
            return _show(request, dataset, member, button, wanted, status=400)
        return redirect(back)
    _tell(request, button, answers)
    return redirect(back)


def _query(text: str) -> QueryDict:
    """The filters that the page showed. A part of them would mean more rows than were shown."""
    if len(text) > MOST_CHARACTERS:
        raise BadInput.of("too_long", "These filters are too long: filter by less.", "filter")
    try:
        return QueryDict(text, mutable=True)
    except TooManyFieldsSent as error:
        raise BadInput.of("invalid", "These filters are not known: load the page again.", "filter") from error


# --- which ------------------------------------------------------------------------------------------------------------


def _chosen(
    sent: QueryDict, query: QueryDict, dataset: Dataset, action: Action, member: Member
) -> tuple[list[Wanted], bool]:
    """The tasks that an action means of the chosen objects, each as it is now; and whether there are more of them."""
    tasks = Task.objects.in_dataset(dataset, member).present()
    if sent.get("all"):
        filters = TaskFilters(query, tasks, member=member, dataset=dataset)
        if not filters.form.is_valid():
            raise BadInput.of("invalid", "These filters are not known: load the page again.", "filter")
        rows = ordered(filters.qs, "list").values_list("item_id", flat=True)
    else:
        rows = tasks.filter(task_id__in=sent.getlist("task")[:MOST]).in_list_order().values_list("item_id", flat=True)
    keys = list(dict.fromkeys(rows.iterator()))  # of each chain several tasks may fit
    if not keys:
        raise BadInput.of("nothing_chosen", "Nothing is chosen: tick some rows first.", "task")
    return _meant(keys[:MOST], action), len(keys) > MOST


def _meant(item_keys: Sequence[int], action: Action) -> list[Wanted]:
    chains: dict[int, list[Task]] = {key: [] for key in item_keys}
    for some in batched(item_keys, MAX_TASKS):
        tasks = Task.objects.present().filter(item__in=some).order_by("item_id", "stage_order")
        for task in tasks.only("item_id", "task_id", "version", "status"):
            chains[task.item_id].append(task)
    found = (meant(chain, action) for chain in chains.values() if chain)
    return [Wanted(task.task_id, task.version) for task in found]


def _sent(text: str) -> list[Wanted]:
    """The tasks that the page before has shown: "id:version", separated by commas."""
    pairs = [one.partition(":") for one in text.split(",")[: MOST + 1]]
    if not all(version.isascii() and version.isdecimal() and len(version) < 10 for _id, _colon, version in pairs):
        raise BadInput.of("invalid", "This form is broken: choose again.", "tasks")
    return [Wanted(task_id[:64], int(version)) for task_id, _colon, version in pairs[:MOST]]


# --- what is shown ----------------------------------------------------------------------------------------------------


def _show(
    request: SignedIn,
    dataset: Dataset,
    member: Member,
    button: Button,
    wanted: list[Wanted],
    *,
    more: bool = False,
    status: int = 200,
) -> HttpResponse:
    """What will happen: nothing has."""
    # Words that are still to be said do not hide what else may be wrong.
    deed = button.deed(reason=next(iter(dataset.reject_reasons), "…"), comment="…")
    answers = [one for some in batched(wanted, MAX_TASKS) for one in preview(dataset, deed, some, by=member)]
    good = [one.task_id for one in answers if one.refused is None]
    versions = {one.task_id: one.version for one in wanted}
    context = dataset_frame(dataset, member, "dataset") | {
        "button": button,
        "good": len(good),
        "refusals": _refusals(answers),
        "more": MOST if more else 0,
        "tasks": ",".join(f"{task_id}:{versions[task_id]}" for task_id in good),
        "filter": request.POST.get("filter", ""),
        "said": {name: request.POST.get(name, "") for name in ("reason", "comment")},
    }
    return render(request, "tasks_app/many.html", context, status=status)


def _refusals(answers: Iterable[Answer]) -> list[Refusals]:
    """Why tasks are refused, the most frequent reason first."""
    found: dict[str, Refusals] = {}
    named: dict[str, Refusals] = {}
    for one in answers:
        if one.refused is None:
            continue
        group = found.setdefault(one.refused.problems[0].code, Refusals(str(one.refused)))
        group.count += 1
        if group.count <= NAMED:
            named[one.task_id] = group
    for task in Task.objects.for_page().filter(task_id__in=named).in_list_order():
        named[task.task_id].tasks.append(task)
    return sorted(found.values(), key=lambda group: -group.count)


def _tell(request: SignedIn, button: Button, answers: Sequence[Answer]) -> None:
    refused = [one for one in answers if one.refused is not None]
    if done := len(answers) - len(refused):
        messages.success(request, f"{number(done)} {button.done}.")
    if refused:
        first: Any = refused[0].refused
        messages.error(request, f"{number(len(refused))} refused, the first of them: {first}")
