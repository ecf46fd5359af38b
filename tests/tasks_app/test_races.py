"""Two real connections at the same moment: exactly one wins, one event for each version, the loser is told who won.

On PostgreSQL the lock on the item decides. SQLite has one writer at a time: `test_races_on_sqlite`.
"""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, connections, transaction

from datasets_app.actions import mark_labelling_done, set_pipeline, set_settings, withdraw_labels
from datasets_app.errors import Refused
from datasets_app.imports.store import store
from datasets_app.membership import add_member, remove_member
from datasets_app.models import Member
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.history import broken_links
from tasks_app.models import Item, Task
from tests.factories import chain_of, events_of, make_content, make_dataset, make_task, make_team, statuses, task_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 3


@pytest.fixture
def team(transactional_db):
    return make_team()


def at_once(*calls: Callable[[], object]) -> list[str]:
    """What comes out of each call, made in a thread and a connection of its own: "done", or the sentence."""
    barrier, found = threading.Barrier(len(calls), timeout=10), [""] * len(calls)

    def run(number: int) -> None:
        connection.ensure_connection()
        barrier.wait()
        try:
            calls[number]()
            found[number] = "done"
        except (Refused, OperationalError) as error:
            found[number] = f"{type(error).__name__}: {error}"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    return found


def check_history(dataset) -> None:
    for item in Item.objects.filter(dataset=dataset):
        assert broken_links(item) == []
    for task in Task.objects.filter(dataset=dataset):
        assert [event.version for event in events_of(task)] == list(range(1, task.version + 1))


