"""The admin as a browser uses it: addresses, an operator who is signed in, buttons, and what the messages say."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from datasets_app.models import User


def url(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def sign_in(user: User) -> Browser:
    """The browser of a user who is made an operator."""
    user.is_staff = True
    user.save()
    browser = Browser()
    browser.force_login(user)
    return browser


def press(browser: Browser, row: Any, verb: str, **words: Any) -> HttpResponse:
    """The button of a verb on the row's page: it names the version that was seen there."""
    version = getattr(row, "version", None)
    rows = str(row.pk) if version is None else f"{row.pk}:{version}"
    return browser.post(url(type(row), "verb", verb), {"rows": rows, "one": "1", **words})


def told(response: Any) -> list[tuple[str, str]]:
    """The messages of an answer: level and sentence."""
    return [(message.level_tag, str(message)) for message in get_messages(response.wsgi_request)]


def sentences(response: Any) -> list[str]:
    return [sentence for _level, sentence in told(response)]
