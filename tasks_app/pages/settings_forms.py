"""Forms of the settings of a dataset. What they take is judged by the verbs; what a switch does is said beside it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from datasets_app.actions import MAX_REASONS
from datasets_app.models import Dataset, Stage, UserGroup
from datasets_app.stage_people import StagePeople
from datasets_app.stages import People

from .shown_forms import ShownForm

#: Units of a time limit: how many seconds, and how it reads.
UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
MAX_SECONDS = 2**31 - 1
#: So many people are offered as boxes to tick; in larger clients emails are typed.
BOXES = 24


class LinesField(forms.CharField):
    """A list of texts, one on each line; without the blanks around them and without empty ones."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": rows}), required=False, max_length=100_000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(one) for one in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


def switch(label: str, help_text: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)


class SectionForm(ShownForm):
    """Some settings with a button of their own."""

    section = ""
    title = ""

    def __init__(self, dataset: Dataset, data: QueryDict | None = None) -> None:
        present = {name: getattr(dataset, name) for name in self.base_fields}
        about = f"settings {dataset.dataset_id} {self.section}"
        super().__init__(present, data, about=about, auto_id=f"{self.section}-%s")
        self.settle()


class NameForm(SectionForm):
    section, title = "name", "Name"
    dataset_name = forms.CharField(label="Name", max_length=200)
    tags = LinesField(rows=2, help_text="One on each line.")


class ReviewForm(SectionForm):
    section, title = "review", "Reviews"
    customer_review = switch(
        "The customer reviews at the end",
        "What the last stage submits waits until a customer, an admin or a datasets admin accepts it.",
    )
    review_changed = switch(
        "What was changed in review is looked at again",
        "A task whose label the finisher changed stays submitted, for an admin or a customer to accept.",
    )
    allow_self_review = switch(
        "People may review their own work",
        "Off, four eyes look at everything: nobody, admins neither, accepts or rejects what they submitted, and one "
        "person cannot be assigned to stages beside each other.",
    )


class ReasonsForm(SectionForm):
    section, title = "reasons", "Reasons to reject"
    reject_reasons = LinesField(
        rows=6,
        label="Reasons",
        help_text=f"One on each line, {MAX_REASONS} at the most; the keys 1 to 9 choose the first nine. None: "
        "reviewers write their own.",
    )
    reason_required = switch("Rejecting needs a reason", "Off, a rejection may come without one.")


class TimesForm(SectionForm):
    section, title = "times", "Undo and claims"
    undo_seconds = forms.IntegerField(
        label="Seconds to undo",
        min_value=0,
        max_value=86_400,
        help_text="For so long people can take back their own last decision. 0: never.",
    )
    lease_seconds = forms.IntegerField(
        label="Seconds that a claim lasts",
        min_value=10,
        max_value=86_400,
        help_text="For so long a task is kept for whoever has it open; working on it renews that. 900 is a quarter of "
        "an hour.",
    )


SECTIONS: tuple[type[SectionForm], ...] = (NameForm, ReviewForm, ReasonsForm, TimesForm)


# --- stages -----------------------------------------------------------------------------------------------------------


