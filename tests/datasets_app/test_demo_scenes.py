"""The demo's street scenes: the same each time, complete, and wrong only where they say so."""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from PIL import Image

from datasets_app.demo.scenes import DemoDataset, frames, sequence
from datasets_app.imports.content import ShapeRecord

WIDTH, ROWS = 960, 600


@pytest.fixture(scope="module")
def pictures_and_labels() -> DemoDataset:
    return frames()


@pytest.fixture(scope="module")
def drive() -> DemoDataset:
    return sequence()


@pytest.fixture(params=["pictures_and_labels", "drive"])
def dataset(request: pytest.FixtureRequest) -> DemoDataset:
    found: DemoDataset = request.getfixturevalue(request.param)
    return found


def boxes(dataset: DemoDataset) -> list[ShapeRecord]:
    return [shape for shape in dataset.content.shapes if shape.label_type == "box"]


@pytest.mark.parametrize("make", [frames, sequence])
def test_same_seed_gives_the_same_labels_and_bytes(make: Callable[..., DemoDataset]) -> None:
    first, second = make(seed=7, count=5), make(seed=7, count=5)

    assert first.content == second.content
    assert first.wrong == second.wrong
    assert [draw() for draw in first.pictures.values()] == [draw() for draw in second.pictures.values()]


def test_another_seed_gives_another_dataset() -> None:
    assert frames(seed=7, count=4).content != frames(seed=8, count=4).content


def test_a_picture_can_be_drawn_twice_and_in_any_order(pictures_and_labels: DemoDataset) -> None:
    last, first = (list(pictures_and_labels.pictures.values())[place] for place in (-1, 0))

    again = last()
    first()

    assert last() == again


def test_each_file_has_a_picture_of_its_size(dataset: DemoDataset) -> None:
    assert list(dataset.pictures) == [file.file_id for file in dataset.content.files]
    for file in dataset.content.files[:3]:
        with Image.open(io.BytesIO(dataset.pictures[file.file_id]())) as picture:
            assert picture.format == "JPEG"
            assert picture.size == (file.width, file.height) == (WIDTH, ROWS)


def test_boxes_lie_inside_their_pictures(dataset: DemoDataset) -> None:
    for shape in boxes(dataset):
        x, y, width, height = shape.geometry["box"]
        assert width > 0
        assert height > 0
        assert x >= 0
        assert y >= 0
        assert x + width <= WIDTH
        assert y + height <= ROWS


def test_polygons_lie_inside_their_pictures(pictures_and_labels: DemoDataset) -> None:
    polygons = [shape for shape in pictures_and_labels.content.shapes if shape.label_type == "polygon"]

    assert {shape.label_category_id for shape in polygons} == {"road", "sidewalk"}
    for shape in polygons:
        for corners in shape.geometry["polygons"]:
            assert len(corners) >= 3
            assert all(0 <= x <= WIDTH and 0 <= y <= ROWS for x, y in corners)


def test_label_ids_name_their_category_and_are_unique_in_a_file(dataset: DemoDataset) -> None:
    keys = [(shape.file_id, shape.label_id) for shape in dataset.content.shapes]

    assert len(keys) == len(set(keys))
    assert all(shape.label_id.rpartition(":")[0] == shape.label_category_id for shape in dataset.content.shapes)
    assert all(shape.label_id.rpartition(":")[2].isdigit() for shape in dataset.content.shapes)


def test_frames_have_labels_except_two(pictures_and_labels: DemoDataset) -> None:
    content = pictures_and_labels.content
    counts = Counter(shape.file_id for shape in content.shapes)

    assert content.labelling_mode == "frame_by_frame"
    assert len(content.files) == 24
    assert len([file for file in content.files if not counts[file.file_id]]) == 2
    assert len(content.shapes) >= 120
    assert {shape.label_category_id for shape in content.shapes} >= {
        "car", "truck", "van", "bus", "person", "cyclist", "traffic_light", "road",
    }  # fmt: skip


def test_frame_attributes_have_values_in_most_frames(pictures_and_labels: DemoDataset) -> None:
    content = pictures_and_labels.content

    for attribute in content.frame_attributes:
        values = {file: value for (file, name), value in content.frame_values.items() if name == attribute.attribute_id}
        assert 12 <= len(values) < 24
        assert set(values.values()) <= set(attribute.options)
    assert [attribute.attribute_id for attribute in content.dataset_attributes] == ["city"]
    assert content.dataset_values == {}


def test_about_a_tenth_of_the_frame_labels_is_wrong(pictures_and_labels: DemoDataset) -> None:
    content, wrong = pictures_and_labels.content, pictures_and_labels.wrong

    assert set(wrong) <= {(shape.file_id, shape.label_id) for shape in content.shapes}
    assert 0.06 <= len(wrong) / len(content.shapes) <= 0.14
    assert {"box too large", "box is shifted", "missing part"} <= set(wrong.values())
    assert any(reason.startswith("wrong category: a ") for reason in wrong.values())


def test_wrong_category_names_the_category_that_the_label_has(pictures_and_labels: DemoDataset) -> None:
    for (_, label_id), reason in pictures_and_labels.wrong.items():
        if reason.startswith("wrong category"):
            assert reason.endswith(f"not a {label_id.partition(':')[0]}")


def test_sequence_has_tracks_of_which_two_are_wrong(drive: DemoDataset) -> None:
    content = drive.content
    tracks = Counter(shape.label_id for shape in content.shapes)

    assert content.labelling_mode == "label_by_label"
    assert len(content.files) == 40
    assert 8 <= len(tracks) <= 11
    assert set(drive.wrong) <= {("", label_id) for label_id in tracks}
    assert sorted(drive.wrong.values()) == ["box drifts off the car", "track jumps to another car"]


def test_the_jumping_track_jumps_and_the_others_do_not(drive: DemoDataset) -> None:
    centres: dict[str, list[float]] = {}
    for shape in boxes(drive):
        x, _, width, _ = shape.geometry["box"]
        centres.setdefault(shape.label_id, []).append(x + width / 2)
    longest = {track: max((abs(b - a) for a, b in pairwise(xs)), default=0.0) for track, xs in centres.items()}

    (jumping,) = (track for (_, track), reason in drive.wrong.items() if reason.startswith("track jumps"))
    assert longest[jumping] > 250
    assert all(step < 200 for track, step in longest.items() if track != jumping)


def test_both_datasets_are_small_and_quick() -> None:
    start = time.process_time()

    pictures = [draw() for made in (frames(), sequence()) for draw in made.pictures.values()]

    assert len(pictures) == 64
    assert sum(map(len, pictures)) < 4_000_000
    assert time.process_time() - start < 12  # about 2.5 s; generous, because other tests run beside it
