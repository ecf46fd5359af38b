"""What tests of pages share: someone who is signed in, addresses, buttons, and what is told."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client

from datasets_app.models import Dataset, File
from tasks_app.models import Task
from tests.factories import Team

HOSTILE = '<script>alert("x")</script>'


def signed_in(team: Team, name: str) -> Client:
    """A browser without scripts in which this person is signed in."""
    client = Client()
    client.force_login(team.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def told(response: Any) -> list[str]:
    """The messages of a page, as they read."""
    found = re.findall(r'<p class="message[^>]*>.*?<span>(.*?)</span>', response.content.decode(), re.DOTALL)
    return [unescape(text) for text in found]


def buttons(response: Any) -> list[str]:
    """The decisions that a page offers."""
    return re.findall(r'name="decision" value="(\w+)"', response.content.decode())


def version(response: Any) -> str:
    """The version on which the page's decision would be made."""
    (found,) = re.findall(r'name="version" value="(\d+)" id="decision-version"', response.content.decode())
    return found


def status_of(browser: Client, address: str) -> int:
    """The status code of an address, redirects followed; what it streams is read to its end."""
    response = browser.get(address, follow=True)
    if response.streaming:
        response.getvalue()
    return response.status_code


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc00000030101"
    "00c9fe92ef0000000049454e44ae426082"
)


def page_of(task: Task) -> str:
    return f"/tasks/{task.task_id}/"


def list_of(dataset: Dataset) -> str:
    return f"/datasets/{dataset.dataset_id}/"


def rows_in(response: Any) -> int:
    return response.content.decode().count('<th scope="row"')


def picked_in(response: Any) -> int:
    """The tasks of a flow that its filters pick."""
    return len(re.findall(r"<td data-label=[^>]*(?<!class=.dim.)>", response.content.decode()))


def decide(browser: Client, task: Task, decision: str, **said: Any) -> Any:
    """Press a button of a task's page."""
    said = {"decision": decision, "version": version(browser.get(page_of(task))), **said}
    return browser.post(page_of(task), said, follow=True)


def with_picture(dataset: Dataset, position: int = 1, name: str = "x.png") -> File:
    file = dataset.files.get(position=position)
    file.picture.save(name, ContentFile(PNG))
    return file
