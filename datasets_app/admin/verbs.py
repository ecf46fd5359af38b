"""Buttons and bulk actions of the admin: each calls a verb for each row, and tells the result of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from config.admin import ViewOnlyAdmin, is_operator
from datasets_app.errors import NotAllowed, Refused
from datasets_app.models import Client, Dataset, Member
from datasets_app.roles import Right

#: Rows for one bulk action, as for the API's.
MOST_ROWS = 1_000
#: Messages that tell of one row each; of the rest, how many went well.
MOST_MESSAGES = 20
#: Rows that were chosen, each with its version as the operator saw it, if it was seen and has one.
Chosen = list[tuple[Any, int | None]]
#: What was chosen, as the pages carry it: keys, each with the version that was seen if the rows have one.
CHOSEN = re.compile(r"(\d{1,18})(?::(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done to a row: `do(row, by=member, **words)`, with the words of its form."""

    name: str
    label: str
    done: str
    do: Callable[..., object]
    right: Right
    #: Whether the row is in a state for it: only then the button is there.
    fits: Callable[[Any], bool] = lambda row: True
    #: What to think of before: these ask on a page of their own.
    question: str = ""
    #: Made with `rows=`: those that were chosen.
    form: Callable[..., forms.Form] | None = None
    template: str = "admin/confirm.html"

    @property
    def asks(self) -> bool:
        return bool(self.question or self.form)


def memberships(request: HttpRequest) -> dict[int, Member]:
    """Who the operator is in which client, by the client's key; read once for each request."""
    found: dict[int, Member] | None = getattr(request, "_memberships", None)
    if found is None:
        rows = Member.objects.present().filter(user=request.user.pk).select_related("user", "client")
        found = {member.client_id: member for member in rows}
        request._memberships = found  # type: ignore[attr-defined]
    return found


def acting(request: HttpRequest, client: Client) -> Member:
    """Who the operator is in this client. Raises `NotAllowed`: being an operator is no role in it."""
    member = memberships(request).get(client.pk)
    if member is None:
        raise NotAllowed(f"You are not a member of {client}: only its own people can do that.")
    return member


