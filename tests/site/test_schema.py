"""The OpenAPI schema says what there is, and its page works without the internet."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern
from drf_spectacular.generators import SchemaGenerator

from tasks_app.api.urls import urlpatterns
from tasks_app.workflow import Status
from tests.conftest import ApiClients
from tests.factories import Team, make_task

pytestmark = pytest.mark.django_db

LISTS = {
    "/api/v2/datasets/{dataset_id}/tasks",
    "/api/v2/clients/{client_id}/user_tasks",
    "/api/v2/clients/{client_id}/delayed_tasks",
}
VERBS = {f"/api/v2/tasks/{{task_id}}/{verb}" for verb in ("start", "submit", "accept", "reject", "reopen")}
ASSIGNMENTS = {"/api/v2/datasets/{dataset_id}/file_tasks", "/api/v2/datasets/{dataset_id}/label_tasks"}
ALONE = {"/api/v2/tasks/{task_id}", "/api/v2/tasks/{task_id}/events", "/api/v2/tasks/{task_id}/value"}
FILTERS = """status stage_id email reviewer file_id label_id label_category_id attribute_id task_type delayed
changed_in_review label_changed_since_submit updated_after ordering fields limit cursor"""


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def operations(schema: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(path, method): said for path, all_of in schema["paths"].items() for method, said in all_of.items()}


def test_the_schema_is_valid_and_without_a_warning() -> None:
    written = io.StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=written)

    assert yaml.safe_load(written.getvalue())["openapi"].startswith("3.")


def test_the_schema_has_every_address_and_method_and_no_other(schema: dict[str, Any]) -> None:
    expected = set()
    for entry in urlpatterns:
        assert isinstance(entry, URLPattern)
        path = "/api/v2/" + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", str(entry.pattern)).strip("^$")
        expected |= {(path, method) for method in entry.callback.actions if method != "head"}

    assert set(operations(schema)) == expected
    assert {path for path, _method in expected} >= LISTS | VERBS | ASSIGNMENTS | ALONE


def test_lists_have_all_their_parameters(schema: dict[str, Any]) -> None:
    for path in LISTS:
        said = {one["name"]: one for one in operations(schema)[path, "get"]["parameters"] if one["in"] == "query"}

        assert set(said) == set(FILTERS.split())
        assert set(said["status"]["schema"]["items"]["enum"]) == set(Status)
        assert set(said["ordering"]["schema"]["enum"]) == {"list", "-updated", "due"}
        assert said["delayed"]["schema"]["type"] == "boolean"
        assert not any(one.get("required") for one in said.values())


def test_verbs_have_their_body_and_if_match(schema: dict[str, Any]) -> None:
    bodies = {"accept": {"comment", "submit"}, "reject": {"comment", "reason"}}

    for path in VERBS:
        said = operations(schema)[path, "post"]
        headers = [one["name"] for one in said["parameters"] if one["in"] == "header"]
        name = said["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        body = schema["components"]["schemas"][name]

        assert headers == ["If-Match"]
        assert set(body["properties"]) == bodies.get(path.rpartition("/")[2], {"comment"})
        assert "required" not in body
        assert not said["requestBody"].get("required")


def test_every_operation_says_how_it_refuses(schema: dict[str, Any]) -> None:
    for (path, method), said in operations(schema).items():
        refusals = {status for status in said["responses"] if status >= "400"}
        assert refusals >= {"400", "401", "403", "404", "429", "503"}, (path, method)
        for status in refusals:
            content = said["responses"][status]["content"]["application/json"]["schema"]
            assert content["$ref"].endswith("/ErrorResource")
        assert said["description"]
        assert set(map(str, said["security"])) == {"{'token': []}", "{'session': []}"}


def test_assignments_are_answered_with_nothing(schema: dict[str, Any]) -> None:
    for path in ASSIGNMENTS:
        responses = operations(schema)[path, "post"]["responses"]
        assert "content" not in responses["204"]
        assert "200" not in responses


def test_the_resource_of_the_schema_is_what_is_answered(schema: dict[str, Any], team: Team, api: ApiClients) -> None:
    answered = api(team, "reader").get(f"/api/v2/tasks/{make_task(team, 'submitted').task_id}").json()

    said = schema["components"]["schemas"]["TaskResource"]

    assert list(said["properties"]) == list(answered)
    assert set(said["required"]) == set(answered)
    assert {"delayed tasks", "delayed_tasks"} <= set(schema["components"]["schemas"]["DelayedTasks"]["properties"])


# --- the page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?format=json", "?lang=de"])
def test_the_schema_answers_without_credentials(query: str) -> None:
    response = Client().get(f"/api/schema{query}")

    assert response.status_code == 200
    assert "/api/v2/tasks/{task_id}/accept" in yaml.safe_load(response.content)["paths"]


@pytest.mark.parametrize("method", ["get", "post", "options", "put"])
@pytest.mark.parametrize("header", [{}, {"HTTP_AUTHORIZATION": "Bearer x"}, {"HTTP_ACCEPT": "text/csv"}])
def test_the_documentation_never_breaks(method: str, header: dict[str, str]) -> None:
    for path in ("/api/docs", "/api/docs?format=json", "/api/docs?script", "/api/schema", "/api/schema?format=x"):
        response = getattr(Client(raise_request_exception=False), method)(path, **header)
        assert response.status_code < 500, path


def test_the_documentation_asks_no_other_host() -> None:
    client = Client()
    page = client.get("/api/docs").content.decode()
    sources = re.findall(r"(?:src|href)\s*=\s*[\"']([^\"']*)", page)
    script = client.get(next(one for one in sources if "script" in one).replace("&amp;", "&")).content.decode()

    assert len(sources) >= 4
    for source in sources:
        assert source.startswith(("/", "?")), source
        assert not source.startswith("//"), source
        response = client.get(source.replace("&amp;", "&"))
        assert response.status_code == 200
        assert len(response.getvalue()) > 500
    assert re.findall(r"https?://", page) == []
    assert re.findall(r"[\"'](https?:)?//[^\"']+", script) == []


def test_the_page_has_no_script_of_its_own_that_the_policy_forbids() -> None:
    page = Client().get("/api/docs").content.decode()

    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert not re.search(r"\son\w+\s*=", page)
