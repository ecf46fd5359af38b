"""Corrections of labels at the same moment as others: none is lost unseen, and nobody waits for each other."""

from __future__ import annotations

import pytest

from datasets_app.imports.store import store
from datasets_app.models import Label, Shape
from tasks_app import actions
from tasks_app.corrections import change_label, draw_label, withdraw_label
from tasks_app.models import Task
from tests.factories import Team, make_content, make_dataset, make_task, make_team, shape_of

from .test_races import ROUNDS, at_once, check_history

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WIDER, MOVED = {"box": [10, 20, 60, 40]}, {"box": [99, 20, 30, 40]}
VAN = {"label_category_id": "van", "box": [100, 100, 50, 40]}


@pytest.fixture
def team(transactional_db: None) -> Team:
    return make_team()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_changes_of_one_version_one_is_made(team: Team, _round: int) -> None:
    dataset = make_dataset(team)
    shape = shape_of(dataset)

    found = at_once(
        lambda: change_label(shape, WIDER, by=team.fixer, version=1),
        lambda: change_label(shape, MOVED, by=team.admin, version=1),
    )

    assert sorted(one == "done" for one in found) == [False, True], found
    assert any(one.startswith("StaleLabel") for one in found)
    assert shape_of(dataset).geometry == (WIDER, MOVED)[found.index("done")]
    assert Label.objects.get().version == 2
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_without_a_version_both_are_made_in_order(team: Team, _round: int) -> None:
    dataset = make_dataset(team)
    shape = shape_of(dataset)

    found = at_once(
        lambda: change_label(shape, WIDER, by=team.fixer),
        lambda: change_label(shape, {"label_category_id": "truck"}, by=team.admin),
    )

    now = shape_of(dataset)
    assert found == ["done", "done"]
    assert (now.geometry, now.label.label_category_id, now.label.version) == (WIDER, "truck", 3)
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_change_and_the_decision_on_what_was_seen_before(team: Team, _round: int) -> None:
    dataset = make_dataset(team)
    task = make_task(team, "submitted", dataset=dataset)
    shape = shape_of(dataset)

    found = at_once(
        lambda: change_label(shape, WIDER, by=team.fixer),
        lambda: actions.accept(task, by=team.eve, version=task.version),
    )

    task = Task.objects.get(pk=task.pk)
    assert found[0] == "done"
    assert (found[1] == "done") == (task.status == "accepted")
    assert found[1] == "done" or found[1].startswith("StaleVersion")
    assert task.label_changed_since_submit is True
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_change_and_its_own_submission(team: Team, _round: int) -> None:
    dataset = make_dataset(team)
    task = make_task(team, "in_progress", dataset=dataset)
    shape = shape_of(dataset)

    found = at_once(lambda: change_label(shape, WIDER, by=team.ann), lambda: actions.submit(task, by=team.ann))

    assert found[1] == "done"
    assert found[0] == "done" or found[0].startswith("Frozen")
    assert (shape_of(dataset).geometry == WIDER) == (found[0] == "done")
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_change_and_a_withdrawal(team: Team, _round: int) -> None:
    dataset = make_dataset(team)
    shape = shape_of(dataset)

    found = at_once(
        lambda: change_label(shape, WIDER, by=team.fixer), lambda: withdraw_label(shape.label, by=team.admin)
    )

    assert found[1] == "done"
    assert found[0] == "done" or found[0].startswith("LabelDeleted")
    assert all(task.deleted_at for task in Task.objects.all())
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_withdrawals(team: Team, _round: int) -> None:
    dataset = make_dataset(team)
    label = shape_of(dataset).label

    found = at_once(lambda: withdraw_label(label, by=team.fixer), lambda: withdraw_label(label, by=team.admin))

    assert sorted(one == "done" for one in found) == [False, True], found
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_boxes_get_two_numbers(team: Team, _round: int) -> None:
    dataset = make_dataset(team)
    file = shape_of(dataset).file

    found = at_once(*[lambda: draw_label(file, VAN, by=team.fixer)] * 2)

    assert found == ["done", "done"]
    assert set(Label.objects.values_list("label_id", flat=True)) == {"car:1", "van:1", "van:2"}
    assert Task.objects.count() == 6
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_boxes_of_one_id(team: Team, _round: int) -> None:
    dataset = make_dataset(team)
    file = shape_of(dataset).file

    found = at_once(*[lambda: draw_label(file, VAN, by=team.fixer, label_id="van:7")] * 2)

    assert sorted(one == "done" for one in found) == [False, True], found
    assert Shape.objects.count() == 2
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_import_and_corrections_do_not_wait_for_each_other(team: Team, _round: int) -> None:
    dataset = make_dataset(team, (3,))
    shapes = [shape_of(dataset, f"car:{number}") for number in (3, 1)]
    for shape in Shape.objects.all():
        shape.geometry = {"box": [1, 2, 3, 4]}  # so that the import changes all of them back
        shape.save()

    found = at_once(
        lambda: store(dataset, make_content((3,)), by=team.admin),
        lambda: change_label(shapes[0], WIDER, by=team.fixer),
        lambda: withdraw_label(shapes[1].label, by=team.fixer),
    )

    assert found == ["done", "done", "done"]
    check_history(dataset)
