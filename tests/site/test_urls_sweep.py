"""Every address of the site × every method: without credentials, as another client, with a slash too many.

A new address joins by itself; if it has a part whose name is unknown here, the tests fail until that is in KWARGS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.test import APIClient

from datasets_app.models import AccessToken, Dataset, File
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, make_dataset, make_team, task_of

pytestmark = pytest.mark.django_db
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
#: What anyone may see: signing in, light or dark, and the documentation.
OPEN = {"login", "admin:login", "schema", "docs", "theme", "logout"}
#: Parts of addresses that name a thing of a client.
OURS = {"task_id", "dataset_id", "client_id", "token_id"}
PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


@dataclass(frozen=True)
class Address:
    name: str
    pattern: str

    @property
    def parts(self) -> set[str]:
        return {one or other for one, other in PART.findall(self.pattern)}

    def filled(self, kwargs: dict[str, Any]) -> str:
        """The path with its parts filled in. Raises KeyError where one is unknown: add it to `kwargs`."""
        path = PART.sub(lambda found: str(kwargs[found[1] or found[2]]), self.pattern)
        return "/" + path.replace("^", "").replace("$", "").replace(".*", "anything")


def addresses(resolver: URLResolver | None = None, prefix: str = "", space: str = "") -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from addresses(entry, pattern, space + inner)
        elif isinstance(entry, URLPattern):
            yield Address(f"{space}{entry.name}", pattern)


ADDRESSES = sorted(set(addresses()), key=lambda one: one.pattern)
API = [one for one in ADDRESSES if one.pattern.startswith("api/v2/")]


@pytest.fixture
def kwargs(team: Team) -> dict[str, Any]:
    """Things of a client that exist, for each name of a part of an address."""
    dataset = make_dataset(team, (2, 1), frame_attributes=["weather"])
    team.token("ann")
    return {
        "task_id": task_of(dataset).task_id,
        "dataset_id": dataset.dataset_id,
        "client_id": team.client.client_id,
        "token_id": AccessToken.objects.get().token_id,
        "position": 1,
        "step": "next",
        "object_id": dataset.pk,
        "content_type_id": 1,
        "id": team.ann.user.pk,
        "verb_name": "anything",
        "app_label": "tasks_app",
        "url": "anything",
        "label_id": "car:1",
        "file_id": File.objects.first().file_id,  # type: ignore[union-attr]
    }


def status(client: Client, method: str, path: str) -> int:
    response = client.generic(method, path)
    if response.streaming:
        response.getvalue()  # and its place is free
    return int(response.status_code)


def session_of(team: Team, name: str, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.force_login(team.users[name], settings.AUTHENTICATION_BACKENDS[-1])
    return client


def test_every_address_can_be_filled_in(kwargs: dict[str, Any]) -> None:
    unknown = {part for address in ADDRESSES for part in address.parts} - set(kwargs)

    assert unknown == set(), "Give these a value in the fixture `kwargs`."
    assert len(API) >= 13


# --- nobody --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_without_credentials_nothing_is_told(kwargs: dict[str, Any], method: str) -> None:
    nobody = Client(raise_request_exception=False)
    told = {}

    for address in ADDRESSES:
        if address.name not in OPEN:
            found = status(nobody, method, address.filled(kwargs))
            if found not in (301, 302, 401, 404, 405):
                told[address.pattern] = found

    assert told == {}


@pytest.mark.parametrize("method", METHODS)
def test_without_credentials_the_api_says_401_before_anything(kwargs: dict[str, Any], method: str) -> None:
    nobody = Client(raise_request_exception=False)

    found = {address.name: status(nobody, method, address.filled(kwargs)) for address in API}
    beyond = status(nobody, method, "/api/v2/nothing")

    assert set(found.values()) == {401} == {beyond}


def test_whoever_is_not_signed_in_is_sent_to_sign_in(kwargs: dict[str, Any]) -> None:
    nobody = Client(raise_request_exception=False)

    for address in ADDRESSES:
        if address.name in OPEN or address.pattern.startswith("api/"):
            continue
        response = nobody.get(address.filled(kwargs))
        if response.status_code in (301, 302):
            assert re.match(r"/(admin/)?(login/|.*/$)", response["Location"]), address
            assert "//" not in response["Location"]


def test_open_addresses_show_nothing_of_anyone(kwargs: dict[str, Any], team: Team) -> None:
    nobody = Client()

    for address in ADDRESSES:
        if address.name in OPEN - {"theme", "logout"}:
            text = nobody.get(address.filled(kwargs)).content.decode()
            assert team.client.client_id not in text
            assert "ann@example.com" not in text


# --- another client ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("how", ["token", "session", "operator"])
def test_another_clients_things_do_not_exist(kwargs: dict[str, Any], method: str, how: str) -> None:
    others = make_team("other-")
    make_dataset(others)
    client: Client = session_of(others, "admin")
    if how == "operator":  # of the installation: in the admin, not in the product
        others.users["admin"].is_staff = others.users["admin"].is_superuser = True
        others.users["admin"].save()
    if how == "token":
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {others.token('admin')}")
    before = all_rows()

    found = {one.pattern: status(client, method, one.filled(kwargs)) for one in ADDRESSES if one.parts & OURS}

    elsewhere = (302,) if how == "token" else ()  # pages know no tokens
    assert {pattern: seen for pattern, seen in found.items() if seen not in (404, 405, *elsewhere)} == {}
    assert {found[one.pattern] for one in API} <= {404, 405}
    assert all_rows() == before


def test_an_id_of_ones_own_does_not_open_the_rest_of_the_path(kwargs: dict[str, Any]) -> None:
    others = make_team("other-")
    dataset = make_dataset(others)
    own = {"client_id": others.client.client_id, "dataset_id": dataset.dataset_id, "task_id": task_of(dataset).task_id}
    mallory = session_of(others, "admin")

    mixed = [one for one in ADDRESSES if one.parts & set(own) and one.parts & OURS - set(own)]
    found = {one.name: {status(mallory, method, one.filled(kwargs | own)) for method in METHODS} for one in mixed}

    assert "token-revoke" in found
    assert all(seen <= {404, 405} for seen in found.values()), found
    assert AccessToken.objects.get(member__user__email="ann@example.com").revoked_at is None


@pytest.mark.parametrize("name", ["ann", "reader", "customer", "creator"])
@pytest.mark.parametrize("method", METHODS)
def test_nothing_breaks_for_people_of_few_rights(kwargs: dict[str, Any], team: Team, method: str, name: str) -> None:
    client = session_of(team, name)

    found = {one.pattern: status(client, method, one.filled(kwargs)) for one in ADDRESSES}

    assert {pattern: seen for pattern, seen in found.items() if seen >= 500} == {}
    admin = {seen for pattern, seen in found.items() if pattern.startswith("admin/") and "log" not in pattern}
    assert admin <= {302, 403, 404, 405}


def test_nobody_but_operators_is_in_the_admin(team: Team, kwargs: dict[str, Any]) -> None:
    response = session_of(team, "admin").get(reverse("admin:index"))

    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


# --- paths ---------------------------------------------------------------------------------------------------


def test_api_paths_have_no_slash_at_the_end(kwargs: dict[str, Any], team: Team, api: ApiClients) -> None:
    admin = api(team, "admin")

    for address in API:
        for path in (address.filled(kwargs) + "/", address.filled(kwargs) + "//", "/" + address.filled(kwargs)):
            for method in METHODS:
                assert status(admin, method, path) in (404, 405), (method, path)


@pytest.mark.parametrize(
    "path",
    [
        *("/api/v2", "/api/v2/", "/api/v1/tasks", "/api/", "/api/v2/tasks", "/api/v2/tasks/", "/api/v2/tasks//submit"),
        *(
            "/api/v2/tasks/a b",
            "/api/v2/tasks/a-b",
            "/api/v2/tasks/%00",
            "/api/v2/tasks/%F0%9F%9A%97",
            "/api/v2/tasks/%ff",
        ),
        *("/api/v2/tasks/..%2f..%2fadmin", "/api/v2/tasks/" + "a" * 65, "/api/v2/tasks/" + "9" * 5000, "/api/v2/docs"),
        *("/api/v2/tasks/x%0A", "/api/v2/datasets/x/tasks%0A", "/api/v2/tasks/x.json", "/api/v2/datasets/1/tasks"),
    ],
)
def test_unknown_paths_of_the_api_are_404_in_its_shape(team: Team, api: ApiClients, path: str) -> None:
    response = api(team, "admin").get(path)

    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "not_found"


def test_ids_with_a_line_break_are_other_ids(team: Team, api: ApiClients, kwargs: dict[str, Any]) -> None:
    admin = api(team, "admin")

    for address in API:
        assert status(admin, "GET", address.filled(kwargs) + "%0A") == 404
        assert status(admin, "GET", address.filled(kwargs | {"task_id": f"{kwargs['task_id']}%0A"})) in (200, 404, 405)


def test_database_keys_are_no_ids(team: Team, api: ApiClients) -> None:
    dataset = Dataset.objects.get(pk=make_dataset(team).pk)

    for path in (
        f"datasets/{dataset.pk}/tasks",
        f"tasks/{task_of(dataset).pk}",
        f"clients/{team.client.pk}/user_tasks",
    ):
        assert api(team, "admin").get(f"/api/v2/{path}").status_code == 404
