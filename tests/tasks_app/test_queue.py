"""What a person is offered next, and in which order."""

from __future__ import annotations

import pytest

from datasets_app.actions import set_settings
from datasets_app.ids import now
from datasets_app.membership import set_stage_people
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.bulk import Deed, Wanted, bulk
from tasks_app.claims import skip, take_back_skips
from tasks_app.models import Task
from tasks_app.queue import offer_next
from tasks_app.workflow import Action
from tests.factories import Team, make_dataset

from .offers import all_of, car, clock, fresh, give, nothing, offered, stage_of

pytestmark = pytest.mark.django_db


# --- order ------------------------------------------------------------------------------------------------------------


def test_mine_before_free_and_what_was_sent_back_first(team: Team) -> None:
    dataset = make_dataset(team, (1, 1, 1, 1, 1, 1))
    first, second, third, fourth, fifth, _sixth = Task.objects.filter(stage__stage_id="Labelling").in_list_order()
    give(dataset, "ann@example.com", "3-5", by=team.lead)
    actions.submit(fifth, by=team.ann)
    actions.reject(fifth, by=team.eve)
    actions.start(fourth, by=team.ann)
    actions.start(first, by=team.bob)
    clock(second, 60)

    order = []
    while offer := offer_next(fresh(dataset), by=team.ann, kind="work"):
        order.append(offer.task.pk)
        skip(offer.task, by=team.ann)

    assert order[:4] == [fifth.pk, fourth.pk, third.pk, second.pk]
    assert first.pk not in order
    assert len(order) == 5


@pytest.mark.parametrize("tier", ["rejected", "in_progress", "assigned", "free"])
def test_within_a_tier_the_oldest_clock_comes_first_then_list_order(team: Team, tier: str) -> None:
    dataset = make_dataset(team, (4,))
    cars = [car(dataset, number) for number in (1, 2, 3, 4)]
    if tier != "free":
        give(dataset, "ann@example.com", "1", by=team.lead)
    for task in cars:
        if tier == "rejected":
            actions.submit(task, by=team.ann)
            actions.reject(task, by=team.eve)
        elif tier == "in_progress":
            actions.start(task, by=team.ann)
    Task.objects.update(clock_start=now())
    clock(cars[2], 5)

    found = all_of(dataset, team.ann, kind="work")

    assert found == [f"car:{number} Labelling" for number in (3, 1, 2, 4)]


def test_the_same_clock_is_file_order_then_labels_then_attributes(team: Team) -> None:
    dataset = make_dataset(team, (2, 1), frame_attributes=["weather"], dataset_attributes=["city"])
    Task.objects.update(clock_start=now())

    found = all_of(dataset, team.ann)

    assert found == [f"{name} Labelling" for name in ("city", "car:1", "car:2", "weather", "car:1", "weather")]


def test_within_a_tier_stages_are_mixed_by_their_clocks(team: Team) -> None:
    dataset = make_dataset(team, (3,))
    for number, minutes in ((1, 10), (2, 30)):
        actions.submit(car(dataset, number), by=team.bob)
        clock(car(dataset, number, "QA"), minutes)
    clock(car(dataset, 3), 20)

    found = all_of(dataset, team.ann)

    assert found == ["car:2 QA review", "car:3 Labelling", "car:1 QA review"]


def test_what_is_free_and_was_sent_back_is_offered(team: Team) -> None:
    dataset = make_dataset(team, (2,))
    everything = [Wanted(car(dataset, number).task_id) for number in (1, 2)]
    bulk(fresh(dataset), Deed(Action.SUBMIT), everything, by=team.ann)
    actions.reject(car(dataset, 2), by=team.eve)

    found = all_of(dataset, team.ann)

    assert car(dataset, 2).assignee is None
    assert found == ["car:2 Labelling"]


