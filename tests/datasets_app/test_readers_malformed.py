"""Whatever is wrong with an input, it ends in ImportFailed with one sentence that names the place."""

from __future__ import annotations

import copy
import json
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets_app.imports.checks import check_content
from datasets_app.imports.content import AttributeRecord, Content, FileRecord, ImportFailed, ShapeRecord
from datasets_app.imports.readers import read

from .test_readers_samples import COCO, CVAT_IMAGES, CVAT_VIDEO, KITTI, MOT_GT, MOT_SEQINFO, SAMPLES, SCALABEL, Sample

JSON_FILES = [
    *[("coco", "annotations/coco.json"), ("scalabel", "frames.json"), ("deepen", "labels.json")],
    *[("t4", "annotation/sample.json"), ("t4", "annotation/sample_annotation.json")],
]
TEXT_FILES = [
    *[("mot", "gt/gt.txt"), ("mot", "seqinfo.ini"), ("kitti-tracking", "0001.txt")],
    *[("cvat-images", "images.xml"), ("cvat-video", "video.xml")],
]
DEEP = 200_000


def refusal(name: str, folder: Path, changed: dict[str, Any]) -> str:
    """The sentence with which the sample, so changed, is refused; it names the changed file."""
    sample = SAMPLES[name]
    path = sample.write(folder, changed)
    with pytest.raises(ImportFailed) as caught:
        read(sample.format_name, path)
    message = str(caught.value)
    assert_one_sentence(message)
    assert any(Path(file).name in message for file in changed) or path.name in message
    return message


def assert_one_sentence(message: str) -> None:
    assert message.endswith(".")
    assert not message.endswith("..")
    assert ". " not in message
    assert message.isprintable()
    assert len(message) < 600


def set_in(document: Any, path: str, value: Any) -> Any:
    """The document with another value at annotations.0.bbox; DELETE takes it away."""
    changed = copy.deepcopy(document)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner = changed
    for step in steps:
        inner = inner[step]
    if value is DELETE:
        del inner[last]
    else:
        inner[last] = value
    return changed


DELETE: Any = object()


@pytest.mark.parametrize(("name", "file"), JSON_FILES)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", ":1 is not JSON"),
        (b'{"a":\n [1, 2', ":2 is not JSON"),
        (b'{"a":\n "\xff"}', ":2 is not UTF-8"),
        (b'{"a": "\0"}', ":1 holds a NUL"),
        (b'{"a": [1, NaN]}', "a[1] is not a finite number"),
        (b'[{"a": -Infinity}]', "[0].a is not a finite number"),
        (b"[1, 1e999]", "[1] is not a finite number"),
        (b'{"a": {"b": "x\\u0000"}}', "a.b is a text which holds a NUL"),
        (b'{"a": "\\ud800"}', "a is a text which holds half a character"),
        (b'{"\\udc00": 1}', "has a key which holds half a character"),
        (b"[" + b"9" * 5000 + b"]", "thousands of digits"),
        (b"[" * DEEP, "deeper than 100"),
        (b"[" * 150 + b"]" * 150, "deeper than 100"),
        (b'{"a":' * DEEP, "deeper than 100"),
        (b"3", "not"),
        (b"null", "not"),
        (b"{}", ""),
        (b"[3]", "not"),
        (b'[{"token": 1, "name": 1}]', ""),
    ],
)
def test_json_that_is_none(name: str, file: str, text: bytes, says: str, tmp_path: Path) -> None:
    assert says in refusal(name, tmp_path, {file: text})


@pytest.mark.parametrize(("name", "file"), TEXT_FILES)
@pytest.mark.parametrize(("data", "says"), [(b"x\n\n\xff", ":3 is not UTF-8"), (b"x\n\0", ":2 holds a NUL")])
def test_text_that_is_none(name: str, file: str, data: bytes, says: str, tmp_path: Path) -> None:
    assert says in refusal(name, tmp_path, {file: data})


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        read(SAMPLES[name].format_name, tmp_path / "missing.json")

    assert_one_sentence(str(caught.value))


@pytest.mark.parametrize("name", SAMPLES)
def test_empty_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        read(SAMPLES[name].format_name, tmp_path)

    assert_one_sentence(str(caught.value))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")

    with pytest.raises(ImportFailed, match="is not a file"):
        read("coco", tmp_path / "pipe.json")


