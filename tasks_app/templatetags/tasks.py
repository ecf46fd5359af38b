"""What pages of tasks write in the same way."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.templatetags.foureyes import ICONS, span
from datasets_app.ids import now
from tasks_app.models import TaskEvent
from tasks_app.pages.statuses import LOOKS
from tasks_app.workflow import Status

from .. import events

register = template.Library()


@register.simple_tag
def status_pill(status: str) -> SafeString:
    """Colour, icon and word of a status."""
    return _pill(status)


@cache  # six of them, some hundred times on a page
def _pill(status: str) -> SafeString:
    return render_to_string("components/status_pill.html", {"look": LOOKS[Status(status)]})


@register.filter
def sentence(event: TaskEvent) -> str:
    """An event as a sentence."""
    return events.sentence(event)


@register.filter
def age(moment: datetime) -> SafeString:
    """ "2 h": for how long, where the column says of what; the exact time in the title."""
    exact = f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
    return format_html('<time title="{}" datetime="{}">{}</time>', exact, exact, span((now() - moment).total_seconds()))


@register.filter
def icon_path(name: str) -> str:
    """How an icon is drawn: once on a page that shows it some hundred times."""
    return ICONS[name]
