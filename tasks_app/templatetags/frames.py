"""Where the frames of what is on a page are."""

from __future__ import annotations

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def frame_links(context: template.Context) -> str:
    """The address of a frame without its number: of `view_path`, else of this page with all that it was asked."""
    path = str(context.get("view_path") or "")
    if not path:
        asked = context["request"].GET.copy()
        asked.pop("frame", None)
        path = f"?{asked.urlencode()}" if asked else ""
    return f"{path}{'&' if '?' in path else '?'}frame="
