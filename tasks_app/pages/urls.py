"""Addresses of the pages of datasets and tasks."""

from django.urls import path, re_path

from . import assignments, correcting, delayed, desk, many, pictures, progress, search, settings, views, work

urlpatterns = [
    path("clients/<str:client_id>/", views.client, name="client"),
    path("clients/<str:client_id>/my-work/", work.work, name="work"),
    path("clients/<str:client_id>/search/", search.search_page, name="search"),
    path("clients/<str:client_id>/delayed/", delayed.delayed, name="delayed"),
    path("datasets/<str:dataset_id>/", views.dataset, name="dataset"),
    path("datasets/<str:dataset_id>/assignments/", assignments.assignments, name="dataset-assignments"),
    path("datasets/<str:dataset_id>/progress/", progress.progress, name="dataset-progress"),
    path("datasets/<str:dataset_id>/settings/", settings.settings, name="dataset-settings"),
    path("datasets/<str:dataset_id>/done/", views.dataset_done, name="dataset-done"),
    path("datasets/<str:dataset_id>/files/<int:position>/picture", pictures.picture, name="picture"),
    path("datasets/<str:dataset_id>/many/", many.many, name="many"),
    path("datasets/<str:dataset_id>/desk/", desk.desk_start, name="desk-start"),
    path("datasets/<str:dataset_id>/desk/leave/", desk.desk_leave, name="desk-leave"),
    path("desk/<str:task_id>/", desk.desk, name="desk"),
    path("desk/<str:task_id>/following/", desk.desk_following, name="desk-following"),
    re_path("^desk/(?P<task_id>[^/]+)/(?P<step>next|previous)/$", desk.desk_step, name="desk-step"),
    path("tasks/<str:task_id>/", views.task, name="task"),
    path("tasks/<str:task_id>/correct/", correcting.task_correct, name="task-correct"),
    path("tasks/<str:task_id>/value/", views.task_value, name="task-value"),
    re_path("^tasks/(?P<task_id>[^/]+)/(?P<step>next|previous)/$", views.task_step, name="task-step"),
]
