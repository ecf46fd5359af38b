"""What every page has around it: who is signed in, and in which client."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from datasets_app.models import Member, User


class SignedIn(HttpRequest):
    """A request behind `login_required`."""

    user: User
    htmx: HtmxDetails


def frame(member: Member, section: str = "") -> dict[str, Any]:
    """What `base.html` needs to show the bar of a client; `section` is the entry that is lit."""
    return {"client": member.client, "member": member, "section": section}


def wants_fragment(request: SignedIn) -> bool:
    """htmx asks for a part of the page; going back in the history wants the whole."""
    return bool(request.htmx) and not request.htmx.history_restore_request
