"""Many tasks at once beside others who take many, in any order: no two wait for each other."""

import threading
import time

import pytest
from django.db import transaction

from datasets_app.actions import lock
from datasets_app.membership import set_stage_people
from tasks_app.assignments import assign_files
from tasks_app.bulk import Deed, Wanted, bulk
from tasks_app.claims import claim, renew
from tasks_app.models import Item, Task
from tasks_app.workflow import Action
from tests.factories import make_dataset, make_team, task_of

from .offers import car, fresh, give
from .test_races import at_once, check_history
from .test_races_next import asking

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 3


@pytest.fixture
def team(transactional_db):
    return make_team()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_many_against_many_in_the_opposite_order(team, _round):
    dataset = make_dataset(team, (20,))
    wanted = [Wanted(task.task_id) for task in Task.objects.filter(stage_order=0).in_list_order()]
    answers = {}

    def decide(name: str, order: list[Wanted]) -> None:
        answers[name] = bulk(fresh(dataset), Deed(Action.SUBMIT), order, by=getattr(team, name))

    done = at_once(lambda: decide("ann", wanted), lambda: decide("bob", wanted[::-1]))

    assert done == ["done", "done"]
    counts = sorted(sum(one.refused is None for one in found) for found in answers.values())
    assert counts == [0, 20]
    assert Task.objects.filter(stage_order=0, status="submitted").count() == 20
    check_history(dataset)


def test_many_against_assigning_two_stages(team):
    """Assigning takes the items of one stage after those of another: not in the order of many."""
    dataset = make_dataset(team, [2] * 15)
    ids = Task.objects.filter(stage_order=0).in_list_order().values_list("task_id", flat=True)
    wanted = [Wanted(task_id) for task_id in ids]
    entries = [
        {"stage_id": stage, "email": f"{name}@example.com", "files": files}
        for stage, name, files in (("QA", "eve", "8-15"), ("Labelling", "ann", "1-15"), ("QA", "lead", "1-7"))
    ]

    done = at_once(
        lambda: bulk(fresh(dataset), Deed(Action.SUBMIT), wanted, by=team.ann),
        lambda: assign_files(fresh(dataset), entries, by=team.lead),
    )

    assert done == ["done", "done"]
    check_history(dataset)


def test_many_take_no_item_before_the_dataset_is_theirs(team):
    """Else two that take many items would wait for each other, now and then."""
    dataset = make_dataset(team, (2,))
    wanted = [Wanted(car(dataset, number).task_id) for number in (1, 2)]
    found: list[str] = []
    other = threading.Thread(
        target=lambda: found.extend(at_once(lambda: bulk(fresh(dataset), Deed(Action.SUBMIT), wanted, by=team.ann)))
    )

    with transaction.atomic():
        lock(dataset)
        Item.objects.locked().get(pk=car(dataset, 2).item_id)
        other.start()
        time.sleep(1)
        Item.objects.select_for_update(nowait=True).get(pk=car(dataset, 1).item_id)
    other.join(30)

    assert found == ["done"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_many_against_next_of_who_claims_several(team, _round):
    dataset, found = make_dataset(team, (12,)), []
    wanted = [Wanted(car(dataset, number).task_id) for number in range(12, 0, -1)]
    for number in range(1, 7):
        claim(car(dataset, number), by=team.ann)

    done = at_once(
        lambda: bulk(fresh(dataset), Deed(Action.SUBMIT), wanted, by=team.ann),
        asking(dataset, team.ann, found),
        lambda: renew(fresh(dataset), by=team.ann),
    )

    assert done == ["done"] * 3
    check_history(dataset)


def test_a_lost_stage_against_many(team):
    dataset = make_dataset(team, (10,))
    give(dataset, "ann@example.com", "1", by=team.lead)
    member, wanted = team.ann, [Wanted(car(dataset, number).task_id) for number in range(10, 0, -1)]

    done = at_once(
        lambda: bulk(fresh(dataset), Deed(Action.START), wanted, by=member),
        lambda: set_stage_people(fresh(dataset).pipeline[0], [team.bob], by=team.admin),
    )

    assert done == ["done", "done"]
    assert task_of(dataset).assignee is None
    check_history(dataset)
