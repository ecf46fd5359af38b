"""Frames of a track in a real browser: stepped and played by keys, without a new page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from datasets_app.models import Dataset
from tasks_app.actions import submit
from tests.factories import make_dataset, make_team, task_of
from tests.pages import page_of
from tests.site.browsing import Window
from tests.site.viewing import WHOLE, fit_of, look_at_car, make_drive, page_of_car, part, same_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser frames"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def drive(transactional_db) -> Dataset:
    return make_drive()


@pytest.fixture
def window(windows, drive) -> Window:
    return look_at_car(windows, drive, viewport={"width": 1440, "height": 900})


def test_frames_are_stepped_by_keys_without_a_new_page(window):
    page = window.page
    with same_page(window):
        for key, number in (("ArrowRight", 2), (".", 3), (",", 2), ("ArrowLeft", 1), ("ArrowLeft", 1)):
            page.keyboard.press(key)
            expect(page.get_by_text(f"{number} of 12 frames")).to_be_visible()
        page.get_by_role("link", name="Last", exact=True).click()
        expect(page.get_by_text("12 of 12 frames")).to_be_visible()
        expect(page.locator("#facts")).to_contain_text("Box")

    assert page.url.endswith("?frame=12")
    page.reload()
    expect(page.get_by_text("12 of 12 frames")).to_be_visible()


def test_the_zoom_and_the_focus_stay_when_only_the_frame_changes(window):
    page = window.page
    for _ in range(3):
        page.keyboard.press("+")
    page.keyboard.press("Shift+ArrowDown")
    before = part(page)

    page.locator("#frame-next").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 12 frames")).to_be_visible()

    assert part(page) == before
    expect(page.locator("#frame-next")).to_be_focused()


def test_fit_follows_the_object_from_frame_to_frame(window):
    page = window.page
    page.keyboard.press("f")
    first = part(page)

    page.get_by_role("link", name="Last", exact=True).click()
    expect(page.get_by_text("12 of 12 frames")).to_be_visible()

    assert part(page) != first
    assert part(page) == fit_of(page)


def test_the_close_up_and_the_facts_follow_the_frame(window):
    page = window.page
    crop, box = page.locator(".close-up").get_attribute("viewBox"), page.locator("#facts").inner_text()

    page.get_by_role("link", name="Last", exact=True).click()
    expect(page.get_by_text("12 of 12 frames")).to_be_visible()

    expect(page.locator(".close-up")).not_to_have_attribute("viewBox", crop)
    assert page.locator("#facts").inner_text() != box


def test_space_plays_to_the_end_and_each_picture_is_fetched_once(windows, drive):
    window = windows(drive.team, "ann", reduced_motion="no-preference")
    pictures: list[str] = []
    window.page.on("request", lambda request: pictures.append(request.url) if "/picture" in request.url else None)
    page = window.open(page_of_car(drive))

    with same_page(window):
        page.keyboard.press(" ")
        expect(page.get_by_role("button", name="Stop")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_text("12 of 12 frames")).to_be_visible(timeout=20_000)
        expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "false")

    assert len(set(pictures)) == 12
    assert len(pictures) <= 2 * len(set(pictures)), pictures


def test_playing_stops_where_it_is_told(windows, drive):
    window = windows(drive.team, "ann")  # reduced motion: a frame a second
    page = window.open(page_of_car(drive))

    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("2 of 12 frames")).to_be_visible()
    page.keyboard.press(" ")  # the button has the focus: it is pressed
    page.wait_for_timeout(1500)

    expect(page.get_by_text("2 of 12 frames")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_picture_that_comes_in_later_works_at_once(window):
    page = window.page
    page.evaluate("""async () => {
      const text = await (await fetch(location.href)).text();
      const view = new DOMParser().parseFromString(text, "text/html").querySelector("#view");
      view.querySelector("svg[data-view]").dataset.of = "another";
      document.querySelector("#view").replaceWith(view); }""")
    page.keyboard.press("+")
    assert part(page)[2] < 960

    with same_page(window):
        page.keyboard.press(".")
        expect(page.get_by_text("2 of 12 frames")).to_be_visible()


def test_another_object_begins_with_the_whole_picture(window):
    page = window.page
    page.keyboard.press("+")
    assert part(page) != WHOLE

    page.evaluate("""() => { const old = document.querySelector("#view"), view = old.cloneNode(true);
      view.querySelector("svg[data-view]").dataset.of = "another"; old.replaceWith(view); }""")

    assert part(page) == WHOLE


def test_frames_without_a_picture_are_stepped_by_keys_too(windows, transactional_db):
    team = make_team()
    dataset = make_dataset(team, [0] * 5, mode="label_by_label", frame_attributes=["weather"])
    page = windows(team, "ann").open(page_of(task_of(dataset)))

    page.keyboard.press("f")
    page.keyboard.press("ArrowRight")

    expect(page.get_by_text("2 of 5 frames")).to_be_visible()


def test_the_desk_goes_from_frame_to_frame(windows, drive):
    task = task_of(drive, item__label__label_id="car:1")
    window = windows(drive.team, "ann")
    page = window.open(f"/desk/{task.task_id}/?stage=Labelling&kind=work")

    with same_page(window):
        page.keyboard.press(".")
        expect(page.get_by_text("2 of 12 frames")).to_be_visible()
        page.keyboard.press(".")
        expect(page.get_by_text("3 of 12 frames")).to_be_visible()

    assert page.url.endswith("frame=3")
    assert f"/desk/{task.task_id}/?" in page.url


def test_who_types_a_reason_on_the_desk_types_letters(windows, drive):
    task = task_of(drive, item__label__label_id="car:1")
    submit(task, by=drive.team.ann)
    page = windows(drive.team, "eve").open(f"/desk/{task.task_id}/")

    page.keyboard.press("r")
    page.keyboard.type("cut off")

    expect(page.locator("#close-up")).to_be_visible()
    expect(page.locator(".reject [data-typed]")).to_have_value("cut off")
    assert part(page) == WHOLE
