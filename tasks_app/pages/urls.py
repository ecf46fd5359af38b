"""Addresses of the pages of datasets and tasks."""

from django.urls import path, re_path

from . import assignments, pictures, settings, views

urlpatterns = [
    path("clients/<str:client_id>/", views.client, name="client"),
    path("clients/<str:client_id>/delayed/", views.delayed, name="delayed"),
    path("datasets/<str:dataset_id>/", views.dataset, name="dataset"),
    path("datasets/<str:dataset_id>/assignments/", assignments.assignments, name="dataset-assignments"),
    path("datasets/<str:dataset_id>/settings/", settings.settings, name="dataset-settings"),
    path("datasets/<str:dataset_id>/done/", views.dataset_done, name="dataset-done"),
    path("datasets/<str:dataset_id>/files/<int:position>/picture", pictures.picture, name="picture"),
    path("tasks/<str:task_id>/", views.task, name="task"),
    path("tasks/<str:task_id>/value/", views.task_value, name="task-value"),
    re_path("^tasks/(?P<task_id>[^/]+)/(?P<step>next|previous)/$", views.task_step, name="task-step"),
]
