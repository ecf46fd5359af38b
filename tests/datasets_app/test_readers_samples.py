"""A small valid input for each reader, with as many of the format's quirks as fit. Other tests break them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from datasets_app.imports.content import ImportFailed
from datasets_app.imports.readers import FORMATS, read

from .test_readers_samples_json import COCO, DEEPEN, SCALABEL, T4

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
    <box label="car" occluded="1" xtl="0.5" ytl="2" xbr="4" ybr="4" rotation="30">
      <attribute name="n">3</attribute></box>
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
    <track id="0" label="1"><points frame="10" outside="0" points="1,1"/>
      <points frame="14" outside="1" points="1,1"/></track>
    <track id="1" label="2"><points frame="10" outside="0" points="2,2"/>
      <points frame="14" outside="0" points="3,3"/></track>
  </track>
</annotations>
"""


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


#: Takes the value away.
DELETE: Any = object()


def refusal(name: str, folder: Path, changed: dict[str, Any]) -> str:
    """The sentence with which the sample, so changed, is refused; it names the changed file."""
    sample = SAMPLES[name]
    path = sample.write(folder, changed)
    with pytest.raises(ImportFailed) as caught:
        read(sample.format_name, path)
    message = str(caught.value)
    assert_one_sentence(message)
    assert any(Path(file).name in message for file in changed) or sample.format_name == "t4"
    return message


def assert_one_sentence(message: str) -> None:
    assert message.endswith(".")
    assert not message.endswith("..")
    assert ". " not in message
    assert message.isprintable()
    assert len(message) < 600


def set_in(document: Any, path: str, value: Any) -> Any:
    """The document with another value at `annotations 0 bbox`; DELETE takes it away."""
    changed = copy.deepcopy(document)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split()]
    inner = changed
    for step in steps:
        inner = inner[step]
    if value is DELETE:
        del inner[last]
    else:
        inner[last] = value
    return changed


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

    def note(some: Iterable[Any]) -> Iterator[Any]:
        for step in some:
            steps.append(step)
            yield step

    content = read(sample.format_name, path, progress=note)

    assert steps
    assert content == read(sample.format_name, path)
