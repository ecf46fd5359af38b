"""Changes of assignments that are not saved yet: they live in the form, not on the server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from datasets_app.actions import MAX_STAGES
from datasets_app.errors import BadInput, Refused
from datasets_app.models import Member, Stage
from tasks_app.assignments import check_assignments
from tasks_app.creation import Assigned
from tasks_app.ranges import positions, read_ranges, written

from .boards import ALL_TRACKS, ATTRIBUTE, Board, Target, shown

FILES, LABELS = "file_tasks", "label_tasks"
BROKEN = "The list of changes did not fit this dataset any more and was discarded: begin again."


def neighbours(stages: list[Stage], stage: Stage) -> list[Stage]:
    """The stages before and after one."""
    at = stages.index(stage)
    return [*stages[max(at - 1, 0) : at], *stages[at + 1 : at + 2]]


@dataclass(slots=True)
class Row:
    """One line of what would change: what one person gets in one stage, from whom, and why that cannot be."""

    stage_id: str
    email: str | None
    targets: list[Target]
    stage: str = ""
    what: str = ""
    objects: int = 0
    sources: list[tuple[str | None, int]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def wire(self) -> str:
        """As it travels in the form."""
        first = self.targets[0]
        what = first if isinstance(first, str) else written(one for one in self.targets if isinstance(one, int))
        return json.dumps([self.stage_id, self.email, what])

    @property
    def count(self) -> int:
        return len(self.targets)


class Pending:
    """What each target of a stage is to become: (stage_id, target) → email, None for nobody. The last word counts."""

    def __init__(self, board: Board, wires: Iterable[str] = ()) -> None:
        self.board = board
        self.moves: dict[tuple[str, Target], str | None] = {}
        for wire in wires:
            self._read(wire)

    def _read(self, wire: str) -> None:
        try:
            stage_id, email, what = json.loads(wire)
            if not (isinstance(stage_id, str) and isinstance(email, str | None) and isinstance(what, str)):
                raise ValueError("not three texts")
            f"{stage_id}{email}{what}".encode()
            targets = self._targets(what)
        except (ValueError, TypeError, RecursionError) as error:
            raise BadInput.of("invalid", BROKEN) from error
        if len({stage_id} | {stage for stage, _target in self.moves}) > 2 * MAX_STAGES:
            raise BadInput.of("invalid", BROKEN)
        for target in targets:
            if (stage_id, target) in self.moves:
                raise BadInput.of("invalid", BROKEN)
            self.moves[stage_id, target] = email

    def _targets(self, what: str) -> list[Target]:
        if what == ALL_TRACKS or what.startswith(ATTRIBUTE):
            targets: list[Target] = [what]
        else:
            targets = [*positions(read_ranges(what, self.board.last, f"{self.board.word}s"))]
        return [target for target in targets if self.board.knows(target)]

    # --- changes ------------------------------------------------------------------------------------------------------

    def add(self, stage_id: str, email: str | None, targets: Iterable[Target]) -> int:
        """Move targets in a stage to a person. Returns how many change hands; what is so already is left out."""
        stage, changed = self.board.facts.stages[stage_id], 0
        for target in targets:
            self.moves.pop((stage_id, target), None)
            if target == ALL_TRACKS:
                self.moves = {
                    (stage, one): to
                    for (stage, one), to in self.moves.items()
                    if stage != stage_id or not isinstance(one, int)
                }
            elif self._is_so(stage, target, email):
                continue
            self.moves[stage_id, target] = email
            changed += 1
        return changed

    def _is_so(self, stage: Any, target: Target, email: str | None) -> bool:
        if email is None:  # what goes with all tracks cannot be taken from its person alone
            return self.board.own(stage, target) is None
        return self.board.holder(self.board.facts.assigned, stage, target) == email

    def drop(self, number: str) -> None:
        """Take one row out of the list."""
        rows = self.rows()
        if number.isascii() and number.isdecimal() and len(number) < 7 and int(number) < len(rows):
            row = rows[int(number)]
            for target in row.targets:
                del self.moves[row.stage_id, target]

    @property
    def assigned(self) -> Assigned:
        """Who would have what."""
        return self.board.assigned_with(self.moves)

    # --- rows ---------------------------------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """A row for each stage and person; attributes and all tracks have one of their own."""
        found: dict[tuple[str, str, str], Row] = {}
        for (stage_id, target), email in self.moves.items():
            own = "" if isinstance(target, int) else target
            row = found.setdefault((stage_id, email or "", own), Row(stage_id, email, []))
            row.targets.append(target)
        order = {stage_id: number for number, stage_id in enumerate(self.board.facts.stages)}
        keys = sorted(found, key=lambda key: (order.get(key[0], len(order)), key[1] == "", key[1], key[2]))
        rows = [found[key] for key in keys]
        for row in rows:
            self._describe(row)
        return rows

    def _describe(self, row: Row) -> None:
        numbers = sorted(one for one in row.targets if isinstance(one, int))
        if numbers:
            row.targets = [*numbers]
            row.what, row.objects = shown(numbers), self.board.objects(numbers)
        elif row.targets == [ALL_TRACKS]:
            row.what, row.objects = "all tracks, also late ones", len(self.board.places)
        else:
            row.what = str(row.targets[0]).removeprefix(ATTRIBUTE)
        stage = self.board.facts.stages.get(row.stage_id)
        row.stage = str(stage or row.stage_id)
        if stage is None:
            return
        sources: dict[str | None, int] = {}
        targets: list[Target] = [*self.board.places] if row.targets == [ALL_TRACKS] else row.targets
        for target in targets:
            source = self.board.holder(self.board.facts.assigned, stage, target)
            sources[source] = sources.get(source, 0) + 1
        row.sources = sorted(sources.items(), key=lambda one: (one[0] is None, one[0] or ""))

    # --- for the verbs ------------------------------------------------------------------------------------------------

    def entries(self, rows: list[Row]) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[Row]]]:
        """What the verbs take, by field; and the row of each entry."""
        entries: dict[str, list[dict[str, Any]]] = {}
        owners: dict[str, list[Row]] = {}
        for row in rows:
            head = {"stage_id": row.stage_id, "email": row.email}
            for name, words in self._words(row):
                entries.setdefault(name, []).append(head | words)
                owners.setdefault(name, []).append(row)
        return entries, owners

    def _words(self, row: Row) -> Iterable[tuple[str, dict[str, Any]]]:
        first = row.targets[0]
        if first == ALL_TRACKS:
            yield LABELS, {"all": True}
        elif isinstance(first, str):
            yield LABELS, {"attribute_id": first.removeprefix(ATTRIBUTE)}
        elif not self.board.dataset.is_sequence:
            yield FILES, {"files": written(one for one in row.targets if isinstance(one, int))}
        else:
            places = [self.board.places[one] for one in row.targets if isinstance(one, int)]
            for label_set in dict.fromkeys(place.label_set for place in places):
                names = [place.name for place in places if place.label_set == label_set]
                yield LABELS, {"label_ids": names, "label_set_id": label_set}

    def check(self, rows: list[Row], *, by: Member) -> list[str]:
        """Ask the verbs, and write what they refuse into the rows. Returns what is about none of them."""
        entries, owners = self.entries(rows)
        general: list[str] = []
        for name, some in entries.items():
            try:
                check_assignments(self.board.dataset, some, name, by=by, facts=self.board.facts)
            except Refused as refused:
                for problem in refused.problems:
                    _field, _, rest = (problem.attr or "").partition(".")
                    number = rest.partition(".")[0]
                    row = owners[name][int(number)] if number.isdecimal() else None
                    said = general if row is None else row.problems
                    detail = problem.detail
                    if row is not None and problem.code == "four_eyes":
                        detail += self._where_two_meet(row)
                    if detail not in said:
                        said.append(detail)
        return general

    def _where_two_meet(self, row: Row) -> str:
        """The numbers of a row that its person would have in a stage beside, too."""
        stages, after = self.board.dataset.pipeline, self.assigned
        beside = neighbours(stages, self.board.facts.stages[row.stage_id])
        numbers = [one for one in row.targets if isinstance(one, int)]
        met = [one for one in numbers if any(self.board.holder(after, stage, one) == row.email for stage in beside)]
        if not met or len(met) == len(numbers):
            return ""
        return f" That is so in {self.board.word}{'s' if len(met) > 1 else ''} {shown(met)}."
