"""My work counts what the queue gives: the same tasks, of the same kinds, in whatever state the datasets are."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import mark_labelling_done, set_settings, set_stage
from datasets_app.ids import now
from datasets_app.imports.store import store
from datasets_app.membership import set_scopes, set_stage_people
from datasets_app.models import Dataset, Member
from tasks_app import actions, workload
from tasks_app.assignments import assign_files
from tasks_app.claims import skip
from tasks_app.models import Task
from tasks_app.queue import KINDS, Queue, offer_next
from tests.factories import make_content, make_dataset, make_qa_task, make_task, make_team, outcome, task_of, walk
from tests.tasks_app.test_random_walks import Walk


def counted(found: workload.Workload, kind: str) -> int:
    """How many tasks of a kind My work has; what is in progress or rejected is work, unless it is to be reviewed."""
    groups = found.ready if kind == "work" else found.review
    begun = sum(to_review_first(task) == (kind == "review") for task in found.in_progress.tasks)
    sent_back = len(found.sent_back.tasks) if kind == "work" else 0
    return sum(group.all.count for group in groups) + begun + sent_back


def to_review_first(task: Task) -> bool:
    return task.previous is not None and task.previous.status == "submitted"


def queued(member: Member, kind: str) -> int:
    """How many tasks of a kind the queue has for a member in all of their datasets."""
    total = 0
    for dataset in Dataset.objects.filter(client=member.client_id, deleted_at=None):
        if any(member.access.may(right, dataset) for right in ("work", "review_last")):
            total += Queue(dataset, member, None, kind).count(1_000)
    return total


def offered(member: Member, kind: str) -> bool:
    """Whether the queue gives something of a kind; what it claims is given back."""
    with transaction.atomic():
        found = [
            offer_next(dataset, by=member, kind=kind) is not None
            for dataset in Dataset.objects.filter(client=member.client_id, deleted_at=None)
            if any(member.access.may(right, dataset) for right in ("work", "review_last"))
        ]
        transaction.set_rollback(True)
    return any(found)


@pytest.mark.parametrize("seed", range(200, 204))
def test_it_counts_what_the_queue_gives_whatever_has_happened(team, seed):
    walk = Walk(team, seed)
    seen = set()

    for step in range(48):
        walk.step()
        if step % 8 == 3:
            member = walk.anyone()
            outcome(skip, walk.task(), by=member)
            if member.access.may_anywhere("work"):
                outcome(offer_next, walk.fresh(), by=member)
        for name in ("ann", "bob", "eve", "lead", "customer"):
            if step % 8 != 7:
                continue
            member = getattr(team, name)
            found = workload.workload(member)
            for kind in KINDS:
                number = counted(found, kind)
                seen.add((kind, number > 0))
                assert number == queued(member, kind), (step, name, kind)
                assert (number > 0) == offered(member, kind), (step, name, kind)

    assert len(seen) >= 3


# --- what belongs in which list -----------------------------------------------------------------------------------


def lists(member: Member) -> dict[str, int]:
    """How many there are in each list that has something."""
    return {name: pile.count for name, pile in workload.workload(member).parts.items() if pile}


def test_each_task_is_in_one_list(team):
    make_task(team, "rejected")
    make_task(team, "in_progress")
    make_task(team, "ready")
    make_qa_task(team, "ready")

    assert lists(team.ann) == {"sent_back": 1, "in_progress": 1, "ready": 1}
    assert lists(team.eve) == {"ready": 1, "review": 1}
    assert lists(team.lead) == {"ready": 1, "review": 1}


def test_what_is_assigned_is_counted_apart_from_what_is_free(team):
    dataset = make_dataset(team, (2, 3))
    assign_files(dataset, [{"stage_id": "Labelling", "email": "ann@example.com", "files": "1"}], by=team.lead)

    (group,) = workload.workload(team.ann).ready

    assert (group.stage.stage_id, group.kind) == ("Labelling", "work")
    assert (group.mine.count, group.free.count, group.all.count) == (2, 3, 5)


@pytest.fixture
def anns(team):
    """Ann has submitted what she was to review herself."""
    dataset = make_dataset(team)
    assign_files(dataset, [{"stage_id": "QA", "email": "ann@example.com", "files": "1"}], by=team.lead)
    actions.submit(task_of(dataset), by=team.ann)
    return dataset


def test_whose_assignee_submitted_it_is_free_for_others(team, anns):
    assert lists(team.eve) == {"review": 1}
    assert lists(team.ann) == {}
    actions.start(task_of(anns, "QA"), by=team.ann)

    assert lists(team.eve) == {"review": 1}
    assert lists(team.ann) == {}


def test_what_four_eyes_bar_is_not_listed_beside_what_is_not(team, anns):
    actions.start(task_of(anns, "QA"), by=team.ann)
    store(anns, make_content((2,)), by=None)
    other = task_of(anns, item__label__label_id="car:2")
    actions.submit(other, by=team.bob)
    actions.start(task_of(anns, "QA", item=other.item), by=team.ann)

    begun = workload.workload(team.ann).in_progress

    assert [task.item for task in begun.tasks] == [other.item]
    assert begun.all.count == 1


def test_a_dataset_can_allow_to_review_ones_own(team, anns):
    set_settings(anns, by=team.lead, allow_self_review=True)

    assert lists(team.ann) == {"review": 1}
    assert lists(team.eve) == {}


def test_what_was_sent_back_to_somebody_who_may_no_more_is_free(team):
    task = make_task(team, "rejected")
    set_stage_people(task.dataset.pipeline[0], [team.bob], by=team.admin)

    assert lists(team.bob) == {"ready": 1}
    assert lists(team.ann) == {}


def test_what_was_accepted_before_and_given_to_another_is_ready_to_work_on(team):
    dataset = make_qa_task(team, "in_progress").dataset
    assign_files(dataset, [{"stage_id": "QA", "email": "bob@example.com", "files": "1"}], by=team.lead)

    assert lists(team.bob) == {"ready": 1}
    assert lists(team.eve) == {}


def test_the_last_stage_waits_for_the_customer_and_nobody_else(team):
    make_qa_task(team, "submitted")

    (group,) = workload.workload(team.customer).review

    assert (group.stage.stage_id, group.mine.count, group.free.count) == ("QA", 0, 1)
    assert lists(team.ann) == lists(team.eve) == lists(team.bob) == {}


def test_done_deleted_and_foreign_datasets_have_nothing(team):
    make_task(team, "rejected")
    mark_labelling_done(Dataset.objects.get(), by=team.lead)
    gone = make_dataset(team)
    Dataset.objects.filter(pk=gone.pk).update(deleted_at=now(), deleted_by=team.lead.user)
    make_dataset(make_team("other-"))

    found = workload.workload(team.ann)

    assert not found.all
    assert found.coming == []


def test_a_stage_that_is_not_theirs_has_nothing_for_them(team):
    dataset = make_dataset(team)
    set_stage_people(dataset.pipeline[0], [team.bob], by=team.admin)

    assert lists(team.ann) == {}
    assert lists(team.bob) == {"ready": 1}


def test_a_role_in_one_dataset_counts_there_only(team):
    make_dataset(team)
    other = make_dataset(team, (4,))
    set_scopes(other, team.reader, ["labeller"], by=team.admin)

    assert lists(team.reader) == {"ready": 4}
    assert team.reader.access.takes_part
    assert not team.creator.access.takes_part


def test_what_was_put_aside_is_told_apart(team):
    task = make_task(team, "rejected")
    skip(task, by=team.ann)

    found = workload.workload(team.ann)

    assert not found.all
    assert found.skipped == 1


def test_late_is_what_has_passed_its_limit(team):
    dataset = make_dataset(team, (3,))
    set_stage(dataset.pipeline[0], time_limit_seconds=3600, by=team.lead)
    with time_machine.travel(now() + timedelta(hours=3), tick=False):
        (group,) = workload.workload(team.ann).ready
        due_at = task_of(dataset).due_at

        assert (group.all.late, group.all.due_at) == (3, due_at)
        assert group.all.oldest == task_of(dataset).clock_start


def test_what_waits_for_an_earlier_stage_is_told_where_there_is_nothing(team):
    dataset = make_dataset(team, (4,))
    set_stage_people(dataset.pipeline[0], [team.bob], by=team.admin)

    ((stage, pile),) = workload.workload(team.ann).coming

    assert (stage.stage_id, stage.before.stage_id, pile.count) == ("QA", "Labelling", 4)


def test_the_oldest_of_many_are_listed(team):
    dataset = make_dataset(team, (25,))
    for task in Task.objects.filter(dataset=dataset, stage__position=0).order_by("-pk"):
        actions.start(task, by=team.ann)

    begun = workload.workload(team.ann).in_progress

    assert [task.item.label.label_id for task in begun.tasks] == [f"car:{n}" for n in range(1, 21)]
    assert begun.all.count == 25


# --- many ---------------------------------------------------------------------------------------------------------


def test_counting_stops_and_says_so(team, monkeypatch):
    monkeypatch.setattr(workload, "MOST", 5)
    make_dataset(team, (5,), stages=["Labelling"])
    make_dataset(team, (4,), stages=["Labelling"])

    more = {group.free.count: group.free.more for group in workload.workload(team.ann).ready}

    assert more == {5: True, 4: False}


def test_ones_own_work_before_that_of_others_hides_nothing(team, monkeypatch):
    monkeypatch.setattr(workload, "MOST", 2)
    dataset = make_dataset(team, (6,))
    tasks = list(Task.objects.filter(dataset=dataset, stage__position=0).order_by("pk"))
    for task, by in zip(tasks, [team.ann] * 5 + [team.bob], strict=True):
        actions.submit(task, by=by)

    (group,) = workload.workload(team.ann).review

    assert (group.free.count, group.free.more) == (1, False)


def queries(member: Member) -> int:
    with CaptureQueriesContext(connection) as captured:
        workload.workload(member)
    return len(captured)


def test_the_number_of_queries_grows_with_nothing(team):
    make_task(team, "rejected")
    make_task(team, "in_progress")
    make_qa_task(team, "ready")
    few = queries(team.ann)

    for _ in range(4):
        dataset = make_dataset(team, (5, 5), stages=["Labelling", "QA", "Audit"])
        set_settings(dataset, by=None, allow_self_review=True)
        walk(team, dataset, 3)
        make_task(team, "rejected")

    assert queries(team.ann) == few <= 8
