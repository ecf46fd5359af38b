"""What every page of the admin shares: the site's name, and pages that only show.

An operator is whoever `is_staff`: they see every row. What can be changed, each model's own admin declares; nothing
declared means no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import django.contrib.auth.admin  # noqa: F401  (registers Group, which is taken out below)
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

#: How much of a search is looked for.
MAX_SEARCH, MAX_WORDS = 200, 8
KEY = re.compile(r"[0-9]{1,18}")

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline

admin.site.site_header = admin.site.site_title = "Foureyes"
admin.site.index_title = "Installation"
# Roles are given to members, by our own verbs: Django's groups of permissions would be a second truth.
admin.site.unregister(Group)


def is_operator(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_staff", False))


class LookOnly:
    """Permissions: operators look, nobody adds, changes or deletes."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_operator(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class HappenedFilter(admin.EmptyFieldListFilter):
    """Whether the moment in a column has come: `deleted_at` reads "By deleted: yes, no"."""

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        self.title = str(field.verbose_name).removesuffix(" at")

    def choices(self, changelist: Any) -> Iterator[Any]:
        words = {"1": "No", "0": "Yes", None: "All"}
        for choice, value in zip(super().choices(changelist), (None, "1", "0"), strict=True):
            yield {**choice, "display": words[value]}


class ViewOnlyAdmin(LookOnly, ModelAdmin):
    """Shows every column of a model. `list_select_related` names the rows that lists and pages show with it."""

    list_per_page = 50
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Lists are filtered by what `list_filter` offers. Any other column, or a regular expression, is refused:
        it would read what is not shown letter by letter, or keep the server busy."""
        names: list[Any] = [one[0] if isinstance(one, tuple) else one for one in self.list_filter]
        offered = [one if isinstance(one, str) else one.parameter_name for one in names]
        if lookup.rsplit("__", 1)[-1] in ("regex", "iregex"):
            return False
        return any(lookup == name or lookup.startswith(f"{name}__") for name in offered)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term[:MAX_SEARCH].split()[:MAX_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Selected rows that are none (a key is a number) are left out: Django would fail on them."""
        if chosen := request.POST.getlist(ACTION_CHECKBOX_NAME):
            post = request.POST.copy()
            post.setlist(ACTION_CHECKBOX_NAME, [key for key in chosen if KEY.fullmatch(key)])
            request.POST = post  # type: ignore[assignment]
        return super().changelist_view(request, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related = self.list_select_related
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related(*related) if isinstance(related, list | tuple) else rows

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields or [field.name for field in self.opts.fields if not field.primary_key]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.get_fields(request, obj)


class ViewOnlyInline(LookOnly, TabularInline):
    """Rows that belong to the object, to be looked at."""

    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields or ()
