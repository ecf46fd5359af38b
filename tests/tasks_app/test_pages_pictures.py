"""The picture on a task's page; hostile names; and how much the pages ask of the database."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import set_settings
from datasets_app.ids import now
from datasets_app.imports.content import Content, FileRecord, ShapeRecord
from datasets_app.imports.store import store
from datasets_app.membership import set_scopes
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.models import Task
from tests.factories import make_dataset, task_of
from tests.pages import (
    HOSTILE,
    PNG,
    list_of,
    page_of,
    rows_in,
    signed_in,
    with_picture,
)

# --- the picture --------------------------------------------------------------------------------------------------


def test_the_object_is_drawn_over_its_picture(team):
    dataset = make_dataset(team, (2,))
    with_picture(dataset)

    page = signed_in(team, "ann").get(page_of(task_of(dataset))).content.decode()

    assert 'viewBox="0 0 640 480"' in page
    assert f'href="/datasets/{dataset.dataset_id}/files/1/picture"' in page
    assert page.count("M10 20h30v40h-30Z") == 2  # the line and its dark edge
    assert page.count("M20 20h30v40h-30Z") == 1  # the other one, thin


def test_in_the_table_an_object_is_shown_where_it_is_first_seen(team):
    dataset = make_dataset(team, (1, 1, 1), mode="label_by_label")
    assert "<image" not in signed_in(team, "admin").get(list_of(dataset)).content.decode()
    with_picture(dataset)

    page = signed_in(team, "admin").get(list_of(dataset)).content.decode()

    assert re.findall(r'class="thumb" viewBox="([^"]+)".*?<image href="([^"]+)"', page) == [
        ("-17.67 8 85.33 64", f"/datasets/{dataset.dataset_id}/files/1/picture")
    ]


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

    assert re.findall(r'id="film-(\d)" href="[^"]*\?frame=\1"', first) == ["1", "3", "4"]
    assert "000001.png" in first
    assert "000003.png" in third
    assert re.findall(r'rel="(?:prev|next)" href="[^"]*\?frame=(\d)"', third) == ["1", "4"]
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
    assert response["Cache-Control"] == "private, max-age=300"
    assert "Cookie" in response["Vary"]
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
    assert rows_in(browser.get(list_of(dataset), {"label_id": f"{HOSTILE}:1"})) == 1


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
    tasks = {
        "submitted": submitted,
        "its QA": task_of(dataset, "QA", pk=submitted.next.pk),
        "frame attribute": task_of(dataset, item__task_type="frame_attribute"),
        "dataset attribute": task_of(dataset, item__task_type="dataset_attribute"),
        "track": task_of(sequence),
        "attribute of a sequence": task_of(sequence, item__task_type="frame_attribute"),
    }
    return {
        "client": f"/clients/{team.client.client_id}/",
        "delayed": f"/clients/{team.client.client_id}/delayed/",
        "tokens": f"/clients/{team.client.client_id}/tokens/",
        "dataset": list_of(dataset),
        "filtered": f"{list_of(dataset)}?status=ready&stage_id=Labelling&email=",
        "desk": f"{list_of(dataset)}desk/",
        **{name: page_of(task) for name, task in tasks.items()},
        **{f"{name} on the desk": f"/desk/{task.task_id}/?stage=QA" for name, task in tasks.items()},
    }


@pytest.mark.parametrize("name", ["ann", "eve", "admin", "reader", "scoped"])
def test_pages_ask_the_database_little_and_not_more_for_more_rows(team, name, django_assert_max_num_queries):
    counts: list[dict[str, int]] = []
    scoped = team.add("scoped", "")
    for objects in (10, 60):
        counts.append({})
        pages = queries_of_pages(team, objects)
        for dataset in Dataset.objects.all():
            set_scopes(dataset, scoped, ["labeller"], by=None)
        browser = signed_in(team, name)
        for page, address in pages.items():
            browser.get(address)
            with django_assert_max_num_queries(MOST) as asked:
                assert browser.get(address).status_code == 200
            counts[-1][page] = len(asked)

    assert all(counts[1][page] <= counts[0][page] for page in counts[0]), counts


def test_who_only_looks_writes_nothing(team):
    """On SQLite, who writes waits for an import."""
    dataset = make_dataset(team, (2,))
    browser = signed_in(team, "reader")

    with CaptureQueriesContext(connection) as asked:
        for address in (page_of(task_of(dataset)), f"/desk/{task_of(dataset).task_id}/", list_of(dataset)):
            assert browser.get(address).status_code == 200

    assert {query["sql"].split()[0] for query in asked} == {"SELECT"}
