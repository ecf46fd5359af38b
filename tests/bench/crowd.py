"""A dataset like a crowded street, frame by frame, half done: some 190 boxes in each of 1,050 frames.

Written straight into the tables, without events: what is measured is reading. The same each time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from datasets_app.actions import create_dataset
from datasets_app.bulk import give_keys, insert
from datasets_app.ids import now
from datasets_app.membership import set_stage_people
from datasets_app.models import Attribute, AttributeValue, Dataset, File, Label, Member, Stage, User
from datasets_app.models.content import LabelType
from tasks_app.models import Assignment, Item, Task
from tasks_app.planning import AFTER_LABELS
from tasks_app.workflow import OPEN, Status
from tasks_app.writing import due_at
from tests.factories import Team, make_team

FILES, BOXES = 1_050, 190
#: Files are worked on in order: behind these parts of them the work is at an earlier point.
REVIEWED, LABELLED, ASSIGNED = 0.45, 0.7, 0.85
#: How many files a person gets at a time.
BLOCK = 10
#: How many of a thousand boxes are of which category.
CATEGORIES = {
    "pedestrian": 700, "car": 120, "static_person": 80, "bicycle": 50, "occluder": 35, "motorbike": 14, "distractor": 1,
}  # fmt: skip
DAY = timedelta(days=1)


#: Who looks at it, by what they are here. `worker9` reviews only; what is free for review is theirs to see.
VIEWERS = {
    "admin": "admin", "labeller": "worker0", "reviewer": "worker9", "labels and reviews": "worker6",
    "newcomer": "newcomer",
}  # fmt: skip


def viewers_of(dataset: Dataset) -> dict[str, Member]:
    """Those who look at the dataset: real users, with the rights of a role."""
    members = Member.objects.select_related("user", "client").filter(client=dataset.client)
    by_name = {member.user.short_name: member for member in members}
    return {who: by_name[name] for who, name in VIEWERS.items() if name in by_name}


@transaction.atomic
def make_crowd(tasks: int, *, stages: tuple[str, ...] = ("Labelling", "QA"), seed: int = 7) -> Dataset:
    """About so many tasks, with people, assignments and every status."""
    team = make_team()
    boxes = BOXES if tasks >= 10_000 else 10
    files = max(round(tasks / boxes / len(stages)), 5)
    limits = {"Labelling": 20 * 86_400, "QA": 8 * 86_400}
    spec = [{"stage_id": one, "can_edit": not n, "time_limit_seconds": limits.get(one)} for n, one in enumerate(stages)]
    dataset = create_dataset(team.client, "Crowd", by=None, pipeline_spec=spec)
    builder = Builder(team, dataset, random.Random(seed), now())
    builder.hire()
    builder.build(files, boxes)
    return dataset


class Builder:
    """Writes file after file, each with its chains as far as the work has come."""

    def __init__(self, team: Team, dataset: Dataset, rng: random.Random, moment: datetime) -> None:
        self.team, self.dataset, self.rng, self.moment = team, dataset, rng, moment
        self.stages = dataset.pipeline
        self.labellers: list[User] = []
        self.reviewers: list[User] = []
        self.newcomer: User | None = None

    def hire(self) -> None:
        """Eight who label, four who review (two of them label as well), one who gets a single file, and the lead."""
        workers = [self.team.add(f"worker{number}", "labeller") for number in range(10)]
        self.newcomer = self.team.add("newcomer", "labeller").user
        self.labellers = [one.user for one in workers[:8]]
        self.reviewers = [one.user for one in workers[6:]]
        set_stage_people(self.stages[0], workers[:8], by=None)
        for stage in self.stages[1:]:
            set_stage_people(stage, workers[6:], by=None)

    def build(self, files: int, boxes: int) -> None:
        rows = [
            File(dataset=self.dataset, file_id=f"{n:06d}.jpg", position=n, width=1920, height=1080)
            for n in range(1, files + 1)
        ]
        insert(rows)
        weather = Attribute(
            dataset=self.dataset, attribute_id="weather", level="frame", options=["rain", "sun"], position=1
        )
        weather.save()
        insert([AttributeValue(attribute=weather, file=file, value="sun") for file in rows[: files // 2]])
        some = 50
        for start in range(0, files, some):
            self._write(rows[start : start + some], files, boxes, weather)

    def _write(self, files: list[File], total: int, boxes: int, weather: Attribute) -> None:
        """The labels, items and tasks of some files."""
        names, weights = list(CATEGORIES), list(CATEGORIES.values())
        labels = [
            Label(
                dataset=self.dataset, file=file, label_id=f"{n}", label_type=LabelType.BOX,
                label_category_id=self.rng.choices(names, weights)[0],
            )
            for file in files
            for n in range(1, boxes + 1)
        ]  # fmt: skip
        insert(labels)
        items = [Item(dataset=self.dataset, task_type="label", label=one, file=one.file) for one in labels]
        items += [
            Item(dataset=self.dataset, task_type="frame_attribute", attribute=weather, file=file) for file in files
        ]
        give_keys(items)
        insert(items)
        by_stage: list[list[Task]] = [[] for _ in self.stages]
        for item in items:
            for number, task in enumerate(self._chain(item, item.file.position / total)):
                by_stage[number].append(task)
        for tasks, before in zip(by_stage, [None, *by_stage], strict=False):
            give_keys(tasks)
            for number, task in enumerate(tasks):
                task.previous = previous = before[number] if before else None
                if previous and previous.status == Status.SUBMITTED:
                    task.handed_by = previous.submitted_by
            insert(tasks)
        self._assign(files, total)

    def _assign(self, files: list[File], total: int) -> None:
        """Saved assignments: those of Labelling, and one file of the newcomer's."""
        rows = []
        for file in files:
            user = self._labeller(file.position, file.position / total)
            if user is not None:
                rows.append(Assignment(dataset=self.dataset, stage=self.stages[0], file=file, user=user))
        insert(rows)

    def _labeller(self, position: int, part: float) -> User | None:
        if position == 3:
            return self.newcomer
        return None if part > ASSIGNED else self.labellers[position // BLOCK % len(self.labellers)]

    def _chain(self, item: Item, part: float) -> list[Task]:
        """The tasks of an item, by how far the work has come where it stands."""
        position = item.file.position
        labeller = self._labeller(position, part) or self.rng.choice(self.labellers)
        # Two people label and review: now and then one of them has their own work before them, and is barred.
        turn = position // BLOCK + 2
        reviewer = self.reviewers[turn % len(self.reviewers)]
        if reviewer == labeller and self.rng.random() < 0.9:
            reviewer = self.reviewers[(turn + 1) % len(self.reviewers)]
        story = self.rng.choices(STORIES, [story.weight(part) for story in STORIES])[0]
        at = self.moment - DAY * (30 * (1 - part) + 1) + DAY * self.rng.random()
        withdrawn = at if self.rng.random() < 0.005 else None
        free = self._labeller(position, part) is None
        tasks, order = [], (item.label_id or AFTER_LABELS + item.attribute.position)
        for number, stage in enumerate(self.stages):
            status = story.status(number)
            person = (None if free and status == Status.READY else labeller) if number == 0 else reviewer
            if number and status in (Status.WAITING, Status.READY) and not story.rework and self.rng.random() < 0.8:
                person = None
            task = self._task(item, stage, status, person, reviewer, at + DAY * number / 2, story, order)
            task.deleted_at = withdrawn
            tasks.append(task)
        return tasks

    def _task(
        self, item: Item, stage: Stage, status: Status, person: User | None, reviewer: User, at: datetime,
        story: Story, order: int,
    ) -> Task:  # fmt: skip
        submitted = status in (Status.SUBMITTED, Status.ACCEPTED, Status.REJECTED)
        reviewed = status in (Status.ACCEPTED, Status.REJECTED) and stage.position == 0
        clock = at if status in OPEN else None
        columns: dict[str, Any] = {
            "assignee": person,
            "started_from": Status.READY if status == Status.IN_PROGRESS else "",
            "submitted_at": at if submitted else None,
            "submitted_by": person if submitted else None,
            "reviewed_at": at if reviewed else None,
            "reviewed_by": reviewer if reviewed else None,
            "finished_at": at if status == Status.ACCEPTED else None,
            "rework_count": story.rework if stage.position == 0 else 0,
            "changed_in_review": stage.position > 0 and status == Status.ACCEPTED and self.rng.random() < 0.02,
            "label_changed_since_submit": submitted and self.rng.random() < 0.01,
        }
        return Task(
            item=item, dataset=self.dataset, stage=stage, status=status, file_order=item.file.position,
            item_order=order, stage_order=stage.position, created_at=at, updated_at=at, ready_at=clock,
            clock_start=clock, due_at=due_at(status, clock, stage), **columns,
        )  # fmt: skip


@dataclass(frozen=True)
class Story:
    """What became of a chain, and how often, where the work is reviewed, labelled, assigned, or not begun."""

    statuses: tuple[Status, Status]
    often: tuple[int, int, int, int]
    rework: int = 0

    def status(self, number: int) -> Status:
        """Of the chain's task with this number. A third stage goes as the second; what is after that has not begun."""
        if number < 2:
            return self.statuses[number]
        return self.statuses[1] if number == 2 and self.statuses[1] == Status.ACCEPTED else Status.WAITING

    def weight(self, part: float) -> int:
        return self.often[sum(part > border for border in (REVIEWED, LABELLED, ASSIGNED))]


STORIES = [
    Story((Status.ACCEPTED, Status.ACCEPTED), (880, 100, 0, 0)),
    Story((Status.ACCEPTED, Status.ACCEPTED), (60, 5, 0, 0), rework=1),
    Story((Status.ACCEPTED, Status.IN_PROGRESS), (20, 60, 2, 0)),
    Story((Status.SUBMITTED, Status.READY), (20, 700, 200, 2)),
    Story((Status.REJECTED, Status.WAITING), (18, 60, 10, 0), rework=1),
    Story((Status.REJECTED, Status.WAITING), (2, 5, 0, 0), rework=2),
    Story((Status.IN_PROGRESS, Status.WAITING), (0, 20, 88, 1)),
    Story((Status.READY, Status.WAITING), (0, 50, 700, 997)),
]
