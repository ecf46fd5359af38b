"""Where errors become HTTP: the one shape, and the status code of each kind. The only place that knows both."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from datasets_app.errors import Kind, Problem, Refused

STATUS = {
    Kind.BAD_INPUT: 400,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
}
BUSY = Problem("busy", "Too much is going on at this moment, and nothing was done: try again in a second.")
RETRY_AFTER_SECONDS = 1
#: What PostgreSQL says where a lock is waited for too long, or two transactions wait for each other.
BUSY_STATES = frozenset({"55P03", "40P01", "40001", "57014"})


def body(status: int, *problems: Problem) -> dict[str, Any]:
    """The one shape of an error."""
    kind = "validation_error" if status == 400 else "client_error" if status < 500 else "server_error"
    errors = [{"code": one.code, "detail": one.detail, "attr": one.attr} for one in problems]
    return {"type": kind, "errors": errors}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: our refusals, DRF's own, and a database that is busy."""
    if isinstance(error, Refused):
        return Response(body(STATUS[error.kind], *error.problems), STATUS[error.kind])
    if isinstance(error, OperationalError) and is_busy(error):
        return Response(body(503, BUSY), 503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent):
        return Response(body(413, Problem("too_large", "The request is too large.")), 413)
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = body(response.status_code, *_problems(error))
    return response


def is_busy(error: OperationalError) -> bool:
    """Whether the same request may go through a moment later."""
    if connection.vendor == "sqlite":
        return "locked" in str(error) or "busy" in str(error)
    state = getattr(error.__cause__, "sqlstate", None)
    return state in BUSY_STATES or type(error.__cause__).__name__ == "PoolTimeout"


def _problems(error: Exception) -> list[Problem]:
    if isinstance(error, Http404):
        return [Problem("not_found", "There is no such thing, or you cannot see it.")]
    if isinstance(error, PermissionDenied):
        return [Problem("permission_denied", "You may not do this.")]
    if isinstance(error, exceptions.ValidationError):
        return list(_of_fields(error.get_full_details()))
    assert isinstance(error, exceptions.APIException)
    codes = error.get_codes()
    return [Problem(codes if isinstance(codes, str) else "invalid", str(error.detail))]


def _of_fields(details: Any, path: str = "") -> Any:
    """DRF's nested details as a flat list, each with the path of its field."""
    if isinstance(details, dict) and "message" in details and "code" in details:
        yield Problem(details["code"], str(details["message"]), path or None)
    elif isinstance(details, dict):
        for name, inner in details.items():
            if name == api_settings.NON_FIELD_ERRORS_KEY:
                yield from _of_fields(inner, path)
            else:
                yield from _of_fields(inner, f"{path}.{name}" if path else str(name))
    else:
        for inner in details:
            yield from _of_fields(inner, path)


def json_error(request: HttpRequest, status: int, problem: Problem) -> JsonResponse:
    """An error from outside the API's views (unknown path, CSRF, server error), in the same shape."""
    return JsonResponse(body(status, problem), status=status)
