"""Pages of datasets and tasks: what is shown to whom, filters, decisions, pictures."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from datasets_app.actions import mark_labelling_done, set_settings
from datasets_app.ids import now
from datasets_app.imports.content import Content, FileRecord, ShapeRecord
from datasets_app.imports.store import store
from datasets_app.membership import set_stage_people
from datasets_app.models import Dataset, File
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.models import Task
from tests.factories import make_dataset, make_task, make_team, task_of
from tests.pages import HOSTILE, buttons, signed_in, status_of, told, version

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc00000030101"
    "00c9fe92ef0000000049454e44ae426082"
)


def page_of(task: Task) -> str:
    return f"/tasks/{task.task_id}/"


def list_of(dataset: Dataset) -> str:
    return f"/datasets/{dataset.dataset_id}/"


def rows_in(response) -> int:
    return response.content.decode().count('<th scope="row"')


def decide(browser: Client, task: Task, decision: str, **said):
    """Press a button of a task's page."""
    said = {"decision": decision, "version": version(browser.get(page_of(task))), **said}
    return browser.post(page_of(task), said, follow=True)


def with_picture(dataset: Dataset, position: int = 1, name: str = "x.png") -> File:
    file = dataset.files.get(position=position)
    file.picture.save(name, ContentFile(PNG))
    return file


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
def bobs_only(team):
    """A dataset in which bob alone labels and reviews nothing; ann reviews file 2 alone."""
    dataset = make_dataset(team, (1, 1))
    labelling, qa = dataset.pipeline
    set_stage_people(labelling, [team.bob], by=team.admin)
    set_stage_people(qa, [team.ann], by=team.admin)
    entry = {"stage_id": "QA", "email": "eve@example.com", "files": "1"}
    set_stage_people(qa, [team.ann, team.eve], by=team.admin)
    assign_files(dataset, [entry], by=team.admin)
    set_stage_people(qa, [team.ann, team.eve], by=team.admin)
    return dataset


def test_a_task_that_is_not_theirs_is_403_with_a_sentence(team, bobs_only):
    browser = signed_in(team, "ann")

    assert browser.get(page_of(task_of(bobs_only, item__file__position=2))).status_code == 200
    response = browser.get(page_of(task_of(bobs_only, item__file__position=1)))
    assert response.status_code == 403
    assert "This task is not one of yours. Ask a lead to assign it to you." in response.content.decode()


def test_a_labeller_is_told_no_totals_of_others(team, bobs_only):
    browser = signed_in(team, "ann")

    for address in (list_of(bobs_only), f"/clients/{team.client.client_id}/"):
        page = re.sub(r"<[^>]+>", "", browser.get(address).content.decode())
        assert "1 ready" in page
        assert "2 ready" not in page
    assert rows_in(browser.get(list_of(bobs_only))) == 2
    assert rows_in(signed_in(team, "reader").get(list_of(bobs_only))) == 4


def test_a_labeller_is_shown_no_picture_of_others(team, bobs_only):
    for position in (1, 2):
        with_picture(bobs_only, position)
    browser, address = signed_in(team, "ann"), f"/datasets/{bobs_only.dataset_id}/files/{{}}/picture"

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

    assert {query: rows_in(browser.get(list_of(dataset) + query)) for query in wanted} == wanted


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

    assert [words for words in ("Status: ready", "Status: waiting", "Assignee: nobody") if words in page].__len__() == 3
    assert f'href="{list_of(dataset)}?status=waiting&amp;email="' in page
    assert f'href="{list_of(dataset)}?status=ready&amp;status=waiting"' in page


