"""Many people at the same moment: each gets another task, nobody waits for ever, and no two wait for each other.

On PostgreSQL rows are locked and passed over; `test_races_next_on_sqlite` shows the same where one writes at a time.
"""

import random
from collections.abc import Callable

import pytest

from datasets_app.membership import remove_member
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.claims import claim, skip
from tasks_app.models import Task
from tasks_app.queue import offer_next
from tasks_app.undo import undo
from tests.factories import make_dataset, make_task, make_team, statuses

from .offers import car, fresh, give
from .test_races import at_once, check_history

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 3


@pytest.fixture
def team(transactional_db):
    return make_team()


def crowd(team, number: int) -> list[str]:
    names = [f"worker{n}" for n in range(number)]
    for name in names:
        team.add(name, "labeller")
    return names


def asking(dataset: Dataset, member, found: list, **kwargs) -> Callable[[], None]:
    """A call that asks for the next task and notes it."""

    def ask() -> None:
        offer = offer_next(Dataset.objects.get(pk=dataset.pk), by=member, **kwargs)
        found.append(offer.task.pk if offer else None)

    return ask


@pytest.mark.parametrize("free", [8, 5])
def test_eight_people_get_different_ones(team, free):
    dataset = make_dataset(team, (free,))
    members = [getattr(team, name) for name in crowd(team, 8)]
    found = []

    done = at_once(*(asking(dataset, member, found) for member in members))

    given = [key for key in found if key]
    assert done == ["done"] * 8
    assert len(given) == len(set(given)) == free
    assert set(Task.objects.filter(claimed_by__isnull=False).values_list("pk", flat=True)) == set(given)


def test_eight_people_of_two_stages_leave_nothing(team):
    """Nobody is told that there is nothing because somebody was only looking at it."""
    dataset = make_dataset(team, (8,))
    for number in range(1, 5):
        actions.submit(car(dataset, number), by=team.ann)
    members, found = [getattr(team, name) for name in crowd(team, 8)], []

    done = at_once(*(asking(dataset, member, found) for member in members))

    assert done == ["done"] * 8
    assert len(set(found)) == 8
    assert None not in found


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_person_twice_gets_the_same(team, _round):
    dataset, found = make_dataset(team, (3,)), []

    done = at_once(asking(dataset, team.ann, found), asking(dataset, team.ann, found))

    assert done == ["done", "done"]
    assert len(set(found)) == 1
    assert Task.objects.filter(claimed_by__isnull=False).count() == 1


@pytest.mark.parametrize("verb", ["start", "submit"])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_next_against_work_on_the_same(team, verb, _round):
    dataset, found = make_dataset(team, (1,)), []

    done = at_once(asking(dataset, team.ann, found), lambda: getattr(actions, verb)(car(dataset, 1), by=team.bob))

    worked = car(dataset, 1).assignee == team.users["bob"]
    assert done[0] == "done"
    assert worked == (done[1] == "done")
    assert found in ([None], [car(dataset, 1, "QA").pk]) if worked else found == [car(dataset, 1).pk]
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_next_against_a_decision(team, _round):
    dataset, found = make_task(team, "submitted").dataset, []

    done = at_once(
        asking(dataset, team.bob, found, kind="review"), lambda: actions.accept(car(dataset, 1), by=team.eve)
    )

    assert done[0] == "done"
    assert (found, done[1] == "done") in (([None], True), ([car(dataset, 1, "QA").pk], False))
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_next_against_assigning(team, _round):
    dataset, found = make_dataset(team, (1,)), []
    entry = {"stage_id": "Labelling", "email": "bob@example.com", "files": "1"}

    done = at_once(asking(dataset, team.ann, found), lambda: assign_files(dataset, [entry], by=team.lead))

    task = car(dataset, 1)
    assert done == ["done", "done"]
    assert task.assignee == team.users["bob"]
    assert task.claimed_by is None  # given before or never: it is bob's


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_next_against_skipping(team, _round):
    dataset, found = make_dataset(team, (2,)), []
    claim(car(dataset, 1), by=team.ann)

    done = at_once(asking(dataset, team.ann, found), lambda: skip(car(dataset, 1), by=team.ann))

    assert done == ["done", "done"]
    assert found[0] in (car(dataset, 1).pk, car(dataset, 2).pk)
    assert car(dataset, 1).claimed_by is None or found[0] == car(dataset, 1).pk
    assert offer_next(fresh(dataset), by=team.ann).task == car(dataset, 2)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_undo_against_a_decision_on_it(team, _round):
    task = make_task(team, "submitted")

    done = at_once(lambda: undo(task, by=team.ann), lambda: actions.accept(task, by=team.eve))

    assert sorted(one == "done" for one in done) == [False, True], done
    assert statuses(task.dataset) in (["ready", "waiting"], ["accepted", "in_progress"])
    check_history(task.dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_undo_against_next(team, _round):
    task, found = make_task(team, "submitted"), []

    done = at_once(lambda: undo(task, by=team.ann), asking(task.dataset, team.eve, found, kind="review"))

    assert done[1] == "done"
    assert (done[0] == "done") == (found == [None])
    check_history(task.dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_undo_twice(team, _round):
    task = make_task(team, "submitted")

    done = at_once(*[lambda: undo(task, by=team.ann)] * 2)

    assert sorted(one == "done" for one in done) == [False, True], done
    check_history(task.dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_loss_of_rights_against_next_and_a_decision(team, _round):
    dataset, found = make_dataset(team, (3,)), []
    give(dataset, "ann@example.com", "1", by=team.lead)
    claim(car(dataset, 1), by=team.ann)
    member = team.ann

    done = at_once(
        lambda: remove_member(team.ann, by=team.admin),
        lambda: actions.submit(car(dataset, 1), by=member),
        asking(dataset, member, found),
    )

    assert done[0] == "done"
    assert done[2] == "done"
    assert Task.objects.filter(assignee=team.users["ann"], status__in=["ready", "in_progress"]).count() == 0
    check_history(dataset)


def test_a_crowd_for_a_while(team):
    """Everyone does something, again and again, at the same time: no two wait for each other, and the rules hold."""
    dataset = make_dataset(team, (12,))
    names = crowd(team, 6)

    def work(name: str) -> Callable[[], None]:
        def run() -> None:
            dice = random.Random(name)
            for _ in range(8):
                member = getattr(team, name)
                offer = offer_next(fresh(dataset), by=member)
                if offer is None:
                    continue
                what = dice.choice(["do", "do", "do", "skip", "undo"])
                if what == "skip":
                    skip(offer.task, by=member)
                    continue
                target = offer.review or offer.task
                (actions.accept if offer.review else actions.submit)(target, by=member)
                if what == "undo":
                    undo(target, by=member)

        return run

    done = at_once(*(work(name) for name in names))

    assert [one for one in done if one != "done" and not one.startswith(("ActedSince", "Claimed"))] == []
    assert Task.objects.filter(stage_order=0, status="accepted").exists()
    check_history(dataset)
