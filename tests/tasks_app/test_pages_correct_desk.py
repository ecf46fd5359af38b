"""Who corrects what, a missing box drawn, a wrong one withdrawn, and all of it on the desk."""

from __future__ import annotations

import re
from typing import Any

import pytest

from datasets_app.actions import mark_labelling_done
from datasets_app.models import Label
from tasks_app import actions
from tasks_app.corrections import change_label, withdraw_label
from tasks_app.models import Task
from tests.correcting import begun, correct, fields, page, shape_in
from tests.factories import all_rows, make_dataset, make_qa_task, make_task, make_team, shape_of, task_of
from tests.pages import page_of, signed_in, told

DESK = {"X-Desk": "yes"}


@pytest.fixture
def task(team: Any) -> Task:
    return begun(team)


# --- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "those_who_may"),
    [("ready", {"fixer"}), ("in_progress", {"ann", "fixer"}), ("submitted", {"fixer"}), ("rejected", {"ann", "fixer"})],
)
def test_the_form_is_there_for_those_who_may(team, status, those_who_may):
    task = make_task(team, status)

    found = {
        name for name in ("ann", "fixer", "reader", "lead", "eve") if 'id="correct-head"' in page(team, task, name)
    }

    assert found == those_who_may


@pytest.mark.parametrize(("can_edit", "offered"), [(True, True), (False, False)])
def test_a_review_stage_corrects_where_it_can_edit(team, can_edit, offered):
    dataset = make_dataset(team)
    dataset.stages.update(can_edit=can_edit)

    task = make_qa_task(team, "in_progress", dataset=dataset)

    assert ('id="correct-head"' in page(team, task, "eve")) is offered


@pytest.mark.parametrize(("name", "status"), [("reader", 403), ("bob", 409), ("lead", 409), ("customer", 403)])
def test_others_are_refused_and_nothing_changes(team, task, name, status):
    sent = fields(page(team, task)) | {"x": "99"}
    before = all_rows()

    for what in ("change", "withdraw", "draw"):
        response = signed_in(team, name).post(f"{page_of(task)}correct/", sent | {"correct": what})
        assert response.status_code == status

    assert all_rows() == before


def test_another_client_finds_nothing(team, task):
    sent = fields(page(team, task))

    assert signed_in(make_team("other-"), "admin").post(f"{page_of(task)}correct/", sent).status_code == 404


def test_a_decision_freezes_it_while_the_form_stands_open(team, task):
    sent = fields(page(team, task)) | {"x": "99"}
    actions.submit(task, by=team.ann)

    response = signed_in(team, "ann").post(f"{page_of(task)}correct/", sent)

    assert response.status_code == 409
    assert "You cannot change this now" in told(response)[0]
    assert 'id="correct-head"' not in response.content.decode()
    assert shape_in(task).geometry["box"] == [10, 20, 30, 40]


def test_nothing_is_corrected_in_a_dataset_that_is_done(team, task):
    sent = fields(page(team, task)) | {"x": "99"}
    mark_labelling_done(task.dataset, by=team.lead)

    assert 'id="correct-head"' not in page(team, task)
    assert signed_in(team, "ann").post(f"{page_of(task)}correct/", sent).status_code == 409


def test_an_attribute_has_no_such_form(team):
    task = task_of(make_dataset(team, (0,), frame_attributes=["weather"]))

    assert 'id="correct-head"' not in page(team, task, "admin")
    response = signed_in(team, "admin").post(f"{page_of(task)}correct/", {"correct": "change"})
    assert response.status_code == 400


# --- withdrawing and drawing --------------------------------------------------------------------------------------


def test_a_wrong_one_is_withdrawn_after_a_look(team, task):
    html = page(team, task)
    assert re.search(r"<summary[^>]*>Withdraw car:1</summary>\s*<form", html)

    response = correct(team, task, form="withdraw")

    assert told(response) == ["Withdrew car:1: it has left all lists."]
    assert "This object was withdrawn" in response.content.decode()
    assert Label.objects.get(label_id="car:1").withdrawn_at is not None
    assert 'id="correct-head"' not in response.content.decode()


