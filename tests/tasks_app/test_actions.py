"""Every status, every verb, every role. What comes out is written here from the contract, not asked of the code."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets_app.errors import Kind
from datasets_app.ids import now
from tasks_app import actions
from tasks_app.editing import set_value
from tasks_app.models import Task
from tests.factories import all_rows, make_dataset, make_qa_task, make_task, outcome, refusal, undone

PEOPLE = ("admin", "lead", "creator", "fixer", "ann", "bob", "eve", "customer", "reader")
STATUSES = ("waiting", "ready", "in_progress", "submitted", "accepted", "rejected")
VERBS = ("start", "submit", "accept", "reject", "reopen")

#: Whose role can never do this (403, before everything else): everyone who is not named here.
ABLE = {
    "start": {"admin", "lead", "ann", "bob", "eve"},
    "submit": {"admin", "lead", "ann", "bob", "eve"},
    "accept": {"admin", "lead", "ann", "bob", "eve"},
    "reject": {"admin", "lead", "ann", "bob", "eve"},
    "reopen": {"admin", "lead"},
}
BECOMES = {
    "start": "in_progress",
    "submit": "submitted",
    "accept": "accepted",
    "reject": "rejected",
    "reopen": "rejected",
}
EVERYONE = dict.fromkeys(PEOPLE, "done")
ONLY_ANN = dict.fromkeys(PEOPLE, "not_the_assignee") | {"ann": "done"}
ONLY_EVE = dict.fromkeys(PEOPLE, "not_the_assignee") | {"eve": "done"}
NOT_ANN = EVERYONE | {"ann": "four_eyes"}
THE_CUSTOMERS = {
    "admin": "done", "lead": "done", "customer": "done", "ann": "not_allowed", "bob": "not_allowed", "eve": "four_eyes",
}  # fmt: skip

#: What people whose role is able get to hear; elsewhere it is `invalid_transition`.
#: Labelling: in_progress, submitted and rejected are ann's; eve has accepted or rejected.
FIRST_STAGE = {
    ("start", "ready"): EVERYONE,
    ("start", "rejected"): ONLY_ANN,
    ("submit", "ready"): EVERYONE,
    ("submit", "in_progress"): ONLY_ANN,
    ("submit", "rejected"): ONLY_ANN,
    ("accept", "submitted"): NOT_ANN,
    ("reject", "submitted"): NOT_ANN,
    ("reopen", "accepted"): EVERYONE,
}
#: QA: what is not ready is eve's, who submitted it; in `ready` Labelling is submitted only.
LAST_STAGE = {
    ("start", "ready"): EVERYONE,
    ("start", "rejected"): ONLY_EVE,
    ("submit", "in_progress"): ONLY_EVE,
    ("submit", "rejected"): ONLY_EVE,
    ("accept", "submitted"): THE_CUSTOMERS,
    ("reject", "submitted"): THE_CUSTOMERS,
    ("reopen", "accepted"): EVERYONE,
}


def act(verb, task, by, **kwargs):
    comment = {"comment": "Look again."} if verb == "reopen" else {}
    return getattr(actions, verb)(task, by=by, **comment, **kwargs)


def tried_by_everyone(team, verb, task):
    """What comes out for each person. A refusal leaves every row as it was; a success makes the status."""
    before, found = all_rows(), {}
    for name in PEOPLE:
        with undone():
            found[name] = outcome(act, verb, task, getattr(team, name))
            if found[name] == "done":
                assert Task.objects.get(pk=task.pk).status in (BECOMES[verb], "accepted")
            else:
                assert all_rows() == before, f"{name} was refused, but rows have changed"
    return found


def expected(table, verb, status, able):
    row = table.get((verb, status), dict.fromkeys(PEOPLE, "invalid_transition"))
    return {name: row[name] if name in able else "not_allowed" for name in PEOPLE}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", [status for status in STATUSES if status != "waiting"])
def test_in_the_first_stage(team, verb, status):
    task = make_task(team, status)

    with time_machine.travel(now() + timedelta(hours=1), tick=True):
        found = tried_by_everyone(team, verb, task)

    assert found == expected(FIRST_STAGE, verb, status, ABLE[verb])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", STATUSES)
def test_in_the_last_stage(team, verb, status):
    task = make_qa_task(team, status)
    able = ABLE[verb] | ({"customer"} if verb in ("accept", "reject") else set())

    with time_machine.travel(now() + timedelta(hours=1), tick=True):
        found = tried_by_everyone(team, verb, task)

    assert found == expected(LAST_STAGE, verb, status, able)


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_a_decision_on_the_reviewers_own_task_names_the_one_that_was_meant(team, verb):
    task = make_qa_task(team, "ready")
    labelling = task.previous

    refused = refusal(act, verb, task, team.eve)

    assert refused.problems[0].code == "invalid_transition"
    assert labelling.task_id in str(refused)
    assert "This task is ready" in str(refused)
    assert "only a task that is submitted" in str(refused)


def test_submit_before_the_task_before_is_accepted_names_it(team):
    task = make_qa_task(team, "ready")

    refused = refusal(actions.submit, task, by=team.eve)

    assert refused.problems[0].code == "invalid_transition"
    assert task.previous.task_id in str(refused)
    assert "accept that one first" in str(refused)


@pytest.mark.parametrize(("verb", "status"), [("submit", "ready"), ("start", "ready")])
def test_the_actor_becomes_the_assignee_of_a_free_task(team, verb, status):
    task = act(verb, make_task(team, status), team.bob)

    assert task.assignee_id == team.bob.user_id


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_the_reviewer_becomes_the_assignee_of_the_free_next_task(team, verb):
    task = make_task(team, "submitted")

    act(verb, task, team.bob)

    assert task.next.assignee_id == team.bob.user_id


def test_losing_a_free_task_a_moment_ago_is_a_conflict_that_names_the_winner(team):
    task = make_task(team, "in_progress")

    refused = refusal(actions.submit, task, by=team.bob)

    assert (refused.kind, refused.problems[0].code) == (Kind.CONFLICT, "already_taken")
    assert "ann@example.com" in str(refused)


def test_losing_it_a_moment_ago_is_a_conflict_also_after_the_winner_went_on(team):
    task = make_task(team, "in_progress", dataset=make_dataset(team, (0,), dataset_attributes=["city"]))
    set_value(task, "Delft", by=team.ann)

    refused = refusal(actions.submit, task, by=team.bob)

    assert (refused.kind, refused.problems[0].code) == (Kind.CONFLICT, "already_taken")


def test_losing_it_long_ago_is_not_being_the_assignee(team):
    task = make_task(team, "in_progress")

    with time_machine.travel(now() + timedelta(minutes=1), tick=False):
        refused = refusal(actions.submit, task, by=team.bob)

    assert (refused.kind, refused.problems[0].code) == (Kind.FORBIDDEN, "not_the_assignee")


# --- the order of refusals: role, input, version, state, person ------------------------------------------------------

TOO_LONG = "x" * 10_001


@pytest.mark.parametrize(
    ("name", "comment", "version", "kind"),
    [
        ("reader", TOO_LONG, 99, Kind.FORBIDDEN),
        ("bob", TOO_LONG, 99, Kind.BAD_INPUT),
        ("bob", "", 99, Kind.STALE),
        ("bob", "", None, Kind.CONFLICT),
    ],
)
def test_refusals_come_in_the_contracts_order(team, name, comment, version, kind):
    task = make_task(team, "accepted")

    refused = refusal(actions.start, task, by=getattr(team, name), comment=comment, version=version)

    assert refused.kind == kind


def test_the_state_comes_before_the_person(team):
    task = make_task(team, "rejected")

    refused = refusal(actions.accept, task, by=team.ann)

    assert refused.kind == Kind.CONFLICT


def test_the_role_comes_before_everything_in_accept_and_submit(team):
    task = make_qa_task(team, "submitted")

    assert refusal(actions.accept, task, by=team.reader, submit=True).kind == Kind.FORBIDDEN
    assert refusal(actions.accept, task, by=team.customer, submit=True).kind == Kind.BAD_INPUT
    assert refusal(actions.accept, task, by=team.lead, submit=True).problems[0].code == "no_next_task"


@pytest.mark.parametrize("version", [0, 1, 3, 2**40])
def test_another_version_than_the_present_one_is_stale(team, version):
    task = make_task(team, "submitted")
    before = all_rows()

    refused = refusal(actions.accept, task, by=team.eve, version=version)

    assert refused.kind == Kind.STALE
    assert "at version 2" in str(refused)
    assert all_rows() == before


def test_the_present_version_is_accepted(team):
    task = make_task(team, "submitted")

    assert actions.accept(task, by=team.eve, version=task.version).status == "accepted"


# --- input ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "reason", "code"),
    [
        ({}, "", "done"),
        ({}, "whatever", "done"),
        ({}, "x" * 201, "too_long"),
        ({}, "a\x00b", "null_character"),
        ({"reason_required": True}, "", "reason_required"),
        ({"reject_reasons": ["cut off", "wrong class"]}, "", "done"),
        ({"reject_reasons": ["cut off", "wrong class"]}, "wrong class", "done"),
        ({"reject_reasons": ["cut off", "wrong class"]}, "Wrong class", "unknown_reason"),
    ],
)
def test_reasons_to_reject_are_the_datasets(team, settings, reason, code):
    task = make_task(team, "submitted")
    type(task.dataset).objects.filter(pk=task.dataset_id).update(**settings)

    assert outcome(actions.reject, task, by=team.eve, reason=reason) == code


@pytest.mark.parametrize("comment", ["", "   "])
def test_reopening_needs_a_comment(team, comment):
    task = make_task(team, "accepted")

    assert outcome(actions.reopen, task, by=team.lead, comment=comment) == "comment_required"


def test_reject_counts_and_keeps_reason_and_comment(team):
    task = make_task(team, "submitted")

    task = actions.reject(task, by=team.eve, reason="cut off", comment="The mirror.")

    assert (task.rework_count, task.last_reason, task.last_comment) == (1, "cut off", "The mirror.")
    assert (task.assignee_id, task.next.assignee_id) == (team.ann.user_id, team.eve.user_id)


@pytest.mark.parametrize(
    ("verb", "status"),
    [
        ("start", "ready"),
        ("submit", "in_progress"),
        ("accept", "submitted"),
        ("reject", "submitted"),
        ("reopen", "accepted"),
    ],
)
def test_an_action_takes_few_queries(team, verb, status):
    task, by = make_task(team, status), team.lead if verb == "reopen" else team.ann
    by = team.eve if verb in ("accept", "reject") else by

    with CaptureQueriesContext(connection) as captured:
        act(verb, task, by)

    asked = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 15
