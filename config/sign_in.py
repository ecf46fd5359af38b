"""Signing in: under which name failed attempts are counted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def name_that_counts(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The email that was tried, in lower case: EVE@ and eve@ are one person, and one number of attempts."""
    said = (credentials or {}).get("username") or (request.POST.get("username", "") if request else "")
    return str(said).strip().lower()[:254]
