"""What each reader makes of its format's quirks, on small files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from datasets_app.imports.content import Content, FileRecord, ShapeRecord
from datasets_app.imports.geometry import quaternion_of
from datasets_app.imports.readers import read

from .test_readers_samples import CUBOID, SAMPLES
from .test_readers_samples_json import DEEPEN


def content_of(name: str, folder: Path, changed: dict[str, Any] | None = None, **options: Any) -> Content:
    return read(SAMPLES[name].format_name, SAMPLES[name].write(folder, changed), **options)


def shapes_of(name: str, folder: Path, changed: dict[str, Any] | None = None, **options: Any) -> list[ShapeRecord]:
    return content_of(name, folder, changed, **options).shapes


def test_coco_files_are_in_order_also_those_without_labels(tmp_path: Path) -> None:
    document = SAMPLES["coco"].copy("annotations/coco.json")
    document["images"].append({"id": 50, "file_name": "last.jpg"})

    content = content_of("coco", tmp_path, {"annotations/coco.json": document})

    assert content.files == [FileRecord("b/1.jpg", 640, 480), FileRecord("a.jpg"), FileRecord("last.jpg")]


def test_coco_segmentations(tmp_path: Path) -> None:
    polygon, mask, box, compressed = shapes_of("coco", tmp_path)

    assert polygon.label_id == "tooth: brush:5"
    assert polygon.label_type == "polygon"
    assert polygon.geometry["box"] == [1, 2.5, 3, 4]
    assert polygon.geometry["polygons"] == [[[0, 0], [1, 0], [1, 1]], [[5, 5], [6, 5], [6, 6], [5, 6]]]
    assert polygon.extra == {"area": 12.5, "iscrowd": 0}
    assert mask.label_type == "2d_segmentation"
    assert mask.geometry["mask"] == {"counts": [1, 2, 1], "size": [2, 2]}
    assert (box.label_type, box.extra, box.attributes) == ("box", {"keypoints": [1, 2, 2]}, {"hidden": True})
    assert compressed.geometry["mask"]["counts"] == "04"


def test_coco_backgrounds_are_united_and_undeclared_ids_stay(tmp_path: Path) -> None:
    content = content_of("coco", tmp_path)

    assert content.frame_values == {("b/1.jpg", "background"): ["7", "Clean", "Sand, Dirt"]}
    assert content.frame_attributes[0].options == ("Clean", "Sand, Dirt", "7")


def test_coco_without_annotations_is_pictures_only(tmp_path: Path) -> None:
    content = content_of("coco", tmp_path, {"annotations/coco.json": {"images": [{"id": "x", "file_name": "x.jpg"}]}})

    assert (content.files, content.shapes) == ([FileRecord("x.jpg")], [])


def test_scalabel_shapes(tmp_path: Path) -> None:
    box, lane, mask, polygon, cuboid = shapes_of("scalabel", tmp_path)

    assert (box.label_type, box.geometry) == ("box", {"box": [1, 2, 3, 4]})
    assert box.extra == {"id": "a-1", "manualShape": True}
    assert (lane.label_type, lane.geometry) == ("lane", {"polyline": [[0, 0], [1, 1]]})
    assert (mask.label_type, mask.geometry) == ("2d_segmentation", {"mask": {"counts": [4], "size": [2, 2]}})
    assert polygon.label_type == "polygon"
    assert polygon.geometry["polygons"] == [[[0, 0], [1, 0], [1, 1], [0, 1]]]
    assert polygon.extra["poly2d"][0]["types"] == "LLCC"
    assert cuboid.geometry["three_d_bbox"] | {"quaternion": None} == {
        "cx": 1,
        "cy": 2,
        "cz": 3,
        "l": 4,
        "w": 2,
        "h": 1.5,
        "rot_z": 0.5,
        "quaternion": None,
    }
    assert cuboid.extra["box3d"] == {"alpha": 1}


def test_scalabel_track_keeps_its_first_category(tmp_path: Path) -> None:
    first, _, _, later, _ = shapes_of("scalabel", tmp_path)

    assert first.label_id == later.label_id == "car:1"
    assert later.label_category_id == "car"
    assert later.extra["category"] == "truck"


def test_scalabel_single_frames_keep_each_category(tmp_path: Path) -> None:
    shapes = shapes_of("scalabel", tmp_path, mode="frame_by_frame")

    assert shapes[3].label_id == "truck:1"


def test_scalabel_attributes(tmp_path: Path) -> None:
    content = content_of("scalabel", tmp_path, dataset_attributes=["scene", "weather"])

    assert content.labelling_mode == "label_by_label"
    assert [attribute.attribute_id for attribute in content.frame_attributes] == ["speed"]
    assert content.dataset_values == {"scene": "highway"}
    assert content.frame_values == {}
    assert content.files[0] == FileRecord("v-1.jpg", 100, 50)


def test_scalabel_two_tracks_in_two_videos_are_two(tmp_path: Path) -> None:
    box = {"category": "car", "id": 7, "box2d": {"x1": 0, "y1": 0, "x2": 1, "y2": 1}}
    frames = [{"name": f"{video}{at}.jpg", "videoName": video, "labels": [box]} for video in "ab" for at in "12"]

    shapes = shapes_of("scalabel", tmp_path, {"frames.json": frames})

    assert [shape.label_id for shape in shapes] == ["car:1", "car:1", "car:2", "car:2"]


def test_scalabel_one_frame_of_each_video_is_no_sequence(tmp_path: Path) -> None:
    frames = [{"name": f"{video}.jpg", "videoName": video} for video in "ab"]

    assert content_of("scalabel", tmp_path, {"frames.json": frames}).labelling_mode == "frame_by_frame"


def test_mot_rows(tmp_path: Path) -> None:
    content = content_of("mot", tmp_path)
    first, later, car = content.shapes

    assert content.files == [FileRecord(f"00000{frame}.png", 640, 480) for frame in (1, 2, 3)]
    assert first.geometry == {"box": [-5, 20, 30, 40]}
    assert first.attributes == {"considered": 1, "visibility": 0.5}
    assert later.label_id == first.label_id == "pedestrian:1"
    assert later.extra == {"class": "static_person"}
    assert (car.label_id, car.extra) == ("car:2", {"columns": ["-1", "-1"]})


def test_mot_without_seqinfo_has_the_frames_of_its_rows(tmp_path: Path) -> None:
    sample = SAMPLES["mot"]
    sample.write(tmp_path)
    (tmp_path / "seqinfo.ini").unlink()

    content = read("mot", tmp_path)

    assert content.files == [FileRecord("000001.jpg"), FileRecord("000002.jpg")]


def test_mot_file_finds_the_seqinfo_of_its_sequence(tmp_path: Path) -> None:
    SAMPLES["mot"].write(tmp_path)

    assert read("mot", tmp_path / "gt" / "gt.txt") == read("mot", tmp_path)


def test_kitti_rows(tmp_path: Path) -> None:
    content = content_of("kitti-tracking", tmp_path)
    car, van, cyclist = content.shapes

    assert [file.file_id for file in content.files] == [f"00000{frame}.png" for frame in range(4)]
    assert car.geometry["box"] == [10, 20, 20, 30]
    box = car.geometry["three_d_bbox"]  # it faces away from the camera, nearly straight ahead
    assert (box["cx"], box["cy"], box["cz"]) == pytest.approx((6.3, -2.9, -0.85))
    assert box["rot_z"] == pytest.approx(1.57 - math.pi / 2)
    assert box["quaternion"] == quaternion_of(box["rot_z"])
    assert car.attributes == {"truncated": 0, "occluded": 1, "alpha": -1.5}
    assert van.label_id == "Car:4"
    assert van.extra == {"x": 2.9, "y": 1.6, "z": 6.3, "rotation_y": -1.57, "score": 0.9, "type": "Van"}
    assert cyclist.geometry.keys() == {"box"}


def test_cvat_images(tmp_path: Path) -> None:
    content = content_of("cvat-images", tmp_path)
    box, line, polygon, dot, ellipse, cuboid, mask, man = content.shapes

    assert content.files == [FileRecord("a/0.jpg", 100, 80), FileRecord("1.jpg")]
    assert content.frame_values == {("a/0.jpg", "tag"): ["night"]}
    assert (box.geometry, box.attributes) == ({"box": [0.5, 2, 3.5, 2]}, {"n": "3"})
    assert box.extra == {"occluded": "1", "rotation": "30"}
    assert (line.label_id, line.label_type, line.geometry) == (":1", "lane", {"polyline": [[1, 2], [3, 4]]})
    assert polygon.geometry == {"polygons": [[[1, 2], [3, 4], [6, 5]]]}
    assert (dot.label_type, dot.geometry) == ("point", {"points": [[1, 2]]})
    assert (ellipse.geometry, ellipse.extra["shape"], ellipse.extra["rx"]) == ({"box": [3, 5, 4, 2]}, "ellipse", "2")
    assert (cuboid.geometry, cuboid.extra["xtl2"]) == ({"box": [1, 1, 1, 1]}, "2")
    assert (mask.label_type, mask.extra["rle"]) == ("2d_segmentation", "3, 4, 5")
    assert (man.label_id, man.label_type, man.geometry) == ("man:7", "point", {"points": [[2, 3]]})
    assert man.extra["skeleton"][1] == {"label": "2", "outside": "0", "points": "2,3", "attributes": {"k": "v"}}


def test_cvat_video(tmp_path: Path) -> None:
    content = content_of("cvat-video", tmp_path)
    box, man, later = content.shapes

    assert content.files == [FileRecord(f"frame_0000{frame}.png", 25, 20) for frame in (10, 14, 18)]
    assert (box.file_id, box.label_id, box.extra) == ("frame_000010.png", "car:0", {"keyframe": "1"})
    assert (man.label_id, man.geometry) == ("man:7", {"points": [[1, 1], [2, 2]]})
    assert later.geometry == {"points": [[3, 3]]}
    assert [point["outside"] for point in later.extra["skeleton"]] == ["1", "0"]


@pytest.mark.parametrize(
    ("meta", "frames"),
    [
        ("<task><mode>interpolation</mode><size>3</size><start_frame>5</start_frame></task>", 3),
        ("<task><mode>interpolation</mode><size>0</size></task>", 0),
        ("<job><mode>interpolation</mode><start_frame>5</start_frame><stop_frame>9</stop_frame></job>", 5),
        ("<task><mode>interpolation</mode></task>", 0),
        ("<task><mode>annotation</mode></task>", 0),
    ],
)
def test_cvat_frames_without_tracks(meta: str, frames: int, tmp_path: Path) -> None:
    text = f"<annotations><meta>{meta}</meta></annotations>"

    assert len(content_of("cvat-video", tmp_path, {"video.xml": text}).files) == frames


def test_cvat_cuboid_sample_has_all_corners() -> None:
    assert CUBOID.count("=") == 16


def test_deepen_labels(tmp_path: Path) -> None:
    content = content_of("deepen", tmp_path)
    box, cuboid, polygon, wire, dot, sky = content.shapes

    assert (content.labelling_mode, content.dataset_type) == ("label_by_label", "3d")
    assert [file.file_id for file in content.files] == ["cam/1.png", "2.png", "3.png"]
    assert content.dataset_values == {"city": "Ulm"}
    assert [attribute.attribute_id for attribute in content.dataset_attributes] == ["city", "vehicle"]
    assert (box.label_set_id, box.sensor_id, box.labeller_email) == ("second", "front", "ann@example.com")
    assert (box.geometry, box.attributes) == ({"box": [1, 2, 3, 4]}, None)
    assert box.extra == {"semantic": [{"deep": [None, 1.5]}]}
    assert (cuboid.label_category_id, cuboid.label_set_id) == ("a:b", "default")
    assert cuboid.geometry["three_d_bbox"]["quaternion"] == quaternion_of(1.0)
    assert polygon.label_category_id == ""
    assert wire.geometry == {"polyline": [[0, 0, 0], [1, 0, 5]]}
    assert dot.geometry == {"points": [[4, 5]]}
    assert sky.geometry == {"mask": {"counts": [4], "size": [2, 2]}}


@pytest.mark.parametrize("key", ["labels", "all_labels"])
def test_deepen_lists_name_their_files(key: str, tmp_path: Path) -> None:
    label = {"label_id": "car:1", "label_type": "box", "box": [0, 0, 1, 1]}
    document = {key: [label | {"file_id": "b.png"}, label | {"file_id": "a.png"}]}

    content = content_of("deepen", tmp_path, {"labels.json": document})

    assert [file.file_id for file in content.files] == ["b.png", "a.png"]
    assert (content.labelling_mode, content.dataset_type) == ("frame_by_frame", "images")


def test_deepen_answer_without_files_keeps_those_without_labels(tmp_path: Path) -> None:
    document = {"labels": DEEPEN["labels"]}

    content = content_of("deepen", tmp_path, {"labels.json": document})

    assert [file.file_id for file in content.files] == ["2.png", "cam/1.png"]


def test_t4_tables(tmp_path: Path) -> None:
    content = content_of("t4", tmp_path)
    first, second = content.shapes

    assert (content.labelling_mode, content.dataset_type) == ("label_by_label", "3d")
    assert [file.file_id for file in content.files] == ["s1", "s2"]
    assert first.label_id == second.label_id == "car:1"
    assert (first.attributes, second.attributes) == ({"state": ["parked"], "visibility": "full"}, None)
    assert first.geometry["three_d_bbox"] == {
        "cx": 1,
        "cy": 2,
        "cz": 3,
        "w": 2,
        "l": 4.5,
        "h": 1.5,
        "rot_z": pytest.approx(math.pi / 2),
        "quaternion": {"x": 0, "y": 0, "z": 0.5, "w": 0.5},
    }
    assert first.extra == {"token": "b1", "instance_token": "i1", "num_lidar_pts": 3}


def test_t4_files_are_named_after_their_point_clouds(tmp_path: Path) -> None:
    rows = [
        {
            "token": sample,
            "sample_token": sample,
            "is_key_frame": True,
            "fileformat": "pcd.bin",
            "filename": f"{sample}.pcd",
        }
        for sample in ("s1", "s2")
    ]

    content = content_of("t4", tmp_path, {"annotation/sample_data.json": rows})

    assert [file.file_id for file in content.files] == ["s1.pcd", "s2.pcd"]
