"""What all endpoints share: who acts, and bodies that are checked only after the role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import APIException, NotFound
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from datasets_app.models import AccessToken, User


def actor(request: Request) -> tuple[User, AccessToken | None]:
    """The user of a request, and the token that they came with."""
    token = request.auth if isinstance(request.auth, AccessToken) else None
    assert isinstance(request.user, User)  # the permission class lets nobody else in
    return request.user, token


class LengthRequired(APIException):
    """Servers hand on no body without a length: a decision would be made as if nothing had been said with it."""

    status_code = 411
    default_code = "length_required"
    default_detail = "Send the body with a Content-Length, not in chunks."


class OnlyFirst(DefaultContentNegotiation):
    """Answers have one form (the API's is JSON), whatever `Accept` and `?format=` say: nothing is refused for them,
    least of all before 401."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ApiViewSet(ViewSet):
    """Base of our viewsets."""

    content_negotiation_class = OnlyFirst
    metadata_class = None  # OPTIONS tells nothing that the schema does not

    def sent(self) -> Any:
        """The body as JSON."""
        if "HTTP_TRANSFER_ENCODING" in self.request.META and not self.request.META.get("CONTENT_LENGTH"):
            raise LengthRequired
        return self.request.data

    def body(self, serializer: type[Serializer[Any]], check_role: Callable[[], object]) -> dict[str, Any]:
        """The checked body. Where it is wrong, a role that can never do this is told that first."""
        try:
            checked = serializer(data=self.sent())
            checked.is_valid(raise_exception=True)
        except APIException:
            check_role()
            raise
        return dict(checked.validated_data)


class Unknown(APIView):
    """Any other path of the API."""

    schema = None
    content_negotiation_class = OnlyFirst
    metadata_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this path. Paths have no slash at the end; /api/docs lists them.")