def one_wins(dataset, found: list[str], *names: str) -> None:
    """One of two is done; the other one's sentence names the winner."""
    assert sorted(one == "done" for one in found) == [False, True], found
    winner, loser = found.index("done"), 1 - found.index("done")
    assert f"{names[winner]}@example.com" in found[loser], found
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_accepts(team, _round):
    task = make_task(team, "submitted")

    found = at_once(lambda: actions.accept(task, by=team.eve), lambda: actions.accept(task, by=team.bob))

    one_wins(task.dataset, found, "eve", "bob")
    assert statuses(task.dataset) == ["accepted", "in_progress"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accept_and_reject(team, _round):
    task = make_task(team, "submitted")

    found = at_once(lambda: actions.accept(task, by=team.eve), lambda: actions.reject(task, by=team.bob))

    one_wins(task.dataset, found, "eve", "bob")
    assert statuses(task.dataset) in (["accepted", "in_progress"], ["rejected", "waiting"])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_starts_of_a_free_task(team, _round):
    task = make_task(team, "ready")

    found = at_once(lambda: actions.start(task, by=team.ann), lambda: actions.start(task, by=team.bob))

    one_wins(task.dataset, found, "ann", "bob")
    assert any("InvalidTransition" in one or "AlreadyTaken" in one for one in found)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_submits(team, _round):
    task = make_task(team, "ready")

    found = at_once(lambda: actions.submit(task, by=team.ann), lambda: actions.submit(task, by=team.bob))

    one_wins(task.dataset, found, "ann", "bob")
    assert statuses(task.dataset) == ["submitted", "ready"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_person_twice(team, _round):
    task = make_task(team, "submitted")

    found = at_once(
        lambda: actions.accept(task, by=team.eve, submit=True), lambda: actions.accept(task, by=team.eve, submit=True)
    )

    one_wins(task.dataset, found, "eve", "eve")
    assert statuses(task.dataset) == ["accepted", "accepted"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accept_and_submit_against_a_reject(team, _round):
    task = make_task(team, "submitted")

    found = at_once(lambda: actions.accept(task, by=team.eve, submit=True), lambda: actions.reject(task, by=team.bob))

    one_wins(task.dataset, found, "eve", "bob")
    assert statuses(task.dataset) in (["accepted", "accepted"], ["rejected", "waiting"])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_decision_on_a_version_against_a_change(team, _round):
    task = make_task(team, "submitted")

    found = at_once(
        lambda: actions.accept(task, by=team.eve, version=task.version),
        lambda: actions.reject(task, by=team.bob, version=task.version),
    )

    assert sorted(one == "done" for one in found) == [False, True]
    assert any("StaleVersion" in one for one in found)
    check_history(task.dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accept_against_assigning_the_same_chain(team, _round):
    task = make_task(team, "submitted")
    entry = {"stage_id": "QA", "email": "bob@example.com", "files": "1"}

    found = at_once(
        lambda: actions.accept(task, by=team.eve), lambda: assign_files(task.dataset, [entry], by=team.lead)
    )

    qa = task_of(task.dataset, "QA")
    assert found[1] == "done"
    assert qa.assignee == team.bob.user
    assert (qa.status, found[0] == "done") in (("ready", True), ("ready", False))
    check_history(task.dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_assignments_in_opposite_order_do_not_wait_for_each_other(team, _round):
    dataset = make_dataset(team, [2] * 20)
    entries = [{"stage_id": "Labelling", "file_id": f"{number:06d}.png"} for number in range(1, 21)]
    to_ann = [entry | {"email": "ann@example.com"} for entry in entries]
    to_bob = [entry | {"email": "bob@example.com"} for entry in reversed(entries)]

    found = at_once(
        lambda: assign_files(dataset, to_ann, by=team.lead), lambda: assign_files(dataset, to_bob, by=team.admin)
    )

    assert found == ["done", "done"]
    assert dataset.tasks.exclude(assignee=None).values("assignee").distinct().count() == 1
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_assigning_while_someone_leaves(team, _round):
    dataset = make_dataset(team, [1] * 20, stages=("Labelling", "QA", "Audit"))
    files = {"files": "1-20"}
    qa, labelling = {"stage_id": "QA"} | files, {"stage_id": "Labelling"} | files
    eve, ann = {"email": "eve@example.com"}, {"email": "ann@example.com"}
    assign_files(dataset, [qa | eve, labelling | ann], by=team.lead)

    found = at_once(
        lambda: assign_files(dataset, [qa | ann, labelling | eve], by=team.lead),
        lambda: remove_member(team.ann, by=team.admin),
    )

    assert found[1] == "done"
    assert all(task.assignee != team.users["ann"] for task in Task.objects.filter(dataset=dataset))
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_import_and_an_action(team, _round):
    dataset = make_dataset(team, (1,))
    task = make_task(team, "submitted", dataset=dataset)

    found = at_once(
        lambda: actions.accept(task, by=team.eve), lambda: store(dataset, make_content((3,)), by=team.admin)
    )

    assert found == ["done", "done"]
    assert dataset.tasks.count() == 6
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_imports_of_the_same(team, _round):
    dataset = make_dataset(team, (0,))

    found = at_once(*[lambda: store(dataset, make_content((3,)), by=team.admin)] * 2)

    assert found == ["done", "done"]
    assert dataset.tasks.count() == 6
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_withdrawing_and_submitting(team, _round):
    dataset = make_dataset(team, (1,))
    task = task_of(dataset)

    found = at_once(
        lambda: actions.submit(task, by=team.ann),
        lambda: withdraw_labels(dataset, [task.item.label_id], by=team.fixer),
    )

    assert found[1] == "done"
    assert all(one.deleted_at for one in Task.objects.filter(dataset=dataset))
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_removing_a_stage_and_submitting_in_it(team, _round):
    dataset = make_dataset(team, (1,))
    task = task_of(dataset)

    found = at_once(
        lambda: actions.submit(task, by=team.ann), lambda: set_pipeline(dataset, [{"stage_id": "QA"}], by=team.lead)
    )

    assert sorted(one == "done" for one in found) == [False, True], found
    check_history(dataset)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_switching_customer_review_off_while_the_last_stage_submits(team, _round):
    dataset = make_dataset(team, (1,), customer_review=True)
    make_task(team, "accepted", dataset=dataset)
    task = task_of(dataset, "QA")

    found = at_once(
        lambda: actions.submit(task, by=team.eve), lambda: set_settings(dataset, customer_review=False, by=team.lead)
    )

    assert found == ["done", "done"]
    assert statuses(dataset) == ["accepted", "accepted"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_done_and_an_action(team, _round):
    task = make_task(team, "ready")

    found = at_once(lambda: mark_labelling_done(task.dataset, by=team.lead), lambda: actions.start(task, by=team.ann))

    assert found[0] == "done"
    assert (found[1] == "done") == (chain_of(task.dataset)[0].status == "in_progress")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_admins_do_not_remove_each_other(team, _round):
    team.add("adele", "admin")

    found = at_once(
        lambda: add_member(team.client, team.users["admin"], "reader", by=team.adele),
        lambda: add_member(team.client, team.users["adele"], "reader", by=team.admin),
    )

    assert sorted(one == "done" for one in found) == [False, True], found
    assert Member.objects.filter(client=team.client, role="admin").count() == 1


def test_the_lock_on_the_item_is_held_until_the_end(team):
    task = make_task(team, "submitted")

    def wait_for_nothing() -> None:
        with transaction.atomic():
            Item.objects.select_for_update(nowait=True).get(pk=task.item_id)

    with transaction.atomic():
        actions.accept(task, by=team.eve)
        found = at_once(wait_for_nothing)

    assert found[0].startswith("OperationalError")