def test_two_files_where_one_is_expected(tmp_path: Path) -> None:
    SAMPLES["coco"].write(tmp_path, {"annotations/other.json": {}})

    with pytest.raises(ImportFailed, match="has 2 files"):
        read("coco", tmp_path)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("images", DELETE, "coco.json has no images."),
        ("images", {"id": 1}, "not a list"),
        ("images.0", 7, "images[0] is 7"),
        ("images.0.file_name", DELETE, "images[0] has no file_name"),
        ("images.0.file_name", 7, "has file_name 7, which is not a text"),
        ("images.0.file_name", "a.jpg", "twice"),
        ("images.0.file_name", "../a.jpg", "out of the dataset"),
        ("images.0.file_name", "/etc/a.jpg", "out of the dataset"),
        ("images.0.file_name", "a\\b.jpg", "backslash"),
        ("images.0.file_name", "", "is empty"),
        ("images.0.file_name", "a" * 513, "longer than 512"),
        ("images.0.id", 3, "same id 3"),
        ("images.0.id", [3], "which is not an id"),
        ("images.0.id", True, "which is not an id"),
        ("images.0.width", "640", "width"),
        ("images.0.width", 0, "width"),
        ("images.0.width", 10**12, "width"),
        ("categories.0.name", None, "has no name"),
        ("categories.0.name", "c" * 201, "longer than 200"),
        ("categories.0.id", 90, "same id 90"),
        ("annotations.0.bbox", DELETE, "coco.json: annotations[0] has no bbox."),
        ("annotations.0.bbox", [1, 2, 3], "bbox"),
        ("annotations.0.bbox", [1, 2, 3, "4"], "bbox"),
        ("annotations.0.bbox", [1, 2, 3, True], "bbox"),
        ("annotations.0.bbox", [1, 2, 3, 10**400], "bbox"),
        ("annotations.0.bbox", [1, 2, -3, 4], "bbox"),
        ("annotations.0.id", DELETE, "has no id"),
        ("annotations.0.id", "x", "id"),
        ("annotations.0.id", 10**20, "id"),
        ("annotations.0.image_id", 77, "names image 77"),
        ("annotations.0.image_id", {}, "not an id"),
        ("annotations.0.category_id", 2, "names category 2"),
        ("annotations.0.attributes", [1], "attributes"),
        ("annotations.0.segmentation", "x", "segmentation"),
        ("annotations.0.segmentation", [[1, 2, 3]], "segmentation"),
        ("annotations.0.segmentation", [[1, 2, 3, 4]], "less than 3 points"),
        ("annotations.0.segmentation", [[1, 2, 3, 4, 5, None]], "segmentation"),
        ("annotations.1.segmentation.size", [2], "size"),
        ("annotations.1.segmentation.size", [2, 10**9], "size"),
        ("annotations.1.segmentation.counts", [9, 9], "more pixels"),
        ("annotations.1.segmentation.counts", [1, -2], "counts"),
        ("annotations.1.segmentation.counts", 5, "counts"),
        ("annotations.1", COCO["annotations"][0], 'the label "tooth: brush:5" twice in the file "a.jpg"'),
        ("scene_annotations.0.image_id", 5, "names image 5"),
        ("scene_annotations.0.background_ids", 5, "not a list"),
        ("scene_annotations.0.background_ids", [[]], "background_ids[0]"),
    ],
)
def test_coco_refusals(path: str, value: Any, says: str, tmp_path: Path) -> None:
    assert says in refusal("coco", tmp_path, {"annotations/coco.json": set_in(COCO, path, value)})


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("frames", 3, "not a list"),
        ("frames.0", [], "frames[0]"),
        ("frames.0.name", DELETE, "has no name"),
        ("frames.1.name", "v-1.jpg", "same name"),
        ("frames.0.videoName", 3, "videoName"),
        ("frames.0.size", [1, 2], "size"),
        ("frames.0.attributes", ["clear"], "attributes"),
        ("frames.0.attributes", {"a" * 101: "x"}, "longer than 100"),
        ("frames.0.attributes", {"": "x"}, "is empty"),
        ("frames.0.labels", {}, "labels"),
        ("frames.0.labels.0", "car", "frames[0].labels[0]"),
        ("frames.0.labels.0.id", DELETE, "has no id"),
        ("frames.0.labels.0.id", 1.5, "id 1.5"),
        ("frames.0.labels.0.id", -1, "id -1"),
        ("frames.0.labels.0.category", DELETE, "has no category"),
        ("frames.0.labels.0.attributes", 5, "attributes"),
        ("frames.0.labels.0.box2d", [1, 2, 3, 4], "box2d"),
        ("frames.0.labels.0.box2d.x1", DELETE, "frames[0].labels[0].box2d has no x1"),
        ("frames.0.labels.0.box2d.x1", 9, "x2 before x1"),
        ("frames.0.labels.0.box2d", None, "none of"),
        ("frames.0.labels.1.poly2d", [5], "poly2d[0]"),
        ("frames.0.labels.1.poly2d.0.vertices", [[1]], "vertices"),
        ("frames.0.labels.1.poly2d.0.types", 5, "types"),
        ("frames.0.labels.2.rle.counts", None, "has no counts"),
        ("frames.1.labels.1.box3d.orientation", [1], "orientation"),
        ("frames.1.labels.1.box3d.location", "abc", "location"),
        ("frames.0.labels.1", SCALABEL["frames"][0]["labels"][0], "twice"),
    ],
)
def test_scalabel_refusals(path: str, value: Any, says: str, tmp_path: Path) -> None:
    assert says in refusal("scalabel", tmp_path, {"frames.json": set_in(SCALABEL, path, value)})


