"""Readers of annotation formats: files of strangers in, plain Content out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from datasets_app.imports.checks import LABELLING_MODES, check_content, name_of, refuse, show
from datasets_app.imports.content import AttributeRecord, Content
from datasets_app.imports.readers.coco import read_coco
from datasets_app.imports.readers.cvat import read_cvat
from datasets_app.imports.readers.deepen import read_deepen
from datasets_app.imports.readers.kitti_tracking import read_kitti_tracking
from datasets_app.imports.readers.mot import read_mot
from datasets_app.imports.readers.options import Progress, Reader, ReadOptions, identity
from datasets_app.imports.readers.scalabel import read_scalabel
from datasets_app.imports.readers.source import is_folder, the_file
from datasets_app.imports.readers.t4 import read_t4

__all__ = ["FORMATS", "Progress", "ReadOptions", "Reader", "identity", "read"]

FORMATS: dict[str, Reader] = {
    "coco": read_coco,
    "scalabel": read_scalabel,
    "mot": read_mot,
    "kitti-tracking": read_kitti_tracking,
    "cvat": read_cvat,
    "deepen": read_deepen,
    "t4": read_t4,
}
#: Formats that are one file, and where that is in a folder.
ONE_FILE = {
    "coco": "annotations/*.json",
    "mot": "gt/gt.txt",
    "kitti-tracking": "label_02/*.txt",
    "cvat": "*.xml",
    "deepen": "labels/*.json",
}


def read(
    format_name: str,
    path: Path,
    *,
    mode: str | None = None,
    frame_attributes: Sequence[str] = (),
    dataset_attributes: Sequence[str] = (),
    progress: Progress = identity,
) -> Content:
    """The content of the file or folder at `path`, checked; ImportFailed if there is anything wrong with it.

    `mode` is the labelling mode to use instead of the one that the input suggests. The attributes named here
    exist in the content even if the input has no value for them.
    """
    reader = FORMATS.get(format_name)
    if reader is None:
        refuse("The format", f"{show(format_name)} is not one of {', '.join(FORMATS)}")
    if mode is not None and mode not in LABELLING_MODES:
        refuse("The labelling mode", f"{show(mode)} is not one of {', '.join(LABELLING_MODES)}")
    options = ReadOptions(mode, tuple(frame_attributes), tuple(dataset_attributes), progress)
    path = the_file(path, ONE_FILE[format_name]) if format_name in ONE_FILE else path
    content = reader(path, options)
    content.labelling_mode = mode or content.labelling_mode
    _declare(content.frame_attributes, frame_attributes)
    _declare(content.dataset_attributes, dataset_attributes)
    # A folder may be a temporary one of ours: its name would mean nothing to the reader of the sentence.
    check_content(content, "The input" if is_folder(path) else name_of(path))
    return content


def _declare(attributes: list[AttributeRecord], named: Sequence[str]) -> None:
    known = {attribute.attribute_id for attribute in attributes}
    attributes.extend(AttributeRecord(name) for name in dict.fromkeys(named) if name not in known)
