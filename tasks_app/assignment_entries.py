"""What a request to assign says, checked entry by entry: stages, people, files, labels, attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from functools import cached_property
from itertools import pairwise
from typing import Any

from datasets_app.errors import BadInput, Problem
from datasets_app.models import Dataset, Stage, User
from datasets_app.stage_people import StagePeople

from .creation import Assigned
from .models import Item
from .ranges import BrokenRange, read_ranges

MAX_ENTRIES = 10_000
ALL = "all"
#: (stage key, "file" | "item" | "all", key of the file or item; 0 for all) -> the user, None to take it away.
Wanted = dict[tuple[int, str, int], User | None]

ONE_OF = {
    "file_tasks": ("file_id", "file_ids", "files"),
    "label_tasks": ("label_id", "label_ids", "attribute_id", "all"),
}


class Wrong(Exception):
    """One entry is wrong: it becomes a problem with the entry's position."""

    def __init__(self, code: str, detail: str, attr: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail, self.attr = code, detail, attr


class Facts:
    """What entries are held against, each read once: files, items, people, and what is saved."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.people = StagePeople(dataset)

    @cached_property
    def stages(self) -> dict[str, Stage]:
        return {stage.stage_id: stage for stage in self.dataset.pipeline}

    @cached_property
    def files(self) -> dict[str, int]:
        """Their keys by `file_id`, in order."""
        return dict(self.dataset.files.values_list("file_id", "pk"))

    @cached_property
    def tracks(self) -> dict[tuple[str, str], int]:
        """The items of labels at dataset level, by label set and `label_id`. Withdrawn ones are not there."""
        items = Item.objects.filter(dataset=self.dataset, label__withdrawn_at=None, label__isnull=False)
        rows = items.values_list("label__label_set_id", "label__label_id", "pk")
        return {(label_set, label_id): key for label_set, label_id, key in rows}

    @cached_property
    def track_keys(self) -> set[int]:
        return set(self.tracks.values())

    @cached_property
    def attributes(self) -> dict[str, int]:
        """The items of attributes at dataset level, by `attribute_id`."""
        items = Item.objects.filter(dataset=self.dataset, attribute__isnull=False, file=None)
        return dict(items.order_by("attribute__position").values_list("attribute__attribute_id", "pk"))

    @cached_property
    def assigned(self) -> Assigned:
        return Assigned(self.dataset)

    def assigned_with(self, wanted: Wanted) -> Assigned:
        """Who has what once this is saved. "All tracks" replaces what single tracks of the stage had."""
        after = copy(self.assigned)
        after.users = dict(after.users)
        for stage_key in {stage_key for stage_key, kind, _key in wanted if kind == ALL}:
            for key in self.track_keys:
                after.users.pop((stage_key, "item", key), None)
        for (stage_key, kind, key), user in wanted.items():
            place = (stage_key, kind, None if kind == ALL else key)
            if user is None:
                after.users.pop(place, None)
            else:
                after.users[place] = user.pk
        return after


class Entries:
    """Reads the entries of one request, `file_tasks` or `label_tasks`, and collects their problems."""

    def __init__(self, dataset: Dataset, field: str, facts: Facts | None = None) -> None:
        self.dataset = dataset
        self.field = field
        self.facts = facts or Facts(dataset)
        self.problems: list[Problem] = []
        self._position: dict[tuple[int, str, int], int] = {}
        if field == "file_tasks" and dataset.is_sequence:
            detail = "This is a sequence: its tasks are at dataset level. Use label_tasks."
            raise BadInput.of("wrong_level", detail, field)

    def wanted(self, entries: Any) -> Wanted:
        """Who is to get what. Entries that are wrong are left out and stand in `problems`."""
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise BadInput.of("invalid", f"{self.field} has to be a list of objects.", self.field)
        if len(entries) > MAX_ENTRIES:
            raise BadInput.of("too_many", f"{MAX_ENTRIES} entries are the most for one request.", self.field)
        wanted: Wanted = {}
        for position, entry in enumerate(entries):
            try:
                self._read(position, entry, wanted)
            except Wrong as wrong:
                self._problem(position, wrong)
        return wanted

    def _problem(self, position: int, wrong: Wrong) -> None:
        attr = ".".join(part for part in (self.field, str(position), wrong.attr) if part)
        self.problems.append(Problem(wrong.code, wrong.detail, attr))

    def _read(self, position: int, entry: dict[str, Any], wanted: Wanted) -> None:
        stage = self._stage(entry)
        user = self._user(entry, stage)
        for kind, key, name in self._targets(entry):
            place = (stage.pk, kind, key)
            if place in wanted or (kind == "item" and (stage.pk, ALL, 0) in wanted and self._is_track(key)):
                raise Wrong("duplicate", f"{name} stands twice for the stage {stage.stage_id}.")
            if kind == ALL and any(s == stage.pk and k == "item" and self._is_track(i) for s, k, i in wanted):
                raise Wrong("duplicate", f"Single tracks and all of them are assigned in {stage.stage_id}.")
            wanted[place] = user
            self._position[place] = position

    # --- the parts of an entry ----------------------------------------------------------------------------------------

    def _stage(self, entry: dict[str, Any]) -> Stage:
        stage = self.facts.stages.get(entry["stage_id"]) if isinstance(entry.get("stage_id"), str) else None
        if stage is None:
            raise Wrong("unknown_stage", f"This dataset has the stages {', '.join(self.facts.stages)}.", "stage_id")
        return stage

    def _user(self, entry: dict[str, Any], stage: Stage) -> User | None:
        if "email" not in entry or not isinstance(entry["email"], str | None):
            raise Wrong("required", "Give the email of a member, or null to take the assignment away.", "email")
        if entry["email"] is None:
            return None
        email = entry["email"].lower()
        member = self.facts.people.present.get(email)
        if member is None:
            raise Wrong("unknown_member", f"{email} is not a member of this client.", "email")
        if not self.facts.people.may_work(member, stage):
            raise Wrong("not_in_stage", f"{email} may not work in the stage {stage.stage_id}.", "email")
        return member.user

    def _targets(self, entry: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
        given = [name for name in ONE_OF[self.field] if name in entry]
        if len(given) != 1:
            raise Wrong("invalid", f"Give exactly one of {', '.join(ONE_OF[self.field])}.")
        readers: dict[str, Callable[[Any, str], Iterator[tuple[str, int, str]]]] = {
            "file_id": self._file_ids,
            "file_ids": self._file_ids,
            "files": self._ranges,
            "attribute_id": self._attribute,
            "all": self._all,
        }
        name = given[0]
        if name in readers:
            yield from readers[name](entry[name], name)
        else:
            yield from self._labels(entry[name], name, entry.get("label_set_id", "default"))

    def _file_ids(self, value: Any, attr: str) -> Iterator[tuple[str, int, str]]:
        for file_id in _texts(value, attr):
            if file_id not in self.facts.files:
                raise Wrong("unknown_file", f"There is no file {file_id} in this dataset.", attr)
            yield "file", self.facts.files[file_id], file_id

    def _ranges(self, value: Any, attr: str) -> Iterator[tuple[str, int, str]]:
        files = list(self.facts.files.items())
        try:
            ranges = read_ranges(value, len(files), "files")
        except BrokenRange as broken:
            raise Wrong("broken_range", str(broken), attr) from broken
        for low, high in ranges:
            for file_id, key in files[low - 1 : high]:
                yield "file", key, file_id

    def _attribute(self, value: Any, attr: str) -> Iterator[tuple[str, int, str]]:
        _texts(value, attr)
        key = self.facts.attributes.get(value)
        if key is None:
            if not self.dataset.is_sequence and self.dataset.attributes.filter(attribute_id=value).exists():
                detail = f"{value} is an attribute of each frame here: assign the files with file_tasks."
                raise Wrong("wrong_level", detail, attr)
            raise Wrong("unknown_attribute", f"There is no attribute {value} at dataset level.", attr)
        yield "item", key, value

    def _all(self, value: Any, attr: str) -> Iterator[tuple[str, int, str]]:
        self._tracks_only(attr)
        if value is not True:
            raise Wrong("invalid", "all can only be true: every track, also late ones.", attr)
        yield ALL, 0, "all"

    def _is_track(self, item_key: int) -> bool:
        return item_key in self.facts.track_keys

    def _labels(self, value: Any, attr: str, label_set_id: Any) -> Iterator[tuple[str, int, str]]:
        self._tracks_only(attr)
        for label_id in _texts(value, attr):
            key = self.facts.tracks.get((label_set_id, label_id)) if isinstance(label_set_id, str) else None
            if key is None:
                raise Wrong("unknown_label", f"There is no label {label_id} in this dataset.", attr)
            yield "item", key, label_id

    def _tracks_only(self, attr: str) -> None:
        if not self.dataset.is_sequence:
            raise Wrong("wrong_level", "The objects of this dataset are at frame level: use file_tasks.", attr)

    # --- four eyes ----------------------------------------------------------------------------------------------------

    def check_four_eyes(self, wanted: Wanted, assigned: Assigned) -> None:
        """Nobody is assigned to adjacent stages of the same file or label."""
        pipeline = self.dataset.pipeline
        beside: dict[int, list[Stage]] = {stage.pk: [] for stage in pipeline}
        for one, other in pairwise(pipeline):
            beside[one.pk].append(other)
            beside[other.pk].append(one)
        said: set[int] = set()
        for (stage_key, kind, key), user in wanted.items():
            position = self._position[stage_key, kind, key]
            if user is None or position in said:
                continue
            for stage in beside[stage_key]:
                if self._meets(assigned, stage_key, stage.pk, kind, key, user):
                    detail = f"{user} has the stage {stage.stage_id} there: four eyes need two people."
                    self._problem(position, Wrong("four_eyes", detail, "email"))
                    said.add(position)

    def _meets(self, assigned: Assigned, stage: int, other: int, kind: str, key: int, user: User) -> bool:
        users = assigned.users
        if kind == "file":
            return users.get((other, "file", key)) == user.pk
        all_there = users.get((other, ALL, None)) == user.pk
        if kind == "item":
            own = users.get((other, "item", key))
            return own == user.pk or (own is None and all_there and self._is_track(key))
        here = {item for (s, k, item) in users if s == stage and k == "item"}
        single = any(
            s == other and k == "item" and one == user.pk and self._is_track(item or 0) and item not in here
            for (s, k, item), one in users.items()
        )
        return all_there or single


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\x00" not in value


def _texts(value: Any, attr: str) -> list[str]:
    """One text, or a list of them."""
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(_is_text(text) for text in texts) or (attr.endswith("s") != isinstance(value, list)):
        raise Wrong("invalid", f"{attr} has to be a {'list of texts' if attr.endswith('s') else 'text'}.", attr)
    return texts
