"""What pages of tasks write in the same way."""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tasks_app.models import TaskEvent
from tasks_app.pages.statuses import LOOKS
from tasks_app.workflow import Status

from .. import events

register = template.Library()


@register.simple_tag
def status_pill(status: str) -> SafeString:
    """Colour, icon and word of a status."""
    return render_to_string("components/status_pill.html", {"look": LOOKS[Status(status)]})


@register.filter
def sentence(event: TaskEvent) -> str:
    """An event as a sentence."""
    return events.sentence(event)
