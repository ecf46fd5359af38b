"""A small valid input for each reader, with as many of the format's quirks as fit. Other tests break them."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from datasets_app.imports.readers import FORMATS, read

COCO = {
    "info": {"year": 2017},
    "images": [
        {"id": 9, "file_name": "b/1.jpg", "width": 640, "height": 480},
        {"id": 3, "file_name": "a.jpg"},
    ],
    "categories": [{"id": 1, "name": "car"}, {"id": 90, "name": "tooth: brush"}],
    "annotations": [
        {
            "id": 5,
            "image_id": 3,
            "category_id": 90,
            "bbox": [1, 2.5, 3, 4],
            "segmentation": [[0, 0, 1, 0, 1, 1], [5, 5, 6, 5, 6, 6, 5, 6]],
            "area": 12.5,
            "iscrowd": 0,
        },
        {
            "id": 6,
            "image_id": 3,
            "category_id": 1,
            "bbox": [0, 0, 2, 2],
            "segmentation": {"counts": [1, 2, 1], "size": [2, 2]},
            "iscrowd": 1,
        },
        {
            "id": 8,
            "image_id": 9,
            "category_id": 1,
            "bbox": [0, 0, 2, 2],
            "keypoints": [1, 2, 2],
            "attributes": {"hidden": True},
        },
        {
            "id": 9,
            "image_id": 9,
            "category_id": 1,
            "bbox": [-1, 0, 0, 2],
            "segmentation": {"counts": "04", "size": [2, 2]},
        },
    ],
    "scene_categories": [{"id": 0, "name": "Clean"}, {"id": 1, "name": "Sand, Dirt"}],
    "scene_annotations": [
        {"image_id": 9, "background_ids": [1, 7]},
        {"image_id": 9, "background_ids": [0]},
        {"image_id": 3, "background_ids": []},
    ],
}

SCALABEL = {
    "frames": [
        {
            "name": "v-1.jpg",
            "videoName": "v",
            "frameIndex": 0,
            "size": {"width": 100, "height": 50},
            "attributes": {"weather": "clear", "scene": "highway", "speed": None},
            "labels": [
                {
                    "id": "a-1",
                    "category": "car",
                    "attributes": {"occluded": False},
                    "box2d": {"x1": 1, "y1": 2, "x2": 4, "y2": 6},
                    "manualShape": True,
                },
                {
                    "id": "l",
                    "category": "lane",
                    "poly2d": [{"vertices": [[0, 0], [1, 1]], "types": "LL", "closed": False}],
                },
                {"id": "r", "category": "road", "rle": {"counts": [4], "size": [2, 2]}},
            ],
        },
        {
            "name": "v-2.jpg",
            "videoName": "v",
            "frameIndex": 1,
            "attributes": {"weather": "rainy", "scene": "highway"},
            "labels": [
                {
                    "id": "a-1",
                    "category": "truck",
                    "box2d": {"x1": 1, "y1": 2, "x2": 4, "y2": 6},
                    "poly2d": [{"vertices": [[0, 0], [1, 0], [1, 1], [0, 1]], "types": "LLCC", "closed": True}],
                },
                {
                    "id": "3d",
                    "category": "car",
                    "box3d": {"orientation": [0, 0.5, 0], "location": [1, 2, 3], "dimension": [1.5, 2, 4], "alpha": 1},
                },
            ],
        },
        {"name": "v-3.jpg", "videoName": "v", "frameIndex": 2, "labels": None},
    ]
}

MOT_GT = """1,1,-5,20,30,40,1,1,0.5
2,1,11,21.5,30,40,1,7,1

