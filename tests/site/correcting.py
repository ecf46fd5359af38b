"""What tests of corrections in a browser share: the desk, keys, a drag in the picture, the box as typed and stored."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from datasets_app.models import Dataset, Shape
from tasks_app import actions
from tasks_app.models import Task
from tests.factories import task_of

BOX = ["x", "y", "width", "height"]


def begun(street: Dataset) -> Task:
    """A large car, in ann's hands."""
    task = task_of(street, item__label__label_id="car:1")
    Shape.objects.filter(label=task.item.label).update(
        geometry={"box": [400, 300, 160, 150]}, attributes={"occluded": False, "doors": 4}
    )
    actions.start(task, by=street.team.ann)  # type: ignore[attr-defined]
    return task_of(street, pk=task.pk)


def open_desk(window: Any, task: Task, stage: str = "Labelling") -> Page:
    page: Page = window.open(f"/desk/{task.task_id}/?stage={stage}")
    settle(page)
    return page


def settle(page: Page) -> None:
    """Until nothing is asked of the server any more, and a key is no double press."""
    page.wait_for_load_state()
    page.wait_for_selector("main:not([data-busy])")
    page.wait_for_timeout(500)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    settle(page)


def typed(page: Page, form: str = "correct-0") -> list[float]:
    return [float(page.locator(f"#{form}-{name}").input_value()) for name in BOX]


def stored(task: Task) -> list[float]:
    found: list[float] = Shape.objects.get(label=task.item.label).geometry["box"]
    return found


def shown(page: Page) -> str:
    return page.locator(".pane").get_attribute("data-task") or ""


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the picture is on the screen."""
    found = page.locator('svg[data-view="picture"]').evaluate(
        "(svg, [x, y]) => { const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM()); return [at.x, at.y]; }",
        [x, y],
    )
    return found[0], found[1]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one point of the picture to another."""
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *((one + other) / 2 for one, other in zip(start, end, strict=True))))
    page.mouse.move(*on_screen(page, *end))
    page.mouse.up()


def near(found: list[float], expected: list[float]) -> bool:
    return all(abs(one - other) <= 1 for one, other in zip(found, expected, strict=True))
