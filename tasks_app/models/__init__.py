"""Items, tasks, assignments and events."""

from .assignments import Assignment
from .events import HistoryIsClosed, TaskEvent
from .tasks import Item, Skip, Task, TaskType

__all__ = ["Assignment", "HistoryIsClosed", "Item", "Skip", "Task", "TaskEvent", "TaskType"]
