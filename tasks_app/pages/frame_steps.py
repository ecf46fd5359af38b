"""From frame to frame without a new page: only the picture side and what is said of the shape are answered."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from datasets_app.pages.frame import SignedIn, wants_fragment
from tasks_app.models import Task

from .sights import Sight


def wants_frame(request: SignedIn) -> bool:
    """Whether htmx asks for another frame of what is on the page already."""
    return wants_fragment(request) and request.htmx.target == "view"


def frame_answer(request: SignedIn, task: Task, seen: Sight) -> HttpResponse:
    """The view, the close-up and the facts: each takes the place of the one on the page."""
    context = {"task": task, "dataset": task.dataset, "sight": seen}
    return render(request, "tasks_app/_frame_answer.html", context)
