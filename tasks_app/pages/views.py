"""Pages of datasets and their tasks: find in what the person sees, call one verb, answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from config.api.errors import STATUS
from datasets_app.acting import find_client, find_dataset
from datasets_app.actions import mark_labelling_done, take_back_done
from datasets_app.errors import BadInput, Refused
from datasets_app.models import Dataset, File, Member
from datasets_app.pages.frame import SignedIn, frame, wants_fragment
from tasks_app.acting import find_task
from tasks_app.editing import set_value
from tasks_app.models import Task
from tasks_app.querysets import Extent, Reach, counts_by_stage, counts_in, reach_of

from .decisions import carry_out
from .details import task_context
from .flow import flow
from .forms import DecisionForm, FilterForm, ValueForm, canonical
from .frame_steps import frame_answer, wants_frame
from .heads import dataset_frame
from .many import buttons_for
from .neighbours import neighbour
from .sights import sight
from .statuses import Bar, bars, with_pipelines

DATASETS_PER_PAGE = 50
#: People that the filter offers by name; in larger clients the address still takes any.
PEOPLE_OFFERED = 200
#: From so many tasks on, counting them takes longer than showing some of them. How large a dataset is, is remembered.
LARGE, SIZE_KEPT_SECONDS = 100_000, 3600


@login_required
@require_safe
def client(request: SignedIn, client_id: str) -> HttpResponse:
    """The datasets of a client, with how far each stage is."""
    _client, member = find_client(client_id, request.user)
    last = File.objects.filter(dataset=OuterRef("pk")).order_by("-position").values("position")[:1]
    found = Dataset.objects.visible_to(member).annotate(file_count=Subquery(last))
    page = Paginator(found, DATASETS_PER_PAGE).get_page(request.GET.get("page"))
    datasets = with_pipelines(list(page))
    counts = counts_by_stage(datasets, seen_by=member)
    rows = [(dataset, bars(dataset, counts.get(dataset.pk, {}))) for dataset in datasets]
    return render(request, "tasks_app/client.html", frame(member, "datasets") | {"page": page, "rows": rows})


@login_required
@require_safe
@vary_on_headers("HX-Request")
def dataset(request: SignedIn, dataset_id: str) -> HttpResponse:
    """The flow of the work: the same filters and orderings as in the API, page by page."""
    dataset, member = find_dataset(dataset_id, request.user)
    if "apply" in request.GET:
        asked = canonical(request.GET).urlencode()
        return redirect(reverse("dataset", args=[dataset_id]) + (f"?{asked}" if asked else ""))
    reach = reach_of(dataset, member)
    tasks = Task.objects.in_dataset(dataset, member, reach).present()
    if wants_fragment(request) and "bars" in request.GET:
        return render(request, "components/stage_bars.html", {"bars": _bars(dataset, member, reach)})
    found = flow(request.GET, tasks, member=member, dataset=dataset, scope=dataset_id)
    context = dataset_frame(dataset, member, "dataset") | {"table": found, "selectable": buttons_for(dataset, member)}
    context["question"] = canonical(request.GET).urlencode()
    if wants_fragment(request):
        return render(request, "tasks_app/_flow_table.html", context, status=found.status)
    later = "bars" not in request.GET and _comes_later(dataset, reach)
    context |= {
        "bars": None if later else _bars(dataset, member, reach),
        "filters": FilterForm(
            request.GET,
            stages=[stage.stage_id for stage in dataset.pipeline],
            emails=_people(member, reads_all=reach.extent == Extent.ALL),
        ),
        "reads_all": reach.extent == Extent.ALL,
    }
    return render(request, "tasks_app/dataset.html", context, status=found.status)


def _bars(dataset: Dataset, member: Member, reach: Reach) -> list[Bar]:
    """How far each stage is, of what the member sees."""
    found = bars(dataset, counts_in(dataset, member, reach))
    if reach.extent == Extent.ALL:
        cache.set(f"size-{dataset.dataset_id}", sum(one.total for one in found), SIZE_KEPT_SECONDS)
    return found


def _comes_later(dataset: Dataset, reach: Reach) -> bool:
    """Whether counting takes longer than the page may: then its bars are asked for after it."""
    large = reach.extent == Extent.ALL and cache.get(f"size-{dataset.dataset_id}", 0) > LARGE
    return large or reach.extent == Extent.MANY


def _people(member: Member, *, reads_all: bool) -> list[tuple[str, str]]:
    """Whom the filter offers: oneself first; colleagues only to those who see their tasks."""
    me = member.user.email
    people = [(me, "me")]
    if reads_all:
        others = Member.objects.present().filter(client=member.client_id).exclude(pk=member.pk)
        emails = others.values_list("user__email", flat=True)[:PEOPLE_OFFERED]
        people += [(email, email) for email in emails]
    return people


@login_required
@require_POST
def dataset_done(request: SignedIn, dataset_id: str) -> HttpResponse:
    """Mark labelling as done, or take that back."""
    dataset, member = find_dataset(dataset_id, request.user)
    try:
        if request.POST.get("done") == "yes":
            mark_labelling_done(dataset, by=member)
            messages.success(request, "Marked as done: no task is offered or late until that is taken back.")
        else:
            take_back_done(dataset, by=member)
            messages.success(request, "Work goes on: tasks are offered again.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("dataset", dataset_id)


# --- one task -----------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request", "HX-Target")
def task(request: SignedIn, task_id: str) -> HttpResponse:
    """One task: its object in its frame, its history, and what can be decided. A decision is sent here, too."""
    task, member = find_task(task_id, request.user)
    if request.method != "POST":
        return _show(request, task, member)
    form = DecisionForm(request.POST, dataset=task.dataset)
    decide = partial(carry_out, task, form, request.POST.get("decision", ""), by=member)
    return _answer(request, task, member, decide, said=form)


@login_required
@require_POST
def task_value(request: SignedIn, task_id: str) -> HttpResponse:
    """Set the value of an attribute task."""
    task, member = find_task(task_id, request.user)

    def change() -> str:
        attribute = task.item.attribute
        if attribute is None:
            raise BadInput.of("not_an_attribute", "This task is about an object: only attribute tasks have a value.")
        current = sight(task, by=member, frame=request.GET.get("frame")).value
        value, version = ValueForm(request.POST, attribute=attribute, current=current).said()
        set_value(task, value, by=member, version=version)
        return f"Set {attribute}."

    return _answer(request, task, member, change)


def _answer(
    request: SignedIn, task: Task, member: Member, act: Callable[[], str], said: DecisionForm | None = None
) -> HttpResponse:
    """Back to the task, with what was done; or the task as it is now, with the refusal and what was typed."""
    try:
        messages.success(request, act())
    except Refused as refused:
        messages.error(request, str(refused))
        task, member = find_task(task.task_id, request.user)
        return _show(request, task, member, said=said, status=STATUS[refused.kind])
    return redirect("task", task.task_id)


def _show(
    request: SignedIn, task: Task, member: Member, *, said: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    seen = sight(task, by=member, frame=request.GET.get("frame"))
    if wants_frame(request):
        return frame_answer(request, task, seen, by=member)
    context = frame(member, "datasets") | task_context(task, seen, by=member, said=said)
    context["view_path"] = reverse("task", args=[task.task_id])
    return render(request, "tasks_app/task.html", context, status=status)


@login_required
@require_safe
def task_step(request: SignedIn, task_id: str, step: str) -> HttpResponse:
    """The task before or after this one in list order, in the same stage."""
    task, member = find_task(task_id, request.user)
    found = neighbour(task, step, by=member)
    if found is None:
        messages.info(request, f"This is the {'last' if step == 'next' else 'first'} task of {task.stage}.")
    return redirect("task", (found or task).task_id)
