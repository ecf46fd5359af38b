"""What the OpenAPI schema says of lists and errors: read from the filter set, so that it cannot say anything else."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiParameter

from tasks_app.filters import TaskFilters, YesNoFilter
from tasks_app.listing import MAX_LIMIT, ORDERINGS
from tasks_app.resource import COLUMNS

from .serializers import ErrorResource

ERRORS: dict[Any, Any] = {
    400: ErrorResource,
    401: ErrorResource,
    403: ErrorResource,
    404: ErrorResource,
    409: ErrorResource,
    412: ErrorResource,
    429: ErrorResource,
    503: ErrorResource,
}


def _parameter(name: str, found: django_filters.Filter) -> OpenApiParameter:
    if isinstance(found, YesNoFilter):
        return OpenApiParameter(name, bool)
    if isinstance(found, django_filters.NumberFilter):
        return OpenApiParameter(name, int, description="Milliseconds since 1970 UTC.")
    choices = [value for value, _label in found.extra.get("choices", ())]
    many = isinstance(found, django_filters.MultipleChoiceFilter)
    return OpenApiParameter(name, str, enum=choices or None, many=many)


PAGING = [
    OpenApiParameter("ordering", str, enum=list(ORDERINGS), default="list"),
    OpenApiParameter("fields", str, description=f"Keys to answer, separated by commas: {', '.join(COLUMNS)}."),
    OpenApiParameter("limit", int, description=f"1 to {MAX_LIMIT}. Without it the whole list is streamed."),
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
]
LIST_PARAMETERS = [_parameter(name, found) for name, found in TaskFilters.base_filters.items()] + PAGING
WITHOUT_EMAIL = [parameter for parameter in LIST_PARAMETERS if parameter.name != "email"]
