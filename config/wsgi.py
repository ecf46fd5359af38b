"""The door for gunicorn."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    environ["CONTENT_TYPE"] = readable(environ.get("CONTENT_TYPE", ""))
    return django(environ, start_response)


def readable(content_type: str) -> str:
    """The content type without its charset: all we read is UTF-8.

    Django reads this header, and with its charset the query string, before it can answer an error: `charset=hex`,
    or a usual one with a thousand parameters, would end in the server's bare 500.
    """
    try:
        kind, parameters = parse_header_parameters(content_type)
    except (LookupError, ValueError):
        return "application/octet-stream"
    if kind == "multipart/form-data" and "charset" not in parameters:
        return content_type  # with its boundary
    return kind
