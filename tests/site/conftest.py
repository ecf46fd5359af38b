"""What tests in a browser need: Chromium, windows of people, and a street with pictures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from datasets_app.actions import set_settings, set_stage
from datasets_app.models import Dataset
from tasks_app.bulk import Deed, Wanted, bulk
from tasks_app.models import Task
from tasks_app.workflow import Action
from tests.factories import make_dataset, make_team
from tests.site.browsing import ARGUMENTS, Windows
from tests.site.scenery import fill
from tests.site.sitting import REASONS


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None and not os.environ.get("CI_REQUIRE_BROWSER"):
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    assert path is not None, "CI_REQUIRE_BROWSER is set, and there is no chromium"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright has an event loop in the thread of the tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def windows(chromium: Browser, live_server) -> Iterator[Windows]:
    made = Windows(chromium, live_server.url)
    yield made
    for window in made.made:
        window.context.close()


@pytest.fixture
def street(transactional_db) -> Dataset:
    """Three pictures of a street, with ann, eve and the others around them."""
    team = make_team()
    dataset = make_dataset(team, ())
    fill(dataset, "frames", 3)
    dataset.team = team  # type: ignore[attr-defined]
    return dataset


@pytest.fixture
def submitted(street: Dataset) -> Dataset:
    """All objects of the street wait for their review."""
    dataset = set_settings(street, by=None, reject_reasons=REASONS)
    set_stage(dataset.pipeline[-1], by=None, can_edit=True)
    dataset.team = street.team  # type: ignore[attr-defined]
    labels = Task.objects.filter(dataset=dataset, stage__stage_id="Labelling", item__task_type="label")
    bulk(dataset, Deed(Action.SUBMIT), [Wanted(task.task_id) for task in labels], by=street.team.ann)  # type: ignore[attr-defined]
    return dataset
