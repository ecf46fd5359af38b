"""Addresses, parameters and headers of any kind: an answer in the shape of the API, never a 5xx."""

from __future__ import annotations

import json
from io import BytesIO
from urllib.parse import quote_from_bytes

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test.client import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from config.wsgi import application
from datasets_app.models import Dataset
from tasks_app.api.schema import LIST_PARAMETERS
from tasks_app.models import Task
from tests.conftest import ApiClients
from tests.factories import Team, make_dataset, make_task

from .test_malformed import check

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def frames(team: Team) -> Dataset:
    return make_dataset(team, (2, 1), frame_attributes=["weather"], dataset_attributes=["city"])


@pytest.fixture
def admin(team: Team, api: ApiClients) -> APIClient:
    return api(team, "admin")


# --- addresses and parameters --------------------------------------------------------------------------------

PARAMETERS = sorted({one.name for one in LIST_PARAMETERS})
NASTY = [
    *(
        "%00",
        "a%00b",
        "%ff",
        "%ed%a0%80",
        "%F0%9F%9A%97",
        "%D9%A1",
        "%C2%B2",
        "9" * 400,
        "-9" * 200,
        "1e400",
        "NaN",
        "Infinity",
    ),
    *(
        "%27",
        "%22",
        "%25",
        "%5C",
        "%0A",
        "%0D%0A",
        "+",
        "%E2%80%AE",
        "../../etc/passwd",
        "%2e%2e%2f",
        "{{7*7}}",
        "$(id)",
        "a" * 7000,
    ),
    *(
        "%27%20OR%201=1--",
        "[]",
        "{}",
        "null",
        "true",
        "0x10",
        "1_000",
        "%20 1",
        "1;2",
        "1&{name}=2",
        "&{name}=",
        "=",
        "%",
    ),
]


@pytest.mark.parametrize("name", PARAMETERS)
def test_any_value_of_any_parameter(team: Team, frames: Dataset, admin: APIClient, name: str) -> None:
    client = f"/api/v2/clients/{team.client.client_id}"

    for path in (f"/api/v2/datasets/{frames.dataset_id}/tasks", f"{client}/user_tasks", f"{client}/delayed_tasks"):
        for value in NASTY:
            check(admin.get(f"{path}?{name}={value.format(name=name) if '{name}' in value else value}"))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.binary(max_size=80), pairs=st.dictionaries(st.sampled_from(PARAMETERS), st.text(max_size=30), max_size=4)
)
def test_any_query_string(frames: Dataset, admin: APIClient, query: bytes, pairs: dict[str, str]) -> None:
    said = "&".join(
        f"{name}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs.items()
    )

    for string in (quote_from_bytes(query, safe="=&;+"), said, said + "&limit=3"):
        check(admin.get(f"/api/v2/datasets/{frames.dataset_id}/tasks?{string}"))


@pytest.mark.parametrize("value", [*NASTY, "%2F", "a/b", ".", "..", "a" * 64, "A" * 65])
def test_any_id_in_a_path_is_404(frames: Dataset, admin: APIClient, value: str) -> None:
    places = ("tasks/{}", "tasks/{}/accept", "tasks/{}/undo", "datasets/{}/tasks", "datasets/{}/tasks/next")
    for path in (*places, "datasets/{}/file_tasks", "clients/{}/user_tasks"):
        address = "/api/v2/" + path.replace("{}", value.replace("?", "%3F"))
        assert check(admin.get(address)) in (404, 405)
        assert check(admin.generic("POST", address, "{}", JSON)) in (404, 405)


def test_a_thousand_parameters_are_refused(frames: Dataset, admin: APIClient) -> None:
    query = "&".join(f"a{number}=1" for number in range(1500))

    assert check(admin.get(f"/api/v2/datasets/{frames.dataset_id}/tasks?{query}")) == 413


# --- headers, as the server hands them over --------------------------------------------------------------------

