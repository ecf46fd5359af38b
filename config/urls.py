"""Where everything is: the API, the pages, the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("config.api.urls")),
    path("admin/", admin.site.urls),
    path("", include("datasets_app.pages.urls")),
    path("", include("tasks_app.pages.urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
