"""Verbs on one stage of a pipeline."""

import pytest

from datasets_app.models import Stage, UserGroup
from datasets_app.stages import add_stage, change_stage, move_stage, remove_stage
from tasks_app import actions
from tests.factories import all_rows, make_dataset, make_task, outcome, refusal, task_of

SPEC = {"stage_id": "Audit", "title": "Last look", "can_edit": True, "time_limit_seconds": 3600}


@pytest.fixture
def dataset(team):
    return make_dataset(team)


def stages_of(dataset):
    return [stage.stage_id for stage in Stage.objects.filter(dataset=dataset, removed_at=None)]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", ["Labelling", "QA", "Audit"]),
        ("QA", ["Labelling", "Audit", "QA"]),
        ("Labelling", ["Audit", "Labelling", "QA"]),
    ],
)
def test_a_stage_is_added_where_it_is_wanted(team, dataset, before, expected):
    add_stage(dataset, SPEC, before=before, by=team.lead)

    assert stages_of(dataset) == expected
    stage = Stage.objects.get(stage_id="Audit")
    assert (stage.title, stage.can_edit, stage.time_limit_seconds) == ("Last look", True, 3600)
    assert Stage.objects.get(stage_id="Labelling").can_edit


def test_what_another_lead_added_meanwhile_stays(team, dataset):
    stale = type(dataset).objects.get(pk=dataset.pk)
    assert len(stale.pipeline) == 2
    add_stage(dataset, SPEC, by=team.lead)

    move_stage(stale, "QA", -1, by=team.lead)

    assert stages_of(dataset) == ["QA", "Labelling", "Audit"]


@pytest.mark.parametrize(
    ("stage_id", "steps", "expected"),
    [("QA", -1, ["QA", "Labelling"]), ("Labelling", 1, ["QA", "Labelling"]), ("Labelling", -1, None), ("QA", 1, None)],
)
def test_a_stage_moves_one_place_and_not_beyond_the_ends(team, dataset, stage_id, steps, expected):
    move_stage(dataset, stage_id, steps, by=team.lead)

    assert stages_of(dataset) == (expected or ["Labelling", "QA"])


def test_a_stage_with_submissions_is_neither_removed_nor_moved(team):
    task = make_task(team, "submitted")
    before = all_rows()

    for verb, args in ((remove_stage, ()), (move_stage, (1,))):
        refused = refusal(verb, task.dataset, "Labelling", *args, by=team.lead)
        assert refused.problems[0].code == "stage_in_use"
    assert all_rows() == before
    assert outcome(remove_stage, task.dataset, "QA", by=team.lead) == "done"


def test_a_stage_comes_only_after_those_in_which_work_has_begun(team, dataset):
    actions.start(task_of(dataset), by=team.ann)

    assert outcome(add_stage, dataset, SPEC, before="Labelling", by=team.lead) == "stage_in_use"
    assert outcome(add_stage, dataset, SPEC, before="QA", by=team.lead) == "done"


def test_what_is_refused_says_why(team, dataset):
    assert outcome(add_stage, dataset, {"stage_id": "QA"}, by=team.lead) == "duplicate"
    assert outcome(add_stage, dataset, SPEC, before="Gone", by=team.lead) == "unknown_stage"
    assert outcome(remove_stage, dataset, "Gone", by=team.lead) == "unknown_stage"
    remove_stage(dataset, "QA", by=team.lead)
    assert "the only stage" in str(refusal(remove_stage, dataset, "Labelling", by=team.lead))
    for verb, *args in ((add_stage, SPEC), (move_stage, "QA", 1), (remove_stage, "QA")):
        assert outcome(verb, dataset, *args, by=team.ann) == "not_allowed"


def test_columns_and_people_change_together_or_not_at_all(team, dataset):
    stage, group = dataset.pipeline[1], UserGroup.objects.create(client=team.client, name="night")

    assert outcome(change_stage, stage, {"title": 3}, ([team.eve], []), by=team.lead) == "invalid"
    assert not stage.members.exists()
    change_stage(stage, {"title": "Check"}, ([team.eve], [group]), by=team.lead)

    stage.refresh_from_db()
    assert (stage.title, stage.members.get(), stage.user_groups.get()) == ("Check", team.eve, group)
    assert outcome(change_stage, stage, {}, by=team.ann) == "not_allowed"
