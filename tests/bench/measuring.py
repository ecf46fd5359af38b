"""What is measured: whole requests through all middleware, by people who are signed in."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from unittest import mock

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import create_dataset
from datasets_app.imports.content import Content
from datasets_app.imports.readers.mot import read_mot
from datasets_app.imports.readers.options import ReadOptions
from datasets_app.imports.store import store
from datasets_app.models import Dataset, Member
from tasks_app.pages import flow
from tests.factories import make_team

from .crowd import make_crowd, viewers_of
from .figures import DEEP, ORDERINGS, Measured, addresses, median

FLAGS = ("changed_in_review", "label_changed_since_submit")


def build(options: Namespace) -> Dataset:
    """The dataset, made or found."""
    call_command("migrate", verbosity=0)
    dataset = Dataset.objects.first()
    if dataset is None:
        dataset = mot17(options.mot17) if options.mot17 else make_crowd(options.tasks)
        with connection.cursor() as cursor:
            # As PostgreSQL's autovacuum does it some minutes after an import.
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")
    return dataset


def measure(dataset: Dataset, options: Namespace) -> Iterator[Measured]:
    print(f"{dataset.tasks.count():,} tasks in {dataset.files.count():,} files")
    for who, member in viewers_of(dataset).items():
        if options.who in (None, who):
            yield from Viewer(dataset, who, member, options.runs).walk(pairs=not options.singles)


class Viewer:
    """One person's session."""

    def __init__(self, dataset: Dataset, who: str, member: Member, runs: int) -> None:
        self.dataset, self.who, self.member, self.runs = dataset, who, member, runs
        self.browser = Client(SERVER_NAME="localhost")
        self.browser.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        self.path = f"/datasets/{dataset.dataset_id}/"

    def walk(self, *, pairs: bool) -> Iterator[Measured]:
        for filters in addresses(self.singles(), pairs=pairs):
            for ordering in ORDERINGS:
                query = f"{filters}&ordering={ordering}".lstrip("&")
                yield self.ask(filters, ordering, f"?{query}", deep=False)
                if deep := self.deep(f"?{query}"):
                    yield self.ask(filters, ordering, deep, deep=True)

    def singles(self) -> dict[str, list[str]]:
        """Values of each filter: frequent ones, rare ones, and such as nothing has."""
        dataset, me = self.dataset, self.member.user.email
        statuses = [f"status={one}" for one in ("waiting", "ready", "in_progress", "submitted", "accepted", "rejected")]
        people = ["email=", f"email={me}"]
        if self.who == "admin":
            others = dataset.tasks.exclude(assignee=None).order_by().values_list("assignee__email", flat=True)
            people += [f"email={one}" for one in sorted(others.distinct())[::4]]
        files = list(dataset.files.order_by("position").values_list("file_id", flat=True))
        middle, last = files[len(files) // 2], files[-1]
        return {
            "status": statuses,
            "stage": [f"stage_id={stage.stage_id}" for stage in dataset.pipeline],
            "person": people,
            "reviewer": [f"reviewer={me}"],
            "file": [f"file_id={middle}", f"file_id={last}", "file_id=none"],
            "label": ["label_id=17", "label_id=none"],
            "category": [f"label_category_id={one}" for one in ("pedestrian", "motorbike", "distractor", "none")],
            "attribute": ["attribute_id=weather"] if dataset.attributes.exists() else [],
            "type": ["task_type=label", "task_type=frame_attribute", "task_type=dataset_attribute"],
            "delayed": ["delayed=true", "delayed=false"],
            "flags": [f"{name}={one}" for name in FLAGS for one in ("true", "false")],
            "updated": [f"updated_after={at}" for at in (0, 9_000_000_000_000)],
        }

    def deep(self, query: str) -> str:
        """The address of the page behind so many items (or the last one); empty where there is only one page."""
        with mock.patch.object(flow, "ROWS", min(DEEP, 50 * (self.dataset.items.count() // 100))):
            return self.following(query) or self.last(query)

    def last(self, query: str) -> str:
        """Fewer items than that: the last page but one of those there are."""
        with mock.patch.object(flow, "ROWS", 500):
            return self.following(query)

    def following(self, query: str) -> str:
        # Rows are not rendered: only the cursor is wanted.
        with mock.patch.object(flow, "_rows", return_value=[]):
            text = self.browser.get(self.path + query, headers={"HX-Request": "true"}).content.decode()
        found = re.search(r'rel="next" href="[^"?]*([^"]+)"', text)
        return unescape(found[1]) if found else ""

    def ask(self, filters: str, ordering: str, query: str, *, deep: bool) -> Measured:
        with CaptureQueriesContext(connection) as captured:
            response = self.browser.get(self.path + query)
        queries = len(captured)  # the next request forgets them
        # 400: who sees only their own chains names someone whom they do not meet.
        assert response.status_code in (200, 400), response.status_code
        text = response.content.decode()
        clock, computing = median(lambda: self.browser.get(self.path + query), self.runs)
        rows = text.count('<th scope="row"')
        return Measured(self.who, filters, ordering, deep, clock, computing, queries, len(response.content), rows)


def mot17(folder: Path) -> Dataset:
    """MOT's own files as one dataset, frame by frame: every box is an object. Nobody has worked on it yet."""
    whole = Content("frame_by_frame", dataset_type="video")
    for path in sorted(folder.glob("*/gt/gt.txt")):
        name = path.parent.parent.name
        read = read_mot(path, ReadOptions())
        whole.files += [replace(file, file_id=f"{name}/{file.file_id}") for file in read.files]
        whole.shapes += [replace(shape, file_id=f"{name}/{shape.file_id}") for shape in read.shapes]
    team = make_team()
    team.add("worker0", "labeller")
    dataset = create_dataset(team.client, "MOT17", by=None, labelling_mode="frame_by_frame")
    store(dataset, whole, by=None)
    return dataset
