"""The endpoints of tasks: no slash at the end."""

from django.urls import re_path

from datasets_app.ids import OPAQUE

from .labels import LabelViewSet
from .queue import QueueViewSet
from .views import ClientTasksViewSet, DatasetTasksViewSet, TaskViewSet

TASK = rf"^tasks/(?P<task_id>{OPAQUE})"
DATASET = rf"^datasets/(?P<dataset_id>{OPAQUE})"
CLIENT = rf"^clients/(?P<client_id>{OPAQUE})"

urlpatterns = [
    re_path(rf"{TASK}$", TaskViewSet.as_view({"get": "retrieve"}), name="task"),
    re_path(rf"{TASK}/events$", TaskViewSet.as_view({"get": "events"}), name="task-events"),
    re_path(rf"{TASK}/start$", TaskViewSet.as_view({"post": "start"}), name="task-start"),
    re_path(rf"{TASK}/submit$", TaskViewSet.as_view({"post": "submit"}), name="task-submit"),
    re_path(rf"{TASK}/accept$", TaskViewSet.as_view({"post": "accept"}), name="task-accept"),
    re_path(rf"{TASK}/reject$", TaskViewSet.as_view({"post": "reject"}), name="task-reject"),
    re_path(rf"{TASK}/reopen$", TaskViewSet.as_view({"post": "reopen"}), name="task-reopen"),
    re_path(rf"{TASK}/undo$", TaskViewSet.as_view({"post": "undo"}), name="task-undo"),
    re_path(rf"{TASK}/skip$", TaskViewSet.as_view({"post": "skip"}), name="task-skip"),
    re_path(rf"{TASK}/value$", TaskViewSet.as_view({"put": "value"}), name="task-value"),
    re_path(rf"{DATASET}/tasks$", DatasetTasksViewSet.as_view({"get": "tasks"}), name="dataset-tasks"),
    re_path(rf"{DATASET}/tasks/next$", QueueViewSet.as_view({"post": "next"}), name="dataset-next"),
    re_path(rf"{DATASET}/tasks/bulk$", QueueViewSet.as_view({"post": "bulk"}), name="dataset-bulk"),
    re_path(
        rf"{DATASET}/file_tasks$",
        DatasetTasksViewSet.as_view({"get": "file_tasks", "post": "assign_files"}),
        name="file-tasks",
    ),
    re_path(
        rf"{DATASET}/label_tasks$",
        DatasetTasksViewSet.as_view({"get": "label_tasks", "post": "assign_labels"}),
        name="label-tasks",
    ),
    re_path(
        rf"{DATASET}/labels/(?P<label_id>.*:[0-9]+)$",
        LabelViewSet.as_view({"put": "change", "delete": "withdraw"}),
        name="label",
    ),
    re_path(rf"{CLIENT}/user_tasks$", ClientTasksViewSet.as_view({"get": "user_tasks"}), name="user-tasks"),
    re_path(rf"{CLIENT}/delayed_tasks$", ClientTasksViewSet.as_view({"get": "delayed_tasks"}), name="delayed-tasks"),
]
