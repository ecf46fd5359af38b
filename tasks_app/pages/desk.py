"""The review desk: one object after another. Plain forms and redirects; a script asks the same addresses for parts
(`X-Desk`), so that the next object is there before it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from config.api.errors import STATUS
from datasets_app.acting import find_dataset
from datasets_app.errors import Kind, NotAllowed, Refused
from datasets_app.models import Dataset, Member
from datasets_app.pages.frame import SignedIn, frame
from tasks_app.acting import find_task
from tasks_app.claims import open_for, release, renew, skip, skips, take_back_skips
from tasks_app.models import Task
from tasks_app.policies import takes_part
from tasks_app.queue import offer_next
from tasks_app.undo import undo
from tasks_app.workload import coming

from . import pace as rounds
from .decisions import DECISIONS, answer, carry_out
from .forms import DecisionForm
from .frame_steps import frame_answer, wants_frame
from .neighbours import neighbour
from .pace import Pace
from .sights import sight
from .station import Seat, owned_key, pane, pane_context, progress, seat_of, shown
from .work import words_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def desk_start(request: SignedIn, dataset_id: str) -> HttpResponse:
    """Sit down: the next object is offered and claimed. Where there is none, why, and what comes next."""
    dataset, member = find_dataset(dataset_id, request.user)
    seat = seat_of(request, dataset, member)
    if request.method == "POST" and request.POST.get("again"):
        take_back_skips(dataset, by=member)
    offer = next_on(seat) if request.method == "POST" else None
    if offer is not None:
        return redirect(seat.address(offer))
    return render(request, "tasks_app/desk_start.html", frame(member, "work") | _outlook(request, seat))


def _outlook(request: SignedIn, seat: Seat) -> dict[str, Any]:
    """Whether there is something, or why not; and what was done last."""
    skipped = skips(seat.dataset, by=seat.member)
    how_far = rounds.read_pace(request.session, seat.place)
    left = seat.queue.count(1)
    why = "" if left else _why_nothing(seat, skipped)
    return {"dataset": seat.dataset, "seat": seat, "left": left, "skipped": skipped, "why": why, "pace": how_far}


def _why_nothing(seat: Seat, skipped: int) -> str:
    """Why there is nothing for somebody, and what comes next."""
    if seat.dataset.done_at is not None:
        return "Labelling of this dataset is marked as done: no task is offered until that is taken back."
    if skipped:
        return "Nothing else is left for you here. What you skipped comes back by itself after a while."
    for stage, pile in coming(seat.member):
        if stage.dataset == seat.dataset and seat.stage in (None, stage):
            return f"Nothing is left for you here now. {stage} is waiting for {stage.before}: {words_of(pile)} to go."
    return "Nothing is left for you here: all of it is with others, or finished."


@login_required
@require_POST
def desk_leave(request: SignedIn, dataset_id: str) -> HttpResponse:
    """Leave the desk: what was claimed is free for others at once."""
    dataset, member = find_dataset(dataset_id, request.user)
    release(dataset, by=member)
    return redirect("work", member.client.client_id)


@login_required
@require_safe
@vary_on_headers("X-Desk")
def desk_step(request: SignedIn, task_id: str, step: str) -> HttpResponse:
    """The neighbour in list order, on the desk: looking around claims nothing."""
    task, member = find_task(task_id, request.user)
    seat = seat_of(request, task.dataset, member)
    found = neighbour(task, step, by=member)
    if request.headers.get("X-Desk"):
        return HttpResponse(pane(request, _read(found), seat)) if found else HttpResponse(status=204)
    if found is None:
        messages.info(request, f"This is the {'last' if step == 'next' else 'first'} task of {task.stage}.")
    return redirect(seat.address(found or task))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("X-Desk", "HX-Request", "HX-Target")
def desk(request: SignedIn, task_id: str) -> HttpResponse:
    """One object on the desk; a decision about it is sent here, too."""
    try:
        task, member = find_task(task_id, request.user)
    except NotAllowed as refused:
        if request.method == "POST":
            return _gone(request, task_id, refused)
        raise
    seat = seat_of(request, task.dataset, member)
    if request.method == "POST":
        return _decide(request, task, seat)
    if takes_part(member, task.dataset):  # who only looks writes nothing, and waits for nobody
        renew(task.dataset, by=member)
    return _show(request, task, seat)


def _show(
    request: SignedIn, task: Task, seat: Seat, *, said: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    seen = sight(task, by=seat.member, frame=request.GET.get("frame"))
    if wants_frame(request):
        return frame_answer(request, task, seen, by=seat.member, seat=seat)
    if request.headers.get("X-Desk"):
        return HttpResponse(pane(request, task, seat, seen=seen))
    context = frame(seat.member, "work") | pane_context(task, seat, said=said, seen=seen)
    context |= progress(seat, rounds.read_pace(request.session, seat.place))
    return render(request, "tasks_app/desk.html", context, status=status)


def next_on(seat: Seat, besides: frozenset[int] = frozenset()) -> Task | None:
    """The next object for whoever sits there, claimed."""
    offer = offer_next(seat.dataset, by=seat.member, stage=seat.stage, kind=seat.kind, besides=besides)
    return shown(offer) if offer else None


@login_required
@require_POST
def desk_following(request: SignedIn, task_id: str) -> HttpResponse:
    """The object after this one, claimed, as a part of the page: it is fetched before it is needed. 204: none."""
    task, member = find_task(task_id, request.user)
    seat = seat_of(request, task.dataset, member)
    renew(task.dataset, by=member)
    following = next_on(seat, frozenset({owned_key(task)}))
    return HttpResponse(pane(request, _read(following), seat)) if following else HttpResponse(status=204)


# --- a decision -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """What was done. `stays`: the person goes on with this task."""

    said: str
    stays: Task | None = None
    counts: bool = False


def _decide(request: SignedIn, task: Task, seat: Seat) -> HttpResponse:
    form = DecisionForm(request.POST, dataset=task.dataset)
    try:
        done = _act(task, seat.member, form, request)
    except Refused as refused:
        return _refused(request, task, seat, form, refused)
    if done.counts:
        seconds = task.dataset.undo_seconds
        rounds.decided(request.session, seat.place, task_id=task.task_id, said=done.said, undo_seconds=seconds)
    if request.headers.get("X-Desk"):
        return JsonResponse(_answer(request, seat, done))
    if not done.counts:
        messages.success(request, done.said)
    following = done.stays or next_on(seat)
    return redirect(seat.address(following) if following else seat.entrance)


def _act(task: Task, by: Member, form: DecisionForm, request: SignedIn) -> Done:
    """Do what the button says. Raises what the verb refuses."""
    name = request.POST.get("decision", "")
    if name == "undo":
        undo(task, by=by)
        rounds.undone(request.session, seat_of(request, task.dataset, by).place)
        open_for(task, by=by, besides=_besides(request, task.dataset))
        return Done(f"Undone: {task.item.label or task.item.attribute} is as it was.", stays=task)
    if name == "skip":
        skip(task, by=by)
        return Done("Skipped: it comes back later.")
    if name == "submit" and "value" in request.POST:
        return Done(answer(task, request.POST, by=by), counts=True)
    said = carry_out(task, form, name, by=by)
    if not DECISIONS[name].stays:
        return Done(said, counts=True)
    return Done(said, stays=Task.objects.filter(previous=task).first() if name == "accept_modify" else task)


def _answer(request: SignedIn, seat: Seat, done: Done) -> dict[str, Any]:
    """What the script needs to go on: what was said, the next object, how far one is."""
    following = done.stays or next_on(seat, _besides(request, seat.dataset))
    return answer_json(request, seat, said=done.said, following=following, stays=done.stays is not None)


def _besides(request: SignedIn, dataset: Dataset) -> frozenset[int]:
    """The key of what the script shows by now, or keeps ready: that stays the person's."""
    showing = Task.objects.filter(dataset=dataset, task_id=request.POST.get("showing", "")).first()
    return frozenset({owned_key(showing)}) if showing else frozenset()


