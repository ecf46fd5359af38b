"""What `manage.py demo` shows: a client with people in every role, two datasets, and work in every status.

All work is done by the verbs that people use, so the history is a real one; only the clock is turned back.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import transaction

from datasets_app.actions import create_dataset, set_settings
from datasets_app.changes import Progress, quiet
from datasets_app.demo.scenes import DemoDataset, frames, sequence
from datasets_app.ids import as_if_at
from datasets_app.imports.store import store
from datasets_app.membership import add_member, create_token
from datasets_app.models import AttributeValue, Client, Dataset, File, Member, User
from datasets_app.roles import Role

from . import actions
from .assignments import assign_files, assign_labels
from .models import Task

CLIENT = "Demo"
PASSWORD = "four-eyes-demo"  # noqa: S105  (printed on purpose: the demo has no secrets)
PEOPLE = {
    "admin": Role.ADMIN,
    "lead": Role.DATASETS_ADMIN,
    "creator": Role.DATASETS_CREATOR,
    "fixer": Role.LABELS_ADMIN,
    "ann": Role.LABELLER,
    "bob": Role.LABELLER,
    "eve": Role.LABELLER,
    "customer": Role.CUSTOMER,
    "reader": Role.READER,
}
REASONS = [
    "box too large",
    "box is shifted",
    "missing part",
    "wrong category",
    "wrong state",
    "track jumps",
    "box drifts",
    "something else",
]
FRAMES_PIPELINE = [{"stage_id": "Labelling", "can_edit": True}, {"stage_id": "QA", "can_edit": True}]
DRIVE_PIPELINE = [
    {"stage_id": "Labelling", "can_edit": True, "time_limit_seconds": 2 * 86_400},
    {"stage_id": "QA", "time_limit_seconds": 86_400},
    {"stage_id": "Audit"},
]
Team = dict[str, Member]


def email_of(name: str) -> str:
    return f"{name}@example.com"


def is_built() -> bool:
    """Whether the demo is there: its people are, whatever its client may be called by now."""
    return Member.objects.filter(user__email__in=[email_of(name) for name in PEOPLE]).exists()


@transaction.atomic
def build(progress: Progress = quiet) -> str:
    """Make the whole demo, or nothing of it. Returns the secret of admin's access token."""
    clock = Clock()
    with as_if_at(clock.now):
        clock.turn_back(days=7)
        team = _make_team()
        _work_on_frames(_make_frames(team, clock, progress))
        _work_on_drive(_make_drive(team, clock, progress))
    _token, secret = create_token(team["admin"], "demo", by=None)
    return secret


