"""What a reader is told besides the path, and what a reader is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from datasets_app.imports.content import Content

#: Wraps what a reader goes through, as tqdm does. Takes any iterable and gives its elements in order.
Progress = Callable[[Iterable[Any]], Iterable[Any]]


def identity(steps: Iterable[Any]) -> Iterable[Any]:
    """No progress bar."""
    return steps


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """`mode`: the labelling mode, None for the one that the input suggests. The attributes are named by the caller."""

    mode: str | None = None
    frame_attributes: tuple[str, ...] = ()
    dataset_attributes: tuple[str, ...] = ()
    progress: Progress = identity


class Reader(Protocol):
    """Reads one format, from a file or, where the format is several files, from a folder.

    Whatever is wrong with the input ends in ImportFailed and in no other exception.
    """

    def __call__(self, path: Path, options: ReadOptions, /) -> Content: ...
