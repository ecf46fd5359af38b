"""What the form of the page of assignments does: moves and shares become changes; saving is all or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from django.http import QueryDict

from datasets_app.errors import BadInput
from datasets_app.models import Dataset, Member, Stage
from tasks_app.assignments import assign
from tasks_app.creation import Assigned
from tasks_app.ranges import BrokenRange, positions, read_ranges
from tasks_app.sharing import Parcel, Plan, share_out

from .boards import Board, Target, shown
from .pending import Pending, neighbours

#: What the form sends for "nobody", which no email can be.
NOBODY = "nobody"
MAX_PEOPLE = 100
MAX_WORD = 500


class Desk:
    """The changes that a sent form carries, and what its buttons do to them. Each raises `Refused`."""

    def __init__(self, board: Board, said: QueryDict) -> None:
        self.board, self.said = board, said
        self.pending = Pending(board)
        #: What was done, in a sentence; and what could not be done, though the rest was.
        self.told, self.but = "", ""

    def carry(self) -> None:
        """Take up the changes that the form carries."""
        self.pending = Pending(self.board, self.said.getlist("change"))

    @cached_property
    def assigned(self) -> Assigned:
        """Who would have what; asked for once everything is done."""
        return self.pending.assigned

    def move(self) -> None:
        """What was typed and ticked goes to a person, in a stage."""
        stage, email = self._stage("stage"), self.said.get("to", "").strip().lower()
        if not email:
            raise BadInput.of("required", "Choose the person who is to have them, or nobody.")
        targets = list(dict.fromkeys([*self._numbers("files"), *self.ticked()]))
        if not targets:
            raise BadInput.of("required", f"Type positions like 1-4,7, or tick {self.board.word}s in the list.")
        changed = self.pending.add(stage.stage_id, None if email == NOBODY else email, targets)
        self.told = f"{changed} to change hands in {stage}."
        if same := len(targets) - changed:
            self.told += f" {same} {'is' if same == 1 else 'are'} {_whose(email)} already."

    def share(self) -> None:
        """Files of a stage are shared out evenly over people, in sight of what they have in the stages beside it."""
        stage = self._stage("share_stage")
        people = self._people(stage)
        numbers = self._numbers("share_files") or list(self.board.places)
        after = self.pending.assigned
        if self.said.get("which") != "all":
            numbers = [one for one in numbers if self.board.holder(after, stage, one) is None]
        if not numbers:
            raise BadInput.of("required", f"No {self.board.word} here is nobody's: choose all of them.")
        plan = share_out(list(self._parcels(stage, numbers)), people)
        for email, held in plan.shares.items():
            self.pending.add(stage.stage_id, email, held)
        self._tell(stage, plan)

    def save(self, *, by: Member) -> None:
        """All of it, through the verb, or nothing."""
        rows = self.pending.rows()
        if not rows:
            raise BadInput.of("required", "There is nothing to save.")
        entries, _owners = self.pending.entries(rows)
        assign(self.board.dataset, entries, by=by)

    # --- the parts ----------------------------------------------------------------------------------------------------

    def _stage(self, name: str) -> Stage:
        stage = self.board.facts.stages.get(self.said.get(name, ""))
        if stage is None:
            raise BadInput.of("unknown_stage", f"Choose a stage: {', '.join(self.board.facts.stages)}.")
        return stage

    def _numbers(self, name: str) -> list[int]:
        text = self.said.get(name, "").strip()
        try:
            ranges = read_ranges(text, self.board.last, f"{self.board.word}s") if text else []
        except BrokenRange as broken:
            raise BadInput.of("broken_range", str(broken)) from broken
        return [number for number in positions(ranges) if self.board.knows(number)]

    def ticked(self) -> list[Target]:
        """What is ticked in the list and is still there."""
        words = [word for word in self.said.getlist("pick") if len(word) <= MAX_WORD]
        targets: list[Target] = [int(word) if word.isascii() and word.isdecimal() else word for word in words]
        return [target for target in targets if self.board.knows(target)]

    def _people(self, stage: Stage) -> list[str]:
        typed = self.said.get("emails", "").replace(",", " ").split()
        emails = sorted({email.lower() for email in [*self.said.getlist("people"), *typed]})
        if not emails:
            raise BadInput.of("required", "Choose the people to share with.")
        if len(emails) > MAX_PEOPLE:
            raise BadInput.of("too_many", f"{len(emails)} people are too many at once: {MAX_PEOPLE} are the most.")
        if strangers := sorted(set(emails) - set(self.board.facts.people.workers(stage))):
            raise BadInput.of("not_in_stage", f"{strangers[0]} may not work in the stage {stage.stage_id}.")
        return emails

    def _parcels(self, stage: Stage, numbers: Iterable[int]) -> Iterable[Parcel]:
        dataset: Dataset = self.board.dataset
        beside = [] if dataset.allow_self_review else neighbours(dataset.pipeline, stage)
        after = self.pending.assigned
        for number in numbers:
            barred = (self.board.holder(after, other, number) for other in beside)
            yield Parcel(number, self.board.places[number].objects, frozenset(filter(None, barred)))

    def _tell(self, stage: Stage, plan: Plan) -> None:
        loads = [self.board.objects(held) for held in plan.shares.values()]
        count = sum(len(held) for held in plan.shares.values())
        each = f"{min(loads)} objects" if min(loads) == max(loads) else f"{min(loads)} to {max(loads)} objects"
        self.told = f"Shared out {count} in {stage}: {each} for each."
        if plan.left:
            self.but = (
                f"Left as before: {shown(plan.left)}, because everyone chosen has a stage beside {stage} there. "
                "Choose one more person."
            )


def _whose(email: str) -> str:
    return "nobody's" if email == NOBODY else f"with {email}"