class Clock:
    """The story of the demo happened in the last days.

    Moving the times of finished rows instead would break the hash chains of the history.
    """

    def __init__(self) -> None:
        self.real = self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self.moment

    def turn_back(self, **ago: float) -> None:
        self.moment = self.real - timedelta(**ago)

    def tick(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def _make_team() -> Team:
    client = Client.objects.create(name=CLIENT)
    password = make_password(PASSWORD)  # one slow hash for all of them
    team = {}
    for name, role in PEOPLE.items():
        operator = name == "admin"
        user = User(email=email_of(name), is_staff=operator, is_superuser=operator, password=password)
        user.save()
        team[name] = add_member(client, user, role, by=None)
    return team


# --- one dataset and the work on it ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Story:
    """A dataset, its people and its clock, and what a reviewer would say of each wrong label."""

    dataset: Dataset
    team: Team
    clock: Clock
    wrong: dict[tuple[str, str], str]
    rng: random.Random

    def begin(self, **ago: float) -> None:
        """A session of work that began so long ago."""
        self.clock.turn_back(**ago)

    def do(self, who: str, verb: Callable[..., Task], task: Task, **words: Any) -> Task:
        """One action of a person, who takes a moment for it."""
        self.clock.tick(self.rng.uniform(20, 90))
        return verb(task, by=self.team[who], **words)

    def tasks(self, stage_id: str, first: int = 0, last: int = 10**9, **lookups: Any) -> list[Task]:
        """Tasks of a stage that can be submitted, of the files at these positions (0: dataset level)."""
        found = Task.objects.for_page().filter(dataset=self.dataset, stage__stage_id=stage_id, **lookups)
        values = AttributeValue.objects.filter(attribute__dataset=self.dataset).values_list("attribute", "file")
        said = set(values) | {(attribute, None) for attribute, _file in values}
        return [
            task
            for task in found.filter(file_order__range=(first, last)).in_list_order()
            if task.item.label_id or (task.item.attribute_id, task.item.file_id) in said
        ]

    def complaint(self, task: Task) -> str:
        """What is wrong with the label of a task; empty if nothing is."""
        label = task.item.label
        file_id = task.item.file.file_id if task.item.file else ""
        return self.wrong.get((file_id, label.label_id), "") if label else ""

    def review(self, who: str, task: Task) -> None:
        """Reject what is wrong; accept the rest and submit the next stage's task with it."""
        complaint = self.complaint(task)
        if complaint:
            reason = next(reason for reason in REASONS if complaint.startswith(reason))
            self.do(who, actions.reject, task, reason=reason, comment=f"{complaint.capitalize()}.")
        else:
            self.do(who, actions.accept, task, submit=True)


def _make(team: Team, clock: Clock, progress: Progress, name: str, demo: DemoDataset, pipeline: list[Any]) -> Story:
    by = team["admin"]
    mode = demo.content.labelling_mode
    dataset = create_dataset(by.client, name, by=by, labelling_mode=mode, pipeline_spec=pipeline, tags=["demo"])
    store(dataset, demo.content, by=by)
    dataset = set_settings(dataset, by=by, reject_reasons=REASONS, customer_review=len(pipeline) > 2)
    _draw(dataset, demo, progress)
    return Story(dataset, team, clock, demo.wrong, random.Random(name))  # noqa: S311  (a story, not a secret)


def _draw(dataset: Dataset, demo: DemoDataset, progress: Progress) -> None:
    """Draw the dataset's pictures and keep them as files."""
    files = list(dataset.files.all())
    for file in progress(files, f"Drawing {dataset}"):
        file.dataset = dataset
        file.picture.save("picture.jpg", ContentFile(demo.pictures[file.file_id]()), save=False)
    File.objects.bulk_update(files, ["picture"])


def _make_frames(team: Team, clock: Clock, progress: Progress) -> Story:
    """Single pictures: ann and bob label, eve and ann review, a third of the files belongs to nobody yet."""
    clock.turn_back(days=6)
    story = _make(team, clock, progress, "Street frames", frames(), FRAMES_PIPELINE)
    entries = (
        ("Labelling", "ann", "1-8"),
        ("Labelling", "bob", "9-16"),
        ("QA", "eve", "1-5,9-11"),
        ("QA", "ann", "12-14"),
    )
    assign_files(
        story.dataset,
        [{"stage_id": stage, "email": email_of(name), "files": files} for stage, name, files in entries],
        by=team["lead"],
    )
    return story


def _work_on_frames(story: Story) -> None:
    """Most of it is labelled, little is reviewed; some came back, one for the second time round."""
    story.begin(days=4, hours=5)
    for task in story.tasks("Labelling", 1, 7):
        story.do("ann", actions.submit, task)
    story.begin(days=3, hours=6)
    for task in story.tasks("Labelling", 9, 14):
        story.do("bob", actions.submit, task)
    story.begin(days=1, hours=4)
    reviewed = story.tasks("Labelling", 1, 2) + story.tasks("Labelling", 9, 9)
    for task in reviewed[1:]:
        story.review("eve", task)
    for task in filter(story.complaint, story.tasks("Labelling", 3, 5)):
        story.review("eve", task)
    story.begin(hours=6)
    _work_today(story)


def _work_today(story: Story) -> None:
    """Single things that a demo should have: work in hand, a reply, a reopened task, a review with changes."""
    sent_back = story.tasks("Labelling", 1, 8, status="rejected")
    story.do("ann", actions.start, sent_back[0])
    story.do("ann", actions.submit, sent_back[0], comment="I see it where the box is: have another look.")
    accepted = story.tasks("Labelling", 2, 2, status="accepted", item__label__isnull=False)
    story.do("lead", actions.reopen, accepted[-1], comment="The customer asks for tighter boxes: look again.")
    for task in story.tasks("Labelling", 8, 8)[:2]:
        story.do("ann", actions.start, task)
    for task in story.tasks("Labelling", 15, 15)[:1]:
        story.do("bob", actions.start, task)
    for task in story.tasks("Labelling", 4, 4, status="submitted")[:1]:
        story.do("eve", actions.accept, task)  # accept & modify: now she has its QA task in hand


def _make_drive(team: Team, clock: Clock, progress: Progress) -> Story:
    """One drive: bob labels, eve reviews, ann audits, and the customer has the last word."""
    clock.turn_back(days=6, hours=20)
    story = _make(team, clock, progress, "Street drive", sequence(), DRIVE_PIPELINE)
    people = {"Labelling": "bob", "QA": "eve", "Audit": "ann"}
    names = story.dataset.attributes.values_list("attribute_id", flat=True)
    what: list[dict[str, Any]] = [{"all": True}, *({"attribute_id": name} for name in names)]
    entries = [
        {"stage_id": stage, "email": email_of(name), **target} for stage, name in people.items() for target in what
    ]
    assign_labels(story.dataset, entries, by=team["lead"])
    return story


def _work_on_drive(story: Story) -> None:
    """Each of the three stages has work; the customer has some to look at; what is left is late."""
    story.begin(days=5, hours=3)
    tracks = story.tasks("Labelling", item__label__isnull=False)
    for task in tracks[:-2] + story.tasks("Labelling", item__attribute__isnull=False):
        story.do("bob", actions.submit, task)
    story.begin(days=4)
    for task in tracks[:7]:
        story.review("eve", task)
    story.begin(days=2)
    checked = story.tasks("QA", status="submitted")
    for task in checked[:-1]:
        story.do("ann", actions.accept, task, submit=True)
    story.begin(days=1)
    audited = story.tasks("Audit", status="submitted")
    story.do("customer", actions.accept, audited[0])
    story.do("customer", actions.reject, audited[1], reason="something else", comment="It ends too early for us.")
