"""What an operator of the installation cannot do, and what no address of the admin breaks."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from datasets_app.models import Member, User
from datasets_app.roles import Role
from tests.admin_pages import sign_in
from tests.factories import Team, UserFactory


@pytest.fixture
def operator(db: None) -> Browser:
    """An operator who is neither a superuser nor a member of any client."""
    return sign_in(UserFactory(email="operator@example.com"))


@pytest.mark.parametrize("page", ["change", "password"])
def test_an_operator_does_not_become_someone_else(operator: Browser, team: Team, page: str) -> None:
    user = team.admin.user
    words = {"email": user.email, "password1": "quite another 1", "password2": "quite another 1"}

    response = operator.post(f"/admin/datasets_app/user/{user.pk}/{page}/", words)

    assert response.status_code == 403
    assert User.objects.get(pk=user.pk).is_active


def test_an_operator_does_not_become_admin_of_a_client_whose_admin_is_locked_out(operator: Browser, team: Team) -> None:
    User.objects.filter(pk=team.admin.user_id).update(is_active=False)
    own = User.objects.get(email="operator@example.com")

    operator.post("/admin/datasets_app/member/add/", {"client": team.client.pk, "user": own.pk, "role": Role.ADMIN})

    assert not Member.objects.filter(user=own).exists()


@pytest.mark.parametrize(
    "address",
    [
        "dataset/?dataset_name__regex=(a%2B)%2B%24",
        "dataset/?tags__0__contains=x",
        "dataset/?created_at__year=999999",
        "accesstoken/?hash__startswith=a",
        "accesstoken/?token_id__regex=%5B",
        "user/?password__startswith=p",
    ],
)
def test_lists_are_filtered_by_what_they_offer_only(operator: Browser, address: str) -> None:
    assert operator.get(f"/admin/datasets_app/{address}").status_code == 400


def test_an_endless_search_is_cut(operator: Browser) -> None:
    assert operator.get("/admin/tasks_app/task/", {"q": "a " * 1900}).status_code == 200


@pytest.mark.parametrize("key", ["x", "9" * 30, "-1", "\u0663"])
def test_a_selection_that_is_none_is_left_out(operator: Browser, team: Team, key: str) -> None:
    response = operator.post("/admin/tasks_app/task/", {"action": "submit", "_selected_action": key})

    assert response.status_code in (200, 302)
