"""What is wrong with the JSON of each format is refused in a sentence that names the place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from datasets_app.imports.content import ImportFailed
from datasets_app.imports.readers import read

from .test_readers_samples import DELETE, SAMPLES, refusal, set_in
from .test_readers_samples_json import COCO, DEEPEN, SCALABEL


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("images", DELETE, "coco.json has no images."),
        ("images", {"id": 1}, "not a list"),
        ("images 0", 7, "images[0] is 7"),
        ("images 0 file_name", DELETE, "images[0] has no file_name"),
        ("images 0 file_name", 7, "has file_name 7, which is not a text"),
        ("images 0 file_name", "a.jpg", "twice"),
        ("images 0 file_name", "../a.jpg", "out of the dataset"),
        ("images 0 file_name", "/etc/a.jpg", "out of the dataset"),
        ("images 0 file_name", "a\\b.jpg", "backslash"),
        ("images 0 file_name", "", "is empty"),
        ("images 0 file_name", "a" * 513, "longer than 512"),
        ("images 0 id", 3, "same id 3"),
        ("images 0 id", [3], "which is not an id"),
        ("images 0 id", True, "which is not an id"),
        ("images 0 width", "640", "width"),
        ("images 0 width", 0, "width"),
        ("images 0 width", 10**12, "width"),
        ("categories 0 name", None, "has no name"),
        ("categories 0 name", "c" * 201, "longer than 200"),
        ("categories 0 id", 90, "same id 90"),
        ("annotations 0 bbox", DELETE, "coco.json: annotations[0] has no bbox."),
        ("annotations 0 bbox", [1, 2, 3], "bbox"),
        ("annotations 0 bbox", [1, 2, 3, "4"], "bbox"),
        ("annotations 0 bbox", [1, 2, 3, True], "bbox"),
        ("annotations 0 bbox", [1, 2, 3, 10**400], "bbox"),
        ("annotations 0 bbox", [1, 2, -3, 4], "bbox"),
        ("annotations 0 id", DELETE, "has no id"),
        ("annotations 0 id", "x", "id"),
        ("annotations 0 id", 10**20, "id"),
        ("annotations 0 image_id", 77, "names image 77"),
        ("annotations 0 image_id", {}, "not an id"),
        ("annotations 0 category_id", 2, "names category 2"),
        ("annotations 0 attributes", [1], "attributes"),
        ("annotations 0 segmentation", "x", "segmentation"),
        ("annotations 0 segmentation", [[1, 2, 3]], "segmentation"),
        ("annotations 0 segmentation", [[1, 2, 3, 4]], "less than 3 points"),
        ("annotations 0 segmentation", [[1, 2, 3, 4, 5, None]], "segmentation"),
        ("annotations 1 segmentation size", [2], "size"),
        ("annotations 1 segmentation size", [2, 10**9], "size"),
        ("annotations 1 segmentation counts", [9, 9], "more pixels"),
        ("annotations 1 segmentation counts", [1, -2], "counts"),
        ("annotations 1 segmentation counts", 5, "counts"),
        ("annotations 1", COCO["annotations"][0], 'the label "tooth: brush:5" twice in the file "a.jpg"'),
        ("scene_annotations 0 image_id", 5, "names image 5"),
        ("scene_annotations 0 background_ids", 5, "not a list"),
        ("scene_annotations 0 background_ids", [[]], "background_ids[0]"),
    ],
)
def test_coco_refusals(path: str, value: Any, says: str, tmp_path: Path) -> None:
    assert says in refusal("coco", tmp_path, {"annotations/coco.json": set_in(COCO, path, value)})


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("frames", 3, "not a list"),
        ("frames 0", [], "frames[0]"),
        ("frames 0 name", DELETE, "has no name"),
        ("frames 1 name", "v-1.jpg", "same name"),
        ("frames 0 videoName", 3, "videoName"),
        ("frames 0 size", [1, 2], "size"),
        ("frames 0 attributes", ["clear"], "attributes"),
        ("frames 0 attributes", {"a" * 101: "x"}, "longer than 100"),
        ("frames 0 attributes", {"": "x"}, "is empty"),
        ("frames 0 labels", {}, "labels"),
        ("frames 0 labels 0", "car", "frames[0].labels[0]"),
        ("frames 0 labels 0 id", DELETE, "has no id"),
        ("frames 0 labels 0 id", 1.5, "id 1.5"),
        ("frames 0 labels 0 id", -1, "id -1"),
        ("frames 0 labels 0 category", DELETE, "has no category"),
        ("frames 0 labels 0 attributes", 5, "attributes"),
        ("frames 0 labels 0 box2d", [1, 2, 3, 4], "box2d"),
        ("frames 0 labels 0 box2d x1", DELETE, "frames[0].labels[0].box2d has no x1"),
        ("frames 0 labels 0 box2d x1", 9, "x2 before x1"),
        ("frames 0 labels 0 box2d", None, "none of"),
        ("frames 0 labels 1 poly2d", [5], "poly2d[0]"),
        ("frames 0 labels 1 poly2d 0 vertices", [[1]], "vertices"),
        ("frames 0 labels 1 poly2d 0 types", 5, "types"),
        ("frames 0 labels 2 rle counts", None, "has no counts"),
        ("frames 1 labels 1 box3d orientation", [1], "orientation"),
        ("frames 1 labels 1 box3d location", "abc", "location"),
        ("frames 0 labels 1", SCALABEL["frames"][0]["labels"][0], "twice"),
    ],
)
def test_scalabel_refusals(path: str, value: Any, says: str, tmp_path: Path) -> None:
    assert says in refusal("scalabel", tmp_path, {"frames.json": set_in(SCALABEL, path, value)})


def test_scalabel_files_that_contradict_each_other(tmp_path: Path) -> None:
    for name, weather in (("1.json", "clear"), ("2.json", "rainy")):
        (tmp_path / name).write_text(json.dumps([{"name": "a.jpg", "attributes": {"weather": weather}}]))

    with pytest.raises(ImportFailed, match=r'2\.json: frames\[0\] has "weather" "rainy"'):
        read("scalabel", tmp_path)


FIRST, SECOND, THIRD = ("labels cam/1.png 0", "labels cam/1.png 1", "labels cam/1.png 2")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("labels", DELETE, "neither labels nor all_labels"),
        ("labels", "x", "labels"),
        ("labels", [3], "labels[0] is 3"),
        ("labels 2.png", 5, 'labels["2.png"] is 5'),
        ("labels 4.png", [], "not in files"),
        ("labelling_mode", "both", "labelling_mode"),
        ("files", {}, "files"),
        ("files 0 file_id", DELETE, "has no file_id"),
        ("files 2 file_id", "cam/1.png", "twice"),
        (f"{FIRST} file_id", "2.png", "file_id"),
        (f"{FIRST} label_id", DELETE, "has no label_id"),
        (f"{FIRST} label_id", "car", "category, colon, integer"),
        (f"{FIRST} label_id", "car:x", "category, colon, integer"),
        (f"{FIRST} label_id", "car:4\n", "category, colon, integer"),
        (f"{FIRST} label_id", "car:" + "4" * 300, "longer than 220"),
        (f"{FIRST} label_type", "lasso", "label_type"),
        (f"{FIRST} label_type", ["box"], "label_type"),
        (f"{FIRST} label_category_id", "c" * 201, "longer than 200"),
        (f"{FIRST} labeller_email", "e" * 255, "longer than 254"),
        (f"{FIRST} sensor_id", 3, "sensor_id"),
        (f"{FIRST} attributes", "none", "attributes"),
        (f"{FIRST} box", [1, 2, 3], "box"),
        (f"{FIRST} box", {"x": 1}, "box"),
        (f"{SECOND} three_d_bbox cx", DELETE, "three_d_bbox has no cx"),
        (f"{SECOND} three_d_bbox rot_z", DELETE, "neither rot_z nor quaternion"),
        (f"{SECOND} three_d_bbox quaternion", {"x": 0, "y": 0, "z": 0, "w": 0}, "nothing but zeros"),
        (f"{SECOND} three_d_bbox quaternion", [0, 0, 0, 1], "not an object"),
        ("labels cam/1.png 1", DEEPEN["labels"]["cam/1.png"][0], "twice"),
        (f"{THIRD} polygons", [[[0, 0], [1, 1]]], "polygons"),
        (f"{THIRD} polygons", [[0, 0], [1, 1]], "polygons"),
        ("labels cam/1.png 3 polyline", [[0, 0]], "polyline"),
        ("labels cam/1.png 5 mask", [4], "mask"),
        ("labels dataset_attributes", {"a" * 101: 1}, "longer than 100"),
    ],
)
def test_deepen_refusals(path: str, value: Any, says: str, tmp_path: Path) -> None:
    document = set_in(SAMPLES["deepen"].files["labels.json"], path, value)

    assert says in refusal("deepen", tmp_path, {"labels.json": document})


def test_deepen_label_in_an_unknown_file(tmp_path: Path) -> None:
    label = {"file_id": "b.png", "label_id": "car:1", "label_type": "box"}

    message = refusal("deepen", tmp_path, {"labels.json": {"files": [{"file_id": "a.png"}], "labels": [label]}})

    assert message == 'labels.json has the label "car:1" in the unknown file "b.png".'


@pytest.mark.parametrize(
    ("table", "path", "value", "says"),
    [
        ("sample", "0 token", DELETE, "has no token"),
        ("sample", "1 token", "s2", "same token"),
        ("sample", "0 timestamp", "x", "timestamp"),
        ("instance", "0 category_token", "c9", "no row has"),
        ("category", "0 name", 5, "name"),
        ("attribute", "0 name", None, "has no name"),
        ("visibility", "0 level", 3, "level"),
        ("sample_annotation", "0 sample_token", "s9", "no sample has"),
        ("sample_annotation", "0 instance_token", "i9", "no instance has"),
        ("sample_annotation", "0 attribute_tokens", ["a9"], "no attribute has"),
        ("sample_annotation", "0 attribute_tokens", [["a1"]], "no attribute has"),
        ("sample_annotation", "0 visibility_token", "v9", "no row has"),
        ("sample_annotation", "0 size", [1, 2], "size"),
        ("sample_annotation", "0 rotation", [0, 0, 0, 0], "nothing but zeros"),
        ("sample_annotation", "0 translation", DELETE, "has no translation"),
        ("sample_annotation", "1 sample_token", "s1", "twice"),
    ],
)
def test_t4_refusals(table: str, path: str, value: Any, says: str, tmp_path: Path) -> None:
    file = f"annotation/{table}.json"
    refused = refusal("t4", tmp_path, {file: set_in(SAMPLES["t4"].files[file], path, value)})

    assert says in refused