@pytest.mark.parametrize("ordering", ["list", "-updated", "due"])
def test_every_task_is_on_one_page_of_the_list(team, ordering):
    dataset = make_dataset(team, (70,))
    browser, address, seen = signed_in(team, "reader"), f"{list_of(dataset)}?ordering={ordering}", []

    while address:
        page = browser.get(address).content.decode()
        seen += re.findall(r'class="object" href="/tasks/(\w+)/"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""

    assert len(seen) == len(set(seen)) == 140


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

    assert re.findall(r">(\d h late)<", page) == ["7 h late", "6 h late", "5 h late"]
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
        ("in_progress", "bob", "ann@example.com took this one a moment ago"),
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


# --- the picture --------------------------------------------------------------------------------------------------


def test_the_object_is_drawn_over_its_picture(team):
    dataset = make_dataset(team, (2,))
    with_picture(dataset)

    page = signed_in(team, "ann").get(page_of(task_of(dataset))).content.decode()

    assert 'viewBox="0 0 640 480"' in page
    assert f'href="/datasets/{dataset.dataset_id}/files/1/picture"' in page
    assert page.count("M10 20h30v40h-30Z") == 2  # the line and its dark edge
    assert page.count("M20 20h30v40h-30Z") == 1  # the other one, thin


def test_a_labeller_sees_no_objects_of_others_in_the_frame(team):
    dataset = make_dataset(team, (2,))
    for task in Task.objects.filter(dataset=dataset, item__label__label_id="car:2").order_by("stage_order"):
        Task.objects.filter(pk=task.pk).update(assignee=team.users["bob"])

    assert "M20 20h30" not in signed_in(team, "ann").get(page_of(task_of(dataset))).content.decode()
    assert "M20 20h30" in signed_in(team, "reader").get(page_of(task_of(dataset))).content.decode()


def test_a_track_is_leafed_through_by_frames(team):
    task = task_of(make_dataset(team, (1, 0, 1, 1), mode="label_by_label"))
    browser = signed_in(team, "ann")

    first, third = browser.get(page_of(task)).content.decode(), browser.get(f"{page_of(task)}?frame=3").content.decode()

    assert re.findall(r'href="\?frame=(\d)"[^>]*><span class="visually-hidden">Frame', first) == ["1", "3", "4"]
    assert "000001.png" in first
    assert "000003.png" in third
    assert re.findall(r'rel="(?:prev|next)" href="\?frame=(\d)"', third) == ["1", "4"]
    for frame in ("2", "9", "x", "-1", "1" * 40, "²"):
        assert browser.get(page_of(task), {"frame": frame}).status_code == 404


def test_a_dataset_attribute_shows_frames(team):
    task = task_of(make_dataset(team, (0, 0, 0), dataset_attributes=["city"]))

    page = signed_in(team, "ann").get(f"{page_of(task)}?frame=2").content.decode()

    assert "000002.png" in page
    assert "2 of 3 frames" in page


def test_pictures_are_private_typed_and_known_by_etag(team):
    dataset = make_dataset(team)
    with_picture(dataset)
    browser, address = signed_in(team, "reader"), f"/datasets/{dataset.dataset_id}/files/1/picture"

    response = browser.get(address)

    assert response.getvalue() == PNG
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("private")
    assert browser.get(address, headers={"If-None-Match": response["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["x.svg", "x.html", "x", "x.png.exe"])
def test_nothing_but_pictures_is_served(team, name):
    dataset = make_dataset(team)
    with_picture(dataset, name=name)

    assert signed_in(team, "reader").get(f"/datasets/{dataset.dataset_id}/files/1/picture").status_code == 404


@pytest.mark.parametrize("position", ["2", "0", "9" * 30])
def test_pictures_that_are_not_there_are_404(team, position):
    dataset = make_dataset(team)
    file = with_picture(dataset)
    file.picture.storage.delete(file.picture.name)

    for where in ("1", position):
        address = f"/datasets/{dataset.dataset_id}/files/{where}/picture"
        assert signed_in(team, "reader").get(address).status_code == 404


def test_hostile_names_are_only_text(team):
    dataset = make_dataset(team, (0,))
    shape = ShapeRecord(
        f"{HOSTILE}.png", f"{HOSTILE}:1", HOSTILE, "box", {"box": [1, 2, 3, 4]}, {HOSTILE: HOSTILE, "items": 1}
    )
    store(dataset, Content("frame_by_frame", files=[FileRecord(f"{HOSTILE}.png")], shapes=[shape]), by=None)
    dataset = set_settings(dataset, by=None, dataset_name=HOSTILE)
    task = task_of(dataset)
    actions.submit(task, by=team.ann, comment=HOSTILE)
    actions.reject(task, by=team.eve, reason=HOSTILE, comment=HOSTILE)
    browser = signed_in(team, "admin")

    for address in (page_of(task), list_of(dataset), f"/clients/{team.client.client_id}/"):
        page = browser.get(address).content.decode()
        assert "<script>" not in page
        assert "&lt;script&gt;" in page
    assert rows_in(browser.get(list_of(dataset), {"label_id": f"{HOSTILE}:1"})) == 2


# --- queries ------------------------------------------------------------------------------------------------------

MOST = 12


def queries_of_pages(team, objects: int) -> dict[str, str]:
    """Pages that show so many rows of everything."""
    dataset = make_dataset(team, [objects // 10] * 10, frame_attributes=["weather"], dataset_attributes=["city"])
    for task in Task.objects.filter(dataset=dataset, stage__stage_id="Labelling")[: objects // 2]:
        if task.item.label_id:
            actions.submit(task, by=team.ann)
    for number in range(objects // 10):
        make_dataset(team, (number,))
    sequence = make_dataset(team, [1] * objects, mode="label_by_label", frame_attributes=["weather"])
    Task.objects.filter(dataset=dataset, status="ready").update(due_at=now() - timedelta(hours=1))
    submitted = task_of(dataset, status="submitted")
    return {
        "client": f"/clients/{team.client.client_id}/",
        "delayed": f"/clients/{team.client.client_id}/delayed/",
        "tokens": f"/clients/{team.client.client_id}/tokens/",
        "dataset": list_of(dataset),
        "filtered": f"{list_of(dataset)}?status=ready&stage_id=Labelling&email=",
        "submitted": page_of(submitted),
        "its QA": page_of(task_of(dataset, "QA", pk=submitted.next.pk)),
        "frame attribute": page_of(task_of(dataset, item__task_type="frame_attribute")),
        "dataset attribute": page_of(task_of(dataset, item__task_type="dataset_attribute")),
        "track": page_of(task_of(sequence)),
        "attribute of a sequence": page_of(task_of(sequence, item__task_type="frame_attribute")),
    }


@pytest.mark.parametrize("name", ["ann", "eve", "admin", "reader"])
def test_pages_ask_the_database_little_and_not_more_for_more_rows(team, name, django_assert_max_num_queries):
    counts: list[dict[str, int]] = []
    for objects in (10, 60):
        counts.append({})
        for page, address in queries_of_pages(team, objects).items():
            browser = signed_in(team, name)
            browser.get(address)
            with django_assert_max_num_queries(MOST) as asked:
                assert browser.get(address).status_code == 200
            counts[-1][page] = len(asked)

    print(name, counts[1])
    assert all(counts[1][page] <= counts[0][page] for page in counts[0]), counts