def test_scalabel_files_that_contradict_each_other(tmp_path: Path) -> None:
    for name, weather in (("1.json", "clear"), ("2.json", "rainy")):
        (tmp_path / name).write_text(json.dumps([{"name": "a.jpg", "attributes": {"weather": weather}}]))

    with pytest.raises(ImportFailed, match=r'2\.json: frames\[0\] has "weather" "rainy"'):
        read("scalabel", tmp_path)


@pytest.mark.parametrize(
    ("gt", "says"),
    [
        ("1,1,2,3,4,5,1,1", "gt.txt:1 has 8 columns"),
        ("hello", "gt.txt:1 has 1 columns"),
        ("1,1,2,3,4,5,1,1,1\n\n1,2,x,3,4,5,1,1,1", 'gt.txt:3 has left "x"'),
        ("1,1,nan,3,4,5,1,1,1", 'left "nan"'),
        ("1,1,inf,3,4,5,1,1,1", 'left "inf"'),
        ("1,1,1e13,3,4,5,1,1,1", 'left "1e13"'),
        ("1,1,1_0,3,4,5,1,1,1", 'left "1_0"'),
        ("1,1,\u0664,3,4,5,1,1,1", "left"),
        ("1,1,,3,4,5,1,1,1", 'left ""'),
        ("1,1,2,3,-4,5,1,1,1", "negative width"),
        ("0,1,2,3,4,5,1,1,1", "frame 0"),
        ("4,1,2,3,4,5,1,1,1", "frame 4, which is not a whole number from 1 to 3"),
        ("1.5,1,2,3,4,5,1,1,1", "frame 1.5"),
        ("1,-1,2,3,4,5,1,1,1", "track -1"),
        ("1,1,2,3,4,5,1,14,1", "class 14"),
        ("1,1,2,3,4,5,1,0,1", "class 0"),
        ("1,1,2,3,4,5,1,1,1\n1,1,2,3,4,5,1,1,1", "twice"),
    ],
)
def test_mot_refusals(gt: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("mot", tmp_path, {"gt/gt.txt": gt})


@pytest.mark.parametrize(
    ("seqinfo", "says"),
    [
        ("", "has no seqLength"),
        ("seqLength=3", "is not an ini file"),
        ("[Sequence]\nimWidth=3", "has no seqLength"),
        ("[Sequence]\nseqLength", "is not an ini file"),
        ("[Sequence]\nseqLength=1000000000000", "seqLength"),
        ("[Sequence]\nseqLength=" + "9" * 5000, "seqLength"),
        ("[Sequence]\nseqLength=0", "seqLength"),
        ("[Sequence]\nseqLength=abc", 'seqLength "abc"'),
        (MOT_SEQINFO.replace("640", "-640"), "imWidth"),
        (MOT_SEQINFO.replace(".png", "/../x.png"), "out of the dataset"),
        (MOT_SEQINFO.replace(".png", "x" * 600), "longer than 512"),
    ],
)
def test_mot_seqinfo_refusals(seqinfo: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("mot", tmp_path, {"seqinfo.ini": seqinfo})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0 4 Car 0", "0 4 Car", "0001.txt:2 has 16 columns"),
        ("-1.57 0.9", "-1.57 0.9 1", "has 19 columns"),
        ("0 4 Car", "x 4 Car", 'frame "x"'),
        ("0 4 Car", "1000000000000 4 Car", "frame"),
        ("0 4 Car", "0 -1 Car", 'track "-1"'),
        ("0 4 Car", "0 1.5 Car", 'track "1.5"'),
        ("0 4 Car", "0 4 " + "C" * 201, "longer than 200"),
        ("10 20 30 50", "40 20 30 50", "right before left"),
        ("10 20 30 50", "nan 20 30 50", 'left "nan"'),
        ("1.5 1.8", "1e400 1.8", 'height "1e400"'),
        ("2 5 Cyclist", "2 4 Cyclist", "twice"),
    ],
)
def test_kitti_refusals(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("kitti-tracking", tmp_path, {"0001.txt": KITTI.replace(old, new, 1)})


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha">' + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(9)) + "]>"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1 is not XML"),
        ("<annotations>\n<image>", ":2 is not XML"),
        (LAUGHS + "<annotations>&a8;</annotations>", "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations/>', "document type"),
        ("<annotations>&undeclared;</annotations>", "is not XML"),
        ("<annotations>&#0;</annotations>", "is not XML"),
        ("<annotations>&#xD800;</annotations>", "is not XML"),
        ("<tracks/>", 'begins with "tracks"'),
        ("<a>" * DEEP, "begins with"),
        ("<annotations>" * DEEP, "deeper than 100"),
    ],
)
def test_xml_that_is_none(text: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("cvat-images", tmp_path, {"images.xml": text})


@pytest.mark.parametrize("encoding", ["nonsense", "utf-16", "utf-7", "shift_jis"])
def test_xml_is_utf8_whatever_it_claims(encoding: str, tmp_path: Path) -> None:
    text = CVAT_IMAGES.replace('encoding="utf-8"', f'encoding="{encoding}"')

    content = read("cvat", SAMPLES["cvat-images"].write(tmp_path, {"images.xml": text}))

    assert len(content.shapes) == 8


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name="a/0.jpg" ', "", "image has no name"),
        ('name="a/0.jpg"', 'name="../0.jpg"', "out of the dataset"),
        ('name="a/0.jpg"', 'name="1.jpg"', 'the file "1.jpg" twice'),
        ('width="100"', 'width="x"', 'image "a/0.jpg" has width "x"'),
        ('width="100"', 'width="0"', "width"),
        ('<box label="car"', "<box", 'element 2 ("box") has no label'),
        ('<box label="car"', f'<box label="{"c" * 201}"', "longer than 200"),
        ("<polyline ", '<hexagon label="" /><polyline ', '("hexagon") is not one of'),
        ('xtl="0.5"', "", "has no xtl"),
        ('xtl="0.5"', 'xtl="nan"', "xtl"),
        ('xtl="0.5"', 'xtl="50"', "xbr before xtl"),
        ('points="1.0,2;3,4"', 'points="1.0,2"', "points"),
        ('points="1.0,2;3,4"', 'points="1,2;3"', "points"),
        ('points="1.0,2;3,4"', 'points="1,2;3,a"', 'points "a"'),
        ('rx="2"', 'rx="-2"', "negative rx"),
        ('xtl1="1"', "", "has no xtl1"),
        ('rle="3, 4, 5"', 'rle="3, x"', "rle"),
        ('width="4"', 'width="-4"', "negative width"),
        ('<attribute name="n">', "<attribute>", "has no name"),
        ('points="2,3"', 'points=""', "points"),
        ("</annotations>", '<track id="0" label="a"/></annotations>', "images and tracks"),
    ],
)
def test_cvat_image_refusals(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("cvat-images", tmp_path, {"images.xml": CVAT_IMAGES.replace(old, new, 1)})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('<track id="0" label="car">', '<track label="car">', "has no id"),
        ('<track id="0" label="car">', '<track id="-3" label="car">', "id"),
        ('<track id="0" label="car">', '<track id="7" label="car">', "track 7 is there twice"),
        ('<track id="0" label="car">', '<track id="0">', "track 0 has no label"),
        ('<box frame="10"', '<box frame="11"', 'unknown file "frame_000011.png"'),
        ('<box frame="10"', '<box frame="1e20"', "frame"),
        ('<box frame="10"', "<box", "has no frame"),
        ('<box frame="14" outside="1"', '<box frame="10" outside="0"', "twice"),
        ("<stop_frame>18", "<stop_frame>1000000000000", "more than 1000000"),
        ("<stop_frame>18", "<stop_frame>abc", "stop_frame"),
        ("<start_frame>10", "<start_frame>-1", "start_frame"),
        ("<start_frame>10", "<start_frame>1</start_frame><start_frame>10", "several tasks"),
        ("<width>25", "<width>x", "width"),
        ('<track id="0" label="1">', '<track id="0">', "has no label"),
        ('<points frame="10"', "<points", "has no frame"),
    ],
)
def test_cvat_video_refusals(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("cvat-video", tmp_path, {"video.xml": CVAT_VIDEO.replace(old, new, 1)})


FIRST = "labels.cam/1.png.0"


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("labels", DELETE, "neither labels nor all_labels"),
        ("labels", "x", "labels"),
        ("labels", [3], "labels[0] is 3"),
        ("labels.2.png", 5, 'labels["2.png"] is 5'),
        ("labels.4.png", [], "not in files"),
        ("labelling_mode", "both", "labelling_mode"),
        ("files", {}, "files"),
        ("files.0.file_id", DELETE, "has no file_id"),
        ("files.1.file_id", "cam/1.png", "twice"),
        (f"{FIRST}.file_id", "2.png", "file_id"),
        (f"{FIRST}.label_id", DELETE, "has no label_id"),
        (f"{FIRST}.label_id", "car", "category, colon, integer"),
        (f"{FIRST}.label_id", "car:x", "category, colon, integer"),
        (f"{FIRST}.label_id", "car:4\n", "category, colon, integer"),
        (f"{FIRST}.label_id", "car:" + "4" * 300, "longer than 220"),
        (f"{FIRST}.label_type", "lasso", "label_type"),
        (f"{FIRST}.label_type", ["box"], "label_type"),
        (f"{FIRST}.label_category_id", "c" * 201, "longer than 200"),
        (f"{FIRST}.labeller_email", "e" * 255, "longer than 254"),
        (f"{FIRST}.sensor_id", 3, "sensor_id"),
        (f"{FIRST}.attributes", "none", "attributes"),
        (f"{FIRST}.box", [1, 2, 3], "box"),
        (f"{FIRST}.box", {"x": 1}, "box"),
        ("labels.cam/1.png.1.three_d_bbox.cx", DELETE, "three_d_bbox has no cx"),
        ("labels.cam/1.png.1.three_d_bbox.rot_z", DELETE, "neither rot_z nor quaternion"),
        ("labels.cam/1.png.1.three_d_bbox.quaternion", {"x": 0, "y": 0, "z": 0, "w": 0}, "nothing but zeros"),
        ("labels.cam/1.png.1.three_d_bbox.quaternion", [0, 0, 0, 1], "not an object"),
        ("labels.cam/1.png.1.label_id", "car:4", "twice"),
        ("labels.cam/1.png.2.polygons", [[[0, 0], [1, 1]]], "polygons"),
        ("labels.cam/1.png.2.polygons", [[0, 0], [1, 1]], "polygons"),
        ("labels.cam/1.png.3.polyline", [[0, 0]], "polyline"),
        ("labels.cam/1.png.5.mask", [4], "mask"),
        ("labels.dataset_attributes", {"a" * 101: 1}, "longer than 100"),
    ],
)
def test_deepen_refusals(path: str, value: Any, says: str, tmp_path: Path) -> None:
    document = copy.deepcopy(SAMPLES["deepen"].files["labels.json"])
    # File ids have dots of their own, which the path would take for steps.
    document["labels"] = {name.replace(".", "~"): inner for name, inner in document["labels"].items()}
    for one in ("2.png", "4.png", "cam/1.png"):
        path = path.replace(f"labels.{one}", f"labels.{one.replace('.', '~')}")
    document = set_in(document, path, value)
    if isinstance(document.get("labels"), dict):
        document["labels"] = {name.replace("~", "."): inner for name, inner in document["labels"].items()}

    # The second label becomes the first one: all that tells them apart is taken away.
    if says == "twice" and "label_id" in path:
        document["labels"]["cam/1.png"][1] |= {
            key: document["labels"]["cam/1.png"][0][key] for key in ("label_set_id", "sensor_id", "labeller_email")
        }
    assert says in refusal("deepen", tmp_path, {"labels.json": document})


