"""A small valid document of each JSON format, with as many of its quirks as fit."""

from __future__ import annotations

from typing import Any

COCO: dict[str, Any] = {
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

SCALABEL: dict[str, Any] = {
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

DEEPEN: dict[str, Any] = {
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
