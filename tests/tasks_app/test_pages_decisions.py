"""Decisions and values on a task's page: the buttons, what they do, and what is refused in which words."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tasks_app import actions
from tasks_app.models import Task
from tests.factories import make_dataset, make_task, task_of
from tests.pages import (
    HOSTILE,
    buttons,
    decide,
    page_of,
    signed_in,
    told,
    version,
)

# --- decisions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "name", "wanted"),
    [
        ("ready", "ann", ["submit", "start"]),
        ("in_progress", "ann", ["submit"]),
        ("in_progress", "bob", []),
        ("submitted", "ann", []),
        ("submitted", "eve", ["accept_submit", "accept_modify", "reject"]),
        ("submitted", "reader", []),
        ("submitted", "customer", []),
        ("rejected", "ann", ["submit", "start"]),
        ("rejected", "eve", []),
        ("accepted", "ann", []),
        ("accepted", "lead", ["reopen"]),
        ("waiting", "eve", []),
    ],
)
def test_buttons_are_what_the_policies_allow(team, status, name, wanted):
    assert buttons(signed_in(team, name).get(page_of(make_task(team, status)))) == wanted


def test_in_the_last_stage_there_is_one_accept(team):
    dataset = make_dataset(team, stages=("Labelling",), customer_review=True)
    actions.submit(task_of(dataset), by=team.ann)

    assert buttons(signed_in(team, "customer").get(page_of(task_of(dataset)))) == ["accept", "reject"]


@pytest.mark.parametrize(
    ("status", "name", "sentence"),
    [
        ("submitted", "ann", "You submitted this one, so somebody else has to accept it"),
        ("in_progress", "bob", "Only ann@example.com can submit this one"),
        ("waiting", "eve", "This waits until Labelling is submitted: it is ready now."),
    ],
)
def test_the_page_says_why_there_is_no_button(team, status, name, sentence):
    assert sentence in signed_in(team, name).get(page_of(make_task(team, status))).content.decode()


def test_the_loop_of_two_people(team):
    task = make_task(team)
    ann, eve = signed_in(team, "ann"), signed_in(team, "eve")

    assert told(decide(ann, task, "submit")) == ["Submitted car:1 in Labelling."]
    done = decide(eve, task, "reject", reason="too large", comment="It cuts the mirror off.")
    assert told(done) == ["Rejected car:1 in Labelling."]
    page = ann.get(page_of(task)).content.decode()
    assert "Sent back by eve: too large" in page
    assert "It cuts the mirror off." in page
    assert "round 2" in page
    decide(ann, task, "start")
    decide(ann, task, "submit", comment="Smaller now.")
    assert told(decide(eve, task, "accept_submit")) == ["Accepted car:1 in Labelling and submitted QA."]
    assert set(task.dataset.tasks.values_list("status", flat=True)) == {"accepted"}


def test_accept_and_modify_leaves_the_next_task_in_progress(team):
    task = make_task(team, "submitted")

    assert told(decide(signed_in(team, "eve"), task, "accept_modify")) == [
        "Accepted car:1 in Labelling. QA is in progress and yours."
    ]
    assert task_of(task.dataset, "QA").status == "in_progress"


def test_reopening_asks_for_a_comment(team):
    task = make_task(team, "accepted")
    lead = signed_in(team, "lead")

    assert told(decide(lead, task, "reopen")) == ["Say in a comment why this task is reopened."]
    assert told(decide(lead, task, "reopen", comment="A wheel is missing.")) == ["Reopened car:1 in Labelling."]


def test_a_double_click_decides_once(team):
    task = make_task(team, "submitted")
    eve = signed_in(team, "eve")
    said = {"decision": "reject", "version": version(eve.get(page_of(task)))}

    first, second = eve.post(page_of(task), said), eve.post(page_of(task), said)

    assert first.status_code == 302
    assert second.status_code == 412
    assert "This task has changed" in told(second)[-1]
    assert task_of(task.dataset).rework_count == 1


def test_a_decision_on_something_stale_keeps_what_was_typed(team):
    task = make_task(team, "submitted")
    eve = signed_in(team, "eve")
    old = version(eve.get(page_of(task)))
    actions.reject(task, by=team.eve)
    actions.submit(task, by=team.ann)

    response = eve.post(page_of(task), {"decision": "reject", "version": old, "comment": f"Mine {HOSTILE}"})

    page = response.content.decode()
    assert response.status_code == 412
    assert "Mine &lt;script&gt;" in page
    assert HOSTILE not in page


def test_who_comes_second_is_told_who_was_first(team):
    task = make_task(team, "submitted")
    version_now = task.version
    actions.accept(task, by=team.bob)

    response = signed_in(team, "lead").post(page_of(task), {"decision": "reject", "version": version_now + 1})

    assert response.status_code == 409
    assert "bob@example.com accepted it a moment ago" in told(response)[0]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"decision": "accept"},
        {"decision": "explode", "version": "1"},
        {"decision": "submit", "version": "one"},
        {"decision": "submit", "version": "9" * 5000},
        {"decision": "submit", "version": "1", "comment": "x" * 10_001},
        {"decision": "submit", "version": "1", "comment": "x\x00"},
        {"decision": "reject", "version": "1", "reason": "x" * 201},
    ],
)
def test_a_form_that_is_wrong_is_told_and_does_nothing(team, said):
    task = make_task(team)

    response = signed_in(team, "ann").post(page_of(task), said)

    assert response.status_code in (400, 403, 409)
    assert told(response)
    assert task_of(task.dataset).version == 1


def test_reasons_of_the_dataset_are_offered(team):
    dataset = make_dataset(team, reject_reasons=["too large", HOSTILE], reason_required=True)
    task = make_task(team, "submitted", dataset=dataset)
    eve = signed_in(team, "eve")

    page = eve.get(page_of(task)).content.decode()

    assert '<option value="too large">too large</option>' in page
    assert HOSTILE not in page
    assert told(decide(eve, task, "reject")) == ["This dataset asks for a reason to reject: give one."]
    assert told(decide(eve, task, "reject", reason=HOSTILE)) == ["Rejected car:1 in Labelling."]


def test_from_the_qa_task_the_reviewer_is_led_to_what_is_submitted(team):
    task = make_task(team, "submitted")

    page = signed_in(team, "eve").get(page_of(task_of(task.dataset, "QA"))).content.decode()

    assert re.search(rf'href="{page_of(task)}">Review Labelling', page)


# --- values -------------------------------------------------------------------------------------------------------


@pytest.fixture
def weather(team):
    """An attribute task that ann has started."""
    task = task_of(make_dataset(team, (0,), frame_attributes=["weather"]))
    actions.start(task, by=team.ann)
    return task


def set_value_on_page(browser: Client, task: Task, value: str):
    said = {"value": value, "version": Task.objects.get(pk=task.pk).version}
    return browser.post(f"{page_of(task)}value/", said, follow=True)


def test_a_value_is_set_and_then_submitted(team, weather):
    ann = signed_in(team, "ann")

    assert buttons(ann.get(page_of(weather))) == []
    assert told(set_value_on_page(ann, weather, '"rain"')) == ["Set weather."]
    assert "rain" in ann.get(page_of(weather)).content.decode()
    assert told(decide(ann, weather, "submit")) == ["Submitted weather in Labelling."]
    assert told(set_value_on_page(ann, weather, '"sun"'))[0].startswith("You cannot change this now")


@pytest.mark.parametrize("value", ["", '"hail"', "rain", "[[[[", "null"])
def test_a_value_that_is_none_is_told(team, weather, value):
    response = set_value_on_page(signed_in(team, "ann"), weather, value)

    assert response.status_code == 400
    assert told(response)


def test_not_applicable_is_a_value(team, weather):
    assert told(set_value_on_page(signed_in(team, "ann"), weather, '"not applicable"')) == ["Set weather."]


def test_the_value_form_is_for_those_who_may_change_it(team, weather):
    for name, wanted in {"ann": True, "bob": False, "eve": False, "reader": False, "fixer": True}.items():
        assert ("value-version" in signed_in(team, name).get(page_of(weather)).content.decode()) is wanted, name


def test_a_label_task_takes_no_value(team):
    response = set_value_on_page(signed_in(team, "admin"), make_task(team), "x")

    assert response.status_code == 400