def test_deepen_label_in_an_unknown_file(tmp_path: Path) -> None:
    label = {"file_id": "b.png", "label_id": "car:1", "label_type": "box"}

    message = refusal("deepen", tmp_path, {"labels.json": {"files": [{"file_id": "a.png"}], "labels": [label]}})

    assert message == 'labels.json has the label "car:1" in the unknown file "b.png".'


@pytest.mark.parametrize(
    ("table", "path", "value", "says"),
    [
        ("sample", "0.token", DELETE, "has no token"),
        ("sample", "1.token", "s2", "same token"),
        ("sample", "0.timestamp", "x", "timestamp"),
        ("instance", "0.category_token", "c9", "no row has"),
        ("category", "0.name", 5, "name"),
        ("attribute", "0.name", None, "has no name"),
        ("visibility", "0.level", 3, "level"),
        ("sample_annotation", "0.sample_token", "s9", "no sample has"),
        ("sample_annotation", "0.instance_token", "i9", "no instance has"),
        ("sample_annotation", "0.attribute_tokens", ["a9"], "no attribute has"),
        ("sample_annotation", "0.attribute_tokens", [["a1"]], "no attribute has"),
        ("sample_annotation", "0.visibility_token", "v9", "no row has"),
        ("sample_annotation", "0.size", [1, 2], "size"),
        ("sample_annotation", "0.rotation", [0, 0, 0, 0], "nothing but zeros"),
        ("sample_annotation", "0.translation", DELETE, "has no translation"),
        ("sample_annotation", "1.sample_token", "s1", "twice"),
    ],
)
def test_t4_refusals(table: str, path: str, value: Any, says: str, tmp_path: Path) -> None:
    file = f"annotation/{table}.json"
    refused = refusal("t4", tmp_path, {file: set_in(SAMPLES["t4"].files[file], path, value)})

    assert says in refused


