"""Items, what is worked on, and tasks, the work on one item in one stage."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from datasets_app.fields import MillisField
from datasets_app.ids import now, opaque_id
from datasets_app.models import Attribute, Dataset, File, Label, Stage, User, both_or_neither
from tasks_app.querysets import DueOrder, ItemQuerySet, TaskQuerySet
from tasks_app.workflow import HANDED_OVER, OPEN, Status


class TaskType(models.TextChoices):
    LABEL = "label", "label"
    FRAME_ATTRIBUTE = "frame_attribute", "frame attribute"
    DATASET_ATTRIBUTE = "dataset_attribute", "dataset attribute"


class Item(models.Model):
    """What is worked on: one object, one frame attribute, one dataset attribute. Every writer locks it first."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="items")
    task_type = models.CharField(max_length=20, choices=TaskType.choices)
    label = models.OneToOneField(Label, on_delete=models.PROTECT, null=True, blank=True, related_name="item")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    #: Set at frame level, empty at dataset level.
    file = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    #: The hash of the chain's newest event: cutting off the end of a history shows too.
    last_hash = models.CharField(max_length=64, blank=True, default="", editable=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(task_type="label", label__isnull=False, attribute=None)
                | Q(task_type__in=["frame_attribute", "dataset_attribute"], label=None, attribute__isnull=False),
                name="item_is_of_a_label_or_an_attribute",
            ),
            models.UniqueConstraint(
                fields=["attribute", "file"],
                condition=Q(attribute__isnull=False, file__isnull=False),
                name="one_item_for_each_attribute_and_file",
            ),
            models.UniqueConstraint(
                fields=["attribute"],
                condition=Q(attribute__isnull=False, file=None),
                name="one_item_for_each_attribute_as_a_whole",
            ),
        ]

    def __str__(self) -> str:
        subject = str(self.label or self.attribute)
        return f"{subject} in {self.file}" if self.file_id else subject

    @property
    def is_by_frame(self) -> bool:
        """Of all frames of a sequence: there can be a value in each, besides the one as a whole."""
        return self.task_type == TaskType.FRAME_ATTRIBUTE and self.file_id is None


#: What lists are filtered by. Each index of an ordering has all of it, so that the database reads the index alone:
#: where few tasks fit, it passes over 400,000 of them in 30 ms without touching a row.
FILTERED = ["item", "stage", "status", "assignee", "reviewed_by", "changed_in_review", "label_changed_since_submit"]
PRESENT = Q(deleted_at=None)


