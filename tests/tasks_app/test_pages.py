"""Pages of datasets and tasks: what is shown to whom; lists and their filters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from datasets_app.actions import mark_labelling_done
from datasets_app.ids import now
from datasets_app.membership import set_stage_people
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.models import Task
from tests.factories import make_dataset, make_team, task_of
from tests.pages import (
    list_of,
    page_of,
    picked_in,
    rows_in,
    signed_in,
    status_of,
    told,
    with_picture,
)

# --- who sees what ------------------------------------------------------------------------------------------------


def addresses(team) -> dict[str, str]:
    dataset = make_dataset(team, (1,), dataset_attributes=["city"])
    with_picture(dataset)
    task = task_of(dataset)
    return {
        "client": f"/clients/{team.client.client_id}/",
        "tokens": f"/clients/{team.client.client_id}/tokens/",
        "delayed": f"/clients/{team.client.client_id}/delayed/",
        "dataset": list_of(dataset),
        "task": page_of(task),
        "next": f"{page_of(task)}next/",
        "previous": f"{page_of(task)}previous/",
        "picture": f"/datasets/{dataset.dataset_id}/files/1/picture",
    }


PAGES = ["client", "tokens", "delayed", "dataset", "task", "next", "previous", "picture"]


@pytest.mark.parametrize("name", PAGES)
def test_who_is_not_signed_in_is_sent_to_sign_in(team, client, name):
    address = addresses(team)[name]

    assert client.get(address)["Location"] == f"/login/?next={address}"


@pytest.mark.parametrize("name", PAGES)
def test_another_clients_things_do_not_exist(team, name):
    address = addresses(team)[name]
    stranger = make_team("other-")

    assert signed_in(stranger, "admin").get(address).status_code == 404
    assert signed_in(stranger, "admin").get(address.replace("1", "9")).status_code == 404


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["admin", "lead", "creator", "fixer", "ann", "customer", "reader"])
def test_members_see_the_pages(team, name, role):
    assert status_of(signed_in(team, role), addresses(team)[name]) == 200


POSTS = [("task", {"decision": "submit", "version": 1}), ("dataset", {}), ("tokens", {"name": "x"})]


@pytest.mark.parametrize(("name", "said"), POSTS)
def test_nobody_posts_without_rights(team, client, name, said):
    address = addresses(team)[name]
    stranger = make_team("other-")

    assert "/login/" in client.post(address, said)["Location"]
    assert signed_in(stranger, "admin").post(address, said).status_code in (404, 405)
    assert not Task.objects.exclude(version=1).exists()


@pytest.fixture
def eves_first(team):
    """Two files that bob labels; eve reviews the first, the second is free for ann and eve to review."""
    dataset = make_dataset(team, (1, 1))
    labelling, qa = dataset.pipeline
    set_stage_people(labelling, [team.bob], by=team.admin)
    set_stage_people(qa, [team.ann, team.eve], by=team.admin)
    assign_files(dataset, [{"stage_id": "QA", "email": "eve@example.com", "files": "1"}], by=team.admin)
    return dataset


def test_a_task_that_is_not_theirs_is_403_with_a_sentence(team, eves_first):
    browser = signed_in(team, "ann")

    assert browser.get(page_of(task_of(eves_first, item__file__position=2))).status_code == 200
    response = browser.get(page_of(task_of(eves_first, item__file__position=1)))
    assert response.status_code == 403
    assert "This task is not one of yours. Ask a lead to assign it to you." in response.content.decode()


def test_a_labeller_is_told_no_totals_of_others(team, eves_first):
    browser = signed_in(team, "ann")

    for address in (list_of(eves_first), f"/clients/{team.client.client_id}/"):
        page = re.sub(r"<[^>]+>", "", browser.get(address).content.decode())
        assert "1 ready" in page
        assert "2 ready" not in page
    assert rows_in(browser.get(list_of(eves_first))) == 1
    assert rows_in(signed_in(team, "reader").get(list_of(eves_first))) == 2


def test_a_labeller_is_shown_no_picture_of_others(team, eves_first):
    for position in (1, 2):
        with_picture(eves_first, position)
    browser, address = signed_in(team, "ann"), f"/datasets/{eves_first.dataset_id}/files/{{}}/picture"

    assert status_of(browser, address.format(1)) == 404
    assert status_of(browser, address.format(2)) == 200


def test_colleagues_are_offered_to_those_who_see_their_tasks(team):
    dataset = make_dataset(team)

    assert "bob@example.com" in signed_in(team, "reader").get(list_of(dataset)).content.decode()
    assert "bob@example.com" not in signed_in(team, "ann").get(list_of(dataset)).content.decode()


# --- lists --------------------------------------------------------------------------------------------------------


def test_filters_mean_the_same_as_in_the_api(team):
    dataset = make_dataset(team, (3,), frame_attributes=["weather"])
    actions.submit(task_of(dataset), by=team.ann)
    browser = signed_in(team, "reader")
    wanted = {
        "": 8,
        "?status=submitted": 1,
        "?status=submitted&status=waiting": 4,
        "?stage_id=QA": 4,
        "?email=": 7,
        "?email=ANN@example.com": 1,
        "?file_id=000001.png": 8,
        "?label_id=car:2": 2,
        "?label_category_id=car&stage_id=QA": 3,
        "?attribute_id=weather": 2,
        "?task_type=frame_attribute": 2,
        "?delayed=true": 0,
        "?delayed=false": 8,
        "?unknown=1": 8,
    }

    assert {query: picked_in(browser.get(list_of(dataset) + query)) for query in wanted} == wanted


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("stage_id=zzz", "There is no stage zzz here."),
        ("status=lost", "lost is unknown here: use waiting, ready, in_progress, submitted, accepted or rejected."),
        ("email=zz@zz.zz", "zz@zz.zz is not a member of this client."),
        ("ordering=worst", "ordering is one of: list, -updated, due."),
        ("cursor=zzz", "This cursor is broken: start again without one."),
        ("label_id=%00", "Null characters are not allowed."),
        ("stage_id=<script>", "There is no stage <script> here."),
    ],
)
def test_a_wrong_filter_is_told_as_in_the_api(team, query, sentence):
    response = signed_in(team, "reader").get(f"{list_of(make_dataset(team))}?{query}")

    assert response.status_code == 400
    assert told(response) == [sentence]


def test_a_sent_form_leads_to_the_address_without_empty_fields(team):
    dataset = make_dataset(team)
    said = "?apply=1&status=ready&stage_id=&email=none&ordering=list&cursor=old&other=1"

    response = signed_in(team, "reader").get(list_of(dataset) + said)

    assert response["Location"] == f"{list_of(dataset)}?status=ready&email="
    assert signed_in(team, "reader").get(f"{list_of(dataset)}?apply=1")["Location"] == list_of(dataset)


def test_filters_that_are_on_are_chips_that_can_be_taken_off(team):
    dataset = make_dataset(team)

    page = signed_in(team, "reader").get(f"{list_of(dataset)}?status=ready&status=waiting&email=").content.decode()

    assert all(words in page for words in ("Status: ready", "Status: waiting", "Assignee: nobody"))
    assert f'href="{list_of(dataset)}?status=waiting&amp;email="' in page
    assert f'href="{list_of(dataset)}?status=ready&amp;status=waiting"' in page


def test_htmx_gets_the_table_alone(team):
    dataset = make_dataset(team)
    browser = signed_in(team, "reader")

    part = browser.get(list_of(dataset), headers={"HX-Request": "true"})
    whole = browser.get(list_of(dataset), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]
    assert "<html" in whole.content.decode()


def test_delayed_tasks_are_listed_worst_first(team):
    dataset = make_dataset(team, (3,))
    for hours, task in enumerate(Task.objects.filter(stage__stage_id="Labelling").order_by("-pk"), 5):
        Task.objects.filter(pk=task.pk).update(due_at=now() - timedelta(hours=hours))

    page = signed_in(team, "reader").get(f"/clients/{team.client.client_id}/delayed/").content.decode()

    assert re.findall(r'class="delay"><time[^>]+>(\d h late)<', page) == ["7 h late", "6 h late", "5 h late"]
    mark_labelling_done(dataset, by=team.admin)
    page = signed_in(team, "reader").get(f"/clients/{team.client.client_id}/delayed/").content.decode()
    assert "Nothing is late." in page


def test_leads_mark_labelling_as_done_and_take_it_back(team):
    dataset = make_dataset(team)
    done = f"{list_of(dataset)}done/"

    assert 'name="done"' not in signed_in(team, "ann").get(list_of(dataset)).content.decode()
    assert told(signed_in(team, "ann").post(done, {"done": "yes"}, follow=True))[0].startswith("Your role here cannot")
    page = signed_in(team, "lead").post(done, {"done": "yes"}, follow=True).content.decode()
    assert "lead marked labelling as done" in page
    signed_in(team, "lead").post(done, {"done": "no"})
    dataset.refresh_from_db()
    assert dataset.done_at is None


def test_previous_and_next_stay_in_the_stage(team):
    dataset = make_dataset(team, (2, 1))
    tasks = list(Task.objects.filter(stage__stage_id="Labelling").in_list_order())
    browser = signed_in(team, "ann")

    assert browser.get(f"{page_of(tasks[0])}next/")["Location"] == page_of(tasks[1])
    assert browser.get(f"{page_of(tasks[2])}previous/")["Location"] == page_of(tasks[1])
    assert told(browser.get(f"{page_of(tasks[2])}next/", follow=True)) == ["This is the last task of Labelling."]
    assert dataset.tasks.count() == 6
