"""My work: what the page says and where its buttons lead, for everyone; what it costs."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import mark_labelling_done, set_settings, set_stage
from datasets_app.ids import now
from datasets_app.membership import set_scopes, set_stage_people
from datasets_app.models import Dataset
from tasks_app import actions, workload
from tasks_app.assignments import assign_files
from tasks_app.claims import skip
from tasks_app.models import Task
from tests.factories import make_dataset, make_qa_task, make_task, make_team, task_of, walk
from tests.pages import HOSTILE, signed_in


def address(team) -> str:
    return f"/clients/{team.client.client_id}/my-work/"


def opened(team, name: str) -> Any:
    return signed_in(team, name).get(address(team))


def text_of(response: Any) -> str:
    """What the page says between its head and its end."""
    main = response.content.decode().partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def headings(response: Any) -> list[str]:
    found = re.findall(r"<h2[^>]*>(.*?)</h2>", response.content.decode().partition("<main")[2], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def first(response: Any) -> str:
    """Where the one big button leads: an address, or what its form sends."""
    main = response.content.decode().partition("<main")[2]
    found = re.search(r'<a [^>]*href="([^"]+)" data-key="enter"', main)
    if found:
        return found[1]
    form = re.search(r'<form method="post" action="([^"]+)"[^>]*>(?:(?!</form>).)*data-key="enter"', main, re.DOTALL)
    assert form is not None
    return form[1] + " " + " ".join(re.findall(r'name="(?:stage|kind)" value="([^"]*)"', form[0]))


def everything(team) -> dict[str, Task]:
    """Something for ann in each list."""
    found = {"rejected": make_task(team, "rejected"), "in_progress": make_task(team, "in_progress")}
    make_task(team, "ready")
    dataset = make_dataset(team, (2,))
    for task in Task.objects.filter(dataset=dataset, stage__position=0):
        actions.submit(task, by=team.bob)
    return found | {"review": task_of(dataset, "QA")}


# --- what it says -------------------------------------------------------------------------------------------------


def test_the_four_lists_stand_in_the_order_of_the_queue(team):
    everything(team)

    response = opened(team, "ann")

    assert headings(response) == ["Sent back to you 1", "In progress 1", "Ready for you 1", "To review 2"]
    assert "1 sent back, 1 in progress, 1 ready for you, 2 to review." in text_of(response)
    assert '<span class="badge num">4</span>' in response.content.decode()  # what is free others can do


def test_what_was_sent_back_says_why_and_by_whom(team):
    dataset = make_dataset(team, reject_reasons=["box too large"])
    actions.submit(task_of(dataset), by=team.ann)
    actions.reject(task_of(dataset), by=team.eve, reason="box too large", comment=f"Cuts the mirror off {HOSTILE}")

    response = opened(team, "ann")

    assert "car:1 round 2 Street · Labelling".replace(" · ", " ") in text_of(response)
    assert "box too large by eve Cuts the mirror off" in text_of(response)
    assert HOSTILE not in response.content.decode()

    actions.start(task_of(dataset), by=team.ann)
    begun = opened(team, "ann")
    assert headings(begun)[0] == "In progress 1"
    assert "box too large by eve Cuts the mirror off" in text_of(begun)


def test_reviews_are_told_by_dataset_and_stage(team):
    for _ in range(2):
        make_qa_task(team, "ready")
    dataset = make_dataset(team, (3,))
    assign_files(dataset, [{"stage_id": "QA", "email": "eve@example.com", "files": "1"}], by=team.lead)
    for task in Task.objects.filter(dataset=dataset, stage__position=0):
        actions.submit(task, by=team.ann)

    response = opened(team, "eve")

    assert "5 to review in 3 datasets." in text_of(response)
    rows = re.findall(r'data-label="(Yours|Free)" class="num">\s*([^<]*)', response.content.decode())
    assert [(name, number.strip()) for name, number in rows][:2] == [("Yours", "3"), ("Free", "")]
    assert sorted(number.strip() for name, number in rows if name == "Free") == ["", "1", "1"]


def test_what_is_late_is_counted_and_how_much(team):
    dataset = make_dataset(team, (2,))
    set_stage(dataset.pipeline[0], time_limit_seconds=3600, by=team.lead)
    make_task(team, "rejected", dataset=dataset)
    browser = signed_in(team, "ann")

    with time_machine.travel(now() + timedelta(hours=5), tick=False):
        said = text_of(browser.get(address(team)))

    assert "1 sent back, 1 ready for you, 2 late." in said
    assert "round 2 4 h late" in said
    assert "1 · 4 h late" in said


def test_many_are_twenty_and_a_link_to_the_rest(team):
    dataset = make_dataset(team, (23,))
    for task in Task.objects.filter(dataset=dataset, stage__position=0):
        actions.start(task, by=team.ann)

    response = opened(team, "ann")

    assert response.content.decode().count(">Continue<") == 20
    assert "In progress 23" in headings(response)
    link = f"/datasets/{dataset.dataset_id}/?status=in_progress&stage_id=Labelling&email=ann%40example.com"
    assert f'<a href="{link.replace("&", "&amp;")}">3 in Street</a>' in response.content.decode()
    rest = signed_in(team, "ann").get(link).content.decode()
    assert rest.count('<th scope="row"') == 23


def test_many_stages_are_thirty_and_the_datasets(team):
    for _ in range(33):
        make_dataset(team)

    response = opened(team, "ann")

    assert response.content.decode().count("data-once") == 1 + 30
    assert "and 3 more stages: see all datasets" in text_of(response)


def test_numbers_say_where_counting_stopped(team, monkeypatch):
    monkeypatch.setattr(workload, "MOST", 3)
    make_dataset(team, (5,))

    assert "3+ ready for you." in text_of(opened(team, "ann"))


# --- what is first ------------------------------------------------------------------------------------------------


def test_the_one_button_starts_what_the_queue_gives_first(team):
    tasks = everything(team)
    browser = signed_in(team, "ann")

    assert first(browser.get(address(team))) == f"/desk/{tasks['rejected'].task_id}/"
    actions.submit(tasks["rejected"], by=team.ann)
    assert first(browser.get(address(team))) == f"/desk/{tasks['in_progress'].task_id}/"
    actions.submit(tasks["in_progress"], by=team.ann)
    ready = task_of(Task.objects.get(status="ready", stage__position=0).dataset)
    assert first(browser.get(address(team))) == f"/datasets/{ready.dataset.dataset_id}/desk/ Labelling work"
    actions.submit(ready, by=team.ann)
    review = f"/datasets/{tasks['review'].dataset.dataset_id}/desk/ QA review"
    assert first(browser.get(address(team))) == review


def test_what_was_begun_before_its_review_opens_the_review(team):
    task = make_qa_task(team, "ready")
    actions.start(task, by=team.eve)

    assert first(opened(team, "eve")) == f"/desk/{task.previous.task_id}/"


def test_a_button_of_a_stage_begins_there(team):
    make_dataset(team, stages=["First look", "QA"])
    browser = signed_in(team, "ann")
    page = browser.get(address(team)).content.decode()
    action, stage, kind = re.findall(
        r'action="(/datasets/[^"]+)".*?name="stage" value="([^"]+)".*?name="kind" value="([^"]+)"', page
    )[0]

    response = browser.post(action, {"stage": stage, "kind": kind})

    assert response["Location"].startswith(f"/desk/{task_of(Dataset.objects.get(), 'First look').task_id}/")
    assert Task.objects.get(claimed_by__isnull=False).claimed_by == team.users["ann"]


# --- nothing ------------------------------------------------------------------------------------------------------


def test_nothing_to_do_says_what_comes(team):
    dataset = make_dataset(team, (4,))
    set_stage_people(dataset.pipeline[0], [team.bob], by=team.admin)

    said = text_of(opened(team, "ann"))

    assert "Nothing waits for you now." in said
    assert "QA of Street is waiting for Labelling: 4 to go." in said


def test_nothing_to_do_and_nothing_to_come_says_so(team):
    make_dataset(team)
    mark_labelling_done(Dataset.objects.get(), by=team.lead)

    response = opened(team, "ann")

    assert "All of it is with others, or finished." in text_of(response)
    assert 'data-key="enter"' not in response.content.decode()


def test_what_was_put_aside_is_told(team):
    skip(make_task(team, "rejected"), by=team.ann)

    assert "1 that you skipped comes back by itself after a while." in text_of(opened(team, "ann"))


# --- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["creator", "fixer", "reader"])
def test_who_only_reads_gets_the_datasets(team, role):
    make_dataset(team)

    response = opened(team, role)

    assert response["Location"] == f"/clients/{team.client.client_id}/"
    assert "My work" not in signed_in(team, role).get(response["Location"]).content.decode()


def test_who_works_in_one_dataset_only_has_work(team):
    set_scopes(make_dataset(team), team.reader, ["labeller"], by=team.admin)

    assert "1 ready for you." in text_of(opened(team, "reader"))


def test_another_clients_work_does_not_exist(team):
    stranger = make_team("other-")
    make_task(team, "rejected")

    assert signed_in(stranger, "ann").get(address(team)).status_code == 404
    assert "Nothing waits for you now." in text_of(opened(stranger, "ann"))


def test_it_is_only_read(team):
    assert signed_in(team, "ann").post(address(team)).status_code == 405


# --- cost ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ann", "admin", "customer"])
def test_queries_do_not_grow(team, name):
    def queries() -> int:
        browser = signed_in(team, name)
        with CaptureQueriesContext(connection) as captured:
            browser.get(address(team))
        return len(captured)

    everything(team)
    make_qa_task(team, "submitted")
    few = queries()
    for _ in range(5):
        everything(team)
        dataset = make_dataset(team, (3, 3), stages=["Labelling", "QA", "Audit"], customer_review=True)
        set_settings(dataset, by=None, allow_self_review=True)
        walk(team, dataset, 3)

    assert queries() <= few <= 12
