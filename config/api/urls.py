"""The API: version 2 of the paths, the schema, and its documentation that works offline."""

from typing import Any

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from .views import OnlyFirst, Unknown

#: Open to everyone, so nobody's credentials are looked at; without metadata OPTIONS is 405: its page has none to show.
OPEN: dict[str, Any] = {"authentication_classes": [], "metadata_class": None}
docs = SpectacularSwaggerSplitView.as_view(
    url_name="schema", template_name="api_docs.html", content_negotiation_class=OnlyFirst, **OPEN
)

urlpatterns = [
    path("v2/", include(("tasks_app.api.urls", "api"))),
    path("schema", SpectacularAPIView.as_view(**OPEN), name="schema"),
    path("docs", docs, name="docs"),
    re_path("^.*$", Unknown.as_view(), name="api-unknown"),
]
