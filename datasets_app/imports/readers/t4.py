"""T4, tables like those of nuScenes: instances are tracks, sample annotations are their 3D boxes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from datasets_app.imports.checks import MAX_CATEGORY, MAX_FILE_ID, MAX_NAME, name_of, refuse, show
from datasets_app.imports.content import Content, FileRecord, Json, ShapeRecord
from datasets_app.imports.geometry import three_d_bbox
from datasets_app.imports.readers.options import ReadOptions
from datasets_app.imports.readers.record import Record, records_in
from datasets_app.imports.readers.source import is_file, is_folder, load_json

UNDERSTOOD = frozenset(("sample_token", "attribute_tokens", "visibility_token", "translation", "size", "rotation"))
POINT_CLOUDS = ("pcd", "pcd.bin")

Table = dict[str, Record]


@dataclass(frozen=True, slots=True)
class Tables:
    """What the boxes refer to, by token."""

    file_ids: dict[str, str]
    labels: dict[str, tuple[str, int]]  # instance -> category, number
    states: Table
    visibilities: Table


def read_t4(path: Path, options: ReadOptions) -> Content:
    """The folder of a data set, or its folder `annotation`."""
    folder = path / "annotation" if is_folder(path / "annotation") else path
    samples = _read_table(folder, "sample")
    in_time = sorted(samples, key=lambda token: samples[token].whole("timestamp"))
    tables = Tables(
        file_ids=_file_ids(folder, in_time),
        labels=_labels(folder),
        states=_read_table(folder, "attribute", required=False),
        visibilities=_read_table(folder, "visibility", required=False),
    )
    content = Content(labelling_mode="label_by_label", dataset_type="3d")
    content.files = [FileRecord(tables.file_ids[token]) for token in in_time]
    for box in options.progress(_read_table(folder, "sample_annotation").values()):
        content.shapes.append(_shape(box, tables))
    return content


def _read_table(folder: Path, name: str, *, required: bool = True) -> Table:
    file = folder / f"{name}.json"
    if not required and not is_file(file):
        return {}
    rows = load_json(file)
    if not isinstance(rows, list):
        refuse(name_of(file), "is not a list of rows")
    table: Table = {}
    for row in records_in(rows, f"{name_of(file)}: row"):
        token = row.text("token", limit=MAX_NAME)
        if token in table:
            refuse(row.where, f"has the same token {show(token)} as a row before it")
        table[token] = row
    return table


def _file_ids(folder: Path, samples: list[str]) -> dict[str, str]:
    """The name of each sample's point cloud, if every sample has one of its own; otherwise the samples' tokens."""
    names: dict[str, str] = {}
    for row in _read_table(folder, "sample_data", required=False).values():
        if row.values.get("is_key_frame") is True and row.values.get("fileformat") in POINT_CLOUDS:
            names[row.text("sample_token", limit=MAX_NAME)] = row.text("filename", limit=MAX_FILE_ID)
    named = [names.get(token) for token in samples]
    if None in named or len(set(named)) < len(named):
        return {token: token for token in samples}
    return {token: names[token] for token in samples}


def _labels(folder: Path) -> dict[str, tuple[str, int]]:
    """Category and number of each instance; the number is its place in the table, counted from 1."""
    categories = _read_table(folder, "category")
    return {
        token: (_referred(row, "category_token", categories).text("name", limit=MAX_CATEGORY), number)
        for number, (token, row) in enumerate(_read_table(folder, "instance").items(), start=1)
    }


def _referred(row: Record, key: str, table: Table) -> Record:
    token = row.text(key, limit=MAX_NAME)
    if token not in table:
        refuse(row.where, f"has {key} {show(token)}, which no row has")
    return table[token]


def _shape(box: Record, tables: Tables) -> ShapeRecord:
    sample, instance = (box.text(key, limit=MAX_NAME) for key in ("sample_token", "instance_token"))
    if sample not in tables.file_ids:
        refuse(box.where, f"has sample_token {show(sample)}, which no sample has")
    if instance not in tables.labels:
        refuse(box.where, f"has instance_token {show(instance)}, which no instance has")
    category, number = tables.labels[instance]
    return ShapeRecord(
        file_id=tables.file_ids[sample],
        label_id=f"{category}:{number}",
        label_category_id=category,
        label_type="3d_bbox",
        geometry={"three_d_bbox": _three_d_bbox(box)},
        attributes=_attributes(box, tables),
        extra=box.rest(UNDERSTOOD),
    )


def _three_d_bbox(box: Record) -> dict[str, Json]:
    width, length, height = box.numbers("size", 3)
    w, x, y, z = box.numbers("rotation", 4)
    try:
        return three_d_bbox(
            box.numbers("translation", 3),
            {"l": length, "w": width, "h": height},
            quaternion={"x": x, "y": y, "z": z, "w": w},
        )
    except ValueError as error:
        refuse(box.where, f"has {error}")


def _attributes(box: Record, tables: Tables) -> dict[str, Json] | None:
    attributes: dict[str, Json] = {}
    if box.values.get("attribute_tokens"):
        attributes["state"] = [_state(box, token, tables.states) for token in box.items("attribute_tokens")]
    if box.values.get("visibility_token"):
        visibility = _referred(box, "visibility_token", tables.visibilities)
        attributes["visibility"] = visibility.text("level", limit=MAX_NAME)
    return attributes or None


def _state(box: Record, token: Json, states: Table) -> str:
    if not isinstance(token, str) or token not in states:
        refuse(box.where, f"has the attribute token {show(token)}, which no attribute has")
    return states[token].text("name", limit=MAX_NAME)
