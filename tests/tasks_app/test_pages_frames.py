"""From frame to frame: what htmx gets of a task's page; and the frames that attributes show."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from tasks_app.models import Task
from tasks_app.pages.strips import AROUND, SAMPLE, Frames, spread
from tests.factories import make_dataset, task_of
from tests.pages import page_of, signed_in, with_picture
from tests.tasks_app.test_pages_sights import make_track, page, walk


def frame(team: Any, task: Task, position: int, name: str = "ann") -> str:
    """What htmx gets for another frame."""
    headers = {"HX-Request": "true", "HX-Target": "view"}
    return signed_in(team, name).get(page_of(task), {"frame": position}, headers=headers).content.decode()


# --- from frame to frame ------------------------------------------------------------------------------------------


def test_htmx_gets_only_the_picture_side_and_what_is_said_of_the_shape(team):
    task = task_of(make_track(team, walk(5)))

    found = frame(team, task, 3)

    assert found.lstrip().startswith('<div class="view-parts')
    assert "<html" not in found
    assert "000003.png" in found
    assert re.findall(r'id="(close-up|facts)" hx-swap-oob="true"', found) == ["close-up", "facts"]
    assert "12, 20 · 30 × 40" in found
    assert "History" not in found


def test_another_part_of_the_page_gets_the_whole(team):
    task = task_of(make_track(team, walk(5)))
    browser = signed_in(team, "ann")

    for headers in ({}, {"HX-Request": "true", "HX-Target": "main"}, {"HX-Target": "view"}):
        response = browser.get(page_of(task), headers=headers)
        assert "<html" in response.content.decode()
        assert {"HX-Request", "HX-Target"} <= set(response["Vary"].split(", "))


def test_frames_of_a_part_keep_what_the_page_was_asked(team):
    task = task_of(make_track(team, walk(5)))
    headers = {"HX-Request": "true", "HX-Target": "view"}

    found = signed_in(team, "ann").get(f"{page_of(task)}?stage=Q%26A&frame=2", headers=headers).content.decode()

    assert re.findall(r'rel="(?:prev|next)" href="([^"]*)"', found) == [
        "?stage=Q%26A&amp;frame=1",
        "?stage=Q%26A&amp;frame=3",
    ]


def test_a_refused_value_leaves_links_to_the_page_of_the_task(team):
    task = task_of(make_dataset(team, (0, 0), mode="label_by_label", frame_attributes=["weather"]))
    response = signed_in(team, "ann").post(f"{page_of(task)}value/", {"value": '"lava"', "version": "1"})

    assert response.status_code >= 400
    assert f'rel="next" href="{page_of(task)}?frame=2"' in response.content.decode()


def test_a_labeller_gets_no_other_objects_with_a_frame_either(team):
    dataset = make_dataset(team, (2, 2), mode="label_by_label")
    Task.objects.filter(dataset=dataset, item__label__label_id="car:2").update(assignee=team.users["bob"])

    assert "M20 20h30" not in frame(team, task_of(dataset), 2)
    assert "M20 20h30" in frame(team, task_of(dataset), 2, "reader")


# --- attributes ---------------------------------------------------------------------------------------------------


def test_a_dataset_attribute_shows_a_sample_and_each_opens_large(team):
    dataset = make_dataset(team, [0] * 40, dataset_attributes=["city"])
    with_picture(dataset, 40)
    task = task_of(dataset)

    found = page(team, task)

    assert [int(one) for one in re.findall(r'id="sample-(\d+)"', found)] == spread(40)
    assert 'data-view="picture"' not in found
    assert found.count("files/40/picture") == 1
    large = page(team, task, frame=40)
    assert 'data-view="picture"' in large
    assert re.findall(r'id="sample-(\d+)"[^>]*aria-current', large) == ["40"]


@pytest.mark.parametrize("count", [0, 1, 2, 11, 12, 13, 40, 1_000])
def test_samples_are_spread_from_the_first_to_the_last(count):
    found = spread(count)

    assert len(found) == min(count, SAMPLE)
    assert found[:1] == [1][:count]
    assert found[-1:] == [count][:count]
    gaps = {after - before for before, after in pairwise(found)}
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_a_dataset_without_files_has_no_sample(team):
    found = page(team, task_of(make_dataset(team, (), dataset_attributes=["city"])))

    assert "There is no frame to show." in found


def test_a_frame_attribute_of_a_sequence_is_leafed_through_with_small_pictures(team):
    dataset = make_dataset(team, [0] * 30, mode="label_by_label", frame_attributes=["weather"])
    for position in (1, 2, 30):
        with_picture(dataset, position)

    found = page(team, task_of(dataset))

    assert found.count("files/2/picture") == 1
    assert found.count("files/30/picture") == 0
    assert "1 of 30 frames" in found
    assert len(re.findall(r'id="film-\d+"', page(team, task_of(dataset), frame=30))) == 2 * AROUND + 1


@pytest.mark.parametrize(
    ("count", "index", "strip"), [(3, 1, (0, 3)), (40, 0, (0, 13)), (40, 20, (14, 27)), (40, 39, (27, 40))]
)
def test_the_strip_is_around_the_open_frame(count, index, strip):
    assert Frames(range(count), index).strip == range(*strip)
