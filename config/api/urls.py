"""The API: version 2 of the paths, the schema, and its documentation that works offline."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from .views import Unknown

urlpatterns = [
    path("v2/", include(("tasks_app.api.urls", "api"))),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path("^.*$", Unknown.as_view(), name="api-unknown"),
]
