"""Sitting at the desk in a browser: the first object, keys, and what is on it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from datasets_app.models import Dataset
from tasks_app.models import Task

REASONS = ["box too large", "missing part"]


def sit_down(window: Any, dataset: Dataset, stage: str) -> Page:
    page: Page = window.open(f"/datasets/{dataset.dataset_id}/desk/?stage={stage}")
    page.get_by_role("button", name="Start").click()
    settle(page)
    return page


def shown(page: Page) -> str:
    """The id of the task on the desk."""
    return page.locator(".pane").get_attribute("data-task") or ""


def press(page: Page, key: str) -> None:
    """Press a key and wait until the server has answered and the next object is fetched."""
    page.wait_for_timeout(320)  # sooner it would be a double press
    page.keyboard.press(key)
    settle(page)


def settle(page: Page) -> None:
    """Until nothing is asked of the server any more; a page without scripts never asks."""
    page.wait_for_load_state()
    page.wait_for_selector("main:not([data-busy])")


def statuses(task_id: str) -> list[str]:
    """The statuses of a task's chain."""
    item = Task.objects.get(task_id=task_id).item
    return list(item.tasks.order_by("stage_order").values_list("status", flat=True))
