"""What all pages write in the same way: icons, times, numbers, categories, values."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django import template
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from datasets_app.drawing.shapes import hue, text_of
from datasets_app.ids import now

register = template.Library()

#: Drawn by us on a grid of 16, as one stroked path each.
ICONS = {
    "alert": "M8 2.2 14.4 13.4H1.6ZM8 6.4v3M8 11.3v.2",
    "back": "M6 3.2 2.8 6.4 6 9.6M2.8 6.4h6.6a3.5 3.5 0 0 1 0 7H6.2",
    "check": "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM5.3 8.2l1.9 1.9 3.5-4",
    "clock": "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 4.8V8l2.3 1.5",
    "close": "M4 4l8 8M12 4l-8 8",
    "down": "M3.5 6 8 10.5 12.5 6",
    "eye": "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
    "flag": "M4 14V2.6h8.2l-1.9 3 1.9 3H4",
    "left": "M10 3.5 5.5 8 10 12.5",
    "pencil": "M2.8 13.2l.7-3 7.2-7.2a1.1 1.1 0 0 1 1.6 0l.7.7a1.1 1.1 0 0 1 0 1.6l-7.2 7.2ZM9.4 4.3l2.3 2.3",
    "person": "M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8ZM2.8 14c.5-2.6 2.6-4 5.2-4s4.7 1.4 5.2 4",
    "plane": "M14 2 7.2 8.8M14 2 9.8 14 7.2 8.8 2 6.2Z",
    "play": "M4.8 3v10L12.8 8Z",
    "right": "M6 3.5 10.5 8 6 12.5",
}

MINUTE, HOUR, DAY = 60, 3600, 86_400
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon beside its word: hidden from those who hear the page."""
    return format_html('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>', ICONS[name])


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """ "2 h ago", with the exact time in the title."""
    if moment is None:
        return "–"
    seconds = (now() - moment).total_seconds()
    if seconds < MINUTE:
        words = "just now"
    elif seconds < 30 * DAY:
        words = f"{span(seconds)} ago"
    else:
        words = date(timezone.localtime(moment), "j M Y")
    return _time(moment, words)


@register.filter
def until(moment: datetime | None) -> SafeString | str:
    """ "in 3 d", with the exact time in the title."""
    if moment is None:
        return "–"
    return _time(moment, f"in {span((moment - now()).total_seconds())}")


@register.filter
def late(due_at: datetime) -> SafeString:
    """ "2 d late", with the time at which it was due in the title."""
    return _time(due_at, f"{span((now() - due_at).total_seconds())} late")


def span(seconds: float) -> str:
    """A length of time in its largest unit."""
    if seconds < HOUR:
        return f"{max(int(seconds // MINUTE), 1)} min"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h"
    return f"{number(int(seconds // DAY))} d"


def _time(moment: datetime, words: str) -> SafeString:
    exact = date(timezone.localtime(moment), "j M Y, H:i:s T")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)


@register.filter
def number(value: int) -> str:
    """12 345, with thin spaces."""
    return f"{value:,}".replace(",", THIN_SPACE)


@register.filter
def category_class(category: str) -> str:
    """The class with the category's colour: `cat-0` to `cat-11`."""
    return f"cat-{hue(category)}"


@register.filter
def said(value: Any) -> str:
    """A JSON value as people write it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(said(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {said(one)}" for name, one in value.items())
    return str(value)


@register.filter
def plain(value: float) -> str:
    """A number for an attribute of an SVG: never in the words of a language."""
    return text_of(value)


@register.filter
def box_numbers(box: Any) -> str:
    """ "211, 96 · 140 × 88": where the box is, and its size."""
    x, y, width, height = (text_of(one) if isinstance(one, int | float) else str(one) for one in (*box, *"????")[:4])
    return f"{x}, {y} · {width} × {height}"


@register.filter
def solid_numbers(box: dict[str, Any]) -> list[tuple[str, str]]:
    """The numbers of a 3D box, named, in metres and degrees."""
    numbers = {name: value for name, value in box.items() if isinstance(value, int | float)}
    named = [("Centre", ("cx", "cy", "cz"), ", "), ("Size", ("l", "w", "h"), " × ")]
    found = [
        (title, sign.join(f"{numbers[name]:.2f}" for name in names) + " m")
        for title, names, sign in named
        if all(name in numbers for name in names)
    ]
    if "rot_z" in numbers:
        found.append(("Heading", f"{math.degrees(numbers['rot_z']):.1f}°"))
    return found


@register.filter
def pairs(value: Any) -> list[tuple[str, Any]]:
    """Names and values of a JSON object, sorted: PostgreSQL does not keep their order. Not `.items` in a template: that
    may be one of the names."""
    return sorted(value.items()) if isinstance(value, dict) else []
