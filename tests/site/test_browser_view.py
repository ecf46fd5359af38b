"""The picture in a real browser: zoom and pan by wheel, drag, buttons and keys; accessible and on a phone."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from datasets_app.imports.content import Content, FileRecord, ShapeRecord
from datasets_app.imports.store import store
from datasets_app.models import Dataset
from tests.factories import make_dataset, task_of
from tests.pages import page_of
from tests.site.browsing import RULES, Window
from tests.site.viewing import WHOLE, fit_of, look_at_car, make_drive, page_of_car, part

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser view"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def drive(transactional_db) -> Dataset:
    return make_drive()


@pytest.fixture
def window(windows, drive) -> Window:
    return look_at_car(windows, drive, viewport={"width": 1440, "height": 900})


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
    fit = fit_of(page)

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


# --- without a script, and on every screen ------------------------------------------------------------------------


def test_frames_and_others_work_without_a_script(windows, drive):
    page = windows(drive.team, "ann", java_script_enabled=False).open(page_of_car(drive))

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
        "drive": page_of_car(drive),
        "another frame": page_of_car(drive) + "?frame=9",
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
