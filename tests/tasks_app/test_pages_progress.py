"""The Progress tab: who may open it, what its charts and tables say, and what it costs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import set_settings
from tasks_app import actions, statistics
from tasks_app.models import Task
from tests.factories import make_dataset, task_of
from tests.pages import HOSTILE, list_of, signed_in

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MOST_QUERIES = 12


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def dataset(team, clock):
    return make_dataset(team, (5,))


def progress(team, dataset, query="", *, who="reader"):
    return signed_in(team, who).get(f"{list_of(dataset)}progress/{query}")


def text(response):
    """What a page says, without its tags."""
    page = re.sub(r"<title[^>]*>[^<]*</title>", "", response.content.decode())
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def finish(team, dataset, *label_ids):
    for label_id in label_ids:
        task = task_of(dataset, item__label__label_id=label_id)
        actions.submit(task, by=team.ann)
        actions.accept(task, by=team.eve, submit=True)


def send_back(team, dataset, label_id, reason=""):
    task = task_of(dataset, item__label__label_id=label_id)
    actions.submit(task, by=team.ann)
    actions.reject(task, by=team.eve, reason=reason)


@pytest.mark.parametrize(
    ("who", "status"), [("admin", 200), ("lead", 200), ("reader", 200), ("customer", 200), ("ann", 403)]
)
def test_who_sees_the_whole_dataset_sees_its_progress(team, dataset, who, status):
    assert progress(team, dataset, who=who).status_code == status
    tabs = signed_in(team, who).get(list_of(dataset)).content.decode()
    assert (">Progress</a>" in tabs) == (status == 200)


def test_a_labeller_is_told_which_roles_may(team, dataset):
    assert "Your role here cannot see everything." in text(progress(team, dataset, who="ann"))


def test_a_new_dataset_says_what_is_to_come(team, dataset):
    page = text(progress(team, dataset))

    assert "Nothing is finished yet: an item is when its task in QA is accepted." in page
    assert "Nothing was sent back in the last 30 days." in page
    assert "No task was submitted in the last 30 days" in page
    assert '<svg class="chart' not in progress(team, dataset).content.decode()


def test_a_dataset_without_tasks_has_a_page(team):
    assert progress(team, make_dataset(team, ())).status_code == 200


def test_what_is_finished_is_drawn_and_written(team, dataset, clock):
    finish(team, dataset, "car:1", "car:2")
    clock.shift(timedelta(days=2).total_seconds())
    finish(team, dataset, "car:3")

    response = progress(team, dataset, "?days=7")

    page = response.content.decode()
    assert "3 in the last 7 days, 3 altogether." in page
    assert "<title>2 Mar: 2</title>" in page
    assert "2 Mar 2 2 3 Mar 0 2 4 Mar 1 3" in text(response)
    assert page.count('<svg class="chart') == page.count('role="img"') == 2  # nothing was sent back


def test_what_was_finished_before_is_counted_in(team, dataset, clock):
    finish(team, dataset, "car:1", "car:2")
    clock.shift(timedelta(days=10).total_seconds())

    assert "Nothing was finished in the last 7 days; 2 before that." in text(progress(team, dataset, "?days=7"))
    finish(team, dataset, "car:3")
    assert "12 Mar 1 3" in text(progress(team, dataset, "?days=7"))


def test_rejections_are_drawn_and_written(team, dataset):
    send_back(team, dataset, "car:1", "too large")
    send_back(team, dataset, "car:2")
    finish(team, dataset, "car:3", "car:4")

    response = progress(team, dataset)

    page = text(response)
    assert "2 of 4 decisions in the last 30 days sent the work back: 50 %." in page
    assert "too large 1 2" in page
    assert "no reason 1 2" in page
    assert "car 2 4" in page
    assert "ann@example.com 2 4" in page
    assert "no reason: 1 · 50 %" in unescape(response.content.decode())


def test_times_are_drawn_and_written(team, dataset, clock):
    clock.shift(7200)
    finish(team, dataset, "car:1")

    page = text(progress(team, dataset))

    assert "Labelling: work 2 h, 9 of 10 in 2 h" in page
    assert "QA: review none yet" in page
    assert "Labelling: work 2 h 2 h 1" in page


def test_a_stage_is_looked_at_alone(team, dataset):
    finish(team, dataset, "car:1")
    task = task_of(dataset, item__label__label_id="car:2")
    actions.submit(task, by=team.ann)
    actions.accept(task, by=team.eve)

    page = text(progress(team, dataset, "?stage_id=Labelling"))

    assert "Accepted in Labelling" in page
    assert "2 Mar 2 2" in page
    assert "QA: work" not in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?days=8", "days is one of: 7, 30, 90, all."),
        ("?stage_id=lost", "There is no stage lost here."),
        ("?stage_id=%00", "There is no stage"),
    ],
)
def test_what_cannot_be_asked_is_told(team, dataset, query, sentence):
    response = progress(team, dataset, query)

    assert response.status_code == 400
    assert sentence in text(response)


def test_links_keep_the_other_choice(team, dataset):
    page = progress(team, dataset, "?days=7&stage_id=QA").content.decode()

    assert re.search(r'href="[^"]*\?days=7&amp;stage_id=QA" aria-current="true">7 days<', page)
    assert re.search(r'href="[^"]*\?stage_id=QA">30 days<', page)
    assert re.search(r'href="[^"]*\?days=7">All stages<', page)


def test_names_are_no_markup(team, dataset):
    send_back(team, dataset, "car:1", HOSTILE)

    assert HOSTILE not in progress(team, dataset).content.decode()


def test_leads_are_shown_where_reasons_are_set(team, dataset):
    assert "Give reviewers a list of reasons" in text(progress(team, dataset, who="lead"))
    assert "Give reviewers a list" not in text(progress(team, dataset))
    set_settings(dataset, by=None, reject_reasons=["too large"])
    assert "Give reviewers a list" not in text(progress(team, dataset, who="lead"))


@pytest.mark.parametrize("files", [(2,), (30, 30)])
def test_it_costs_few_queries_however_many_tasks(team, clock, monkeypatch, files):
    monkeypatch.setattr(statistics, "MEASURED", 5)
    monkeypatch.setattr(statistics, "COUNTED", 5)
    dataset = make_dataset(team, files)
    for task in list(Task.objects.filter(dataset=dataset, stage__stage_id="Labelling"))[: sum(files) // 2]:
        actions.submit(task, by=team.ann)
        actions.reject(task, by=team.eve, reason=str(task.pk))
        actions.submit(task, by=team.ann)
        actions.accept(task, by=team.eve, submit=True)
    browser = signed_in(team, "reader")

    with CaptureQueriesContext(connection) as queries:
        browser.get(f"{list_of(dataset)}progress/")

    assert len(queries) <= MOST_QUERIES


def test_what_is_worked_out_from_a_part_says_so(team, dataset, monkeypatch):
    monkeypatch.setattr(statistics, "MEASURED", 2)
    monkeypatch.setattr(statistics, "COUNTED", 4)
    finish(team, dataset, "car:1", "car:2", "car:3", "car:4")
    send_back(team, dataset, "car:5")

    page = text(progress(team, dataset))

    assert re.search(r"1 of about \d+ decisions", page)
    assert "what was accepted is worked out from one task in 2, so rates are about right." in page
    assert re.search(r"Labelling: work about .* \d, one in 3 ", page)
