"""The form of a stage, opened a while ago: what others changed since is not overwritten by it."""

import pytest

from datasets_app.membership import remove_member, set_stage_people
from datasets_app.models import Stage, UserGroup
from datasets_app.stages import change_stage
from tests.factories import all_rows, make_dataset, make_task
from tests.settings_pages import carried, changed, opened, send, text, wrong


@pytest.fixture
def dataset(team):
    return make_dataset(team)


def stage(team, dataset, old, stage_id="QA", **said):
    return send(team, dataset, "stage", "admin", stage=stage_id, shown=old, **({"limit_unit": "hours"} | said))


def people(found):
    return {member.user.short_name for member in found.members.all()}


def test_an_old_page_takes_nobody_out_and_puts_nobody_back(team, dataset):
    labelling = dataset.pipeline[0]
    set_stage_people(labelling, [team.eve], by=None)
    old = opened(team, dataset, "stage", "Labelling")
    set_stage_people(labelling, [team.ann], by=team.lead)
    task = make_task(team, "in_progress", dataset=dataset)

    answer = stage(team, dataset, old, "Labelling", members=["eve@example.com"], can_edit="on", title="Boxes")

    assert answer.status_code == 302
    labelling.refresh_from_db()
    assert (labelling.title, people(labelling)) == ("Boxes", {"ann"})
    task.refresh_from_db()
    assert (task.assignee, task.status) == (team.ann.user, "in_progress")


def test_people_that_both_changed_are_refused(team, dataset):
    old = opened(team, dataset, "stage", "QA")
    set_stage_people(dataset.pipeline[1], [team.eve], by=team.lead)
    before = all_rows()

    answer = stage(team, dataset, old, members=["bob@example.com"], title="Mine")

    assert (answer.status_code, wrong(answer)) == (409, [changed("people", "eve@example.com")])
    assert 'value="Mine"' in text(answer)
    assert '<input type="checkbox" name="members" value="bob@example.com"' in text(answer)
    assert all_rows() == before
    again = carried(answer, "stage", "QA")
    assert stage(team, dataset, again, members=["bob@example.com"], title="Mine").status_code == 302
    assert people(Stage.objects.get(title="Mine")) == {"bob"}


def test_groups_that_both_changed_are_refused_and_else_kept(team, dataset):
    night, day = (UserGroup.objects.create(client=team.client, name=name) for name in ("night", "day"))
    old = opened(team, dataset, "stage", "QA")
    set_stage_people(dataset.pipeline[1], [], [night], by=team.lead)

    kept = stage(team, dataset, old, members=["eve@example.com"])
    refused = stage(team, dataset, old, groups=[day.user_group_id])

    assert (kept.status_code, refused.status_code) == (302, 409)
    assert wrong(refused) == [changed("groups", "night")]
    qa = Stage.objects.get(dataset=dataset, stage_id="QA")
    assert (people(qa), list(qa.user_groups.all())) == ({"eve"}, [night])


def test_who_has_left_since_does_not_stand_in_the_way(team, dataset):
    set_stage_people(dataset.pipeline[1], [team.eve, team.bob], by=None)
    old = opened(team, dataset, "stage", "QA")
    remove_member(team.eve, by=None)

    answer = stage(team, dataset, old, members=["bob@example.com", "eve@example.com"], title="Check")

    assert answer.status_code == 302
    assert people(Stage.objects.get(title="Check")) == {"bob"}


def test_boxes_are_not_read_as_emails_once_there_are_many_people(team, dataset):
    set_stage_people(dataset.pipeline[1], [team.eve], by=None)
    old = opened(team, dataset, "stage", "QA")
    for number in range(25):
        team.add(f"p{number}", "labeller")

    answer = stage(team, dataset, old, members=["eve@example.com"], title="Check")

    assert answer.status_code == 400
    assert people(dataset.pipeline[1]) == {"eve"}


@pytest.mark.parametrize(
    ("theirs", "said", "sentence"),
    [
        ({"title": "Theirs"}, {"title": "Mine"}, changed("title", "Theirs")),
        ({"time_limit_seconds": 7200}, {"limit": "3"}, changed("time limit", "7200 seconds")),
        ({"time_limit_seconds": None}, {"limit": "3"}, changed("time limit", "none")),
    ],
)
def test_columns_that_both_changed_are_refused_and_else_kept(team, dataset, theirs, said, sentence):
    qa = dataset.pipeline[1]
    change_stage(qa, {"time_limit_seconds": 3600}, by=None)
    old = opened(team, dataset, "stage", "QA")
    change_stage(qa, theirs, by=team.lead)
    before = all_rows()

    refused = stage(team, dataset, old, **({"limit": "1"} | said))

    assert (refused.status_code, wrong(refused)) == (409, [sentence])
    assert all_rows() == before
    kept = stage(team, dataset, old, limit="1", can_edit="on")
    assert kept.status_code == 302
    qa = Stage.objects.get(pk=qa.pk)
    assert {name: getattr(qa, name) for name in theirs} == theirs
    assert qa.can_edit


def test_another_unit_alone_does_not_multiply_the_new_limit(team, dataset):
    qa = dataset.pipeline[1]
    change_stage(qa, {"time_limit_seconds": 7200}, by=None)
    old = opened(team, dataset, "stage", "QA")
    change_stage(qa, {"time_limit_seconds": 10_800}, by=team.lead)

    answer = stage(team, dataset, old, limit="2", limit_unit="days")

    assert (answer.status_code, wrong(answer)) == (409, [changed("time limit", "10800 seconds")])
    again = carried(answer, "stage", "QA")
    assert stage(team, dataset, again, limit="2", limit_unit="days").status_code == 302
    assert Stage.objects.get(pk=qa.pk).time_limit_seconds == 172_800
