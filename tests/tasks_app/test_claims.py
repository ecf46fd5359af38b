"""A claim: nobody else is given the task, or gets at it, while someone has it in front of them. No more than that."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from datasets_app.actions import set_settings
from datasets_app.ids import now
from datasets_app.membership import set_stage_people
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.bulk import Deed, Wanted, bulk
from tasks_app.claims import claim, open_for, release, renew
from tasks_app.models import Task
from tasks_app.policies import allowed
from tasks_app.queue import offer_next
from tasks_app.undo import undo
from tasks_app.workflow import Action
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, make_dataset, outcome, task_of

from .offers import car, claimed_by, fresh, give, offered, stage_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(team: Team) -> Dataset:
    """A free task that ann has been offered."""
    dataset = make_dataset(team, (2,))
    assert offered(dataset, team.ann).task == car(dataset, 1)
    return dataset


@pytest.fixture
def review(team: Team) -> Dataset:
    """Ann submitted, and eve has been offered the review."""
    dataset = make_dataset(team, (2,))
    actions.submit(car(dataset, 1), by=team.ann)
    assert offered(dataset, team.eve, kind="review").review == car(dataset, 1)
    return dataset


# --- while it lives ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["start", "submit"])
@pytest.mark.parametrize("name", ["bob", "admin"])
def test_others_do_not_get_at_claimed_work(team: Team, work: Dataset, verb: str, name: str) -> None:
    before = all_rows()

    assert outcome(getattr(actions, verb), car(work, 1), by=getattr(team, name)) == "claimed"
    assert all_rows() == before
    assert outcome(getattr(actions, verb), car(work, 1), by=team.ann) == "done"


@pytest.mark.parametrize(("verb", "words"), [("accept", {}), ("accept", {"submit": True}), ("reject", {})])
def test_others_do_not_get_at_a_claimed_review(team: Team, review: Dataset, verb: str, words: dict[str, bool]) -> None:
    before = all_rows()

    assert outcome(getattr(actions, verb), car(review, 1), by=team.bob, **words) == "claimed"
    assert outcome(actions.start, car(review, 1, "QA"), by=team.bob) == "claimed"
    assert all_rows() == before
    assert outcome(getattr(actions, verb), car(review, 1), by=team.eve, **words) == "done"


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_the_last_stage_is_claimed_itself(team: Team, verb: str) -> None:
    dataset = make_dataset(team, (1,), customer_review=True)
    actions.submit(car(dataset, 1), by=team.ann)
    actions.accept(car(dataset, 1), by=team.eve, submit=True)
    offered(dataset, team.customer)

    assert outcome(getattr(actions, verb), car(dataset, 1, "QA"), by=team.admin) == "claimed"
    assert outcome(getattr(actions, verb), car(dataset, 1, "QA"), by=team.customer) == "done"


def test_the_refusal_names_who_has_it(team: Team, api: ApiClients, work: Dataset) -> None:
    response = api(team, "bob").post(f"/api/v2/tasks/{car(work, 1).task_id}/start")

    assert response.status_code == 409
    assert response.json()["errors"][0]["code"] == "claimed"
    assert "ann@example.com" in response.json()["errors"][0]["detail"]


def test_claimed_comes_before_what_the_person_may_not(team: Team, review: Dataset) -> None:
    give(review, "bob@example.com", "1", "QA", by=team.lead)
    task = car(review, 1, "QA")
    claim(task, by=team.bob)

    assert outcome(actions.accept, car(review, 1), by=team.ann) == "claimed"  # four eyes bar her as well
    assert outcome(actions.accept, car(review, 1), by=team.eve) == "claimed"  # it is bob's
    set_stage_people(stage_of(review, "QA"), [team.bob], by=team.admin)
    assert outcome(actions.reject, car(review, 1), by=team.eve) == "claimed"  # she is not in the stage


def test_the_state_and_the_version_come_before_claimed(team: Team, work: Dataset) -> None:
    task = car(work, 1)

    assert outcome(actions.submit, task, by=team.bob, version=task.version + 1) == "stale_version"
    assert outcome(actions.accept, task, by=team.bob) == "invalid_transition"
    assert outcome(actions.submit, task, by=team.reader) == "not_allowed"
    assert outcome(actions.reopen, task, by=team.lead, comment="x") == "invalid_transition"


def test_reopening_is_a_leads_and_asks_for_no_claim(team: Team, work: Dataset) -> None:
    actions.submit(car(work, 1), by=team.ann)
    actions.accept(car(work, 1), by=team.eve)
    claim(car(work, 1), by=team.bob)

    assert outcome(actions.reopen, car(work, 1), by=team.lead, comment="The mirror.") == "done"
    assert claimed_by(car(work, 1)) is None


def test_bulk_minds_claims(team: Team, work: Dataset) -> None:
    wanted = [Wanted(car(work, number).task_id) for number in (1, 2)]

    found = bulk(fresh(work), Deed(Action.SUBMIT), wanted, by=team.bob)

    assert [one.refused and one.refused.problems[0].code for one in found] == ["claimed", None]


def test_others_see_no_button_for_it(team: Team, work: Dataset) -> None:
    from tasks_app.chains import read_chain

    chain = read_chain(car(work, 1))

    assert allowed(chain, chain.tasks[0], by=team.bob) == []
    assert allowed(chain, chain.tasks[0], by=team.ann) == [Action.START, Action.SUBMIT]


def test_a_claim_is_no_part_of_the_history(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    before = Task.objects.values().get(pk=car(dataset, 1).pk)

    offered(dataset, team.ann)
    renew(dataset, by=team.ann)
    release(dataset, by=team.ann)

    assert Task.objects.values().get(pk=car(dataset, 1).pk) == before
    assert car(dataset, 1).events.count() == 1


# --- renewing, taking, letting go -------------------------------------------------------------------------------------


def test_activity_renews_it(team: Team) -> None:
    dataset = set_settings(make_dataset(team, (1,)), lease_seconds=60, by=team.lead)
    with time_machine.travel(now(), tick=False) as clock:
        offered(dataset, team.ann)
        for again in (lambda: renew(fresh(dataset), by=team.ann), lambda: offered(dataset, team.ann)):
            clock.shift(50)
            again()

        clock.shift(50)
        assert claimed_by(car(dataset, 1)) == "ann"


def test_an_expired_one_is_not_renewed_and_anothers_neither(team: Team) -> None:
    dataset = set_settings(make_dataset(team, (1,)), lease_seconds=60, by=team.lead)
    with time_machine.travel(now(), tick=False) as clock:
        offered(dataset, team.ann)

        clock.shift(40)
        renew(fresh(dataset), by=team.bob)
        clock.shift(40)
        renew(fresh(dataset), by=team.ann)
        assert claimed_by(car(dataset, 1)) is None


def test_of_two_one_gets_it(team: Team) -> None:
    task = task_of(make_dataset(team, (1,)))

    assert claim(task, by=team.ann)
    assert not claim(task, by=team.bob)
    assert claim(task, by=team.ann)
    assert claimed_by(task) == "ann"


def test_what_has_changed_is_not_claimed(team: Team) -> None:
    stale = task_of(make_dataset(team, (1,)))
    actions.start(stale, by=team.bob)

    assert not claim(stale, by=team.ann)


def test_opening_a_review_claims_what_it_gives(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    actions.submit(car(dataset, 1), by=team.ann)

    assert open_for(car(dataset, 1), by=team.eve)
    assert claimed_by(car(dataset, 1, "QA")) == "eve"
    assert claimed_by(car(dataset, 1)) is None
    assert not open_for(car(dataset, 1), by=team.bob)


def test_what_is_undone_is_nobodys_claim(team: Team, work: Dataset) -> None:
    actions.start(car(work, 1), by=team.ann)

    undo(car(work, 1), by=team.ann)

    assert claimed_by(car(work, 1)) is None
    assert outcome(actions.start, car(work, 1), by=team.bob) == "done"


def test_an_expired_claim_holds_nobody_up(team: Team, work: Dataset) -> None:
    Task.objects.filter(pk=car(work, 1).pk).update(claim_expires_at=now() - timedelta(seconds=1))

    assert outcome(actions.submit, car(work, 1), by=team.bob) == "done"
    assert offer_next(fresh(work), by=team.ann) is not None
