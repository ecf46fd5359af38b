"""What the readers share: numbers of tracks, rotations, the opening of files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from datasets_app.imports.geometry import complete_three_d_bbox, quaternion_of, rot_z_of
from datasets_app.imports.readers import read
from datasets_app.imports.readers.tracks import numbers_of

from .test_readers_samples import SAMPLES


@pytest.mark.parametrize(
    ("ids", "numbers"),
    [
        (["7", "3"], [7, 3]),
        (["007", "3"], [7, 3]),
        (["007", "7"], [1, 2]),
        (["a", "7", "a"], [1, 2, 1]),
        (["-1", "7"], [1, 2]),
        (["²", "7"], [1, 2]),
        (["9" * 30], [1]),
    ],
)
def test_numbers_of_tracks(ids: list[str], numbers: list[int]) -> None:
    found = numbers_of(("", one) for one in ids)

    assert [found["", one] for one in ids] == numbers


@pytest.mark.parametrize("rot_z", [0.0, 1.0, -3.0, math.pi])
def test_rotations_say_the_same(rot_z: float) -> None:
    assert rot_z_of(quaternion_of(rot_z)) == pytest.approx(rot_z)


def test_box_with_both_rotations_is_kept() -> None:
    box: dict[str, Any] = {"cx": 0, "cy": 0, "cz": 0, "l": 1, "w": 1, "h": 1, "rot_z": 0.3, "more": "x"}
    box["quaternion"] = {"x": 0.1, "y": 0, "z": 0, "w": 1, "own": 2}

    assert complete_three_d_bbox(box) == box


def test_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    sample = SAMPLES["kitti-tracking"]
    text = sample.files["0001.txt"].replace("\n", "\r\n")

    content = read("kitti-tracking", sample.write(tmp_path, {"0001.txt": b"\xef\xbb\xbf" + text.encode()}))

    assert len(content.shapes) == 3


def test_whole_surrogate_pairs_are_characters(tmp_path: Path) -> None:
    text = '{"images": [{"id": 1, "file_name": "\\ud83d\\ude97.jpg"}]}'

    content = read("coco", SAMPLES["coco"].write(tmp_path, {"annotations/coco.json": text}))

    assert content.files[0].file_id == "\N{AUTOMOBILE}.jpg"
