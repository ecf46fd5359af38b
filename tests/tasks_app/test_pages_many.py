"""Many at once on the pages: what will happen is shown first, nothing else happens, and each refusal is told."""

import re
from html import unescape

import pytest

from datasets_app.actions import mark_labelling_done
from tasks_app import actions
from tasks_app.models import Task, TaskEvent
from tests.factories import all_rows, make_dataset, task_of
from tests.pages import HOSTILE, signed_in, told


def labelling(dataset):
    return list(Task.objects.filter(dataset=dataset, stage__stage_id="Labelling").in_list_order())


@pytest.fixture
def dataset(team):
    """Five objects: ann has submitted four of them."""
    dataset = make_dataset(team, (5,), reject_reasons=["box too large"])
    for task in labelling(dataset)[:4]:
        actions.submit(task, by=team.ann)
    return dataset


def choose(browser, dataset, deed, **sent):
    return browser.post(f"/datasets/{dataset.dataset_id}/many/", {"deed": deed, **sent})


def ids(tasks):
    return [task.task_id for task in tasks]


def confirmed(browser, dataset, page, **said):
    """Press the button of the preview."""
    html = page.content.decode()
    hidden = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)}
    hidden.pop("csrfmiddlewaretoken", None)
    return browser.post(f"/datasets/{dataset.dataset_id}/many/", hidden | {"confirm": "yes"} | said, follow=True)


def test_the_preview_says_what_will_happen_and_does_nothing(team, dataset):
    before = all_rows()

    page = choose(signed_in(team, "eve"), dataset, "accept_submit", task=ids(labelling(dataset))).content.decode()

    assert "4 will be accepted and submitted." in page
    assert "1</span> cannot: This task is ready: only a task that is submitted can be accepted." in page
    assert all_rows() == before


def test_what_was_shown_happens(team, dataset):
    browser = signed_in(team, "eve")
    page = choose(browser, dataset, "accept_submit", task=ids(labelling(dataset)))

    answer = confirmed(browser, dataset, page, comment="All fine.")

    assert told(answer) == ["4 accepted and submitted."]
    assert [task.status for task in labelling(dataset)] == ["accepted"] * 4 + ["ready"]
    assert Task.objects.filter(stage__stage_id="QA", status="accepted").count() == 4
    assert TaskEvent.objects.filter(action="accept", comment="All fine.").exists()
    assert not Task.objects.filter(assignee=team.eve.user).exists()


def test_what_changed_meanwhile_is_refused(team, dataset):
    browser = signed_in(team, "lead")
    page = choose(browser, dataset, "accept", task=ids(labelling(dataset)[:2]))
    actions.reject(labelling(dataset)[0], by=team.bob)

    answer = confirmed(browser, dataset, page)

    done, refused = told(answer)
    assert done == "1 accepted."
    assert refused.startswith("1 refused, the first of them: This task has changed (bob@example.com rejected it")


def test_everything_that_the_filters_show(team, dataset):
    other = labelling(dataset)[0]
    browser = signed_in(team, "eve")
    filters = "status=submitted&file_id=000001.png"

    page = choose(browser, dataset, "reject", all="yes", filter=filters)
    answer = confirmed(browser, dataset, page, reason="box too large")

    assert told(answer) == ["4 rejected."]
    assert answer.redirect_chain == [(f"/datasets/{dataset.dataset_id}/?{filters.replace('&', '&')}", 302)]
    assert Task.objects.get(pk=other.pk).last_reason == "box too large"


def test_a_row_means_the_task_that_the_action_fits(team, dataset):
    qa = Task.objects.filter(dataset=dataset, stage__stage_id="QA").in_list_order().first()

    page = choose(signed_in(team, "eve"), dataset, "accept", task=[qa.task_id]).content.decode()

    assert "1 will be accepted." in page
    assert labelling(dataset)[0].task_id in page


def test_reopening_asks_for_a_comment(team, dataset):
    task = labelling(dataset)[0]
    actions.accept(task, by=team.eve, submit=True)
    browser = signed_in(team, "lead")
    page = choose(browser, dataset, "reopen", task=[task.task_id])

    refused = confirmed(browser, dataset, page, comment=" ")
    answer = confirmed(browser, dataset, page, comment="The mirror is cut off.")

    assert refused.status_code == 400
    assert told(refused) == ["Say in a comment why this task is reopened."]
    assert told(answer) == ["1 reopened."]