1,2,50,60,7,8,0,3,0,-1,-1
"""
MOT_SEQINFO = "[Sequence]\nname=X\nimDir=img1\nframeRate=30\nseqLength=3\nimWidth=640\nimHeight=480\nimExt=.png\n"

KITTI = """0 -1 DontCare -1 -1 -10 356.4 195.8 374.1 216.6 -1000 -1000 -1000 -10 -1 -1 -1
0 4 Car 0 1 -1.5 10 20 30 50 1.5 1.8 4.2 2.9 1.6 6.3 -1.57
2 4 Van 0 0 -1.5 11 20 30 50 1.5 1.8 4.2 2.9 1.6 6.3 -1.57 0.9
2 5 Cyclist 0 0 -1.5 11 20 30 50 -1 -1 -1 -1000 -1000 -1000 -10
3 -1 DontCare -1 -1 -10 356.4 195.8 374.1 216.6 -1000 -1000 -1000 -10 -1 -1 -1
"""

CUBOID = " ".join(
    f'{axis}{corner}{face}="{face}"' for axis in "xy" for corner in ("tl", "bl", "tr", "br") for face in "12"
)
CVAT_IMAGES = f"""<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><mode>annotation</mode></task></meta>
  <image id="0" name="a/0.jpg" width="100" height="80">
    <tag label="night" source="manual"></tag>
    <box label="car" occluded="1" xtl="0.5" ytl="2" xbr="4" ybr="4" rotation="30"><attribute name="n">3</attribute></box>
    <polyline label="" points="1.0,2;3,4"/>
    <polygon label="car" points="1,2;3,4;6,5"/>
    <points label="dot" points="1,2"/>
    <ellipse label="car" cx="5" cy="6" rx="2" ry="1" rotation="3"/>
    <cuboid label="car" {CUBOID}/>
    <mask label="car" rle="3, 4, 5" left="1" top="2" width="4" height="3"/>
    <skeleton label="man" z_order="0">
      <points label="1" outside="1" points="1,1"></points>
      <points label="2" outside="0" points="2,3"><attribute name="k">v</attribute></points>
    </skeleton>
  </image>
  <image id="1" name="1.jpg"/>
</annotations>
"""
CVAT_VIDEO = """<annotations>
  <meta><task><mode>interpolation</mode><size>3</size><start_frame>10</start_frame><stop_frame>18</stop_frame>
    <frame_filter>step=4</frame_filter><original_size><width>25</width><height>20</height></original_size></task></meta>
  <track id="0" label="car">
    <box frame="10" outside="0" keyframe="1" xtl="3" ytl="4" xbr="10" ybr="5"/>
    <box frame="14" outside="1" keyframe="1" xtl="7" ytl="6" xbr="14" ybr="8"/>
  </track>
  <track id="7" label="man">
    <skeleton frame="10" outside="0" points="1,1;2,2"/>
    <skeleton frame="14" outside="0" points="1,1;2,2"/>
    <track id="0" label="1"><points frame="10" outside="0" points="1,1"/><points frame="14" outside="1" points="1,1"/></track>
    <track id="1" label="2"><points frame="10" outside="0" points="2,2"/><points frame="14" outside="0" points="3,3"/></track>
  </track>
