"""The page of settings in tests: what is sent, and what is wrong with it."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from datasets_app.models import Dataset
from tests.factories import Team
from tests.pages import signed_in


def page_of(dataset: Dataset) -> str:
    return f"/datasets/{dataset.dataset_id}/settings/"


def shown(html: str, section: str, stage: str = "") -> str:
    """What the form of a section carries. Empty: it is not there."""
    mark = f'name="section" value="{section}">'
    if section == "stage":
        mark += f'<input type="hidden" name="stage" value="{escape(stage)}">'
    found = re.search(rf'{re.escape(mark)}.*?name="shown" value="([^"]+)">', html, re.DOTALL)
    return unescape(found[1]) if found else ""


def send(team: Team, dataset: Dataset, section: str, name: str = "lead", **said: Any) -> Any:
    """Press the button of a section. Without `shown` the page was opened just now."""
    browser = signed_in(team, name)
    if "shown" not in said and section not in ("new", "pipeline"):
        said["shown"] = shown(text(browser.get(page_of(dataset))), section, said.get("stage", ""))
    return browser.post(page_of(dataset), {"section": section, **said})


def opened(team: Team, dataset: Dataset, section: str, stage: str = "", name: str = "admin") -> str:
    """What the form carries in a page that somebody opens now."""
    return shown(text(signed_in(team, name).get(page_of(dataset))), section, stage)


def carried(response: Any, section: str, stage: str = "") -> str:
    """What the form carries in a page that was answered."""
    return shown(text(response), section, stage)


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def changed(what: str, value: str) -> str:
    """What is said where somebody else was first."""
    return f"Somebody has changed the {what} meanwhile, to: {value}. Look at it again and save anew."


def wrong(response: Any) -> list[str]:
    """What stands in its place as wrong."""
    return [unescape(one) for one in re.findall(r'<p class="wrong"[^>]*>(.*?)</p>', response.content.decode())]
