"""The form of the page of assignments in tests: a browser without scripts, and what it reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

from datasets_app.models import Dataset
from tasks_app.assignments import saved_file_tasks
from tests.factories import Team
from tests.pages import signed_in

ANN, BOB, EVE = (f"{name}@example.com" for name in ("ann", "bob", "eve"))


def page_of(dataset: Dataset) -> str:
    return f"/datasets/{dataset.dataset_id}/assignments/"


class Form:
    """The form of the page, as a browser without scripts keeps it between two buttons."""

    def __init__(self, team: Team, dataset: Dataset, name: str = "lead") -> None:
        self.browser, self.address = signed_in(team, name), page_of(dataset)
        self.answer = self.browser.get(self.address)

    @property
    def text(self) -> str:
        return self.answer.content.decode()

    @property
    def changes(self) -> list[str]:
        return [unescape(one) for one in re.findall(r'name="change" value="([^"]*)"', self.text)]

    def send(self, **said: Any) -> Any:
        self.answer = self.browser.post(self.address, {"change": self.changes, **said})
        return self.answer

    def move(self, stage: str, to: str, files: str = "", pick: Sequence[str] = ()) -> Any:
        return self.send(act="move", stage=stage, to=to, files=files, pick=list(pick))

    def share(self, stage: str, *people: str, **said: Any) -> Any:
        return self.send(act="share", share_stage=stage, people=people, **said)

    @property
    def rows(self) -> list[list[str]]:
        """To, stage, from, files, objects (of files), which, of each change, as they read."""
        body = re.search(r'aria-label="Changes that are not saved".*?</table>', self.text, re.DOTALL)
        found = re.findall(r"<tr.*?</tr>", body[0].partition("<tbody>")[2], re.DOTALL) if body else []
        return [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in found]

    @property
    def wrong(self) -> list[str]:
        found = re.findall(r'<(?:p|span) class="(?:wrong|message message-error)"[^>]*>(.*?)</(?:p|span)>', self.text)
        return [words(one) for one in found]


def words(html: str) -> str:
    """As it reads."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()


def files_of(dataset: Dataset, stage: str, email: str) -> Any:
    """The files that a person has in a stage, as saved."""
    found = [one for one in saved_file_tasks(dataset) if (one["stage_id"], one["email"]) == (stage, email)]
    return found[0]["file_ids"] if found else []