def test_what_has_changed_is_not_withdrawn(team, task):
    browser = signed_in(team, "ann")
    sent = fields(browser.get(page_of(task)).content.decode(), "withdraw")
    change_label(shape_of(task.dataset), {"label_category_id": "truck"}, by=team.fixer)

    assert browser.post(f"{page_of(task)}correct/", sent).status_code == 412
    assert Label.objects.get(label_id="car:1").withdrawn_at is None
    withdraw_label(shape_of(task.dataset).label, by=team.fixer)
    assert browser.post(f"{page_of(task)}correct/", sent | {"version": "3"}).status_code == 409


def test_a_missing_box_is_drawn_and_its_id_told(team, task):
    response = correct(team, task, form="draw", category="van", x="100", y="110.5", width="50", height="40")

    drawn = Label.objects.get(label_id="van:1")
    assert told(response) == ["Drew van:1 in 000001.png: it begins in Labelling."]
    assert drawn.shapes.get().geometry == {"box": [100, 110.5, 50, 40]}
    assert drawn.shapes.get().labeller_email == "ann@example.com"
    assert Task.objects.filter(item__label=drawn).count() == 2
    assert "M100 110.5h50v40h-50Z" in response.content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "x: This field is required."),
        ({"x": "1", "y": "1", "width": "x", "height": "5"}, "Width: “x” is no number. Write one like 12 or 12.5."),
        ({"x": "1", "y": "1", "width": "5", "height": "-5"}, "a width and height of 0 or more"),
    ],
)
def test_a_box_that_is_none_stays_typed(team, task, said, words):
    response = correct(team, task, form="draw", **({"category": "van"} | said))

    assert words in told(response)[0]
    assert response.status_code == 400
    assert '<details class="draw" open>' in response.content.decode()
    assert {name: fields(response.content.decode(), "draw")[name] for name in said} == said
    assert Label.objects.count() == 2


def test_no_box_is_drawn_in_a_track(team):
    dataset = make_dataset(team, (1, 1), mode="label_by_label")
    task = make_task(team, "in_progress", dataset=dataset)
    said = {"correct": "draw", "category": "van", "x": "1", "y": "1", "width": "5", "height": "5"}

    assert signed_in(team, "ann").post(f"{page_of(task)}correct/", said).status_code == 400
    assert "The whole track" in page(team, task)


# --- on the desk --------------------------------------------------------------------------------------------------


def desk_of(task: Task) -> str:
    return f"/desk/{task.task_id}/?stage=Labelling"


def at_desk(team: Any, task: Task, form: str = "change", headers: Any = None, **said: Any) -> Any:
    browser = signed_in(team, "ann")
    html = browser.get(desk_of(task)).content.decode()
    (address,) = set(re.findall(r'action="([^"]*/correct/[^"]*)"', html))
    return browser.post(address, fields(html, form) | said, headers=headers or {})


def test_without_a_script_one_comes_back_to_the_desk(team, task):
    response = at_desk(team, task, x="11")

    assert response["Location"] == desk_of(task)
    assert shape_in(task).geometry["box"] == [11, 20, 30, 40]


def test_a_refusal_without_a_script_is_the_desk_again(team, task):
    response = at_desk(team, task, x="eleven")

    assert (response.status_code, told(response)) == (400, ["x: “eleven” is no number. Write one like 12 or 12.5."])
    assert "data-desk" in response.content.decode()
    assert fields(response.content.decode())["x"] == "eleven"


def test_after_a_withdrawal_the_desk_moves_on(team, task):
    response = at_desk(team, task, "withdraw")

    (following,) = Task.objects.filter(item__label__label_id="car:2", stage__stage_id="Labelling")
    assert response["Location"] == desk_of(following)
    assert following.claimed_by == team.users["ann"]


