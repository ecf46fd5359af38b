"""A claim ends by itself, by what is done, and with the right to work on it."""

from __future__ import annotations

import pytest
import time_machine

from datasets_app.actions import set_pipeline, set_settings, withdraw_labels
from datasets_app.ids import now
from datasets_app.membership import add_member, remove_member, set_group, set_scopes, set_stage_people
from datasets_app.models import Dataset, UserGroup
from tasks_app import actions
from tasks_app.bulk import Deed, Wanted, bulk
from tasks_app.claims import skip
from tasks_app.models import Task
from tasks_app.workflow import Action
from tests.factories import Team, make_dataset, outcome
from tests.pages import signed_in

from .offers import car, claimed_by, fresh, give, nothing, offered, stage_of

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


# --- how it ends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["start", "submit"])
def test_by_work(team: Team, work: Dataset, verb: str) -> None:
    getattr(actions, verb)(car(work, 1), by=team.ann)

    assert claimed_by(car(work, 1)) is None


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_by_a_decision(team: Team, review: Dataset, verb: str) -> None:
    getattr(actions, verb)(car(review, 1), by=team.eve)

    assert claimed_by(car(review, 1, "QA")) is None


def test_by_a_decision_on_many(team: Team, review: Dataset) -> None:
    bulk(fresh(review), Deed(Action.ACCEPT), [Wanted(car(review, 1).task_id)], by=team.eve)

    assert claimed_by(car(review, 1, "QA")) is None
    assert offered(review, team.bob, "QA", kind="work").task == car(review, 1, "QA")


def test_by_skipping(team: Team, review: Dataset) -> None:
    skip(car(review, 1), by=team.eve)

    assert claimed_by(car(review, 1, "QA")) is None
    assert outcome(actions.accept, car(review, 1), by=team.bob) == "done"


def test_anothers_claim_does_not_end_by_skipping(team: Team, work: Dataset) -> None:
    skip(car(work, 1), by=team.bob)

    assert claimed_by(car(work, 1)) == "ann"


def test_by_expiry(team: Team) -> None:
    dataset = set_settings(make_dataset(team, (1,)), lease_seconds=60, by=team.lead)
    with time_machine.travel(now(), tick=False) as clock:
        offered(dataset, team.ann)

        clock.shift(59)
        assert nothing(dataset, team.bob)
        assert outcome(actions.start, car(dataset, 1), by=team.bob) == "claimed"
        clock.shift(1)
        assert offered(dataset, team.bob).task == car(dataset, 1)
        assert outcome(actions.start, car(dataset, 1), by=team.ann) == "claimed"


def test_by_assignment_to_another(team: Team, work: Dataset) -> None:
    give(work, "bob@example.com", "1", by=team.lead)

    assert claimed_by(car(work, 1)) is None
    assert outcome(actions.start, car(work, 1), by=team.ann) == "not_the_assignee"
    assert outcome(actions.start, car(work, 1), by=team.bob) == "done"


def test_by_withdrawal(team: Team, work: Dataset) -> None:
    task = car(work, 1)
    withdraw_labels(work, [task.item.label_id], by=team.fixer)

    assert claimed_by(task) is None


def test_by_removing_its_stage(team: Team, work: Dataset) -> None:
    task = car(work, 1)
    set_pipeline(fresh(work), [{"stage_id": "QA"}], by=team.lead)

    assert claimed_by(task) is None


LOSSES = {
    "leaves": lambda team, dataset: remove_member(team.eve, by=team.admin),
    "another role": lambda team, dataset: add_member(team.client, team.users["eve"], "reader", by=team.admin),
    "other people": lambda team, dataset: set_stage_people(stage_of(dataset, "QA"), [team.bob], by=team.admin),
}


@pytest.mark.parametrize("how", LOSSES)
def test_by_loss_of_rights(team: Team, review: Dataset, how: str) -> None:
    version = car(review, 1, "QA").version

    LOSSES[how](team, review)

    assert claimed_by(car(review, 1, "QA")) is None
    assert car(review, 1, "QA").version == version
    assert outcome(actions.accept, car(review, 1), by=team.bob) == "done"


def test_by_loss_of_the_role_in_the_dataset(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    guest = team.add("guest", "")
    set_scopes(dataset, guest, ["labeller"], by=None)
    offered(dataset, team.guest)

    set_scopes(dataset, guest, [], by=team.admin)

    assert claimed_by(car(dataset, 1)) is None


def test_by_leaving_a_group_of_the_stage(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    group = UserGroup.objects.create(client=team.client, name="Night shift")
    set_group(group, [team.ann], by=team.admin)
    set_stage_people(stage_of(dataset, "Labelling"), [], [group], by=team.admin)
    offered(dataset, team.ann)

    set_group(group, [team.bob], by=team.admin)

    assert claimed_by(car(dataset, 1)) is None
    assert offered(dataset, team.bob).task == car(dataset, 1)


@pytest.mark.parametrize("name", ["customer", "lead"])
def test_a_reviewer_of_the_last_stage_keeps_it_when_others_lose_theirs(team: Team, name: str) -> None:
    dataset = make_dataset(team, (1,), customer_review=True)
    actions.submit(car(dataset, 1), by=team.ann)
    actions.accept(car(dataset, 1), by=team.eve, submit=True)
    set_stage_people(stage_of(dataset, "QA"), [team.bob], by=team.admin)
    offered(dataset, getattr(team, name))

    remove_member(team.ann, by=team.admin)
    assert claimed_by(car(dataset, 1, "QA")) == name
    add_member(team.client, team.users[name], "reader", by=team.admin)
    assert claimed_by(car(dataset, 1, "QA")) is None


def test_what_others_do_elsewhere_does_not_end_it(team: Team, work: Dataset) -> None:
    actions.submit(car(work, 2), by=team.bob)
    actions.accept(car(work, 2), by=team.eve, submit=True)
    remove_member(team.bob, by=team.admin)
    give(work, "eve@example.com", "1", "QA", by=team.lead)

    assert claimed_by(car(work, 1)) == "ann"


def test_taking_back_begun_tasks_hoards_no_claims(team):
    """Start and undo, again and again: what is left is the claim on what is looked at."""
    dataset = make_dataset(team, (5,))
    browser = signed_in(team, "ann")
    for task in Task.objects.filter(dataset=dataset, stage__stage_id="Labelling"):
        actions.start(task, by=team.ann)
        browser.post(f"/desk/{task.task_id}/", {"decision": "undo"})

    assert Task.objects.filter(claimed_by=team.ann.user).count() == 1
