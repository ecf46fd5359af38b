"""What a change of a dataset touched: the word that travels with the signal `content_changed`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

#: Shows how far a long piece of work is: takes what is worked through and how it is called, hands it on.
Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def quiet(rows: Iterable[Any], what: str) -> Iterable[Any]:
    """No progress to show."""
    return rows


@dataclass(slots=True)
class Change:
    """Keys of labels that existed and are different now, values (attribute, file) likewise; and whether the
    stages or the settings were touched. New and withdrawn rows need no mention: they are found."""

    labels: set[int] = field(default_factory=set)
    values: set[tuple[int, int | None]] = field(default_factory=set)
    pipeline: bool = False
    settings: bool = False
    progress: Progress = quiet
