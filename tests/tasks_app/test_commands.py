"""The commands that look at tasks: the diagram, and whether the history is whole."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from tasks_app.models import Item
from tasks_app.workflow import diagram
from tests.factories import make_dataset, make_task


def test_draw_workflow_prints_the_diagram(capsys):
    call_command("draw_workflow")

    assert capsys.readouterr().out == f"{diagram()}\n"


def test_check_history_of_whole_chains(team, capsys):
    make_task(team, "accepted")
    make_task(team, "rejected")

    call_command("check_history")

    assert capsys.readouterr() == ("The histories of 2 items are whole.\n", "")


def test_check_history_says_what_is_broken(team, capsys):
    task = make_task(team, "accepted")
    Item.objects.filter(pk=task.item_id).update(last_hash="cut off")

    with pytest.raises(CommandError, match="The histories of 1 items are broken") as broken:
        call_command("check_history")

    assert broken.value.returncode == 1
    assert "The newest events are missing." in capsys.readouterr().out


def test_check_history_of_one_dataset(team, capsys):
    task = make_task(team, "accepted")
    other = make_dataset(team, (1, 1))
    Item.objects.filter(pk=task.item_id).update(last_hash="cut off")

    call_command("check_history", "--dataset", other.dataset_id)

    assert "of 2 items are whole" in capsys.readouterr().out


@pytest.mark.django_db
def test_check_history_refuses_an_unknown_dataset():
    with pytest.raises(CommandError, match="There is no dataset nothing") as refused:
        call_command("check_history", "--dataset", "nothing")

    assert refused.value.returncode == 2
