"""A JSON object from outside, with where it stands: each wrong value ends in a sentence that names the place."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NoReturn

from datasets_app.imports.checks import refuse, show, text_problem
from datasets_app.imports.content import Json
from datasets_app.imports.geometry import is_number

#: Whole numbers up to here are exact in JSON everywhere, also in a browser.
MAX_WHOLE = 2**53 - 1
MAX_SIZE = 1_000_000  # pixels of a side


@dataclass(frozen=True, slots=True)
class Record:
    """An object and its place: `annotations.json: annotations[16]`. A value that is null counts as not there."""

    values: dict[str, Json]
    where: str

    def has(self, key: str) -> bool:
        """Whether there is a value."""
        return self.values.get(key) is not None

    def need(self, key: str) -> Json:
        """The value, whatever it is."""
        value = self.values.get(key)
        if value is None:
            refuse(self.where, f"has no {key}")
        return value

    def wrong(self, key: str, wanted: str) -> NoReturn:
        """Refuses the value of `key`: it is not what is wanted ("a number")."""
        refuse(self.where, f"has {key} {show(self.values.get(key))}, which is not {wanted}")

    def text(self, key: str, *, limit: int) -> str:
        """A text of at most `limit` characters."""
        value = self.need(key)
        problem = text_problem(value, limit)
        if problem or not isinstance(value, str):
            refuse(self.where, f"has {key} {show(value)}, which {problem}")
        return value

    def number(self, key: str) -> float:
        """A number as geometry needs it: finite, not beyond all sizes."""
        value = self.need(key)
        if not isinstance(value, int | float) or not is_number(value):
            self.wrong(key, "a number from -1e12 to 1e12")
        return value

    def whole(self, key: str, *, lowest: int = 0, highest: int = MAX_WHOLE) -> int:
        """A whole number within limits."""
        value = self.need(key)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.wrong(key, f"a whole number from {lowest} to {highest}")
        return value

    def size(self, key: str) -> int | None:
        """A width or height in pixels, None where there is none."""
        return self.whole(key, lowest=1, highest=MAX_SIZE) if self.has(key) else None

    def one_of(self, key: str, allowed: Collection[str]) -> str:
        """One of the allowed texts."""
        value = self.need(key)
        if not isinstance(value, str) or value not in allowed:
            self.wrong(key, f"one of {', '.join(sorted(allowed))}")
        return value

    def items(self, key: str) -> list[Json]:
        """A list of anything."""
        value = self.need(key)
        if not isinstance(value, list):
            self.wrong(key, "a list")
        return value

    def numbers(self, key: str, count: int) -> list[float]:
        """A list of exactly so many numbers."""
        value = self.need(key)
        if not isinstance(value, list) or len(value) != count or not all(map(is_number, value)):
            self.wrong(key, f"a list of {count} numbers")
        return value

    def mapping(self, key: str) -> dict[str, Json] | None:
        """An object as it is, None where there is none."""
        return self.record(key).values if self.has(key) else None

    def record(self, key: str) -> Record:
        """The object inside this one."""
        value = self.need(key)
        if not isinstance(value, dict):
            self.wrong(key, "an object")
        return Record(value, self.inside(key))

    def records(self, key: str) -> Iterator[Record]:
        """The objects in a list inside this one."""
        return records_in(self.items(key), self.inside(key))

    def inside(self, key: str) -> str:
        """Where the value of `key` is."""
        return f"{self.where}.{key}" if ": " in self.where else f"{self.where}: {key}"

    def rest(self, known: Collection[str]) -> dict[str, Json]:
        """What is not known: it goes on as it is."""
        return {key: value for key, value in self.values.items() if key not in known}


def records_in(values: list[Json], where: str) -> Iterator[Record]:
    """The objects in a list that stands at `where`."""
    for position, value in enumerate(values):
        yield record_at(value, f"{where}[{position}]")


def record_at(value: Json, where: str) -> Record:
    """The object at `where`."""
    if not isinstance(value, dict):
        refuse(where, f"is {show(value)}, which is not an object")
    return Record(value, where)
