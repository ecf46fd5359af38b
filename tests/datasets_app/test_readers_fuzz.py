"""Valid inputs broken at random: they are read or refused, and nothing else happens."""

from __future__ import annotations

import copy
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets_app.imports.checks import check_content
from datasets_app.imports.content import Content, ImportFailed
from datasets_app.imports.readers import read

from .test_readers_samples import SAMPLES, Sample, assert_one_sentence

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
    if len(cuts) < 2:
        return chance.choice(ODD_TEXTS)
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


def read_changed(sample: Sample, changed: dict[str, Any], mode: str | None = None) -> Content | str:
    """The content, or the sentence of the refusal. Any other exception fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        path = sample.write(Path(folder), changed)
        try:
            return read(sample.format_name, path, mode=mode)
        except ImportFailed as error:
            return str(error)


def assert_read_or_refused(found: Content | str) -> None:
    if isinstance(found, str):
        assert_one_sentence(found)
    else:
        check_content(found)
        json.dumps([[one.geometry, one.attributes, one.extra] for one in found.shapes], allow_nan=False)


def break_sample(sample: Sample, chance: random.Random, times: int) -> dict[str, Any]:
    file = chance.choice(sorted(sample.files))
    broken = sample.files[file]
    for _ in range(times):
        broken = break_text(broken, chance) if isinstance(broken, str) else break_json(broken, chance)
    # As JSON, so that a text in the place of the whole document is not taken for the file's bytes.
    return {file: broken if isinstance(sample.files[file], str) else json.dumps(broken)}


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), times=st.integers(1, 3))
def test_broken_input_is_read_or_refused(name: str, seed: int, times: int) -> None:
    chance = random.Random(seed)
    changed = break_sample(SAMPLES[name], chance, times)
    mode = chance.choice([None, "label_by_label", "frame_by_frame"])

    assert_read_or_refused(read_changed(SAMPLES[name], changed, mode))


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=200), chance=st.randoms())
def test_any_bytes_are_read_or_refused(name: str, data: bytes, chance: random.Random) -> None:
    file = chance.choice(sorted(SAMPLES[name].files))

    assert_read_or_refused(read_changed(SAMPLES[name], {file: data}))
