"""The page of a dataset's settings: each section saved by its own button, through the verbs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from config.api.errors import STATUS
from config.templatetags.foureyes import number
from datasets_app.acting import find_dataset
from datasets_app.actions import check_right, set_settings
from datasets_app.errors import BadInput, Refused
from datasets_app.models import Dataset, Member, Stage
from datasets_app.pages.frame import SignedIn
from datasets_app.roles import Right
from datasets_app.shown import CHANGED
from datasets_app.stage_people import StagePeople
from datasets_app.stages import add_stage, change_stage, move_stage, remove_stage
from tasks_app.models import Task
from tasks_app.workflow import Status

from .heads import dataset_frame
from .settings_forms import SECTIONS, NewStageForm, SectionForm, StageForm
from .shown_forms import ShownForm

MARKED = "Nothing was saved: mend what is marked."
#: Off, each of them finishes what waited to be looked at.
SWITCHES = frozenset(["customer_review", "review_changed"])
#: Which field of a form a verb means by another name.
FIELDS = {"time_limit_seconds": "limit", "pipeline_spec": "stage_id", "user_groups": "groups"}


class Settings:
    """The forms of one request: the one that was sent is bound, and holds what was typed if it is refused."""

    def __init__(self, dataset: Dataset, member: Member, said: QueryDict) -> None:
        self.dataset, self.member, self.said = dataset, member, said
        self.people = StagePeople(dataset)
        self.groups = list(dataset.client.user_groups.all())
        part, stage_id = said.get("section", ""), said.get("stage", "")
        self.sections = [one(dataset, said if part == one.section else None) for one in SECTIONS]
        self.stages = [
            StageForm(stage, self.people, self.groups, said if (part, stage_id) == ("stage", stage.stage_id) else None)
            for stage in dataset.pipeline
        ]
        self.new = NewStageForm(dataset.pipeline, said if part == "new" else None)
        #: What was refused, about the pipeline as a whole.
        self.wrong = ""
        #: What the switches finish, as they were sent.
        self.finished = 0

    @property
    def is_marked(self) -> bool:
        """Whether what is wrong stands at a field."""
        return any(form.is_bound and form.errors for form in (*self.sections, *self.stages, self.new))

    def save(self) -> str:
        """Save the section that was sent. Returns what was done, in a sentence. Raises `Refused`."""
        part = self.said.get("section", "")
        for form in self.sections:
            if form.section == part:
                return self._sent(form, partial(self._settings, form))
        if part == "new":
            return self._sent(self.new, self._add)
        if part == "stage":
            stage_form = self._stage_form()
            return self._sent(stage_form, partial(self._stage, stage_form))
        if part == "pipeline":
            return self._pipeline(self.said.get("act", ""), self._stage_form().stage)
        raise BadInput.of("invalid", "The form does not say what to save: load the page again.")

    def _sent(self, form: forms.Form, save: Callable[[], str]) -> str:
        """Save a form; what the verb refuses stands at its fields."""
        if isinstance(form, ShownForm):
            form.check_known()
        if not form.is_valid():
            raise BadInput.of("invalid", MARKED)
        try:
            return save()
        except Refused as refused:
            for problem in refused.problems:
                name = (problem.attr or "").partition(".")[0]
                if problem.code == CHANGED and isinstance(form, ShownForm):
                    form.told.add(name)
                name = "emails" if name == "members" and "emails" in form.fields else FIELDS.get(name, name)
                form.add_error(name if name in form.fields else None, problem.detail)
            raise

    def _settings(self, form: SectionForm) -> str:
        wanted = form.wanted()
        self._check_finish(wanted)
        if wanted:
            set_settings(self.dataset, by=self.member, shown=form.shown, **wanted)
        return f"Saved: {form.title.lower()}."

    def _check_finish(self, wanted: dict[str, Any]) -> None:
        """A switch finishes work only where that was ticked: nothing brings it back."""
        self.finished = self.finishes(**wanted)
        if self.finished and not self.said.get("finish"):
            detail = f"This would finish the {self._those(self.finished)}: tick below that you mean it."
            raise BadInput.of("not_confirmed", detail, min(SWITCHES & wanted.keys()))

    @cached_property
    def counts(self) -> dict[int, dict[str, int]]:
        """By stage: how many tasks there are, were submitted, and wait to be looked at; changed in review of those."""
        waiting = Q(status=Status.SUBMITTED)
        rows = (
            Task.objects.filter(dataset=self.dataset, deleted_at=None)
            .order_by()
            .values("stage")
            .annotate(
                total=Count("pk"),
                begun=Count("pk", filter=Q(submitted_at__isnull=False)),
                waiting=Count("pk", filter=waiting),
                changed=Count("pk", filter=waiting & Q(changed_in_review=True)),
            )
        )
        return {row["stage"]: row for row in rows}

    def finishes(self, **switches: bool) -> int:
        """How many tasks of the last stage are finished if these switches become so."""
        row = self.counts.get(self.dataset.pipeline[-1].pk)
        customer = switches.get("customer_review", self.dataset.customer_review)
        if row is None or customer or not SWITCHES & switches.keys():
            return 0
        keeps = switches.get("review_changed", self.dataset.review_changed)
        return row["waiting"] - (row["changed"] if keeps else 0)

    @property
    def by_switch(self) -> dict[str, int]:
        """How many tasks each switch finishes if it alone is switched off now."""
        return {name: self.finishes(**{name: False}) if getattr(self.dataset, name) else 0 for name in SWITCHES}

    @property
    def asked(self) -> str:
        """What is to be ticked before work is finished. Empty: nothing waits."""
        count = self.finished or max(self.by_switch.values())
        return f"Finish the {self._those(count)}" if count else ""

    def _those(self, count: int) -> str:
        """Tasks that wait, and for what."""
        wait = "task that waits" if count == 1 else f"{number(count)} tasks that wait"
        return f"{wait} {'for the customer' if self.dataset.customer_review else 'to be looked at again'}"

    def _stage_form(self) -> StageForm:
        stage_id = self.said.get("stage", "")
        found = [form for form in self.stages if form.stage.stage_id == stage_id]
        if not found:
            detail = f"There is no stage {stage_id} any more: somebody removed it."
            raise BadInput.of("unknown_stage", detail)
        return found[0]

    def _stage(self, form: StageForm) -> str:
        wanted = form.wanted()
        people = form.people_of(wanted)
        columns = {name: value for name, value in wanted.items() if name not in ("members", "user_groups")}
        if wanted:
            change_stage(form.stage, columns, people, by=self.member, shown=form.shown)
        return f"Saved: the stage {form.stage.stage_id}."

    def _add(self) -> str:
        add_stage(self.dataset, self.new.spec(), before=self.new.cleaned_data["before"], by=self.member)
        return f"Added the stage {self.new.cleaned_data['stage_id']}."

    def _pipeline(self, act: str, stage: Stage) -> str:
        try:
            if act == "remove":
                remove_stage(self.dataset, stage.stage_id, by=self.member)
                return f"Removed the stage {stage.stage_id}. Added again, it comes back with its tasks."
            if act not in ("up", "down"):
                raise BadInput.of("invalid", "A stage can be moved up, moved down, or removed.")
            move_stage(self.dataset, stage.stage_id, -1 if act == "up" else 1, by=self.member)
        except Refused as refused:
            self.wrong = str(refused)
            raise
        return f"Moved the stage {stage.stage_id}."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedIn, dataset_id: str) -> HttpResponse:
    """What the dataset is set to. What is refused is not saved, and what was typed stays."""
    dataset, member = find_dataset(dataset_id, request.user)
    check_right(member, Right.ASSIGN, dataset)
    page, status = Settings(dataset, member, request.POST), 200
    if request.method == "POST":
        try:
            messages.success(request, page.save())
            return redirect("dataset-settings", dataset_id)
        except Refused as refused:
            status = STATUS[refused.kind]
            # What stands in its place already is not said twice.
            if not page.wrong:
                messages.error(request, MARKED if page.is_marked else str(refused))
    return render(request, "tasks_app/settings.html", _context(page), status=status)


def _context(page: Settings) -> dict[str, Any]:
    dataset = page.dataset
    return dataset_frame(dataset, page.member, "dataset-settings") | {
        "settings": page,
        "stages": [(form, page.counts.get(form.stage.pk, {})) for form in page.stages],
        "finishes": page.by_switch,
    }
