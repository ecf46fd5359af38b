"""Who has which files, or tracks, in each stage of a dataset: what the page of assignments shows and counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q

from datasets_app.models import Dataset, Stage, User
from tasks_app.assignment_entries import ALL, Facts, Wanted
from tasks_app.creation import Assigned
from tasks_app.models import Item
from tasks_app.ranges import runs

#: What can be assigned: a file or a track by its number, every track, or (with an @ before it) an attribute.
Target = int | str
ALL_TRACKS = "*"
ATTRIBUTE = "@"
#: Ranges that a row shows before it says how many more there are.
RANGES_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or in a sequence a track, with its number: files count by position, tracks in list order."""

    number: int
    key: int
    name: str
    objects: int
    label_set: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What one person (None: nobody) has in a stage."""

    email: str | None
    count: int
    objects: int
    ranges: str


class Board:
    """The numbered places of a dataset, its attributes, and who has what. Everything is read once."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.facts = Facts(dataset)
        self.word = "track" if dataset.is_sequence else "file"
        self.kind = "item" if dataset.is_sequence else "file"

    @cached_property
    def places(self) -> dict[int, Place]:
        """By number. Tracks that were withdrawn keep theirs and are not there: numbers never shift."""
        found = self._tracks() if self.dataset.is_sequence else self._files()
        return {place.number: place for place in found}

    @property
    def last(self) -> int:
        return max(self.places, default=0)

    def _files(self) -> Iterator[Place]:
        there = Count("labels", filter=Q(labels__withdrawn_at=None))
        rows = list(self.dataset.files.order_by("position").annotate(there=there).values_list("pk", "file_id", "there"))
        self.facts.files = {name: key for key, name, _count in rows}
        for number, (key, name, count) in enumerate(rows, 1):
            yield Place(number, key, name, count)

    def _tracks(self) -> Iterator[Place]:
        items = Item.objects.filter(dataset=self.dataset, label__isnull=False).order_by("label__pk")
        columns = ("label__label_set_id", "label__label_id", "label__label_category_id", "label__withdrawn_at")
        rows = enumerate(items.values_list("pk", *columns), 1)
        found = [
            Place(number, key, name, 1, label_set, category)
            for number, (key, label_set, name, category, withdrawn_at) in rows
            if withdrawn_at is None
        ]
        self.facts.tracks = {(place.label_set, place.name): place.key for place in found}
        return iter(found)

    # --- who has what -------------------------------------------------------------------------------------------------

    def holder(self, assigned: Assigned, stage: Stage, target: Target) -> str | None:
        """The email of whoever has it in a stage."""
        return self.facts.people.email_of(self._user_key(assigned, stage, target))

    def own(self, stage: Stage, target: Target) -> str | None:
        """As it is saved for this target alone, whoever has all tracks."""
        kind, key = self.place_of(target)
        return self.facts.people.email_of(self.facts.assigned.users.get((stage.pk, kind, key or None)))

    def _user_key(self, assigned: Assigned, stage: Stage, target: Target) -> int | None:
        kind, key = self.place_of(target)
        found = assigned.users.get((stage.pk, kind, key or None))
        if found is None and kind == "item" and isinstance(target, int):
            found = assigned.users.get((stage.pk, ALL, None))
        return found

    def place_of(self, target: Target) -> tuple[str, int]:
        """How the verbs name it: the kind and the key. Raises `KeyError` where it is not there."""
        if target == ALL_TRACKS:
            return ALL, 0
        if isinstance(target, str):
            return "item", self.facts.attributes[target.removeprefix(ATTRIBUTE)]
        return self.kind, self.places[target].key

    def knows(self, target: Target) -> bool:
        """Whether it is there to be assigned."""
        if isinstance(target, int):
            return target in self.places
        if target == ALL_TRACKS:
            return self.dataset.is_sequence
        return target.startswith(ATTRIBUTE) and target.removeprefix(ATTRIBUTE) in self.facts.attributes

    def assigned_with(self, moves: Mapping[tuple[str, Target], str | None]) -> Assigned:
        """Who would have what with these changes; those of unknown stages and people are left out."""
        wanted: Wanted = {}
        for (stage_id, target), email in moves.items():
            stage, member = self.facts.stages.get(stage_id), self.facts.people.present.get(email or "")
            if stage is not None and (email is None or member is not None):
                user: User | None = member.user if member else None
                wanted[(stage.pk, *self.place_of(target))] = user
        return self.facts.assigned_with(wanted)

    def shares(self, stage: Stage) -> list[Share]:
        """What each has in a stage as it is saved, nobody's at the end."""
        found: dict[str | None, list[int]] = {}
        for number in self.places:
            found.setdefault(self.holder(self.facts.assigned, stage, number), []).append(number)
        nobody = found.pop(None, [])
        rows = [*sorted(found.items(), key=lambda one: one[0] or ""), *([(None, nobody)] if nobody else [])]
        return [Share(email, len(numbers), self.objects(numbers), shown(numbers)) for email, numbers in rows]

    def objects(self, numbers: Iterable[int]) -> int:
        return sum(self.places[number].objects for number in numbers)

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        """Emails of those who may work in some stage, each with where, if it is not everywhere."""
        stages = self.dataset.pipeline
        found: dict[str, list[str]] = {}
        for stage in stages:
            for email in self.facts.people.workers(stage):
                found.setdefault(email, []).append(str(stage))
        all_of_them = len(stages)
        return [
            (email, "" if len(where) == all_of_them else f"{', '.join(where)} only")
            for email, where in sorted(found.items())
        ]


def shown(numbers: Iterable[int]) -> str:
    """Ranges to read: "1–4, 7", and how many more there are."""
    found = runs(numbers)
    words = [str(low) if low == high else f"{low}–{high}" for low, high in found[:RANGES_SHOWN]]
    rest = len(found) - RANGES_SHOWN
    return ", ".join(words) + (f" and {rest} more ranges" if rest > 0 else "")
