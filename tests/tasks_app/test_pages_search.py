"""A search: ids go straight to their page, words to a short list of what the person sees."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import withdraw_labels
from datasets_app.imports.content import Content, FileRecord
from datasets_app.imports.store import store
from datasets_app.membership import set_stage_people
from datasets_app.models import Dataset
from tasks_app import actions, search
from tasks_app.assignments import assign_files
from tests.factories import make_dataset, make_task, make_team, task_of
from tests.pages import HOSTILE, signed_in


def searched(team, name: str, words: str) -> Any:
    return signed_in(team, name).get(f"/clients/{team.client.client_id}/search/", {"q": words})


def found(response: Any) -> list[str]:
    """Where the rows lead, in order."""
    page = response.content.decode().partition("<main")[2]
    return [one.replace("&amp;", "&") for one in re.findall(r'work-object"><a href="([^"]+)"', page)]


def named(dataset: Dataset, name: str) -> Dataset:
    Dataset.objects.filter(pk=dataset.pk).update(dataset_name=name)
    return dataset


# --- what is found ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ann", "reader", "customer", "admin"])
def test_an_id_goes_straight_to_its_page(team, name):
    task = task_of(make_dataset(team))

    assert searched(team, name, f" {task.task_id} ")["Location"] == f"/tasks/{task.task_id}/"
    assert searched(team, name, task.dataset.dataset_id)["Location"] == f"/datasets/{task.dataset.dataset_id}/"


@pytest.mark.parametrize("words", ["NACH", "nachtf", "t Süd", "süd", "sÜD"])
def test_a_dataset_is_found_by_a_part_of_its_name(team, words):
    dataset = named(make_dataset(team), "Nachtfahrt Süd")
    make_dataset(team)

    assert found(searched(team, "reader", words)) == [f"/datasets/{dataset.dataset_id}/"]


def test_a_dataset_is_found_by_the_beginning_of_its_id(team):
    dataset = make_dataset(team, ())

    assert found(searched(team, "reader", dataset.dataset_id[:6])) == [f"/datasets/{dataset.dataset_id}/"]
    assert found(searched(team, "reader", dataset.dataset_id[:3])) == []


@pytest.mark.parametrize("words", ["cam/0", "cam/000001.p", "cam/000001.png"])
def test_a_file_is_found_by_the_beginning_of_its_name_and_opens_its_tasks(team, words):
    dataset = make_dataset(team, (), frame_attributes=["weather"])
    names = ["cam/000001.png", "back/000001.png"]
    store(dataset, Content("frame_by_frame", files=[FileRecord(name) for name in names]), by=None)

    (address,) = found(searched(team, "reader", words))

    assert address == f"/datasets/{dataset.dataset_id}/?file_id=cam%2F000001.png"
    page = signed_in(team, "reader").get(address).content.decode()
    assert page.count('<th scope="row"') == 1
    assert "back/000001.png" not in page


def test_an_object_is_found_by_its_whole_id_where_its_work_stands(team):
    done, begun, sent_back = (make_dataset(team) for _ in range(3))
    actions.submit(task_of(done), by=team.ann)
    actions.accept(task_of(done), by=team.eve, submit=True)
    actions.submit(task_of(begun), by=team.ann)
    actions.accept(task_of(begun), by=team.eve)
    make_task(team, "rejected", dataset=sent_back)

    addresses = found(searched(team, "reader", "car:1"))

    stands = [task_of(done, "QA"), task_of(begun, "QA"), task_of(sent_back)]
    assert addresses == [f"/tasks/{task.task_id}/" for task in stands]
    assert found(searched(team, "reader", "car:")) == []


def test_a_withdrawn_object_is_not_found(team):
    dataset = make_dataset(team, (2,))
    withdraw_labels(dataset, [dataset.labels.get(label_id="car:1").pk], by=team.fixer)

    assert found(searched(team, "reader", "car:1")) == []
    assert len(found(searched(team, "reader", "car:2"))) == 1


def test_more_than_a_list_can_show_is_said(team):
    dataset = make_dataset(team, [1] * 30)

    response = searched(team, "reader", "0000")
    objects = searched(team, "reader", "car:1")

    assert len(found(response)) == len(found(objects)) == search.SHOWN
    assert "type more of the name" in response.content.decode()
    assert "open the dataset and filter by label car:1" in objects.content.decode()
    assert len(found(searched(team, "reader", "00002"))) == 10
    assert dataset.files.count() == 30


# --- nothing, and nonsense ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "   "])
def test_without_words_it_says_what_can_be_searched_for(team, words):
    response = searched(team, "ann", words)

    assert response.status_code == 200
    assert "Search for a part of a dataset’s name" in response.content.decode()


@pytest.mark.parametrize("words", ["nothing", "%", "_", "'; --", "[", "\\", "*", "ɐ", "💡", HOSTILE, "9" * 512])
def test_what_is_not_there_is_said(team, words):
    make_dataset(team)

    response = searched(team, "ann", words)

    assert response.status_code == 200
    assert "Nothing that you can see is called that." in response.content.decode()
    assert HOSTILE not in response.content.decode()


@pytest.mark.parametrize("words", ["a\x00b", "a\nb", "\x7f", "9" * 513])
def test_what_no_name_can_be_is_refused(team, words):
    response = searched(team, "ann", words)

    assert response.status_code == 400
    assert "Nothing is called that" in response.content.decode()


# --- who sees what ------------------------------------------------------------------------------------------------


def test_another_clients_things_are_not_found(team):
    task = task_of(named(make_dataset(team), "Secret"))
    stranger = make_team("other-")

    for words in ("Secret", "0000", "car:1", task.task_id, task.dataset.dataset_id, task.dataset.dataset_id[:8]):
        response = searched(stranger, "admin", words)
        assert (response.status_code, found(response)) == (200, [])
    assert signed_in(stranger, "admin").get(f"/clients/{team.client.client_id}/search/?q=x").status_code == 404


@pytest.fixture
def bobs_first(team):
    """Two files; the first is bob's to label, the second ann's; eve reviews both."""
    dataset = make_dataset(team, (1, 1))
    labelling, qa = dataset.pipeline
    set_stage_people(labelling, [team.ann, team.bob], by=team.admin)
    set_stage_people(qa, [team.eve], by=team.admin)
    files = [
        {"stage_id": "Labelling", "email": f"{name}@example.com", "files": n}
        for name, n in (("bob", "1"), ("ann", "2"))
    ]
    assign_files(dataset, files, by=team.lead)
    return dataset


def test_a_labeller_finds_only_their_own(team, bobs_first):
    theirs, mine = (task_of(bobs_first, item__file__position=n) for n in (1, 2))

    assert found(searched(team, "ann", "0000")) == [f"/datasets/{bobs_first.dataset_id}/?file_id=000002.png"]
    assert found(searched(team, "ann", "car:1")) == [f"/tasks/{mine.task_id}/"]
    assert found(searched(team, "ann", theirs.task_id)) == []
    assert searched(team, "ann", mine.task_id).status_code == 302
    for words in ("0000", "car:1"):
        assert len(found(searched(team, "eve", words))) == len(found(searched(team, "reader", words))) == 2


def test_who_has_nothing_in_a_dataset_does_not_find_it(team, bobs_first):
    stranger = team.add("dora", "labeller")

    for words in ("Street", "0000", "car:1", bobs_first.dataset_id):
        response = searched(team, stranger.user.short_name, words)
        assert (response.status_code, found(response)) == (200, [])


def test_deleted_datasets_are_not_found(team):
    dataset = make_dataset(team)
    Dataset.objects.filter(pk=dataset.pk).update(deleted_at=dataset.created_at, deleted_by=team.admin.user)

    for words in ("Street", "0000", "car:1", dataset.dataset_id):
        assert found(searched(team, "admin", words)) == []


# --- cost ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ann", "reader"])
@pytest.mark.parametrize("words", ["0000", "car:1", "Street", "0" * 30])
def test_queries_do_not_grow(team, name, words):
    def queries() -> int:
        browser = signed_in(team, name)
        with CaptureQueriesContext(connection) as captured:
            browser.get(f"/clients/{team.client.client_id}/search/", {"q": words})
        return len(captured)

    make_dataset(team, (1, 1))
    few = queries()
    for _ in range(6):
        make_dataset(team, [2] * 8)

    assert queries() <= few <= 12


def test_keys_are_listed_on_every_page_and_on_one_of_their_own(team, client):
    assert client.get("/keys/").status_code == 302
    for address in ("/keys/", f"/clients/{team.client.client_id}/"):
        assert "Undo the last decision" in signed_in(team, "reader").get(address).content.decode()
