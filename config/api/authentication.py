"""`Authorization: Bearer <token>`; the browser's session works too."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, connection
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from datasets_app.ids import now
from datasets_app.models import AccessToken, User

#: How exact `last_used_at` is: a write for each request would cost more than it tells.
USED = timedelta(minutes=1)


class BearerAuthentication(BaseAuthentication):
    """`request.user` is the token's user, `request.auth` the token with its member."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise AuthenticationFailed("Send the header as: Authorization: Bearer <token>.")
        found = AccessToken.objects.usable().filter(hash=AccessToken.hash_of(secret.strip()))
        token = found.select_related("member__user", "member__client").first()
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked: make a new one.")
        if token.last_used_at is None or now() - token.last_used_at > USED:
            note_use(token)
        return token.member.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def note_use(token: AccessToken) -> None:
    """Note that a token was used, unless someone else is writing just now: no read waits for that, or fails."""
    mine = AccessToken.objects.filter(pk=token.pk)
    if connection.vendor != "sqlite":  # one row is locked there, not the database
        mine.update(last_used_at=now())
        return
    with connection.cursor() as cursor, suppress(OperationalError):
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            mine.update(last_used_at=now())
        finally:
            seconds = connection.settings_dict["OPTIONS"]["timeout"]
            cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session, with CSRF."""

    def enforce_csrf(self, request: Request) -> None:
        # With DRF's own request this would read the body: what is wrong with that came before 404 and 403.
        super().enforce_csrf(request._request)  # type: ignore[arg-type]


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An access token of yours."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
