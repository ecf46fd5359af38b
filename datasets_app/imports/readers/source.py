"""Opens the files of strangers: text and JSON in which nothing is left that could hurt further in."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from datasets_app.imports.checks import MAX_SHOWN, name_of, printable, refuse, text_problem
from datasets_app.imports.content import ImportFailed, Json

MAX_BYTES = 512 * 2**20
#: Deeper than any format, and far from where Python's own recursion ends when the value is written out again.
MAX_DEPTH = 100
#: How half characters and NUL come into JSON: only as escapes, the bytes themselves are not UTF-8 or not JSON.
SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


def read_text(path: Path) -> str:
    """The text of a file: UTF-8, of a bearable size, without NUL."""
    name = name_of(path)
    try:
        if not path.exists():
            refuse(name, "does not exist")
        if not path.is_file():  # a pipe would never end
            refuse(name, "is not a file")
        if path.stat().st_size > MAX_BYTES:
            refuse(name, f"is larger than {MAX_BYTES // 2**20} MB")
        data = path.read_bytes()
    except OSError:
        refuse(name, "cannot be read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(f"{name}:{line}", "is not UTF-8")
    if "\0" in text:
        refuse(f"{name}:{line_of(text, text.index(chr(0)))}", "holds a NUL character")
    return text


def line_of(text: str, position: int) -> int:
    """The line, counted from 1, on which a position of the text is."""
    return text.count("\n", 0, position) + 1


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Each line that is not blank, with where it is ("gt.txt:17")."""
    name = name_of(path)
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        stripped = line.strip()
        if stripped:
            yield f"{name}:{number}", stripped


def load_json(path: Path) -> Json:
    """The JSON value in a file. NaN, infinities, NUL, half characters and bottomless nesting are refused."""
    name, text = name_of(path), read_text(path)
    suspicious = [found.group() for found in [SUSPICIOUS_ESCAPE.search(text)] if found]

    def to_float(written: str) -> float:
        value = float(written)
        if not math.isfinite(value):
            suspicious.append(written)
        return value

    try:
        value = json.loads(text, parse_float=to_float, parse_constant=to_float)
    except json.JSONDecodeError as error:
        refuse(f"{name}:{error.lineno}", f"is not JSON ({error.msg})")
    except RecursionError:
        refuse(name, f"is nested deeper than {MAX_DEPTH} levels")
    except ValueError:  # Python's limit on the digits of an integer
        refuse(name, "holds a number with thousands of digits")
    _check_depth(value, name)
    if suspicious:
        # Rare, so that the slow way, which knows where it is, is taken only then.
        _check_leaves(value, name, ": ")
    return value


def _check_depth(value: Json, name: str) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        containers = [child for child in level if isinstance(child, dict | list)]
        if not containers:
            return
        level = [child for parent in containers for child in _children(parent)]
    refuse(name, f"is nested deeper than {MAX_DEPTH} levels")


def _children(container: Json) -> Iterable[Json]:
    return container.values() if isinstance(container, dict) else container


def _check_leaves(value: Json, where: str, separator: str = ".") -> None:
    """`separator` stands between `where` and a key: only the name of the file is followed by a colon."""
    if isinstance(value, dict):
        for key, child in value.items():
            problem = text_problem(key, len(key))
            if problem:
                refuse(where, f"has a key which {problem}")
            _check_leaves(child, f"{where}{separator}{printable(key[:MAX_SHOWN])}")
    elif isinstance(value, list):
        for position, child in enumerate(value):
            _check_leaves(child, f"{where}{separator.strip('.')}[{position}]")
    elif isinstance(value, str):
        problem = text_problem(value, len(value))
        if problem:
            refuse(where, f"is a text which {problem}")
    elif isinstance(value, float) and not math.isfinite(value):
        refuse(where, "is not a finite number")


def the_file(path: Path, pattern: str) -> Path:
    """`path` itself if it is no folder; otherwise the one file in it that the pattern ("gt/gt.txt", "*.xml") fits.

    Where the pattern names a folder that is not there, the file may be in `path` directly.
    """
    if not is_folder(path):
        return path
    inner, _, name = pattern.rpartition("/")
    found = all_files(path / inner if is_folder(path / inner) else path, name)
    if len(found) != 1:
        refuse("The folder", f"has {len(found)} files {pattern} where one is expected")
    return found[0]


def all_files(folder: Path, pattern: str) -> list[Path]:
    """The files in a folder that the pattern fits, by name."""
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except OSError as error:
        raise ImportFailed("The folder cannot be read.") from error


def is_folder(path: Path) -> bool:
    """Whether there is a folder that we may look at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Whether there is a file that we may look at."""
    try:
        return path.is_file()
    except OSError:
        return False