def _refused(request: SignedIn, task: Task, seat: Seat, form: DecisionForm, refused: Refused) -> HttpResponse:
    """What is wrong with the decision itself is said beside it; where somebody was faster, the desk moves on."""
    if refused.kind != Kind.BAD_INPUT and refused.problems[0].code not in MENDED:
        return _move_on(request, seat, str(refused))
    task, _member = find_task(task.task_id, request.user)
    if request.headers.get("X-Desk"):
        return JsonResponse({**_answer(request, seat, Done(str(refused), stays=task)), "refused": True})
    messages.error(request, str(refused))
    return _show(request, task, seat, said=form, status=STATUS[refused.kind])


def _gone(request: SignedIn, task_id: str, refused: NotAllowed) -> HttpResponse:
    """Somebody else took it meanwhile, so that it is not even seen any more: who, is not for this person to know."""
    task = Task.objects.select_related("dataset").get(task_id=task_id)
    dataset, member = find_dataset(task.dataset.dataset_id, request.user)
    return _move_on(request, seat_of(request, dataset, member), f"Somebody was faster. {refused}")


def _move_on(request: SignedIn, seat: Seat, said: str) -> HttpResponse:
    """What happened meanwhile is said, and the next object comes."""
    if request.headers.get("X-Desk"):
        return JsonResponse({**_answer(request, seat, Done(said)), "refused": True})
    messages.error(request, said)
    following = next_on(seat)
    return redirect(seat.address(following) if following else seat.entrance)


#: Refusals after which the person can mend what they said, or what is missing, and decide again.
MENDED = frozenset({"value_missing", "frozen"})


def answer_json(request: SignedIn, seat: Seat, *, said: str, following: Task | None, stays: bool) -> dict[str, Any]:
    """How far one is, and what is shown next."""
    how_far = rounds.read_pace(request.session, seat.place)
    following = _read(following) if following else None
    return {
        "said": said,
        "refused": False,
        "stays": stays,
        "next": pane(request, following, seat) if following else "",
        "progress": render_to_string("tasks_app/_progress.html", progress(seat, how_far), request=request),
        "undo": {"address": _undo_address(how_far, seat), "seconds": how_far.undo_seconds},
        "entrance": seat.entrance,
    }


def _undo_address(how_far: Pace, seat: Seat) -> str:
    return reverse("desk", args=[how_far.task_id]) + seat.question if how_far.task_id else ""


def _read(task: Task) -> Task:
    """With the rows that the pane shows."""
    found: Task = Task.objects.for_page().get(pk=task.pk)
    return found
