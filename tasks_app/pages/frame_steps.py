"""From frame to frame without a new page: only the picture side and what is said of the shape are answered."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from datasets_app.models import Member
from datasets_app.pages.frame import SignedIn, wants_fragment
from tasks_app.chains import chain_of
from tasks_app.models import Task

from .correction import correction
from .sights import Sight


def wants_frame(request: SignedIn) -> bool:
    """Whether htmx asks for another frame of what is on the page already."""
    return wants_fragment(request) and request.htmx.target == "view"


def frame_answer(request: SignedIn, task: Task, seen: Sight, *, by: Member, **more: Any) -> HttpResponse:
    """The view, the close-up, the facts and what can be corrected: each takes the place of the one on the page."""
    context = {"task": task, "dataset": task.dataset, "sight": seen, **more}
    context["correction"] = correction(chain_of(task), task, seen, by=by)
    return render(request, "tasks_app/_frame_answer.html", context)