CHARSETS = ["hex", "undefined", "idna", "utf-16", "rot13", "zlib", "x"]
HEADERS: list[dict[str, str]] = [
    *({"CONTENT_TYPE": f"application/json; charset={name}"} for name in CHARSETS),
    *(
        {"CONTENT_TYPE": kind}
        for kind in ("application/json; charset*=x'y'z", "a/b; c*0*=''; c*1", ";;;", "\xff", "json/")
    ),
    *({"CONTENT_TYPE": f"multipart/form-data; boundary={name}"} for name in ("", "\xff", "x" * 300, '"', "a\tb")),
    *(
        {"HTTP_ACCEPT": kind}
        for kind in ("", "\xff", ";;;", "*/*;q=x", "text/html;" * 500, "application/json; indent=9")
    ),
    *({"HTTP_IF_MATCH": match} for match in ("\xff", '"1", "2"', "9" * 5000, 'W/"', "W/", '"' * 999, "1\t", "*, 1")),
    *(
        {"HTTP_AUTHORIZATION": word}
        for word in ("\xff", "Bearer \xff\xc3", "Bearer \t", " ", "Basic \xff", "Bearer" * 2000)
    ),
    *({"CONTENT_LENGTH": size} for size in ("-1", "abc", "9" * 30, "1.5", " 2")),
    *(
        {"HTTP_HOST": host}
        for host in ("", "a b", "\xff", "evil.example", "localhost:99999999", "[::1", "localhost\\@evil")
    ),
    *(
        {"HTTP_COOKIE": text}
        for text in ("sessionid=\xff", "sessionid=" + "a" * 9000, "=;=;", "csrftoken=\xff; messages=x", ";" * 999)
    ),
    *({"QUERY_STRING": text} for text in ("\xff=\xff", "a=1&" * 2000, "%", "limit=%ff", "=" * 999, "format=xml")),
    *(
        {"PATH_INFO": path}
        for path in ("/api/v2/tasks/\xff", "/api/v2/\x00", "/api/v2/tasks/\xed\xa0\x80", "//api/v2/tasks")
    ),
    *({"REQUEST_METHOD": method} for method in ("", "\xff", "post", "GET POST", "M" * 999)),
    {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""},
    {"HTTP_ACCEPT_LANGUAGE": "x" * 5000 + ",\xff;q=y"},
    {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "\xff"},
]


BODY = {"CONTENT_TYPE": JSON, "CONTENT_LENGTH": "2", "HTTP_HOST": "localhost"}


def through_the_door(**environ: str) -> tuple[int, bytes]:
    """As gunicorn calls us, but for the database connection, which the test still needs."""
    answered: list[str] = []
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        response = application(
            RequestFactory()._base_environ(**environ) | {"wsgi.input": BytesIO(b"{}")},
            lambda status, _headers, _error=None: answered.append(status),
        )
        body = b"".join(response)
        response.close()  # type: ignore[attr-defined]
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
    return int(answered[0].split()[0]), body


@pytest.mark.parametrize("headers", HEADERS, ids=lambda one: f"{next(iter(one.items()))!r:.50}")
@pytest.mark.parametrize("signed_in", [True, False])
def test_any_header(team: Team, headers: dict[str, str], signed_in: bool) -> None:
    task = make_task(team, "submitted")
    credentials = {"HTTP_AUTHORIZATION": f"Bearer {team.token('eve')}"} if signed_in else {}

    status, body = through_the_door(
        **{"PATH_INFO": f"/api/v2/tasks/{task.task_id}/accept", "REQUEST_METHOD": "POST"} | BODY | credentials | headers
    )

    assert status == 200 or 300 < status < 500, body
    if status >= 400 and "PATH_INFO" not in headers:
        assert set(json.loads(body)) == {"type", "errors"}
    assert (Task.objects.get(pk=task.pk).status == "submitted") is (status != 200)
