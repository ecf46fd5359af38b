"""Where everything is: the API, the pages, the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("config.api.urls")),
    path("admin/", admin.site.urls),
]