def test_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match='"yolo" is not one of coco'):
        read("yolo", tmp_path)


def test_unknown_mode(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match='"both" is not one of'):
        read("mot", SAMPLES["mot"].write(tmp_path), mode="both")


def test_attribute_of_frames_and_of_the_dataset(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match='the attribute "weather" twice'):
        read("mot", SAMPLES["mot"].write(tmp_path), frame_attributes=["weather"], dataset_attributes=["weather"])


def shape(**other: Any) -> ShapeRecord:
    values = {"file_id": "a", "label_id": "car:1", "label_category_id": "car", "label_type": "box", "geometry": {}}
    return ShapeRecord(**(values | other))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labelling_mode": "x"}, "labelling_mode"),
        ({"dataset_type": "x"}, "dataset_type"),
        ({"files": [FileRecord("a\0")]}, "NUL"),
        ({"files": [FileRecord("\ud800")]}, "half a character"),
        ({"files": [FileRecord(7)]}, "not a text"),
        ({"frame_values": {("a", "fog"): 1}}, "unknown frame attribute"),
        ({"frame_values": {("b", "fog"): 1}}, "unknown file"),
        ({"dataset_values": {"city": 1}}, "unknown dataset attribute"),
        ({"frame_attributes": [AttributeRecord("x"), AttributeRecord("x")]}, "twice"),
        ({"shapes": [shape(), shape()]}, "twice"),
        ({"shapes": [shape(file_id="b")]}, "unknown file"),
        ({"shapes": [shape(label_type="lasso")]}, "label_type"),
        ({"shapes": [shape(label_id="car")]}, "category, colon, integer"),
        ({"shapes": [shape(label_set_id="x" * 101)]}, "longer than 100"),
        ({"shapes": [shape(geometry={"circle": 3})]}, "geometry"),
    ],
)
def test_content_that_is_not_one_dataset(change: dict[str, Any], says: str) -> None:
    content = Content(**({"labelling_mode": "frame_by_frame", "files": [FileRecord("a")]} | change))

    with pytest.raises(ImportFailed) as caught:
        check_content(content, "x.json")

    assert str(caught.value).startswith("x.json has")
    assert_one_sentence(str(caught.value))
    assert says in str(caught.value)