def test_what_someone_left_behind_is_offered_to_others(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    actions.submit(car(dataset, 1), by=team.ann)
    actions.reject(car(dataset, 1), by=team.eve)
    set_stage_people(stage_of(dataset, "Labelling"), [team.bob], by=team.admin)

    assert car(dataset, 1).assignee is None
    assert nothing(dataset, team.ann)
    assert offered(dataset, team.bob).task == car(dataset, 1)


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_only_the_stage_that_is_asked_for(team: Team) -> None:
    dataset = make_dataset(team, (2,), stages=("Labelling", "QA", "Audit"))
    actions.submit(car(dataset, 1), by=team.ann)

    assert all_of(dataset, team.eve, stage=stage_of(dataset, "QA")) == ["car:1 QA review"]
    assert all_of(dataset, team.eve, stage=stage_of(dataset, "Labelling")) == ["car:2 Labelling"]
    assert nothing(dataset, team.eve, "Audit")


def test_work_or_review(team: Team) -> None:
    dataset = make_dataset(team, (3,))
    for number in (1, 2):
        actions.submit(car(dataset, number), by=team.ann)
    bulk(fresh(dataset), Deed(Action.ACCEPT), [Wanted(car(dataset, 2).task_id)], by=team.bob)

    assert all_of(dataset, team.eve, kind="review") == ["car:1 QA review"]
    take_back_skips(dataset, by=team.eve)
    assert all_of(dataset, team.eve, kind="work") == ["car:3 Labelling", "car:2 QA"]


def test_a_review_names_both_tasks(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    actions.submit(car(dataset, 1), by=team.ann)

    offer = offered(dataset, team.eve)

    assert offer.task == car(dataset, 1, "QA")
    assert offer.review == car(dataset, 1)


def test_work_has_no_review(team: Team) -> None:
    dataset = make_dataset(team, (1,))

    assert offered(dataset, team.ann).review is None


def test_a_task_that_was_started_before_its_review_is_a_review(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    actions.submit(car(dataset, 1), by=team.ann)
    actions.start(car(dataset, 1, "QA"), by=team.eve)

    assert nothing(dataset, team.eve, kind="work")
    offer = offered(dataset, team.eve, kind="review")
    assert (offer.task, offer.review) == (car(dataset, 1, "QA"), car(dataset, 1))
    actions.accept(offer.review, by=team.eve)
    assert offered(dataset, team.eve, kind="work").review is None


@pytest.mark.parametrize("name", ["customer", "admin", "lead"])
def test_the_last_stage_is_reviewed_by_itself(team: Team, name: str) -> None:
    dataset = make_dataset(team, (1,), customer_review=True)
    actions.submit(car(dataset, 1), by=team.ann)
    actions.accept(car(dataset, 1), by=team.eve, submit=True)

    offer = offered(dataset, getattr(team, name), kind="review")

    assert offer.task == offer.review == car(dataset, 1, "QA")
    assert nothing(dataset, team.bob)


def test_the_customer_is_offered_the_last_stage_only(team: Team) -> None:
    dataset = make_dataset(team, (3,), customer_review=True)
    actions.submit(car(dataset, 1), by=team.ann)

    assert nothing(dataset, team.customer)
    actions.accept(car(dataset, 1), by=team.eve, submit=True)
    assert all_of(dataset, team.customer) == ["car:1 QA review"]
    assert nothing(dataset, team.customer, "Labelling")
    assert nothing(dataset, team.customer, kind="work")


def test_what_was_changed_in_review_waits_for_a_lead(team: Team) -> None:
    dataset = make_dataset(team, (1,), stages=("Labelling",), customer_review=True)
    actions.submit(car(dataset, 1), by=team.lead)

    assert nothing(dataset, team.lead)
    assert offered(dataset, team.admin).review == car(dataset, 1)


# --- four eyes --------------------------------------------------------------------------------------------------------


def test_nobody_is_offered_what_they_submitted(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    actions.submit(car(dataset, 1), by=team.ann)

    assert nothing(dataset, team.ann)
    assert offered(dataset, team.bob).task == car(dataset, 1, "QA")


def test_unless_the_dataset_allows_it(team: Team) -> None:
    dataset = make_dataset(team, (1,), allow_self_review=True)
    actions.submit(car(dataset, 1), by=team.ann)

    assert offered(dataset, team.ann).review == car(dataset, 1)


def barred(team: Team, **content: object) -> Dataset:
    """Ann is the assignee of the QA task of what she submitted."""
    dataset = make_dataset(team, (1,), allow_self_review=True, **content)
    give(dataset, "ann@example.com", "1", "QA", by=team.lead)
    actions.submit(car(dataset, 1), by=team.ann)
    return set_settings(dataset, allow_self_review=False, by=team.lead)


def test_a_barred_assignee_counts_as_nobody(team: Team) -> None:
    dataset = barred(team)

    assert nothing(dataset, team.ann)
    offer = offered(dataset, team.eve)
    assert (offer.task, offer.review) == (car(dataset, 1, "QA"), car(dataset, 1))
    actions.accept(offer.review, by=team.eve)
    assert car(dataset, 1, "QA").assignee == team.eve.user


def test_also_where_they_began_what_they_may_not_review(team: Team) -> None:
    dataset = barred(team)
    actions.start(car(dataset, 1, "QA"), by=team.ann)

    assert nothing(dataset, team.ann)
    assert offered(dataset, team.eve).review == car(dataset, 1)


def test_what_the_barred_have_is_one_of_the_free_by_its_clock(team: Team) -> None:
    dataset = make_dataset(team, (1, 1, 1, 1), allow_self_review=True)
    give(dataset, "bob@example.com", "1", "QA", by=team.lead)
    give(dataset, "ann@example.com", "2-3", "QA", by=team.lead)
    labelling = list(Task.objects.filter(stage__stage_id="Labelling").in_list_order())
    for task, by, minutes in zip(labelling, (team.bob, team.ann, team.ann, team.ann), (10, 30, 5, 20), strict=True):
        actions.submit(task, by=by)
        clock(Task.objects.get(previous=task), minutes)
    set_settings(dataset, allow_self_review=False, by=team.lead)

    order = []
    while offer := offer_next(fresh(dataset), by=team.eve):
        order.append(offer.review.file_order)
        skip(offer.task, by=team.eve)

    assert order == [2, 4, 1, 3]


def test_what_another_can_review_is_not_offered(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    give(dataset, "bob@example.com", "1", "QA", by=team.lead)
    actions.submit(car(dataset, 1), by=team.ann)

    assert nothing(dataset, team.eve)
    assert offered(dataset, team.bob).review == car(dataset, 1)


def test_nobody_is_the_customer_of_what_they_finished(team: Team) -> None:
    dataset = make_dataset(team, (1,), customer_review=True)
    actions.submit(car(dataset, 1), by=team.ann)
    actions.accept(car(dataset, 1), by=team.lead, submit=True)

    assert nothing(dataset, team.lead)
    assert offered(dataset, team.admin).task == car(dataset, 1, "QA")
