"""Files that are no text, no JSON, no XML or not there, and content that is not one dataset, are refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import pytest

from datasets_app.imports.checks import check_content
from datasets_app.imports.content import AttributeRecord, Content, FileRecord, ImportFailed, ShapeRecord
from datasets_app.imports.readers import read

from .test_readers_samples import CVAT_IMAGES, SAMPLES, assert_one_sentence, refusal

JSON_FILES = [
    *[("coco", "annotations/coco.json"), ("scalabel", "frames.json"), ("deepen", "labels.json")],
    *[("t4", "annotation/sample.json"), ("t4", "annotation/sample_annotation.json")],
]
TEXT_FILES = [
    *[("mot", "gt/gt.txt"), ("mot", "seqinfo.ini"), ("kitti-tracking", "0001.txt")],
    *[("cvat-images", "images.xml"), ("cvat-video", "video.xml")],
]
DEEP = 200_000


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
        ({"files": [FileRecord(cast("str", 7))]}, "not a text"),
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
