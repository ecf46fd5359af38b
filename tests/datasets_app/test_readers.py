"""The real data sets beside the repository are read with exactly the counts that their READMEs name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from datasets_app.imports.content import Content
from datasets_app.imports.readers import read

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
BDD_ATTRIBUTES = ("weather", "scene", "timeofday")
MOT = ("02", "04", "05", "09", "10", "11", "13")

#: Part of a README's table -> how it is read.
PARTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bdd-frames": ("scalabel", "bdd-frames", {"frame_attributes": BDD_ATTRIBUTES}),
    "bdd-track": ("scalabel", "bdd-track", {"dataset_attributes": BDD_ATTRIBUTES}),
    "coco-mini": ("coco", "coco-mini", {}),
    "cvat/for_images": ("cvat", "cvat/for_images.xml", {}),
    "cvat/for_video": ("cvat", "cvat/for_video.xml", {}),
    "kitti-tracking/0001": ("kitti-tracking", "kitti-tracking/label_02", {}),
    "t4-sample": ("t4", "t4-sample", {}),
    "taco": ("coco", "taco", {}),
    **{f"mot17/MOT17-{number}": ("mot", f"mot17/MOT17-{number}", {}) for number in MOT},
    **{
        f"mot17/MOT17-{number} as frame_by_frame": ("mot", f"mot17/MOT17-{number}", {"mode": "frame_by_frame"})
        for number in MOT
    },
}


def in_data(path: str) -> Path:
    found = DATA / path
    if not found.exists():
        pytest.skip(f"the data set {path} is not beside the repository")
    return found


def row_of(part: str) -> list[str]:
    """The README's line about a part: mode, frames, labels, objects, categories, attributes, tasks."""
    readme = in_data(part.split("/")[0]) / "README.md"
    rows = [line.strip("|").split("|") for line in readme.read_text().splitlines() if line.startswith("| `")]
    return next([cell.strip() for cell in row[1:]] for row in rows if row[0].strip() == f"`{part}`")


def read_part(part: str) -> Content:
    format_name, path, options = PARTS[part]
    return read(format_name, in_data(path), **options)


def counts(content: Content) -> list[str]:
    frames, labels = len(content.files), len(content.shapes)
    frame_attributes, dataset_attributes = len(content.frame_attributes), len(content.dataset_attributes)
    sequence = content.labelling_mode == "label_by_label"
    objects = len({shape.label_id for shape in content.shapes}) if sequence else labels
    tasks = objects + frame_attributes * (1 if sequence else frames) + dataset_attributes
    categories = len({shape.label_category_id for shape in content.shapes})
    numbers = [frames, labels, objects, categories, frame_attributes, dataset_attributes, tasks, 2 * tasks]
    return [content.labelling_mode, *map(str, numbers)]


@pytest.mark.parametrize("part", PARTS)
def test_counts_are_those_of_the_readme(part: str) -> None:
    expected = row_of(part)

    content = read_part(part)

    assert counts(content) == expected


def test_every_part_of_the_readmes_is_read() -> None:
    in_data("")
    lines = [line for readme in DATA.glob("*/README.md") for line in readme.read_text().splitlines()]

    named = {line.split("`")[1] for line in lines if line.startswith("| `")}

    assert named == set(PARTS)


def test_bdd_frames_are_merged_by_name() -> None:
    content = read_part("bdd-frames")
    first = content.files[0].file_id

    assert {shape.file_id for shape in content.shapes} == {first}
    assert len(content.frame_values) == 30
    assert content.frame_values[first, "weather"] == "overcast"


def test_bdd_frames_can_have_dataset_attributes_instead() -> None:
    path = in_data("bdd-frames/scalabel_det.json")

    content = read("scalabel", path, dataset_attributes=BDD_ATTRIBUTES)

    assert content.frame_attributes == []
    assert content.dataset_values == {"weather": "overcast", "scene": "city street", "timeofday": "daytime"}


def test_bdd_tracks_keep_the_original_ids() -> None:
    content = read_part("bdd-track")

    assert len({shape.extra["id"] for shape in content.shapes}) == 144
    assert content.shapes[0].label_id == "car:1"
    assert content.dataset_values == {}


def test_coco_mini_keeps_masks_and_several_polygons() -> None:
    content = read_part("coco-mini")
    masks = [shape for shape in content.shapes if "mask" in shape.geometry]

    assert [shape.extra["iscrowd"] for shape in masks] == [1] * 5
    assert {shape.label_type for shape in masks} == {"2d_segmentation"}
    assert sum(len(shape.geometry.get("polygons", [])) > 1 for shape in content.shapes) == 38
    assert all("box" in shape.geometry for shape in content.shapes)
    assert content.files[0].file_id == "000000397133.jpg"


def test_taco_backgrounds_are_unions() -> None:
    content = read_part("taco")
    document = json.loads((in_data("taco") / "annotations.json").read_text())
    names = {row["id"]: row["name"] for row in document["scene_categories"]} | {7: "7"}
    file_names = {image["id"]: image["file_name"] for image in document["images"]}
    expected: dict[str, set[str]] = {}
    for row in document["scene_annotations"]:
        file_id = file_names[row["image_id"]]
        expected.setdefault(file_id, set()).update(names[scene_id] for scene_id in row["background_ids"])

    found = {file_id: value for (file_id, _), value in content.frame_values.items()}

    assert found == {file_id: sorted(value) for file_id, value in expected.items()}
    assert len(found) == 1496
    assert any("7" in value for value in found.values())


def test_mot_boxes_may_leave_the_picture_and_be_not_considered() -> None:
    content = read_part("mot17/MOT17-05")

    assert any(shape.geometry["box"][0] < 0 for shape in content.shapes)
    assert {(shape.attributes or {})["considered"] for shape in content.shapes} == {0, 1}
    assert (content.files[0].file_id, content.files[0].width, content.files[0].height) == ("000001.jpg", 640, 480)


def test_mot_records_are_the_same_in_both_modes() -> None:
    sequence, frames = read_part("mot17/MOT17-09"), read_part("mot17/MOT17-09 as frame_by_frame")

    assert sequence.shapes == frames.shapes
    assert sequence.files == frames.files


def test_t4_boxes_have_both_rotations() -> None:
    content = read_part("t4-sample")

    assert {"rot_z", "quaternion"} <= content.shapes[0].geometry["three_d_bbox"].keys()
    assert content.shapes[0].attributes == {"state": ["moving"], "visibility": "full"}
