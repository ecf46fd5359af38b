"""What tests of the picture share: a drive with pictures, a window on one of its cars, and what is shown of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from datasets_app.models import Dataset
from tests.factories import make_dataset, make_team, task_of
from tests.pages import page_of
from tests.site.browsing import Window, Windows
from tests.site.scenery import fill

Part = tuple[float, ...]
WHOLE = (0.0, 0.0, 960.0, 600.0)


def make_drive() -> Dataset:
    """Twelve frames of a drive, with pictures."""
    team = make_team()
    dataset = make_dataset(team, (), mode="label_by_label")
    fill(dataset, "sequence", 12)
    dataset.team = team  # type: ignore[attr-defined]
    return dataset


def page_of_car(drive: Dataset) -> str:
    return page_of(task_of(drive, item__label__label_id="car:1"))


def look_at_car(windows: Windows, drive: Dataset, **options: object) -> Window:
    """Ann looks at a car that is in all frames."""
    window = windows(drive.team, "ann", **options)  # type: ignore[attr-defined]
    window.open(page_of_car(drive))
    return window


def part(page: Page, name: str = "picture") -> Part:
    """The part of the picture that is shown."""
    text = page.locator(f'svg[data-view="{name}"]').get_attribute("viewBox") or ""
    return tuple(float(number) for number in text.split())


def fit_of(page: Page) -> Part:
    """The part in which the object is."""
    text = page.locator("[data-fit]").get_attribute("data-fit") or ""
    return tuple(float(number) for number in text.split())


@contextmanager
def same_page(window: Window) -> Iterator[None]:
    """What is done in it loads no page anew, and nothing goes wrong."""
    window.page.evaluate("window.same = true")
    yield
    assert window.page.evaluate("window.same")
    assert window.wrong == []
