"""What a request to assign says, checked entry by entry: stages, people, files, labels, attributes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import Any

from datasets_app.errors import BadInput, Problem
from datasets_app.models import Attribute, Dataset, Member, Stage, User

from .creation import Assigned
from .models import Item

MAX_ENTRIES = 10_000
ALL = "all"
#: (stage key, "file" | "item" | "all", key of the file or item; 0 for all) -> the user, None to take it away.
Wanted = dict[tuple[int, str, int], User | None]

MAX_RANGES = 100_000  # characters
RANGES = re.compile(r" *[0-9]{1,9} *(- *[0-9]{1,9} *)?(, *[0-9]{1,9} *(- *[0-9]{1,9} *)?)*")
ONE_OF = {
    "file_tasks": ("file_id", "file_ids", "files"),
    "label_tasks": ("label_id", "label_ids", "attribute_id", "all"),
}


class Wrong(Exception):
    """One entry is wrong: it becomes a problem with the entry's position."""

    def __init__(self, code: str, detail: str, attr: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail, self.attr = code, detail, attr


class Entries:
    """Reads the entries of one request, `file_tasks` or `label_tasks`, and collects their problems."""

    def __init__(self, dataset: Dataset, field: str) -> None:
        self.dataset = dataset
        self.field = field
        self.problems: list[Problem] = []
        self._position: dict[tuple[int, str, int], int] = {}
        self._may: dict[tuple[str, int], User] = {}
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

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return {stage.stage_id: stage for stage in self.dataset.pipeline}

    def _stage(self, entry: dict[str, Any]) -> Stage:
        stage = self._stages.get(entry["stage_id"]) if isinstance(entry.get("stage_id"), str) else None
        if stage is None:
            raise Wrong("unknown_stage", f"This dataset has the stages {', '.join(self._stages)}.", "stage_id")
        return stage

    @cached_property
    def _members(self) -> dict[str, Member]:
        members = Member.objects.present().filter(client=self.dataset.client_id).select_related("user")
        return {member.user.email: member for member in members}

    def _user(self, entry: dict[str, Any], stage: Stage) -> User | None:
        if "email" not in entry or not isinstance(entry["email"], str | None):
            raise Wrong("required", "Give the email of a member, or null to take the assignment away.", "email")
        if entry["email"] is None:
            return None
        email = entry["email"].lower()
        member = self._members.get(email)
        if member is None:
            raise Wrong("unknown_member", f"{email} is not a member of this client.", "email")
        if (email, stage.pk) not in self._may:
            if not member.access.may_work_in(stage):
                raise Wrong("not_in_stage", f"{email} may not work in the stage {stage.stage_id}.", "email")
            self._may[email, stage.pk] = member.user
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

    @cached_property
    def _files(self) -> dict[str, int]:
        return dict(self.dataset.files.values_list("file_id", "pk"))

    def _file_ids(self, value: Any, attr: str) -> Iterator[tuple[str, int, str]]:
        for file_id in _texts(value, attr):
            if file_id not in self._files:
                raise Wrong("unknown_file", f"There is no file {file_id} in this dataset.", attr)
            yield "file", self._files[file_id], file_id

    def _ranges(self, value: Any, attr: str) -> Iterator[tuple[str, int, str]]:
        if not isinstance(value, str) or len(value) > MAX_RANGES or not RANGES.fullmatch(value):
            raise Wrong("broken_range", "Write positions and ranges like 1-4,5,6-11.", attr)
        files = list(self._files.items())
        for part in value.split(","):
            first, _, last = part.partition("-")
            low, high = int(first), int(last or first)
            if not 1 <= low <= high <= len(files):
                raise Wrong("broken_range", f"{part.strip()} is not within 1-{len(files)}, the files there are.", attr)
            for file_id, key in files[low - 1 : high]:
                yield "file", key, file_id

    def _attribute(self, value: Any, attr: str) -> Iterator[tuple[str, int, str]]:
        _texts(value, attr)
        items = Item.objects.filter(dataset=self.dataset, attribute__isnull=False).select_related("attribute")
        if not self.dataset.is_sequence:
            if self.dataset.attributes.filter(attribute_id=value, level="frame").exists():
                detail = f"{value} is an attribute of each frame here: assign the files with file_tasks."
                raise Wrong("wrong_level", detail, attr)
            items = items.filter(attribute__level=Attribute.Level.DATASET)
        item = items.filter(attribute__attribute_id=value).first()
        if item is None:
            raise Wrong("unknown_attribute", f"There is no attribute {value} at dataset level.", attr)
        yield "item", item.pk, value

    def _all(self, value: Any, attr: str) -> Iterator[tuple[str, int, str]]:
        self._tracks_only(attr)
        if value is not True:
            raise Wrong("invalid", "all can only be true: every track, also late ones.", attr)
        yield ALL, 0, "all"

    @cached_property
    def _track_items(self) -> dict[tuple[str, str], int]:
        items = Item.objects.filter(dataset=self.dataset, label__withdrawn_at=None, label__isnull=False)
        rows = items.values_list("label__label_set_id", "label__label_id", "pk")
        return {(label_set, label_id): key for label_set, label_id, key in rows}

    @cached_property
    def _track_keys(self) -> set[int]:
        return set(self._track_items.values())

    def _is_track(self, item_key: int) -> bool:
        return item_key in self._track_keys

    def _labels(self, value: Any, attr: str, label_set_id: Any) -> Iterator[tuple[str, int, str]]:
        self._tracks_only(attr)
        for label_id in _texts(value, attr):
            key = self._track_items.get((label_set_id, label_id)) if isinstance(label_set_id, str) else None
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
