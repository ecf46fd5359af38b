"""The contract's table of roles (section 7), written here a second time, by hand, and compared."""

import pytest

from datasets_app.membership import set_scopes
from datasets_app.roles import ROLES, Right, Role, rights_of_role, roles_with
from tests.factories import make_dataset, make_team

COLUMNS = ["read", "work", "review", "review_last", "assign", "labels", "create", "delete", "members"]
#: yes, no, or "own": only the chains in which a task is theirs, or free in a stage they are in.
#: "review" is two columns here: before the last stage, and the last stage (section 3: a customer, an admin or a
#: dataset admin).
TABLE = {
    #                   read   work   review last   assign labels create delete members
    "admin":            ["yes", "yes", "yes", "yes", "yes", "yes", "yes", "yes", "yes"],
    "datasets_admin":   ["yes", "yes", "yes", "yes", "yes", "no", "yes", "yes", "no"],
    "datasets_creator": ["yes", "no", "no", "no", "no", "no", "yes", "no", "no"],
    "labels_admin":     ["yes", "no", "no", "no", "no", "yes", "no", "no", "no"],
    "labeller":         ["own", "yes", "yes", "no", "no", "no", "no", "no", "no"],
    "customer":         ["yes", "no", "no", "yes", "no", "no", "no", "no", "no"],
    "reader":           ["yes", "no", "no", "no", "no", "no", "no", "no", "no"],
}  # fmt: skip
CELLS = [(role, right, cell) for role, row in TABLE.items() for right, cell in zip(COLUMNS, row, strict=True)]


@pytest.mark.parametrize(("role", "right", "cell"), CELLS)
def test_a_role_brings_what_the_table_says(role, right, cell):
    assert (right in rights_of_role(role)) == (cell == "yes")


def test_there_are_these_roles_and_rights_and_no_others():
    assert set(Role.values) == set(TABLE)
    assert set(Right.values) == {*COLUMNS, "read_own"}
    assert set(ROLES) == set(Role)


def test_every_role_sees_its_own_chains():
    assert set(roles_with(Right.READ_OWN)) == set(Role)


def test_without_a_role_there_are_no_rights():
    assert rights_of_role("") == frozenset()


def test_an_unknown_role_is_an_error_and_not_no_rights():
    with pytest.raises(ValueError, match="owner"):
        rights_of_role("owner")


@pytest.mark.parametrize(("role", "right", "cell"), CELLS)
def test_a_role_in_one_dataset_brings_the_same_but_nothing_of_the_client(db, role, right, cell):
    team = make_team()
    dataset, other = make_dataset(team), make_dataset(team)
    team.add("nina", "")
    set_scopes(dataset, team.nina, [role], by=None)

    expected = cell == "yes" and right not in ("create", "members")

    assert team.nina.access.may(Right(right), dataset) == expected
    assert not team.nina.access.may(Right(right), other)
    assert not team.nina.access.may(Right(right))


@pytest.mark.parametrize("name", ["admin", "lead", "reader"])
def test_nobody_may_anything_in_the_dataset_of_another_client(team, name):
    others = make_dataset(make_team("other-"))

    assert getattr(team, name).access.of_dataset(others) == frozenset()


@pytest.mark.parametrize(
    ("token", "rights"), [("", "datasets_admin"), ("admin", "datasets_admin"), ("reader", "reader")]
)
def test_a_tokens_rights_are_its_role_and_the_members_together(team, token, rights):
    member = team.token_member("lead", token)

    assert member.access.of_client == rights_of_role(rights)


def test_a_tokens_rights_follow_the_members_present_role(team):
    member = team.token_member("lead", "datasets_admin")
    team.add("lead", "reader")

    member.refresh_from_db()

    assert member.access.of_client == rights_of_role("reader")
