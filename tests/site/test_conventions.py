"""What we have agreed on, checked over the syntax trees, the templates and the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("config", "datasets_app", "tasks_app", "tests")
#: Migrations are written by Django.
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
OURS = [path for path in SOURCES if path.parts[0] != "tests"]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TREES = {path: ast.parse((ROOT / path).read_text()) for path in SOURCES}

MOST_LINES_OF_A_FUNCTION, MOST_LINES_OF_A_FILE = 40, 300
#: Path or path::function, each with its reason.
LONGER: dict[str, str] = {}

#: Who may do what and when: these know nothing of requests and answers.
RULES = [
    *(
        f"datasets_app/{name}.py"
        for name in ("roles", "access", "errors", "actions", "membership", "labels", "stages", "shown")
    ),
    *(f"tasks_app/{name}.py" for name in ("workflow", "planning", "policies", "errors", "chains", "history")),
    *(f"tasks_app/{name}.py" for name in ("actions", "editing", "assignments", "creation", "pipeline", "sync")),
    *(
        f"tasks_app/{name}.py"
        for name in ("writing", "facts", "claims", "queue", "undo", "bulk", "corrections", "workload")
    ),
]
#: The only modules that write a task's status.
WRITERS = {"tasks_app/actions.py", "tasks_app/creation.py", "tasks_app/sync.py"}
WRITES = {"update", "create", "get_or_create", "update_or_create", "bulk_update", "write", "Task"}


def imported(tree: ast.AST) -> Iterator[str]:
    """The modules that a file imports, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def name_of(call: ast.Call) -> str:
    """What is called: `update` of `tasks.filter(…).update(…)`."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def lines(paths: list[Path], pattern: str) -> list[str]:
    """Where a pattern stands, as file:line."""
    return [
        f"{path}:{number}"
        for path in paths
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_the_datasets_know_nothing_of_tasks():
    wrong = {
        (str(path), module)
        for path in OURS
        if path.parts[0] == "datasets_app"
        for module in imported(TREES[path])
        if module.split(".")[0] == "tasks_app"
    }

    assert wrong == set()


@pytest.mark.parametrize("path", RULES)
def test_rules_know_no_http(path):
    forbidden = ("rest_framework", "django.http", "django.shortcuts", "django.urls", "config")

    assert [name for name in imported(TREES[Path(path)]) if name.startswith(forbidden)] == []


def test_planning_and_workflow_ask_no_database():
    for name in ("tasks_app/workflow.py", "tasks_app/planning.py"):
        modules = set(imported(TREES[Path(name)]))

        assert {one for one in modules if one.startswith("django")} <= {"django.db.models"}
        assert "objects" not in {node.attr for node in ast.walk(TREES[Path(name)]) if isinstance(node, ast.Attribute)}


def writes_status(tree: ast.AST) -> Iterator[int]:
    """Lines that set `.status`, or pass it to something that writes rows."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and any(
            isinstance(one, ast.Attribute) and one.attr == "status" for one in targets
        ):
            yield node.lineno
        if isinstance(node, ast.Call) and name_of(node) in WRITES:
            words = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
            fields = name_of(node) == "bulk_update" and "status" in words
            if fields or any(keyword.arg == "status" for keyword in node.keywords):
                yield node.lineno
        if isinstance(node, ast.Call) and name_of(node) == "setattr" and "'status'" in map(ast.unparse, node.args):
            yield node.lineno


def test_only_the_verbs_write_a_status():
    found = {f"{path}:{line}" for path in OURS for line in writes_status(TREES[path])}

    assert {one for one in found if one.rpartition(":")[0] not in WRITERS} == set()


def test_the_check_for_writers_finds_them():
    found = [
        "task.status = 'x'", "task.status: str = 'x'", "tasks.update(status='x')", "Task(status='x')",
        "setattr(task, 'status', 'x')", "changes.write(action, task, status='x')",
        "tasks.bulk_update(rows, ['status'])", "Task.objects.create(status='x')",
    ]  # fmt: skip
    innocent = ["Response(status=404)", "tasks.filter(status='x')", "x = task.status", "Chip(status='x')"]

    assert all(list(writes_status(ast.parse(source))) for source in found)
    assert not any(list(writes_status(ast.parse(source))) for source in innocent)


def test_no_signals_of_saved_rows():
    assert lines(OURS, r"\b(post|pre)_(save|delete|init)\b|m2m_changed") == []


def test_nothing_catches_everything():
    def everything(node: ast.ExceptHandler) -> bool:
        names = {one.id for one in ast.walk(node.type) if isinstance(one, ast.Name)} if node.type else {"Exception"}
        return bool(names & {"Exception", "BaseException"})

    wrong = [
        f"{path}:{node.lineno}"
        for path in OURS
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ExceptHandler) and everything(node)
    ]

    assert wrong == []


def test_views_find_things_in_what_the_caller_sees():
    """`Model.objects.get(…)` finds another client's row as well."""
    views = [path for path in OURS if {"api", "pages"} & set(path.parts)]
    wrong = [
        f"{path}:{call.lineno}"
        for path in views
        for call in calls(TREES[path])
        if (name_of(call) == "get" and ast.unparse(call.func).endswith(".objects.get"))
        or (name_of(call) == "get_object_or_404" and ast.unparse(call.args[0]).isidentifier())
    ]

    assert views
    assert wrong == []


def length_of(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_functions_and_files_are_short():
    found = {str(path): len((ROOT / path).read_text().splitlines()) for path in SOURCES}
    too_long = {path for path, length in found.items() if length > MOST_LINES_OF_A_FILE}
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and length_of(node) > MOST_LINES_OF_A_FUNCTION:
                too_long.add(f"{path}::{node.name}")

    assert too_long == set(LONGER)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_have_no_style_or_script_of_their_own(path):
    """The Content-Security-Policy would stop them."""
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text(), flags=re.DOTALL)

    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"<style\b", text) == []
    assert re.findall(r"<script\b(?![^>]*\bsrc=)[^>]*>", text) == []
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", text) == []
    assert re.findall(r"\|\s*safe\b|autoescape off", text) == []


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_top_of_the_repository_is_what_the_readme_shows():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = {line.split("/")[0] for line in done.stdout.splitlines()} or {path.name for path in ROOT.iterdir()}

    assert {name for name in names if not name.startswith(".") and name != "uv.lock"} == {
        "manage.py", "pyproject.toml", "README.md", "config", "datasets_app", "tasks_app", "templates", "tests",
    }  # fmt: skip


def test_css_and_script_are_light():
    """Before compression; htmx comes from its package."""
    static = ROOT / "config" / "static"

    assert sum(path.stat().st_size for kind in ("css", "js") for path in (static / kind).iterdir()) < 60_000
