"""What is never offered, that nobody else gets what is offered, and what was put aside."""

from __future__ import annotations

import pytest
import time_machine

from datasets_app.actions import mark_labelling_done, set_pipeline, set_settings, take_back_done, withdraw_labels
from datasets_app.ids import now
from datasets_app.membership import set_scopes, set_stage_people
from tasks_app import actions
from tasks_app.claims import skip, take_back_skips
from tasks_app.models import Task
from tasks_app.queue import Queue, offer_next
from tests.factories import Team, all_rows, events_of, make_dataset, outcome

from .offers import all_of, car, clock, fresh, give, nothing, offered, stage_of

pytestmark = pytest.mark.django_db


# --- what is never offered --------------------------------------------------------------------------------------------


def test_a_done_dataset_offers_nothing(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    mark_labelling_done(dataset, by=team.lead)

    assert nothing(dataset, team.ann)
    assert Queue(fresh(dataset), team.ann).count(5) == 0
    take_back_done(fresh(dataset), by=team.lead)
    assert not nothing(dataset, team.ann)


def test_a_withdrawn_label_is_not_offered(team: Team) -> None:
    dataset = make_dataset(team, (2,))
    give(dataset, "ann@example.com", "1", by=team.lead)
    withdraw_labels(dataset, [car(dataset, 1).item.label_id], by=team.fixer)

    assert all_of(dataset, team.ann) == ["car:2 Labelling"]


def test_a_removed_stage_is_not_offered(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    set_pipeline(dataset, [{"stage_id": "QA"}], by=team.lead)

    assert all_of(dataset, team.ann) == ["car:1 QA"]


def test_only_the_people_of_a_stage(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    set_stage_people(stage_of(dataset, "Labelling"), [team.bob], by=team.admin)

    assert nothing(dataset, team.ann)
    assert nothing(dataset, team.admin)
    assert offered(dataset, team.bob).task == car(dataset, 1)


def test_waiting_submitted_and_accepted_tasks_are_not_offered(team: Team) -> None:
    dataset = make_dataset(team, (3,))
    give(dataset, "ann@example.com", "1", by=team.lead)
    give(dataset, "eve@example.com", "1", "QA", by=team.lead)
    actions.submit(car(dataset, 1), by=team.ann)
    actions.submit(car(dataset, 2), by=team.ann)
    actions.accept(car(dataset, 2), by=team.eve, submit=True)

    assert all_of(dataset, team.eve) == ["car:1 QA review"]
    assert all_of(dataset, team.ann) == ["car:3 Labelling"]


@pytest.mark.parametrize("name", ["reader", "creator", "fixer"])
def test_who_takes_no_part_is_refused(team: Team, name: str) -> None:
    dataset = make_dataset(team, (1,))
    before = all_rows()

    assert outcome(offer_next, dataset, by=getattr(team, name)) == "not_allowed"
    assert all_rows() == before


def test_a_token_that_is_limited_takes_no_part(team: Team) -> None:
    dataset = make_dataset(team, (1,))

    assert outcome(offer_next, dataset, by=team.token_member("admin", "reader")) == "not_allowed"
    assert offer_next(dataset, by=team.token_member("admin", "customer")) is None
    assert offer_next(dataset, by=team.token_member("admin", "labeller")) is not None


def test_a_role_in_the_dataset_is_enough(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    guest = team.add("guest", "")
    assert outcome(offer_next, dataset, by=guest) == "not_allowed"
    set_scopes(dataset, guest, ["labeller"], by=None)

    assert offered(dataset, team.guest).task == car(dataset, 1)


# --- one at a time ----------------------------------------------------------------------------------------------------


def test_the_same_again_until_something_is_done(team: Team) -> None:
    dataset = make_dataset(team, (3,))

    first = offered(dataset, team.ann)

    assert offered(dataset, team.ann).task == first.task
    actions.submit(first.task, by=team.ann)
    assert offered(dataset, team.ann).task == car(dataset, 2)


def test_two_people_get_different_ones_until_there_is_nothing(team: Team) -> None:
    dataset = make_dataset(team, (2,))

    found = [offered(dataset, team.ann).task, offered(dataset, team.bob).task]

    assert found == [car(dataset, 1), car(dataset, 2)]
    assert nothing(dataset, team.eve)


def test_another_claim_of_theirs_ends_when_one_is_given(team: Team) -> None:
    dataset = make_dataset(team, (2, 1))
    first = offered(dataset, team.ann).task
    clock(car(dataset, 2), 60)

    second = offered(dataset, team.ann).task

    assert second == car(dataset, 2)
    assert offered(dataset, team.bob).task == first
    assert Task.objects.filter(claimed_by=team.users["ann"]).count() == 1


def test_but_for_those_beside_which_it_is_asked_for(team: Team) -> None:
    dataset = make_dataset(team, (3,))
    first = offered(dataset, team.ann).task

    second = offered(dataset, team.ann, besides=[first.pk]).task

    assert second == car(dataset, 2)
    assert offered(dataset, team.bob).task == car(dataset, 3)
    assert set(Task.objects.filter(claimed_by=team.users["ann"])) == {first, second}


def test_a_claim_stays_when_there_is_nothing_else(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    offered(dataset, team.ann)

    assert nothing(dataset, team.ann, "QA")
    assert nothing(dataset, team.bob)


def test_claims_in_other_datasets_stay(team: Team) -> None:
    dataset, other = make_dataset(team, (1,)), make_dataset(team, (1,))

    offered(dataset, team.ann)
    offered(other, team.ann)

    assert nothing(dataset, team.bob)
    assert nothing(other, team.bob)


def test_it_changes_nothing_but_the_claim(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    task = car(dataset, 1)

    offered(dataset, team.ann)

    after = Task.objects.get(pk=task.pk)
    names = [field.attname for field in Task._meta.concrete_fields if not field.attname.startswith("claim")]
    assert [getattr(after, name) for name in names] == [getattr(task, name) for name in names]
    assert after.claimed_by == team.users["ann"]
    assert len(events_of(task)) == 1


# --- skipping ---------------------------------------------------------------------------------------------------------


def test_what_was_skipped_is_not_offered_until_a_lease_has_passed(team: Team) -> None:
    dataset = set_settings(make_dataset(team, (2,)), lease_seconds=100, by=team.lead)
    with time_machine.travel(now(), tick=False) as clock:
        skip(offered(dataset, team.ann).task, by=team.ann)

        assert offered(dataset, team.ann).task == car(dataset, 2)
        assert offered(dataset, team.bob).task == car(dataset, 1)
        clock.shift(99)
        assert offered(dataset, team.ann).task == car(dataset, 2)
        clock.shift(2)
        assert offered(dataset, team.ann).task == car(dataset, 1)


def test_skipping_ends_the_claim(team: Team) -> None:
    dataset = make_dataset(team, (1,))

    skip(offered(dataset, team.ann).task, by=team.ann)

    assert nothing(dataset, team.ann)
    assert offered(dataset, team.bob).task == car(dataset, 1)


@pytest.mark.parametrize("stage", ["Labelling", "QA"])
def test_a_review_is_skipped_by_either_task(team: Team, stage: str) -> None:
    dataset = make_dataset(team, (1,))
    actions.submit(car(dataset, 1), by=team.ann)
    offered(dataset, team.eve)

    skip(car(dataset, 1, stage), by=team.eve)

    assert nothing(dataset, team.eve)
    assert offered(dataset, team.bob).review == car(dataset, 1)


def test_the_customer_skips_the_last_stage(team: Team) -> None:
    dataset = make_dataset(team, (1,), customer_review=True)
    actions.submit(car(dataset, 1), by=team.ann)
    actions.accept(car(dataset, 1), by=team.eve, submit=True)

    skip(offered(dataset, team.customer).task, by=team.customer)

    assert nothing(dataset, team.customer)


def test_skipping_twice_counts_from_the_second_time(team: Team) -> None:
    dataset = set_settings(make_dataset(team, (1,)), lease_seconds=100, by=team.lead)
    with time_machine.travel(now(), tick=False) as clock:
        skip(car(dataset, 1), by=team.ann)
        clock.shift(60)
        skip(car(dataset, 1), by=team.ann)

        clock.shift(60)
        assert nothing(dataset, team.ann)
        clock.shift(60)
        assert not nothing(dataset, team.ann)


def test_skips_can_be_taken_back(team: Team) -> None:
    dataset, other = make_dataset(team, (2,)), make_dataset(team, (1,))
    for task in (car(dataset, 1), car(dataset, 2), car(other, 1)):
        skip(task, by=team.ann)

    assert take_back_skips(dataset, by=team.ann) == 2
    assert offered(dataset, team.ann).task == car(dataset, 1)
    assert nothing(other, team.ann)


def test_skipping_makes_no_event_and_refuses_what_is_gone(team: Team) -> None:
    dataset = make_dataset(team, (2,))
    before = all_rows()
    skip(car(dataset, 1), by=team.ann)
    assert all_rows() == before

    gone = car(dataset, 2)
    withdraw_labels(dataset, [gone.item.label_id], by=team.fixer)
    assert outcome(skip, gone, by=team.ann) == "label_deleted"
    assert outcome(skip, car(dataset, 1), by=team.reader) == "not_allowed"
    mark_labelling_done(dataset, by=team.lead)
    assert outcome(skip, car(dataset, 1), by=team.ann) == "dataset_done"


# --- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("objects", [5, 60])
def test_the_number_of_queries_does_not_grow_with_the_tasks(
    team: Team, objects: int, django_assert_max_num_queries
) -> None:
    dataset = make_dataset(team, (objects,))
    for number in range(1, objects, 2):
        actions.submit(car(dataset, number), by=team.ann)
    by, dataset = team.eve, fresh(dataset)

    with django_assert_max_num_queries(24):
        offer_next(dataset, by=by)


def test_it_counts_what_there_is(team: Team) -> None:
    dataset = make_dataset(team, (4,))
    actions.submit(car(dataset, 1), by=team.ann)
    offered(dataset, team.bob)

    assert Queue(fresh(dataset), team.eve).count(99) == 3
    assert Queue(fresh(dataset), team.eve).count(2) == 2
    assert Queue(fresh(dataset), team.eve, kind="review").count(99) == 1
    assert Queue(fresh(dataset), team.ann, kind="review").count(99) == 0