class TimedForm(forms.Form):
    """A stage's title, whether it can edit, and its time limit in a unit that people use."""

    title = forms.CharField(max_length=100, required=False, help_text="What the pages call it. Empty: its id.")
    limit = forms.IntegerField(
        label="Time limit",
        min_value=1,
        max_value=MAX_SECONDS,
        required=False,
        help_text="What is open for longer is late; that counts for open tasks at once. Empty: none.",
    )
    limit_unit = forms.ChoiceField(label="Unit", choices=[(unit, unit) for unit in UNITS], initial="hours")
    can_edit = switch(
        "Its people may change labels and values",
        "Off, they can only after a rejection. Admins and labels admins can always.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        limit, unit = cleaned.get("limit"), cleaned.get("limit_unit")
        if limit and unit and limit * UNITS[unit] > MAX_SECONDS:
            self.add_error("limit", f"{limit} {unit} are too long: {MAX_SECONDS // UNITS[unit]} are the most.")
        return cleaned

    def timed(self) -> dict[str, Any]:
        """Columns, as the verbs take them."""
        said = self.cleaned_data
        seconds = said["limit"] and said["limit"] * UNITS[said["limit_unit"]]
        return {"title": said["title"], "can_edit": said["can_edit"], "time_limit_seconds": seconds}


def in_units(seconds: int | None) -> tuple[int | None, str]:
    """A limit in the largest unit that it is a whole number of."""
    if seconds is None:
        return None, "hours"
    return next((seconds // size, unit) for unit, size in UNITS.items() if seconds % size == 0)


class StageForm(ShownForm, TimedForm):
    """A stage that is there, with its people."""

    emails = LinesField(
        label="People: their emails",
        help_text="One on each line. Nobody: everyone whose role may work. Who is taken out loses the open tasks here.",
    )
    members = forms.MultipleChoiceField(
        label="People",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nobody ticked, nor a group: everyone whose role may work. Who is taken out loses the open tasks "
        "here: they are free again.",
    )
    groups = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    columns = {
        "limit": "time_limit_seconds",
        "limit_unit": "time_limit_seconds",
        "emails": "members",
        "groups": "user_groups",
    }

    def __init__(
        self, stage: Stage, people: StagePeople, groups: list[UserGroup], data: QueryDict | None = None
    ) -> None:
        self.stage, self.people = stage, people
        self.listed = people.listed[stage.pk]
        present = {name: getattr(stage, name) for name in ("title", "can_edit", "time_limit_seconds")}
        present["members"] = sorted(email for email, one in people.present.items() if one.pk in self.listed.members)
        present["user_groups"] = sorted(group.name for group in groups if group.pk in self.listed.groups)
        offered = [email for email, one in people.present.items() if one.pk in people.able | self.listed.members]
        self.many = len(offered) > BOXES
        self.by_name = {group.name: group for group in groups}
        self.id_of = {group.name: group.user_group_id for group in groups}
        # Boxes that came from a page of few people are not read as emails, nor the other way round.
        about = f"stage {stage.dataset.dataset_id} {stage.stage_id} {'emails' if self.many else 'members'}"
        super().__init__(present, data, about=about, auto_id=f"stage-{stage.pk}-%s")
        del self.fields["members" if self.many else "emails"]
        self._offer("members", [(email, email) for email in offered])
        self._offer("groups", [(group.user_group_id, group.name) for group in groups])
        if not groups:
            del self.fields["groups"]
        elif len(groups) > BOXES:
            self.fields["groups"].widget = forms.SelectMultiple(choices=self.fields["groups"].choices)  # type: ignore[attr-defined]
        self.settle()

    def as_fields(self, values: dict[str, Any]) -> dict[str, Any]:
        limit, unit = in_units(values["time_limit_seconds"])
        members, groups = values["members"], [self.id_of[name] for name in values["user_groups"] if name in self.id_of]
        return values | {"limit": limit, "limit_unit": unit, "emails": members, "groups": groups}

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices

    def clean_emails(self) -> list[str]:
        emails = [email.lower() for email in self.cleaned_data["emails"]]
        if strangers := [email for email in emails if email not in self.people.present]:
            raise forms.ValidationError(f"{strangers[0]} is not a member of this client.")
        return emails

    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        emails, groups = said["emails" if self.many else "members"], said.get("groups", ())
        names = sorted(name for name, one in self.id_of.items() if one in groups)
        return self.timed() | {"members": sorted(set(emails)), "user_groups": names}

    def people_of(self, wanted: dict[str, Any]) -> People:
        """The people and groups that are wanted; None where they stay as they are."""
        emails, groups = wanted.get("members"), wanted.get("user_groups")
        members = None if emails is None else [self.people.present[email] for email in emails]
        return members, None if groups is None else [self.by_name[one] for one in groups]


class NewStageForm(TimedForm):
    """A stage to be added."""

    field_order = ("stage_id", "before", "title", "limit", "limit_unit", "can_edit")
    stage_id = forms.CharField(label="Id", max_length=100, help_text="Programs use it; it is never renamed.")
    before = forms.ChoiceField(
        label="Where",
        required=False,
        help_text="Before another stage only while no work has begun from there on.",
    )

    def __init__(self, stages: list[Stage], data: Any = None) -> None:
        super().__init__(data, auto_id="new-stage-%s")
        field = self.fields["before"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "at the end"), *((stage.stage_id, f"before {stage}") for stage in stages)]

    def spec(self) -> dict[str, Any]:
        return self.timed() | {"stage_id": self.cleaned_data["stage_id"]}
