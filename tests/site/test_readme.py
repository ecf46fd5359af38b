"""The README says what is true: its commands, its diagram, its variables, and the curl lines, which are run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from tasks_app import demo
from tasks_app.models import Task
from tasks_app.workflow import diagram
from tests.conftest import ApiClients

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def block(marker: str) -> str:
    """The code block after a comment."""
    found = re.search(rf"<!-- {marker}.*?-->\n```\w*\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_diagram_is_the_one_of_the_table() -> None:
    assert block("workflow").strip() == diagram()


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = "pip install uv && uv run pytest"

    assert f"\n{command}\n" in README
    assert command in (ROOT / ".ci" / "run").read_text().replace("install -q uv", "install uv")


def test_every_command_of_the_table_exists() -> None:
    named = set(re.findall(r"^\| `manage\.py (\w+)` ", README, re.MULTILINE))

    ours = {name for name, app in get_commands().items() if app in ("tasks_app", "datasets_app")}
    assert named == ours


def test_every_variable_of_the_settings_is_in_the_table() -> None:
    source = (ROOT / "config" / "settings.py").read_text() + (ROOT / "config" / "env.py").read_text()
    read = set(re.findall(r"(?:number|switch|names|\.str|environ\.get|db_url)\(\s*\"([A-Z_]+)\"", source))

    named = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))

    assert named == read


def test_the_map_names_files_that_exist() -> None:
    lines = README.partition("## Map of the code")[2].partition("```\n")[2].partition("```")[0].splitlines()
    folder = ROOT
    for line in filter(str.strip, lines):
        names = re.split(r"\s{2,}", line.strip())[0].split()
        folder = folder if line.startswith(" ") else ROOT / names[0]
        for name in names:
            assert (folder / name if line.startswith(" ") else ROOT / name).exists(), name


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_the_curl_lines_run(live_server: Any, api: ApiClients) -> None:
    secret = demo.build()
    dataset = Task.objects.filter(file_order__gt=0).earliest("pk").dataset
    words = {"API": f"{live_server.url}/api/v2", "TOKEN": secret, "DATASET": dataset.dataset_id}

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block("curl")], env=os.environ | words, capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stderr
    decoder, text, answers = json.JSONDecoder(), ran.stdout, []
    while text := text.lstrip():
        answer, end = decoder.raw_decode(text)
        answers.append(answer)
        text = text[end:]
    listed, submitted, accepted, rejected, undone, offered, many = answers
    assert len(listed["tasks"]) == 2
    assert submitted["status"] == "submitted"
    assert (accepted["status"], accepted["next_task"]["status"]) == ("accepted", "accepted")
    assert (rejected["status"], rejected["last_reason"]) == ("rejected", "box too large")
    assert (undone["task_id"], undone["status"]) == (rejected["task_id"], "submitted")
    assert offered["review_task"]["task_id"] == offered["task"]["previous_task_id"]
    assert [one["status_code"] for one in many["results"]] == [200] * 3
