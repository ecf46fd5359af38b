"""The page of settings in tests: what is sent, and what is wrong with it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from datasets_app.models import Dataset
from tests.factories import Team
from tests.pages import signed_in


def page_of(dataset: Dataset) -> str:
    return f"/datasets/{dataset.dataset_id}/settings/"


def send(team: Team, dataset: Dataset, section: str, name: str = "lead", **said: Any) -> Any:
    """Press the button of a section."""
    return signed_in(team, name).post(page_of(dataset), {"section": section, **said})


def wrong(response: Any) -> list[str]:
    """What stands in its place as wrong."""
    return [unescape(one) for one in re.findall(r'<p class="wrong"[^>]*>(.*?)</p>', response.content.decode())]