</annotations>
"""

DEEPEN = {
    "labelling_mode": "label_by_label",
    "files": [{"file_id": "cam/1.png", "width": 10, "height": 20}, {"file_id": "2.png"}, {"file_id": "3.png"}],
    "labels": {
        "2.png": [],
        "cam/1.png": [
            {
                "dataset_id": "x",
                "file_id": "cam/1.png",
                "label_id": "car:4",
                "label_category_id": "car",
                "label_type": "box",
                "label_set_id": "second",
                "stage_id": "QA",
                "sensor_id": "front",
                "labeller_email": "ann@example.com",
                "attributes": None,
                "box": [1, 2, 3, 4],
                "version": 7,
                "create_time_millis": 1589965718592,
                "semantic": [{"deep": [None, 1.5]}],
            },
            {
                "label_id": "a:b:5",
                "label_type": "3d_bbox",
                "attributes": {"parked": "yes"},
                "three_d_bbox": {"cx": 1, "cy": 2, "cz": 3, "l": 4, "w": 2, "h": 1.5, "rot_z": 1.0},
            },
            {"label_id": ":6", "label_type": "polygon", "polygons": [[[0, 0], [1, 0], [1, 1]]]},
            {"label_id": "wire:7", "label_type": "3d_polyline", "polyline": [[0, 0, 0], [1, 0, 5]]},
            {"label_id": "dot:8", "label_type": "point", "points": [[4, 5]]},
            {"label_id": "sky:9", "label_type": "2d_segmentation", "mask": {"counts": [4], "size": [2, 2]}},
        ],
        "dataset_attributes": {"city": "Ulm", "vehicle": None},
    },
}

T4: dict[str, Any] = {
    "annotation/sample.json": [
        {"token": "s2", "timestamp": 20, "next": "", "prev": "s1"},
        {"token": "s1", "timestamp": 10, "next": "s2", "prev": ""},
    ],
    "annotation/category.json": [{"token": "c1", "name": "car"}],
    "annotation/instance.json": [{"token": "i1", "category_token": "c1"}],
    "annotation/attribute.json": [{"token": "a1", "name": "parked"}],
    "annotation/visibility.json": [{"token": "v1", "level": "full"}],
    "annotation/sample_annotation.json": [
        {
            "token": "b1",
            "sample_token": "s1",
            "instance_token": "i1",
            "attribute_tokens": ["a1"],
            "visibility_token": "v1",
            "translation": [1, 2, 3],
            "size": [2, 4.5, 1.5],
            "rotation": [0.5, 0, 0, 0.5],
            "num_lidar_pts": 3,
        },
        {
            "token": "b2",
            "sample_token": "s2",
            "instance_token": "i1",
            "attribute_tokens": [],
            "visibility_token": "",
            "translation": [1, 2, 3],
            "size": [2, 4.5, 1.5],
            "rotation": [1, 0, 0, 0],
        },
    ],
}


@dataclass(frozen=True)
class Sample:
    """Files by their path; `path` is what is given to the reader, "" for the folder itself."""

    format_name: str
    files: dict[str, Any]
    path: str = ""

    def write(self, folder: Path, changed: dict[str, Any] | None = None) -> Path:
        """Writes the files, some of them changed (bytes, text, or JSON), and gives the path to read."""
        for name, value in {**self.files, **(changed or {})}.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(value, bytes):
                file.write_bytes(value)
            else:
                file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return folder / self.path

    def copy(self, name: str) -> Any:
        """The JSON of one file, to be broken."""
        return copy.deepcopy(self.files[name])


SAMPLES = {
    "coco": Sample("coco", {"annotations/coco.json": COCO}),
    "scalabel": Sample("scalabel", {"frames.json": SCALABEL}, "frames.json"),
    "mot": Sample("mot", {"gt/gt.txt": MOT_GT, "seqinfo.ini": MOT_SEQINFO}),
    "kitti-tracking": Sample("kitti-tracking", {"0001.txt": KITTI}, "0001.txt"),
    "cvat-images": Sample("cvat", {"images.xml": CVAT_IMAGES}, "images.xml"),
    "cvat-video": Sample("cvat", {"video.xml": CVAT_VIDEO}, "video.xml"),
    "deepen": Sample("deepen", {"labels.json": DEEPEN}, "labels.json"),
    "t4": Sample("t4", T4),
}


def test_every_format_has_a_sample() -> None:
    assert {sample.format_name for sample in SAMPLES.values()} == set(FORMATS)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_read_alike_each_time(name: str, tmp_path: Path) -> None:
    path = SAMPLES[name].write(tmp_path)

    first, second = (read(SAMPLES[name].format_name, path) for _ in range(2))

    assert first.files
    assert first.shapes
    assert first == second


@pytest.mark.parametrize("name", SAMPLES)
def test_named_attributes_exist_and_mode_is_overridden(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    path = sample.write(tmp_path)

    content = read(
        sample.format_name, path, mode="frame_by_frame", frame_attributes=["fog"], dataset_attributes=["town"]
    )

    assert content.labelling_mode == "frame_by_frame"
    assert "fog" in [attribute.attribute_id for attribute in content.frame_attributes]
    assert "town" in [attribute.attribute_id for attribute in content.dataset_attributes]
    assert "town" not in content.dataset_values


@pytest.mark.parametrize("name", SAMPLES)
def test_progress_passes_every_step_on(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    path = sample.write(tmp_path)
    steps: list[Any] = []

    content = read(sample.format_name, path, progress=lambda some: [steps.append(step) or step for step in some])

    assert steps
    assert content == read(sample.format_name, path)
