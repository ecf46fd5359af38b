"""Tasks in the admin: everything can be seen, nothing edited; submit, accept and reject are the verbs."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from datasets_app.actions import delete_dataset
from tasks_app import actions
from tasks_app.models import Assignment, Item, Task, TaskEvent
from tasks_app.templatetags.tasks import status_pill
from tests.admin_pages import press, sign_in, told, url
from tests.factories import UserFactory, make_dataset, make_task, make_team, task_of


def bulk(browser, action, *tasks, **words):
    return browser.post(url(Task, "changelist"), {"action": action, "_selected_action": [t.pk for t in tasks], **words})


def buttons(browser, task) -> list[str]:
    return [verb.name for verb in browser.get(url(Task, "change", task.pk)).context["verbs"]]


@pytest.fixture
def boss(team) -> Browser:
    return sign_in(team.admin.user)


@pytest.fixture
def stranger(db) -> Browser:
    return sign_in(UserFactory(email="operator@example.com", is_superuser=True))


@pytest.mark.parametrize("model", [Task, TaskEvent, Item, Assignment])
def test_nothing_is_added_changed_or_deleted(team, boss, model):
    make_task(team, "submitted")
    before = list(model.objects.values().order_by("pk"))
    key = before[0]["id"] if before else 1

    assert boss.post(url(model, "add"), {"status": "accepted"}).status_code == 403
    assert boss.post(url(model, "delete", key), {"post": "yes"}).status_code in (302, 403)
    assert boss.post(url(model, "change", key), {"status": "accepted"}).status_code in (302, 403)
    bulk_delete = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
    boss.post(url(model, "changelist"), bulk_delete)

    assert list(model.objects.values().order_by("pk")) == before


def test_bulk_accept_tells_the_result_of_each(team, boss):
    dataset = make_dataset(team, (1, 1, 1))
    first, second, third = Task.objects.filter(dataset=dataset, stage__position=0).in_list_order()
    actions.submit(first, by=team.ann)
    actions.submit(third, by=team.admin)

    response = bulk(boss, "accept", first, second, third)

    assert response.status_code == 302
    done, invalid, own = told(response)
    assert done == ("success", "Task of car:1 in 000001.png in Labelling: accepted.")
    assert invalid[0] == "error"
    assert "This task is ready: only a task that is submitted can be accepted." in invalid[1]
    assert "You submitted this one" in own[1]
    assert task_of(dataset, pk=first.pk).status == "accepted"
    assert TaskEvent.objects.filter(task=first, action="accept").get().by == team.admin.user


def test_bulk_submit_of_many_tells_of_twenty_and_counts_the_rest(team, boss):
    dataset = make_dataset(team, (30,))

    response = bulk(boss, "submit", *Task.objects.filter(dataset=dataset, stage__position=0))

    assert len(told(response)) == 21
    assert told(response)[-1] == ("success", "And 10 more: 10 submitted, 0 not.")


def test_bulk_of_more_than_a_thousand_does_nothing(team, boss):
    dataset = make_dataset(team, (1001,))

    response = bulk(boss, "submit", task_of(dataset), select_across="1")

    assert told(response) == [("error", "1000 rows are the most at a time: choose fewer.")]
    assert not Task.objects.filter(status="submitted").exists()


def test_bulk_reject_asks_for_reason_and_comment(team, boss):
    dataset = make_dataset(team, (2,), reject_reasons=["too large", "shifted"], reason_required=True)
    tasks = list(Task.objects.filter(dataset=dataset, stage__position=0))
    for task in tasks:
        actions.submit(task, by=team.ann)

    page = bulk(boss, "reject", *tasks)
    assert 'value="shifted"' in page.content.decode()
    rows = {"rows": page.context["rows"], "apply": "1"}
    again = boss.post(url(Task, "verb", "reject"), rows | {"reason": "", "comment": "No."})
    assert "This field is required" in again.content.decode()
    assert Task.objects.filter(status="rejected").count() == 0

    response = boss.post(url(Task, "verb", "reject"), rows | {"reason": "shifted", "comment": "To the left."})

    assert [level for level, _sentence in told(response)] == ["success", "success"]
    rejected = Task.objects.filter(status="rejected", last_reason="shifted", last_comment="To the left.")
    assert rejected.count() == 2


def test_reject_page_without_a_list_of_reasons_takes_any(team, boss):
    task = make_task(team, "submitted")

    press(boss, task, "reject", apply="1", reason="blurred", comment="")

    assert task_of(task.dataset, pk=task.pk).last_reason == "blurred"


def test_reject_page_goes_back_to_the_list_as_it_was_filtered(team, boss):
    task = make_task(team, "submitted")
    page = boss.post(
        url(Task, "changelist") + "?status__exact=submitted", {"action": "reject", "_selected_action": [task.pk]}
    )

    words = {"rows": page.context["rows"], "filters": page.context["filters"], "apply": "1"}
    response = boss.post(url(Task, "verb", "reject"), words)

    assert response.url == url(Task, "changelist") + "?status__exact=submitted"


def test_buttons_are_what_the_policies_allow(team, boss):
    assert buttons(boss, make_task(team, "submitted")) == ["accept", "reject"]
    assert buttons(boss, make_task(team, "ready")) == ["submit"]
    assert buttons(boss, make_task(team, "in_progress")) == []
    assert buttons(boss, make_task(team, "accepted")) == []
    assert buttons(sign_in(team.reader.user), make_task(team, "submitted")) == []


def test_button_accepts_and_returns_to_the_task(team, boss):
    task = make_task(team, "submitted")

    response = press(boss, task, "accept")

    assert response.url == url(Task, "change", task.pk)
    assert task_of(task.dataset, pk=task.pk).status == "accepted"


def test_button_on_what_has_changed_since_is_refused(team, boss):
    task = make_task(team, "submitted")
    actions.reject(task, by=team.eve)
    actions.submit(task, by=team.ann)

    response = press(boss, task, "accept")

    assert "This task has changed" in told(response)[0][1]
    assert task_of(task.dataset, pk=task.pk).status == "submitted"


def test_operator_who_is_no_member_cannot_act(team, stranger):
    tasks = [make_task(team, "submitted"), make_task(team, "submitted")]

    assert buttons(stranger, tasks[0]) == []
    response = bulk(stranger, "accept", *tasks)

    expected = f"You are not a member of {team.client}: only its own people can do that."
    assert [sentence.endswith(expected) for _level, sentence in told(response)] == [True, True]
    press(stranger, tasks[0], "reject", apply="1")
    assert set(Task.objects.filter(stage__position=0).values_list("status", flat=True)) == {"submitted"}


def test_operator_acts_in_each_client_as_its_own_member(team, boss):
    other = make_team("other-")
    mine, theirs = make_task(team, "submitted"), make_task(other, "submitted")

    (first, _), (second, sentence) = told(bulk(boss, "accept", mine, theirs))

    assert (first, second) == ("success", "error")
    assert "You are not a member of" in sentence


def test_tasks_of_a_deleted_dataset_are_left_alone(team, boss):
    task = make_task(team, "submitted")
    delete_dataset(task.dataset, by=team.admin)

    assert buttons(boss, task) == []
    assert "was deleted" in told(bulk(boss, "accept", task))[0][1]
    assert boss.get(url(Task, "change", task.pk)).context["has_absolute_url"] is False


def test_list_shows_status_as_colour_and_word_and_links_to_the_site(team, boss):
    task = make_task(team, "in_progress")

    assert status_pill("in_progress") in boss.get(url(Task, "changelist")).content.decode()
    page = boss.get(url(Task, "change", task.pk)).content.decode()
    assert f'href="/tasks/{task.task_id}/"' in page
    assert "ann started this: ready → in progress" in page


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ({"status__exact": "submitted"}, 1),
        ({"delayed": "true"}, 0),
        ({"delayed": "nonsense"}, 4),
        ({"q": "car:1"}, 4),
        ({"q": "ann@example.com"}, 1),
        ({"q": "nothing"}, 0),
        ({"stage": "0"}, 4),
        ({"stage": "nonsense"}, 4),
        ({"stage": "99999999999999999999999"}, 4),
        ({"dataset__id__exact": "99999999999999999999999"}, 0),
    ],
)
def test_filters_and_search(team, boss, words, count):
    make_task(team, "submitted")
    make_task(team, "ready")

    response = boss.get(url(Task, "changelist"), words)

    assert response.context["cl"].result_count == count


def test_stages_to_filter_by_are_those_of_the_chosen_dataset(team, boss):
    task = make_task(team, "submitted")
    make_task(team, "ready")

    words = {"dataset__id__exact": task.dataset.pk, "stage": task.stage.pk}
    response = boss.get(url(Task, "changelist"), words)

    assert list(response.context["cl"].queryset) == [task]
