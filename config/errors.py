"""Errors that no view answers itself: pages in our look, or for programs the API's one shape.

The pages are without the person's menu: whatever went wrong, showing them asks nothing of the database.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from config.api.errors import BUSY, RETRY_AFTER_SECONDS, STATUS, is_busy, json_error
from datasets_app.errors import Problem, Refused

TITLES = {
    400: "This request cannot be read",
    403: "Not yours",
    404: "Nothing here",
    409: "Not in this state",
    412: "Changed meanwhile",
    413: "Too large",
    500: "Something broke",
    503: "Busy",
}
NOT_FOUND = Problem("not_found", "There is nothing at this address, or you cannot see it.")
FORBIDDEN = Problem("permission_denied", "You may not do this. Ask a lead of the client for the right.")
UNREADABLE = Problem("invalid", "The request is malformed. Go back, load the page again and try once more.")
TOO_LARGE = Problem("too_large", "The request is too large. Send less at once.")
NO_CSRF = Problem(
    "csrf_failed", "This form was open for too long, or cookies are off. Go back, load the page again and send it anew."
)
BROKEN = Problem(
    "server_error", "It is our fault, and it was written to the log. Nothing was changed: try again later."
)


def answer(request: HttpRequest, status: int, *problems: Problem) -> HttpResponse:
    """The error as JSON under /api/, as a page elsewhere."""
    if request.path.startswith("/api/"):
        return json_error(request, status, problems[0])
    context = {"status": status, "title": TITLES.get(status, "Refused"), "problems": problems}
    return render(request, "error.html", context, status=status)


def busy(request: HttpRequest) -> HttpResponse:
    response = answer(request, 503, BUSY)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


class RefusedMiddleware:
    """A refusal that a view did not turn into a message is the answer, and so is a busy database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return answer(request, STATUS[error.kind], *error.problems)
        if isinstance(error, OperationalError) and is_busy(error):
            return busy(request)
        return None


# --- what Django calls --------------------------------------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return answer(request, 413, TOO_LARGE)
    return answer(request, 400, UNREADABLE)


def permission_denied(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    return answer(request, 403, FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError) and is_busy(error):  # outside a view: the session is saved after it
        return busy(request)
    return answer(request, 500, BROKEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, 403, NO_CSRF)
