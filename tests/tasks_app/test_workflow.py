"""The table of transitions is the contract's: written out here a second time, by hand."""

import pytest

from tasks_app.workflow import BEGUN, HANDED_OVER, OPEN, TRANSITIONS, VERBS, Action, Status, diagram, first_status

SIX = ["waiting", "ready", "in_progress", "submitted", "accepted", "rejected"]

#: Contract, section 3: action, from, to.
LEGAL = {
    ("start", "ready", "in_progress"),
    ("start", "rejected", "in_progress"),
    ("submit", "ready", "submitted"),
    ("submit", "in_progress", "submitted"),
    ("submit", "rejected", "submitted"),
    ("accept", "submitted", "accepted"),
    ("finish", "submitted", "accepted"),
    ("reject", "submitted", "rejected"),
    ("reopen", "accepted", "rejected"),
}
#: Contract, section 3, "in the same transaction": what happens to the next task.
NEXT = {
    "submit": {"waiting": "ready"},
    "accept": {"ready": "in_progress"},
    "reject": {"ready": "waiting", "in_progress": "waiting"},
    "reopen": {status: "waiting" for status in SIX if status != "waiting"},
}


def test_there_are_six_statuses():
    assert Status.values == SIX


def test_the_legal_moves_are_exactly_the_contracts():
    moves = {(row.action, source, row.target) for row in TRANSITIONS.values() for source in row.sources}

    assert moves == LEGAL


@pytest.mark.parametrize("action", [row.action for row in TRANSITIONS.values()])
def test_what_happens_to_the_next_task_is_the_contracts(action):
    assert TRANSITIONS[action].next == NEXT.get(action, {})


def test_only_submit_asks_for_the_task_before():
    asking = {action: row.previous for action, row in TRANSITIONS.items() if row.previous is not None}

    assert asking == {"submit": {"accepted"}}


def test_each_row_stands_under_its_own_action():
    assert all(row.action == action for action, row in TRANSITIONS.items())


def test_no_action_leaves_the_status_as_it_was():
    assert all(row.target not in row.sources for row in TRANSITIONS.values())


@pytest.mark.parametrize("status", SIX)
def test_every_status_can_be_left_and_every_status_can_be_reached(status):
    moves = [(source, row.target) for row in TRANSITIONS.values() for source in row.sources]
    moves += [pair for row in TRANSITIONS.values() for pair in row.next.items()]

    assert any(source == status for source, _target in moves)
    assert any(target == status for _source, target in moves)


def test_accepted_cannot_be_rejected_any_more():
    assert "accepted" not in TRANSITIONS[Action.REJECT].sources


def test_people_have_five_verbs_and_finish_is_not_one():
    assert list(VERBS) == ["start", "submit", "accept", "reject", "reopen"]


def test_the_groups_of_statuses():
    assert set(OPEN) == {"ready", "in_progress", "rejected"}
    assert set(BEGUN) == {"in_progress", "rejected"}
    assert set(HANDED_OVER) == {"submitted", "accepted"}


@pytest.mark.parametrize(
    ("previous", "status"),
    [
        (None, "ready"),
        ("submitted", "ready"),
        ("accepted", "ready"),
        ("waiting", "waiting"),
        ("ready", "waiting"),
        ("in_progress", "waiting"),
        ("rejected", "waiting"),
    ],
)
def test_a_new_task_is_ready_when_the_one_before_was_handed_over(previous, status):
    assert first_status(Status(previous) if previous else None) == status


def test_the_diagram_has_one_line_for_each_move():
    lines = diagram().splitlines()

    assert {f"    {source} --> {target}: {action}" for action, source, target in LEGAL} <= set(lines)
    assert len(lines) == len(set(lines)) == 3 + len(LEGAL) + sum(len(moves) for moves in NEXT.values())
