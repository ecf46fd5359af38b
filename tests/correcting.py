"""What tests of corrections on pages share: the fields of a form as a browser sends them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from datasets_app.models import Shape
from tasks_app.models import Task
from tests.factories import make_dataset, make_task
from tests.pages import page_of, signed_in

#: One of each kind, in the order of the form; what is nested has no field.
ATTRIBUTES = {
    "colour": "red",
    "doors": 4,
    "lines": "one\ntwo",
    "note": None,
    "occluded": False,
    "parts": [1, {"a": True}],
    "score": 0.5,
}


def fields(html: str, form: str = "change", number: int = 0) -> dict[str, str]:
    """What a browser would send of one form of a page, untouched."""
    (found,) = re.findall(rf'<form(?=[^>]*data-correct="{form}")(?:(?!<form).)*?</form>', html, re.DOTALL)[number:][:1]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", found):
        value = re.search(r'value="([^"]*)"', tag)
        sent[re.findall(r'name="([^"]*)"', tag)[0]] = unescape(value[1]) if value else ""
    for name, inside in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', found, re.DOTALL):
        sent[name] = (re.findall(r'<option value="(\w+)" selected>', inside) or [""])[0]
    for name, inside in re.findall(r'<textarea name="([^"]*)"[^>]*>\s(.*?)</textarea>', found, re.DOTALL):
        sent[name] = unescape(inside).strip("\n").replace("\n", "\r\n")
    sent.pop("csrfmiddlewaretoken", None)
    return sent | {"correct": form}


def page(team: Any, task: Task, name: str = "ann", **asked: Any) -> str:
    return signed_in(team, name).get(page_of(task), asked).content.decode()


def correct(team: Any, task: Task, name: str = "ann", *, headers: Any = None, form: str = "change", **said: Any) -> Any:
    """Send a form of the task's page as it is, but for what is said; redirects are followed."""
    browser = signed_in(team, name)
    sent = fields(browser.get(page_of(task)).content.decode(), form) | said
    return browser.post(f"{page_of(task)}correct/", sent, follow=not headers, headers=headers or {})


def name_of(html: str, attribute: str) -> str:
    """The field of an attribute."""
    (found,) = re.findall(rf'<label for="correct-0-([^"]*)">{attribute}</label>', html)
    return str(found)


def shape_in(task: Task) -> Shape:
    """The shape that a task is about, as it is now."""
    return Shape.objects.select_related("label").get(label=task.item.label)


def begun(team: Any) -> Task:
    """ann's, in progress; the object has attributes of every kind, and another one beside it."""
    dataset = make_dataset(team, (2,))
    Shape.objects.update(attributes=ATTRIBUTES)
    return make_task(team, "in_progress", dataset=dataset)