def test_two_shapes_of_a_label_in_a_file_by_different_makers() -> None:
    shapes = [shape(), shape(labeller_email="x@example.com"), shape(sensor_id="s"), shape(label_set_id="other")]

    check_content(Content("label_by_label", files=[FileRecord("a")], shapes=shapes))


ODD: list[Any] = [
    *[None, True, False, 0, -1, 1.5, 10**30, -1e300, "", "x", "nan", "9" * 400, "\n", "é" * 300, "../x", "a\\b", ":"],
    *[[], {}, [None], [[]], [[[]]], {"": None}, [1, 2, 3, 4], "car:1", "4", ["x"], {"x": {"y": []}}],
]
ODD_TEXTS = [
    "",
    "-1",
    "nan",
    "1e999",
    "9" * 400,
    "x",
    "0",
    "1.5",
    "é",
    " ",
    "\x0b",
    ",",
    ";",
    "1_0",
    "٤",
    "-",
    "=",
    "[",
    "<",
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to everything inside a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def break_json(document: Any, chance: random.Random) -> Any:
    """The same with something taken away, replaced, doubled or moved."""
    changed = copy.deepcopy(document)
    everywhere = list(places(changed))
    if not everywhere:
        return chance.choice(ODD)
    *steps, last = chance.choice(everywhere)
    inner = changed
    for step in steps:
        inner = inner[step]
    action = chance.randrange(4)
    if action == 0:
        del inner[last]
    elif action == 1 and isinstance(inner, list):
        inner.append(copy.deepcopy(inner[last]))
    elif action == 1:
        inner[chance.choice(["labels", "size", "x", "id", "box"])] = inner.pop(last)
    else:
        inner[last] = copy.deepcopy(chance.choice(ODD))
    return changed


def break_text(text: str, chance: random.Random) -> str:
    """The same with a piece between two separators taken away, replaced or doubled, or cut off somewhere."""
    separators = ' ,\n"<>=;'
    cuts = [at for at, letter in enumerate(text) if letter in separators]
    at = chance.randrange(len(cuts) - 1)
    start, end = cuts[at] + 1, cuts[at + 1]
    action = chance.randrange(5)
    if action == 0:
        return text[:start]
    if action == 1:
        return text[:start] + text[end + 1 :]
    if action == 2:
        return text[:end] + text[start:]
    return text[:start] + chance.choice(ODD_TEXTS) + text[end:]


def read_broken(sample: Sample, seed: int, times: int) -> None:
    chance = random.Random(seed)
    file = chance.choice(sorted(sample.files))
    broken = sample.files[file]
    breaker: Callable[[Any, random.Random], Any] = break_text if isinstance(broken, str) else break_json
    for _ in range(times):
        broken = breaker(broken, chance) if not isinstance(broken, str) or len(broken) > 20 else broken
    with tempfile.TemporaryDirectory() as folder:
        path = sample.write(Path(folder), {file: json.dumps(broken) if not isinstance(broken, str) else broken})
        try:
            content = read(sample.format_name, path, mode=chance.choice([None, "label_by_label", "frame_by_frame"]))
        except ImportFailed as error:
            assert str(error).endswith(".")
            assert str(error).isprintable()
        else:
            check_content(content)
            json.dumps([[shape.geometry, shape.attributes, shape.extra] for shape in content.shapes], allow_nan=False)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), times=st.integers(1, 3))
def test_broken_input_is_read_or_refused(name: str, seed: int, times: int) -> None:
    read_broken(SAMPLES[name], seed, times)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    sample = SAMPLES[name]
    with tempfile.TemporaryDirectory() as folder:
        path = sample.write(Path(folder), {sorted(sample.files)[0]: data})
        try:
            read(sample.format_name, path)
        except ImportFailed as error:
            assert str(error).endswith(".")
