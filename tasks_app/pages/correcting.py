"""Small corrections on the desk and on a task's page: one object changed or withdrawn, a missing box drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from config.api.errors import STATUS
from datasets_app import labels
from datasets_app.errors import BadInput, Kind, Refused
from datasets_app.models import Label, Member
from datasets_app.pages.frame import SignedIn, frame
from tasks_app.acting import find_task
from tasks_app.chains import chain_of
from tasks_app.claims import renew
from tasks_app.corrections import change_label, check_has_boxes, draw_label, withdraw_label
from tasks_app.models import Task

from .correction import ChangeForm, DrawForm, correction
from .desk import answer_json, next_on
from .details import task_context
from .pace import read_pace
from .sights import sight
from .station import Seat, pane, pane_context, progress, seat_of

STALE_FORM = "This form does not say which version of the object you saw: load the page again."


@login_required
@require_POST
def task_correct(request: SignedIn, task_id: str) -> HttpResponse:
    """Correct the object of a task: `correct` says how."""
    task, member = find_task(task_id, request.user)
    seat = seat_of(request, task.dataset, member)
    renew(task.dataset, by=member)
    try:
        done = _act(request, task, member)
    except Refused as refused:
        return _refused(request, seat, task, refused)
    task, _member = find_task(task_id, request.user)
    if request.headers.get("X-Desk"):
        return _json(request, seat, task, done.said, gone=done.gone)
    messages.success(request, done.said)
    if not _on_desk(request):
        return redirect(_address(request, reverse("task", args=[task_id])))
    following = next_on(seat) if done.gone else task
    return redirect(_address(request, seat.address(following)) if following else seat.entrance)


def _on_desk(request: SignedIn) -> bool:
    return request.POST.get("back") == "desk"


def _address(request: SignedIn, path: str) -> str:
    """With the frame that was open."""
    position = _frame(request) or ""
    known = position.isascii() and position.isdecimal() and len(position) < 7
    return f"{path}{'&' if '?' in path else '?'}frame={position}" if known else path


# --- what is done -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """What was done. `gone`: there is nothing more to do with this object."""

    said: str
    gone: bool = False


def _act(request: SignedIn, task: Task, by: Member) -> Done:
    """Call one verb. Raises what it refuses."""
    label = task.item.label
    if label is None:
        raise BadInput.of("not_a_label", "This task is about an attribute: it has a value, and nothing to correct.")
    label.dataset = task.dataset
    labels.check_right_to_correct(task.dataset, by=by)
    act = VERBS.get(request.POST.get("correct", ""))
    if act is None:
        raise BadInput.of("invalid", "This button is not known: load the page again.", "correct")
    return act(request, task, label, by)


def _change(request: SignedIn, task: Task, label: Label, by: Member) -> Done:
    version = _whole(request, "version")
    labels.check_version(label, version)  # its attributes are told by their order: it has to be the same one
    own, count = sight(task, by=by, frame=_frame(request)).own, _whole(request, "shape")
    if count >= len(own):
        raise BadInput.of("invalid", STALE_FORM, "shape")
    shape = own[count].shape
    shape.label = label
    changed = change_label(shape, ChangeForm(shape, count, data=request.POST).said(), by=by, version=version)
    if changed.label.version == version:
        return Done(f"{label} is as it was: there was nothing to save.")
    return Done(f"Saved {label}.")


def _withdraw(request: SignedIn, task: Task, label: Label, by: Member) -> Done:
    withdraw_label(label, by=by, version=_whole(request, "version"))
    return Done(f"Withdrew {label}: it has left all lists.", gone=True)


def _draw(request: SignedIn, task: Task, label: Label, by: Member) -> Done:
    check_has_boxes(task.dataset)
    assert task.item.file is not None
    said = DrawForm(data=request.POST).said()
    drawn = draw_label(task.item.file, said, by=by, label_set_id=label.label_set_id)
    return Done(f"Drew {drawn.label} in {drawn.file}: it begins in {task.dataset.pipeline[0]}.")


VERBS: dict[str, Callable[[SignedIn, Task, Label, Member], Done]] = {
    "change": _change,
    "withdraw": _withdraw,
    "draw": _draw,
}


def _whole(request: SignedIn, name: str) -> int:
    """A number that the form carries along."""
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdecimal()) or len(text) > labels.MAX_DIGITS:
        raise BadInput.of("invalid", STALE_FORM, name)
    return int(text)


def _frame(request: SignedIn) -> str | None:
    """The frame of a track that was open."""
    return request.POST.get("frame") or None


# --- what is answered -------------------------------------------------------------------------------------------------


def _refused(request: SignedIn, seat: Seat, task: Task, refused: Refused) -> HttpResponse:
    """What is wrong with what was typed can be mended: it stays. Otherwise the object is shown as it is now."""
    task, _member = find_task(task.task_id, request.user)
    mend = refused.kind == Kind.BAD_INPUT
    if request.headers.get("X-Desk"):
        if not mend and not _on_desk(request):
            messages.error(request, str(refused))  # the script loads the page anew
        return _json(request, seat, task, str(refused), refused=True, mend=mend)
    messages.error(request, str(refused))
    typed = request.POST.dict() if mend else {}
    return render(request, *_page(request, seat, task, typed), status=STATUS[refused.kind])


def _json(
    request: SignedIn,
    seat: Seat,
    task: Task,
    said: str,
    *,
    gone: bool = False,
    refused: bool = False,
    mend: bool = False,
) -> JsonResponse:
    """As the desk answers, and the versions on which to go on. `stays`: what was typed stays, too."""
    found: dict[str, Any] = {"said": said, "refused": refused, "stays": mend or not (gone or refused)}
    if _on_desk(request):
        found = answer_json(request, seat, said=said, following=next_on(seat) if gone else None, stays=False) | found
        if not gone:
            found["next"] = pane(request, task, seat, frame=_frame(request))
    version = task.item.label.version if task.item.label else None
    return JsonResponse(found | {"version": task.version, "label_version": version})


def _page(request: SignedIn, seat: Seat, task: Task, typed: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The page as it is now, with what was typed."""
    by = seat.member
    seen = sight(task, by=by, frame=_frame(request))
    if _on_desk(request):
        template, context = "tasks_app/desk.html", frame(by, "work") | pane_context(task, seat, seen=seen)
        context |= progress(seat, read_pace(request.session, seat.place))
    else:
        template, context = "tasks_app/task.html", frame(by, "datasets") | task_context(task, seen, by=by, said=None)
        context["view_path"] = reverse("task", args=[task.task_id])
    return template, context | {"correction": correction(chain_of(task), task, seen, by=by, typed=typed)}
