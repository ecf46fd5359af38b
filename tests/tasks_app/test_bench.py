"""The benchmark runs, and its dataset is a possible one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db.models import F

from tasks_app.models import Task
from tasks_app.workflow import Status
from tests.bench.crowd import make_crowd, viewers_of


@pytest.mark.parametrize(
    ("name", "said", "verdict"),
    [
        ("bench_dataset_page", ["--who=newcomer", "--singles"], "All under 60000 ms."),
        ("bench_next", [], "60000 ms are wanted."),
    ],
)
def test_the_benchmarks_run(name, said, verdict):
    command = [sys.executable, "-m", f"tests.bench.{name}", "--tasks=400", "--runs=1", "--limit=60000", *said]

    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert verdict in done.stdout
    assert "newcomer" in done.stdout


@pytest.mark.django_db
def test_its_dataset_has_every_status_and_something_for_everyone():
    dataset = make_crowd(2_000)

    tasks = Task.objects.filter(dataset=dataset)
    assert set(tasks.values_list("status", flat=True)) == set(Status)
    assert tasks.filter(assignee=F("previous__submitted_by")).exists()
    assert not tasks.filter(status=Status.WAITING, previous=None).exists()
    numbers = [Task.objects.visible_to(member).count() for member in viewers_of(dataset).values()]
    assert sorted(numbers, reverse=True)[0] == numbers[0] == tasks.count()
    assert all(0 < number < numbers[0] for number in numbers[1:])