@pytest.mark.parametrize(
    "sent",
    [
        {"deed": "accept"},
        {"deed": "accept", "task": ["nothing"]},
        {"deed": "sweep", "task": ["x"]},
        {"deed": "accept", "all": "yes", "filter": "status=lost"},
        {"deed": "accept", "all": "yes", "filter": "a=1&" * 1001},
        {"deed": "accept", "all": "yes", "filter": "status=ready" + " " * 6000},
        {"deed": "accept", "confirm": "yes", "tasks": "x:y"},
        {"deed": "accept", "confirm": "yes", "tasks": ""},
        {"deed": "accept", "confirm": "yes", "tasks": "a:1," * 5000},
        {"deed": "reject", "confirm": "yes", "tasks": "a:1", "reason": HOSTILE},
    ],
)
def test_nonsense_is_told_and_changes_nothing(team, dataset, sent):
    before = all_rows()

    answer = signed_in(team, "eve").post(f"/datasets/{dataset.dataset_id}/many/", sent, follow=True)

    assert told(answer)
    assert HOSTILE not in answer.content.decode()
    assert all_rows() == before


def test_who_may_not_is_told(team, dataset):
    for name in ("reader", "creator", "fixer"):
        answer = signed_in(team, name).post(
            f"/datasets/{dataset.dataset_id}/many/", {"deed": "accept", "all": "yes"}, follow=True
        )
        assert told(answer)[0].startswith("Your role here cannot")
    assert not Task.objects.filter(status="accepted").exists()


def test_others_tasks_are_not_chosen(team, dataset):
    """A labeller takes only what they see, whatever ids they send."""
    foreign = make_dataset(team, (1,))

    answer = choose(signed_in(team, "eve"), dataset, "submit", task=ids(labelling(foreign)))

    assert answer.status_code == 302


def test_rows_can_be_chosen_only_where_something_can_be_done_with_them(team, dataset):
    address = f"/datasets/{dataset.dataset_id}/"
    shown = {name: signed_in(team, name).get(address).content.decode() for name in ("ann", "lead", "reader")}

    assert {name: 'form="many" name="task"' in page for name, page in shown.items()} == {
        "ann": True,
        "lead": True,
        "reader": False,
    }
    assert 'value="reopen"' in shown["lead"]
    assert 'value="reopen"' not in shown["ann"]
    mark_labelling_done(dataset, by=team.lead)
    assert 'name="task"' not in signed_in(team, "lead").get(address).content.decode()


def test_a_thousand_cost_no_more_queries_than_ten(team, django_assert_max_num_queries):
    dataset = make_dataset(team, (10,) * 100)
    browser = signed_in(team, "ann")

    with django_assert_max_num_queries(22):
        page = choose(browser, dataset, "submit", all="yes")
    with django_assert_max_num_queries(26):
        hidden = re.search(r'name="tasks" value="([^"]*)"', page.content.decode())[1]
        browser.post(f"/datasets/{dataset.dataset_id}/many/", {"deed": "submit", "confirm": "yes", "tasks": hidden})

    assert Task.objects.filter(dataset=dataset, status="submitted").count() == 1000
    assert len(page.content) < 100_000
    assert task_of(dataset).assignee is None


@pytest.mark.parametrize(
    ("name", "deeds", "desks"),
    [
        ("lead", ["accept_submit", "accept", "reject", "submit", "start", "reopen"], ["Labelling", "QA"]),
        ("ann", ["accept_submit", "accept", "reject", "submit", "start"], ["Labelling", "QA"]),
        ("customer", ["accept", "reject"], ["QA"]),
        ("reader", [], []),
    ],
)
def test_each_is_offered_what_their_role_can_do(team, dataset, name, deeds, desks):
    page = signed_in(team, name).get(f"/datasets/{dataset.dataset_id}/").content.decode()

    assert re.findall(r'name="deed" value="(\w+)"', page) == deeds
    assert re.findall(r'<button class="button" name="stage" value="(\w+)"', page) == desks