def test_after_the_last_one_the_desk_is_at_its_entrance(team):
    task = make_task(team, "in_progress")

    response = at_desk(team, task, "withdraw")

    assert response["Location"] == f"/datasets/{task.dataset.dataset_id}/desk/?stage=Labelling"


def test_the_script_gets_the_same_object_anew(team, task):
    found = at_desk(team, task, x="11", headers=DESK).json()

    task.refresh_from_db()
    assert (found["said"], found["refused"], found["stays"]) == ("Saved car:1.", False, True)
    assert (found["version"], found["label_version"]) == (task.version, 2)
    assert f'data-task="{task.task_id}"' in found["next"]
    assert fields(found["next"])["x"] == "11"
    assert {"progress", "undo", "entrance"} <= set(found)


def test_the_script_is_told_what_is_wrong_and_keeps_what_was_typed(team, task):
    found = at_desk(team, task, x="eleven", headers=DESK).json()

    assert (found["said"][:12], found["refused"], found["stays"]) == ("x: “eleven” ", True, True)


def test_the_script_gets_what_has_changed_as_it_is_now(team, task):
    found = at_desk(team, task, version="0", headers=DESK).json()

    assert (found["refused"], found["stays"], found["label_version"]) == (True, False, 1)
    assert f'data-task="{task.task_id}"' in found["next"]


def test_the_script_moves_on_after_a_withdrawal(team, task):
    found = at_desk(team, task, "withdraw", headers=DESK).json()

    assert (found["stays"], found["refused"]) == (False, False)
    assert "car:2 · Street" in found["next"]


def test_a_tracks_frame_stays_open_on_the_desk(team):
    dataset = make_dataset(team, (1, 1, 1), mode="label_by_label")
    task = make_task(team, "in_progress", dataset=dataset)

    found = at_desk(team, task, category="van", frame="2", headers=DESK).json()

    assert "2 of 3 frames" in found["next"]


def test_the_task_page_gets_versions_and_no_pane(team, task):
    found = correct(team, task, x="11", headers=DESK).json()

    task.refresh_from_db()
    assert found == {
        "said": "Saved car:1.",
        "refused": False,
        "stays": True,
        "version": task.version,
        "label_version": 2,
    }


# --- what it costs, and what is shown afterwards ------------------------------------------------------------------


@pytest.mark.parametrize("objects", [1, 40])
def test_the_form_asks_the_database_little(team, django_assert_max_num_queries, objects):
    dataset = make_dataset(team, (objects,))
    task = make_task(team, "in_progress", dataset=dataset)
    browser = signed_in(team, "ann")
    browser.get(page_of(task))

    with django_assert_max_num_queries(12):
        assert 'id="correct-head"' in browser.get(page_of(task)).content.decode()
    with django_assert_max_num_queries(12):
        browser.get(desk_of(task), headers=DESK)


def test_what_was_changed_is_marked_in_the_list_and_found_by_its_filter(team):
    dataset = make_dataset(team, (2,))
    dataset.stages.update(can_edit=True)
    task = make_task(team, "submitted", dataset=dataset)
    correct(team, task, "fixer", x="11")
    qa = make_qa_task(team, "in_progress", dataset=make_dataset(team))
    qa.dataset.stages.update(can_edit=True)
    correct(team, qa, "eve", x="11")
    actions.submit(qa, by=team.eve)
    browser = signed_in(team, "reader")

    def listed(one: Task, **asked: Any) -> list[str]:
        html = browser.get(f"/datasets/{one.dataset.dataset_id}/", asked).content.decode()
        return re.findall(r'<span class="round">(changed[^<]*)</span>', html)

    assert listed(task) == listed(task, label_changed_since_submit="true") == ["changed since submit"]
    assert listed(task, stage_id="Labelling", label_changed_since_submit="false") == []
    assert listed(qa) == listed(qa, changed_in_review="true") == ["changed in review"]
    assert listed(qa, stage_id="QA", changed_in_review="false") == []
