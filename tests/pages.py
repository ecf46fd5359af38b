"""What tests of pages share: someone who is signed in, and what they are told."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client

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