class VerbAdmin(ViewOnlyAdmin):
    """A model whose rows have buttons. A button is there where the operator is a member who may, and the row fits."""

    verbs: Sequence[Verb] = ()
    change_form_template = "admin/with_verbs.html"

    def client_of(self, row: Any) -> Client:
        client: Client = row.client
        return client

    def dataset_of(self, row: Any) -> Dataset | None:
        """The dataset in which rights count; None: only those in the client do."""
        return None

    def describe(self, row: Any) -> str:
        """How messages call a row. The first letter is ours: the admin makes it a capital."""
        return f"{str(self.opts.verbose_name).capitalize()} {row}"

    def may(self, request: HttpRequest, row: Any, right: Right) -> bool:
        """Whether the operator, as a member of the row's client, has a right there."""
        member = memberships(request).get(self.client_of(row).pk)
        return member is not None and member.access.may(right, self.dataset_of(row))

    def offered(self, request: HttpRequest, row: Any) -> list[Verb]:
        """The verbs whose buttons are on the row's page."""
        return [verb for verb in self.verbs if verb.fits(row) and self.may(request, row, verb.right)]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row = kwargs.get("obj")
        context["verbs"] = self.offered(request, row) if row is not None else []
        return super().render_change_form(request, context, *args, **kwargs)

    # --- bulk actions ------------------------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = dict(super().get_actions(request))
        if IS_POPUP_VAR not in request.GET:
            actions |= {verb.name: (partial(_on_many, verb=verb), verb.name, verb.label) for verb in self.verbs}
        return actions

    def on_many(self, request: HttpRequest, rows: QuerySet[Any], verb: Verb) -> HttpResponse | None:
        chosen: Chosen = [(row, None) for row in rows[: MOST_ROWS + 1]]
        if len(chosen) > MOST_ROWS:
            messages.error(request, f"{MOST_ROWS} rows are the most at a time: choose fewer.")
        elif verb.asks:
            return self._ask(request, verb, chosen, verb.form(rows=rows) if verb.form else None)
        else:
            self._run(request, verb, chosen, {})
        return None

    # --- the page and the button -------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_verb"
        view = self.admin_site.admin_view(self.verb_view)
        return [path("do/<slug:verb_name>/", view, name=name), *super().get_urls()]

    def verb_view(self, request: HttpRequest, verb_name: str) -> HttpResponse:
        """Do what a button or the page before it says."""
        verb = next((verb for verb in self.verbs if verb.name == verb_name), None)
        if verb is None or not is_operator(request):
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        chosen = self._chosen(request)
        confirmed = "apply" in request.POST
        form = verb.form(request.POST if confirmed else None, rows=[row for row, _ in chosen]) if verb.form else None
        if verb.asks and not (confirmed and (form is None or form.is_valid())):
            return self._ask(request, verb, chosen, form)
        self._run(request, verb, chosen, form.cleaned_data if form else {})
        return HttpResponseRedirect(self._back(request, chosen))

    def _chosen(self, request: HttpRequest) -> Chosen:
        """The rows that a page names, with the versions that were seen there."""
        words = request.POST.get("rows", "").split(",")[:MOST_ROWS]
        found = [match for word in words if (match := CHOSEN.fullmatch(word))]
        versions = {int(match[1]): int(match[2]) if match[2] else None for match in found}
        rows = self.get_queryset(request).filter(pk__in=versions)
        return sorted(((row, versions[row.pk]) for row in rows), key=lambda pair: list(versions).index(pair[0].pk))

    def _ask(self, request: HttpRequest, verb: Verb, chosen: Chosen, form: forms.Form | None) -> HttpResponse:
        filters = request.POST.get("filters", request.GET.urlencode())
        context = self.admin_site.each_context(request) | {
            "title": verb.label,
            "opts": self.opts,
            "verb": verb,
            "form": form,
            "rows": ",".join(_named(row, version) for row, version in chosen),
            "names": [self.describe(row) for row, _version in chosen[:MOST_MESSAGES]],
            "more": max(0, len(chosen) - MOST_MESSAGES),
            "filters": filters,
            "one": "one" in request.POST,
            "back": self._back(request, chosen, filters=filters),
        }
        return TemplateResponse(request, verb.template, context)

    def _back(self, request: HttpRequest, chosen: Chosen, *, filters: str = "") -> str:
        """Where the operator came from: the row's page, or the list as it was filtered."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if "one" in request.POST and len(chosen) == 1:
            return reverse(f"{name}_change", args=[chosen[0][0].pk])
        filters = filters or request.POST.get("filters", "")
        return reverse(f"{name}_changelist") + (f"?{filters}" if filters else "")

    # --- doing it ----------------------------------------------------------------------------------------------------

    def _run(self, request: HttpRequest, verb: Verb, chosen: Chosen, words: dict[str, Any]) -> None:
        """Do it to each row in a transaction of its own, and tell of each."""
        results = []
        for row, version in chosen:
            seen = {} if version is None else {"version": version}
            results.append(self._do(request, verb, row, words | seen))
        for went_well, sentence in results[:MOST_MESSAGES]:
            messages.add_message(request, messages.SUCCESS if went_well else messages.ERROR, sentence)
        rest = results[MOST_MESSAGES:]
        if rest:
            well = sum(went_well for went_well, _sentence in rest)
            told = f"And {len(rest)} more: {well} {verb.done}, {len(rest) - well} not."
            messages.add_message(request, messages.SUCCESS if well == len(rest) else messages.ERROR, told)

    def _do(self, request: HttpRequest, verb: Verb, row: Model, words: dict[str, Any]) -> tuple[bool, str]:
        # Read anew for each row: what was done to the row before may have ended the operator's own rights.
        request._memberships = None  # type: ignore[attr-defined]
        try:
            verb.do(row, by=acting(request, self.client_of(row)), **words)
        except Refused as refused:
            return False, f"{self.describe(row)}: {refused}"
        except ValidationError as error:
            return False, f"{self.describe(row)}: {' '.join(error.messages)}"
        self.log_change(request, row, f"{verb.label}.")
        return True, f"{self.describe(row)}: {verb.done}."


def _on_many(
    modeladmin: VerbAdmin, request: HttpRequest, queryset: QuerySet[Any], *, verb: Verb
) -> HttpResponse | None:
    return modeladmin.on_many(request, queryset, verb)


def _named(row: Any, version: int | None) -> str:
    """A row as `CHOSEN` reads it. A page that is asked for now has seen the row as it is now."""
    version = version if version is not None else getattr(row, "version", None)
    return str(row.pk) if version is None else f"{row.pk}:{version}"
