"""The page of assignments: who has what in each stage, and changes that are seen before they are saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from config.api.errors import STATUS
from datasets_app.acting import find_dataset
from datasets_app.actions import check_right
from datasets_app.errors import Refused
from datasets_app.models import Member, Stage
from datasets_app.pages.frame import SignedIn, wants_fragment
from datasets_app.roles import Right

from .assigning import MAX_PEOPLE, Desk
from .boards import ALL_TRACKS, ATTRIBUTE, Board, Place, Target
from .heads import dataset_frame

#: Rows of files on one page; fewer where the pipeline is long: the page stays light.
ROWS, CELLS = 100, 400
#: What stays chosen after a move; what was typed is done with.
CHOSEN = ("stage", "to", "share_stage", "which", "emails")
TYPED = (*CHOSEN, "files", "share_files")
NOT_SAVED = "Nothing was saved: it is all or nothing. Mend or drop what is refused."


@dataclass(frozen=True, slots=True)
class Cell:
    """Who has it in a stage, and who would have it."""

    stage: Stage
    before: str | None
    after: str | None

    @property
    def was(self) -> str:
        return _short(self.before)

    @property
    def will(self) -> str:
        return _short(self.after) if self.after != self.before else ""


def _short(email: str | None) -> str:
    """What a cell has room for: the part before the @."""
    return email.partition("@")[0] if email else "–"


@dataclass(slots=True)
class Outcome:
    """What became of a sent form. `wrong`: what was refused, in which part of the form."""

    saved: bool = False
    status: int = 200
    part: str = ""
    wrong: str = ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def assignments(request: SignedIn, dataset_id: str) -> HttpResponse:
    """Who has what. Moves and shares are collected in the form; "save" hands them to the verb."""
    dataset, member = find_dataset(dataset_id, request.user)
    check_right(member, Right.ASSIGN, dataset)
    desk = Desk(Board(dataset), request.POST)
    outcome = _act(desk, by=member) if request.method == "POST" else Outcome()
    if outcome.saved:
        messages.success(request, f"Saved: {len(desk.pending.moves)} changed hands.")
        there = reverse("dataset-assignments", args=[dataset_id])
        return HttpResponseClientRedirect(there) if wants_fragment(request) else redirect(there)
    context = dataset_frame(dataset, member, "dataset-assignments") | _context(desk, outcome, member)
    template = "tasks_app/_assign.html" if wants_fragment(request) else "tasks_app/assignments.html"
    return render(request, template, context, status=outcome.status)


def _act(desk: Desk, *, by: Member) -> Outcome:
    """Do what the pressed button says."""
    doing, drop = desk.said.get("act", ""), desk.said.get("drop", "")
    outcome = Outcome(part=doing if doing in ("move", "share") else "changes")
    try:
        if doing != "discard":
            desk.carry()
        if doing == "move":
            desk.move()
        elif doing == "share":
            desk.share()
        elif doing == "save":
            desk.save(by=by)
            outcome.saved = True
        elif drop:
            desk.pending.drop(drop)
    except Refused as refused:
        outcome.status, outcome.wrong = STATUS[refused.kind], str(refused)
        if doing == "save" and desk.pending.moves:
            outcome.wrong = NOT_SAVED
    return outcome


# --- what is shown ----------------------------------------------------------------------------------------------------


def _context(desk: Desk, outcome: Outcome, member: Member) -> dict[str, Any]:
    board, said, stages = desk.board, desk.said, desk.board.dataset.pipeline
    changes = desk.pending.rows()
    refused = desk.pending.check(changes, by=member)
    page, people = _page(desk), board.people
    done_with = desk.told or said.get("act") == "discard"
    return {
        "desk": desk,
        "board": board,
        "stages": stages,
        "outcome": outcome,
        "shares": [(stage, board.shares(stage)) for stage in stages],
        "changes": changes,
        "refused": refused,
        "bad": sum(bool(row.problems) for row in changes),
        "page": page,
        "lines": [(place, _cells(desk, place.number)) for place in page],
        "wholes": [(target, name, _cells(desk, target)) for target, name in _wholes(board)],
        "people": people if len(people) <= MAX_PEOPLE else [],
        "typed": {name: said.get(name, "") for name in (CHOSEN if done_with else TYPED)},
        "shared_with": set(said.getlist("people")),
        "ticked": set() if done_with else {str(one) for one in desk.ticked()},
    }


def _page(desk: Desk) -> Page[Place]:
    rows = max(ROWS // 5, min(ROWS, CELLS // max(len(desk.board.dataset.pipeline), 1)))
    asked = desk.said.get("go") or desk.said.get("page")
    return Paginator(list(desk.board.places.values()), rows).get_page(asked)


def _wholes(board: Board) -> list[tuple[Target, str]]:
    """What has no number: every track, attributes of the dataset."""
    found: list[tuple[Target, str]] = [(f"{ATTRIBUTE}{name}", name) for name in board.facts.attributes]
    return [(ALL_TRACKS, "all tracks, also late ones"), *found] if board.dataset.is_sequence else found


def _cells(desk: Desk, target: Target) -> list[Cell]:
    """For each stage: who has it, and who would."""
    board = desk.board
    return [
        Cell(stage, board.holder(board.facts.assigned, stage, target), board.holder(desk.assigned, stage, target))
        for stage in board.dataset.pipeline
    ]