class Task(models.Model):
    """The work on one item in one stage. Created by `tasks_app.creation`, changed by `tasks_app.actions` only."""

    task_id = models.CharField(max_length=64, unique=True, default=opaque_id, editable=False)
    # No indexes of their own: those below, and the constraint of item and stage, begin with these columns.
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    #: prev(t); `task.next` is the other end. Kept, so that a list of a million joins instead of searching.
    previous = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="next")

    #: Together these two are an item's place in its dataset, like no other item's.
    file_order = models.PositiveIntegerField()
    item_order = models.BigIntegerField()
    stage_order = models.PositiveIntegerField()

    status = models.CharField(max_length=12, choices=Status.choices)
    #: What an in_progress task was before start: reassigning sets it back to that.
    started_from = models.CharField(max_length=12, choices=Status.choices, blank=True, default="")
    assignee = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="assigned_tasks", db_index=False
    )
    rework_count = models.PositiveIntegerField(default=0)
    last_reason = models.CharField(max_length=200, blank=True, default="")
    last_comment = models.TextField(blank=True, default="")
    changed_in_review = models.BooleanField(default=False)
    label_changed_since_submit = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    created_at = MillisField(default=now)
    updated_at = MillisField(default=now)
    ready_at = MillisField(null=True, blank=True)
    clock_start = MillisField(null=True, blank=True)
    due_at = MillisField(null=True, blank=True)
    submitted_at = MillisField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reviewed_at = MillisField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    finished_at = MillisField(null=True, blank=True)
    deleted_at = MillisField(null=True, blank=True)
    #: Who submitted prev(t), while that waits for its review: `writing.hand_on` sees to it. It is no part of the
    #: history. Queues read it in their index, instead of two tasks for each that could be reviewed.
    handed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    #: Who has it in front of them. Live until it expires; it is no part of the history.
    claimed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    claim_expires_at = MillisField(null=True, blank=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["dataset", "file_order", "item_order", "stage_order"]
        constraints = [
            models.UniqueConstraint(fields=["item", "stage"], name="one_task_for_each_item_and_stage"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="task_status_is_one_of_six"),
            both_or_neither("submitted_at", "submitted_by", "task_submitted_at_and_by_go_together"),
            both_or_neither("reviewed_at", "reviewed_by", "task_reviewed_at_and_by_go_together"),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(HANDED_OVER)) | Q(submitted_at__isnull=False),
                name="task_handed_over_was_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(status="in_progress") | Q(assignee__isnull=False, started_from__in=["ready", "rejected"]),
                name="task_in_progress_has_an_assignee",
            ),
            models.CheckConstraint(
                condition=Q(status="in_progress") | Q(started_from=""), name="task_started_only_in_progress"
            ),
            models.CheckConstraint(
                condition=Q(status="accepted", finished_at__isnull=False)
                | (~Q(status="accepted") & Q(finished_at=None)),
                name="task_accepted_is_finished",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(OPEN)) | Q(clock_start__isnull=False), name="task_open_has_a_clock"
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(status__in=sorted(OPEN)), name="task_due_only_while_open"
            ),
            models.CheckConstraint(condition=~Q(previous=F("id")), name="task_is_not_its_own_previous"),
            both_or_neither("claim_expires_at", "claimed_by", "task_claim_expires"),
        ]
        indexes = [
            # The list of a dataset in list order, whole or by cursor, with any filters.
            models.Index(
                fields=["dataset", "file_order", "item_order", "stage_order", *FILTERED, "due_at", "updated_at", "id"],
                name="task_in_list_order",
                condition=PRESENT,
            ),
            # The same, latest change first.
            models.Index(
                fields=["dataset", "updated_at", "id", "file_order", "item_order", *FILTERED, "due_at"],
                name="task_by_change",
                condition=PRESENT,
            ),
            # The same, by due time; and what is late, worst first.
            models.Index(
                F("dataset"),
                DueOrder("due_at"),
                *(F(name) for name in ["id", "file_order", "item_order", *FILTERED, "due_at", "updated_at"]),
                name="task_by_due",
                condition=PRESENT,
            ),
            # Counts by stage and status: the bars of a dataset.
            models.Index(fields=["dataset", "deleted_at", "stage", "status"], name="task_by_stage_and_status"),
            # A person's tasks, and what is nobody's; whether a labeller sees a dataset, and how much of it.
            models.Index(fields=["assignee", "dataset", "deleted_at", "stage", "status"], name="task_of_assignee"),
            # Who has submitted in a stage: whom four eyes can bar in the next one.
            models.Index(
                fields=["submitted_by", "stage"], name="task_by_submitter", condition=Q(submitted_by__isnull=False)
            ),
            # What a person is offered next: theirs or free, of one stage and status, oldest clock first. Whether it is
            # a review, and of whose work, is read in the index.
            models.Index(
                fields=["stage", "status", "assignee", "clock_start", "file_order", "item_order", "handed_by"],
                name="task_queue",
                condition=PRESENT,
            ),
            # What four eyes bar its assignee from.
            models.Index(
                fields=["stage", "clock_start", "file_order", "item_order", "assignee"],
                name="task_barred",
                condition=Q(assignee=F("handed_by"), deleted_at=None),
            ),
            # The same for what waits for the customer, whoever made it.
            models.Index(
                fields=["stage", "clock_start", "file_order", "item_order"],
                name="task_handed_over",
                condition=Q(status="submitted", deleted_at=None),
            ),
            # A person's claims: they end when another is given.
            models.Index(fields=["claimed_by"], name="task_claims", condition=Q(claimed_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} ({self.stage_id_text}: {self.status})"

    @property
    def claim_holder_id(self) -> int | None:
        """The key of the user whose claim is live."""
        live = self.claim_expires_at is not None and self.claim_expires_at > now()
        return self.claimed_by_id if live else None

    @property
    def stage_id_text(self) -> str:
        """The contract's `stage_id`; Django's own `stage_id` is the database key."""
        return self.stage.stage_id

    @property
    def level(self) -> str:
        """`frame` or `dataset`: where the task stands."""
        return "frame" if self.item.file_id else "dataset"


class Skip(models.Model):
    """A task that a person has put aside: it is not offered to them again for a while."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="skips")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    until = MillisField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "user"], name="one_skip_for_each_task_and_user")]

    def __str__(self) -> str:
        return f"{self.task_id} skipped by {self.user} until {self.until}"
