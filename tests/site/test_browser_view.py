"""The picture in a real browser: zoom, pan, frames and play, by wheel, drag, buttons and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from datasets_app.demo.scenes import sequence
from datasets_app.imports.content import Content, FileRecord, ShapeRecord
from datasets_app.imports.store import store
from datasets_app.models import Dataset
from tasks_app.actions import submit
from tests.factories import make_dataset, make_team, task_of
from tests.pages import page_of
from tests.site.browsing import RULES, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.django_db(transaction=True)]

Part = tuple[float, ...]
WHOLE = (0.0, 0.0, 960.0, 600.0)


@pytest.fixture
def drive(transactional_db) -> Dataset:
    """Twelve frames of a drive, with pictures."""
    demo = sequence(count=12)
    team = make_team()
    dataset = make_dataset(team, (), mode="label_by_label")
    store(dataset, demo.content, by=None)
    for file in dataset.files.all():
        file.picture.save("x.jpg", ContentFile(demo.pictures[file.file_id]()))
    dataset.team = team  # type: ignore[attr-defined]
    return dataset


@pytest.fixture
def window(windows, drive) -> Window:
    window = windows(drive.team, "ann", viewport={"width": 1440, "height": 900})
    window.open(page_of(task_of(drive, item__label__label_id="car:1")))
    return window


def part(page: Page, name: str = "picture") -> Part:
    """The part of the picture that is shown."""
    text = page.locator(f'svg[data-view="{name}"]').get_attribute("viewBox") or ""
    return tuple(float(number) for number in text.split())


def middle(page: Page) -> tuple[float, float]:
    box = page.locator('svg[data-view="picture"]').bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def under(page: Page, x: float, y: float) -> tuple[float, float]:
    """Which point of the picture is at a place of the screen."""
    script = """([x, y]) => { const svg = document.querySelector('svg[data-view="picture"]');
      const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse()); return [at.x, at.y]; }"""
    at = page.evaluate(script, [x, y])
    return at[0], at[1]


@contextmanager
def same_page(window: Window) -> Iterator[None]:
    """What is done in it loads no page anew, and nothing goes wrong."""
    window.page.evaluate("window.same = true")
    yield
    assert window.page.evaluate("window.same")
    assert window.wrong == []


# --- zoom and pan -------------------------------------------------------------------------------------------------


def test_the_wheel_zooms_about_the_pointer(window):
    page = window.page
    x, y = middle(page)
    x, y = x - 200, y + 80
    before = under(page, x, y)

    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)

    assert part(page)[2] < 0.7 * 960
    assert under(page, x, y) == pytest.approx(before, abs=0.5)
    assert page.evaluate("scrollY") == 0
    page.mouse.wheel(0, 3000)
    page.mouse.wheel(0, 3000)
    assert part(page) == WHOLE


def test_zooming_in_has_an_end(window):
    page = window.page
    for _ in range(40):
        page.keyboard.press("+")

    assert part(page)[2] == pytest.approx(960 / 50)


def test_dragging_pans_and_stays_in_the_picture(window):
    page = window.page
    x, y = middle(page)
    for _ in range(4):
        page.keyboard.press("+")
    before, held = part(page), under(page, x, y)

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 40, steps=4)

    assert under(page, x + 120, y + 40) == pytest.approx(held, abs=0.5)
    assert part(page)[2:] == pytest.approx(before[2:])
    page.mouse.move(x + 5000, y, steps=4)
    page.mouse.up()
    assert part(page)[0] == pytest.approx(-part(page)[2] / 2)
    page.mouse.move(x, y)
    assert part(page)[0] == pytest.approx(-part(page)[2] / 2)  # let go


def test_keys_zoom_fit_and_show_the_whole(window):
    page = window.page
    fit = tuple(float(one) for one in page.locator("[data-fit]").get_attribute("data-fit").split())

    page.keyboard.press("f")
    assert part(page) == fit
    page.keyboard.press("+")
    assert part(page)[2] == pytest.approx(fit[2] / 1.3, rel=0.01)
    page.keyboard.press("Shift+ArrowRight")
    assert part(page)[0] > fit[0]
    page.keyboard.press("-")
    assert part(page)[2] == pytest.approx(fit[2], rel=0.01)
    page.keyboard.press("0")
    assert part(page) == WHOLE


def test_buttons_do_what_the_keys_do(window):
    page = window.page

    page.get_by_role("button", name="Fit the object").click()
    fitted = part(page)
    page.get_by_role("button", name="Zoom in").click()
    assert part(page)[2] < fitted[2] < 960
    page.get_by_role("button", name="Whole picture").click()

    assert part(page) == WHOLE
    assert window.wrong == []


def test_the_picture_keeps_its_place_when_it_is_zoomed(window):
    page = window.page
    before = page.locator('svg[data-view="picture"]').bounding_box()

    page.keyboard.press("f")

    assert page.locator('svg[data-view="picture"]').bounding_box() == before


def test_others_and_the_crop_are_switched_by_keys_and_stay_so(window):
    page = window.page
    others, crop = page.locator('svg[data-view="picture"] .others'), page.locator("#close-up")
    expect(crop).to_be_visible()

    page.keyboard.press("o")
    page.keyboard.press("c")
    page.keyboard.press(".")
    expect(page.get_by_text("2 of 12 frames")).to_be_visible()

    expect(others).to_be_hidden()
    expect(crop).to_be_hidden()
    page.get_by_label("other object").check()
    page.keyboard.press("c")
    expect(others).to_be_visible()
    expect(crop).to_be_visible()


def test_who_types_is_left_alone(window):
    page = window.page
    comment = page.get_by_label("Comment")

    comment.press_sequentially("of - 0.,+ ")
    page.keyboard.press("Control+0")

    expect(comment).to_have_value("of - 0.,+ ")
    assert part(page) == WHOLE
    expect(page.get_by_text("1 of 12 frames")).to_be_visible()


# --- frames -------------------------------------------------------------------------------------------------------


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
    assert part(page) == tuple(float(one) for one in page.locator("[data-fit]").get_attribute("data-fit").split())


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
    page = window.open(page_of(task_of(drive, item__label__label_id="car:1")))

    with same_page(window):
        page.keyboard.press(" ")
        expect(page.get_by_role("button", name="Stop")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_text("12 of 12 frames")).to_be_visible(timeout=20_000)
        expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "false")

    assert len(set(pictures)) == 12
    assert len(pictures) <= 2 * len(set(pictures)), pictures


def test_playing_stops_where_it_is_told(windows, drive):
    window = windows(drive.team, "ann")  # reduced motion: a frame a second
    page = window.open(page_of(task_of(drive, item__label__label_id="car:1")))

    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("2 of 12 frames")).to_be_visible()
    page.keyboard.press(" ")  # the button has the focus: it is pressed
    page.wait_for_timeout(1500)

    expect(page.get_by_text("2 of 12 frames")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_click_on_the_curve_opens_the_frame_there(window):
    page = window.page
    box = page.locator("svg.curve").bounding_box()

    with same_page(window):
        page.mouse.click(box["x"] + box["width"] * 6 / 11 + 2, box["y"] + 10)
        expect(page.get_by_text("7 of 12 frames")).to_be_visible()

    assert page.url.endswith("?frame=7")


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


# --- without a script, and on every screen ------------------------------------------------------------------------


def test_frames_and_others_work_without_a_script(windows, drive):
    page = windows(drive.team, "ann", java_script_enabled=False).open(
        page_of(task_of(drive, item__label__label_id="car:1"))
    )

    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    expect(page.get_by_role("button", name="Zoom in")).to_be_hidden()
    page.get_by_role("link", name="Next frame").click()
    expect(page.get_by_text("2 of 12 frames")).to_be_visible()
    page.get_by_label("other object").uncheck()
    expect(page.locator('svg[data-view="picture"] .others')).to_be_hidden()


def make_solids(drive: Dataset) -> Dataset:
    """A track of a 3D box with a jump, with a picture in its first frame."""
    solid = {"cx": 20.0, "cy": 5.0, "cz": 0.5, "l": 4.0, "w": 2.0, "h": 1.5, "rot_z": 0.3}
    shapes = [
        ShapeRecord(
            f"{number}.png", f"car:{car}", "car", "3d_bbox", {"three_d_bbox": solid | {"cx": 9.0 * car + number}}
        )
        for number in range(1, 20)
        for car in (1, 2)
        if number < 12 or car == 1
    ]
    shapes[15].geometry["three_d_bbox"]["cx"] += 20
    content = Content("label_by_label", files=[FileRecord(f"{number}.png") for number in range(1, 20)], shapes=shapes)
    dataset = make_dataset(drive.team, (), mode="label_by_label", dataset_attributes=["city"])  # type: ignore[attr-defined]
    store(dataset, content, by=None)
    with drive.files.first().picture.open("rb") as picture:
        dataset.files.first().picture.save("x.jpg", picture)
    return dataset


def test_a_view_from_above_is_zoomed_on_its_own_and_fitted_with_the_camera(windows, drive):
    window = windows(drive.team, "ann")
    page = window.open(page_of(task_of(make_solids(drive), item__label__label_id="car:1")))
    picture, above = part(page), part(page, "above")

    page.locator('svg[data-view="above"]').hover()
    page.keyboard.press("+")
    assert part(page, "above")[2] < above[2]
    assert part(page) == picture

    page.keyboard.press("f")
    assert part(page, "above")[2] < above[2] / 2
    page.keyboard.press("0")
    assert (part(page), part(page, "above")) == (picture, above)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_side_is_accessible_and_fits_a_phone(windows, drive, scheme):
    window, axe, found = windows(drive.team, "admin", color_scheme=scheme), Axe(), {}
    solids = make_solids(drive)
    addresses = {
        "drive": page_of(task_of(drive, item__label__label_id="car:1")),
        "another frame": page_of(task_of(drive, item__label__label_id="car:1")) + "?frame=9",
        "3D": page_of(task_of(solids, item__label__label_id="car:1")),
        "sample": page_of(task_of(solids, item__task_type="dataset_attribute")),
        "large": page_of(task_of(solids, item__task_type="dataset_attribute")) + "?frame=1",
        "weather": page_of(task_of(drive, item__task_type="frame_attribute")),
    }
    for name, address in addresses.items():
        for width in (1440, 390):
            window.page.set_viewport_size({"width": width, "height": 900})
            page = window.open(address)
            for violation in axe.run(page, options=RULES).response["violations"]:
                nodes = [node["html"][:120] + node["failureSummary"][-160:] for node in violation["nodes"][:3]]
                found[f"{name} {width}: {violation['id']}"] = nodes
            beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if beyond > 0:
                found[f"{name} {width}: too wide"] = beyond
        assert re.search(r'class="(film|sample)', page.content()), name

    assert found == {}
    assert window.wrong == []
