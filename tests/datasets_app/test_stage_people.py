"""Who may work in which stage, for everyone at once: the same as each member's own rights say."""

import pytest

from datasets_app.membership import remove_member, set_group, set_scopes, set_stage_people
from datasets_app.models import Member, UserGroup
from datasets_app.stage_people import StagePeople
from tests.factories import make_dataset, make_team


@pytest.fixture
def dataset(team):
    """One open stage, one of people, one of a group, one of an empty group; roles in the dataset only, too."""
    dataset = make_dataset(team, stages=["open", "people", "group", "empty", "both"])
    group, empty = (UserGroup.objects.create(client=team.client, name=name) for name in ("night", "empty"))
    team.add("gone", "labeller")
    set_group(group, [team.bob, team.reader, team.gone], by=None)
    _open, people, of_group, of_empty, both = dataset.pipeline
    set_stage_people(people, [team.ann, team.customer, team.gone], by=None)
    set_stage_people(of_group, [], [group], by=None)
    set_stage_people(of_empty, [], [empty], by=None)
    set_stage_people(both, [team.eve], [group], by=None)
    set_scopes(dataset, team.customer, ["labeller"], by=None)
    set_scopes(dataset, team.fixer, ["reader"], by=None)
    set_scopes(dataset, group, ["labeller"], by=None)
    remove_member(team.gone, by=None)
    make_dataset(make_team("other-"))
    return dataset


def test_it_is_what_the_members_own_rights_say(team, dataset):
    people = StagePeople(dataset)

    members = list(Member.objects.present().filter(client=team.client))
    expected = {
        stage.stage_id: [member.user.email for member in members if member.access.may_work_in(stage)]
        for stage in dataset.pipeline
    }

    assert {stage.stage_id: list(people.workers(stage)) for stage in dataset.pipeline} == expected
    assert [len(emails) for emails in expected.values()] == [7, 2, 2, 0, 3]


def test_two_queries_for_everyone(dataset, django_assert_num_queries):
    people, stages = StagePeople(dataset), dataset.pipeline

    with django_assert_num_queries(2):
        assert [list(people.workers(stage)) for stage in stages]


def test_whom_a_stage_names_itself(team, dataset):
    listed = StagePeople(dataset).listed
    both = listed[dataset.pipeline[4].pk]

    assert both.members == {team.eve.pk}
    assert both.groups == {UserGroup.objects.get(name="night").pk}
    assert listed[dataset.pipeline[0].pk].is_open
    assert not listed[dataset.pipeline[3].pk].is_open


def test_who_has_left_still_has_a_name(team, dataset):
    people = StagePeople(dataset)

    assert "gone@example.com" not in people.present
    assert people.email_of(team.gone.user_id) == "gone@example.com"
    assert people.email_of(None) is None
