"""The page of a search: an id goes straight to its page, other words to a short list."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from datasets_app.acting import find_client
from datasets_app.models.content import File
from datasets_app.pages.frame import SignedIn, frame
from tasks_app.models import Task
from tasks_app.search import named, search

#: No id of ours is longer than that of a file.
LONGEST = File._meta.get_field("file_id").max_length or 0


@login_required
@require_safe
def search_page(request: SignedIn, client_id: str) -> HttpResponse:
    """What the words find in a client."""
    _client, member = find_client(client_id, request.user)
    words = request.GET.get("q", "").strip()
    context = frame(member) | {"searched": words}
    if not words:
        return render(request, "tasks_app/search.html", context)
    if len(words) > LONGEST or not words.isprintable():
        context |= {"searched": "", "problem": f"Nothing is called that: names have {LONGEST} characters at the most."}
        return render(request, "tasks_app/search.html", context, status=400)
    if (one := named(words, by=member)) is not None:
        return redirect("task", one.task_id) if isinstance(one, Task) else redirect("dataset", one.dataset_id)
    return render(request, "tasks_app/search.html", context | {"found": search(words, by=member)})
