"""The verbs on datasets: what they check, what they write, and who may."""

import pytest

from datasets_app.actions import (
    create_dataset,
    delete_dataset,
    mark_labelling_done,
    set_pipeline,
    set_settings,
    set_stage,
    take_back_done,
    withdraw_labels,
)
from datasets_app.errors import BadInput
from datasets_app.models import Dataset
from tests.factories import all_rows, make_dataset, make_team, outcome, refusal

PEOPLE = ("admin", "lead", "creator", "fixer", "ann", "customer", "reader")
TWO = [{"stage_id": "Labelling"}, {"stage_id": "QA"}]


def able(verb):
    return {name for name in PEOPLE if outcome(verb, name) == "done"}


def test_the_default_pipeline_is_labelling_and_qa(team):
    dataset = create_dataset(team.client, "Street", by=team.lead)

    assert [(stage.stage_id, stage.can_edit) for stage in dataset.pipeline] == [("Labelling", True), ("QA", False)]
    assert (dataset.labelling_mode, dataset.undo_seconds, dataset.lease_seconds) == ("frame_by_frame", 30, 900)
    assert dataset.created_by == team.users["lead"]


def test_who_may_do_what_to_a_dataset(team):
    dataset = make_dataset(team)

    def by(name):
        return {"by": getattr(team, name)}

    assert able(lambda n: create_dataset(team.client, "Street", **by(n))) == {"admin", "lead", "creator"}
    assert able(lambda n: set_settings(dataset, reason_required=True, **by(n))) == {"admin", "lead"}
    assert able(lambda n: set_pipeline(dataset, TWO, **by(n))) == {"admin", "lead"}
    assert able(lambda n: set_stage(dataset.stages.first(), title="First", **by(n))) == {"admin", "lead"}
    assert able(lambda n: mark_labelling_done(dataset, **by(n))) == {"admin", "lead"}
    assert able(lambda n: take_back_done(dataset, **by(n))) == {"admin", "lead"}
    assert able(lambda n: withdraw_labels(dataset, [], **by(n))) == {"admin", "fixer"}
    assert able(lambda n: delete_dataset(dataset, **by(n))) == {"admin", "lead"}


def test_datasets_are_created_in_ones_own_client_only(team):
    assert outcome(create_dataset, make_team("other-").client, "Street", by=team.admin) == "not_allowed"


@pytest.mark.parametrize(
    "spec",
    [
        "Labelling",
        ["Labelling"],
        [{}],
        [{"stage_id": ""}],
        [{"stage_id": " Labelling"}],
        [{"stage_id": 3}],
        [{"stage_id": None}],
        [{"stage_id": "x" * 101}],
        [{"stage_id": "a\x00b"}],
        [{"stage_id": "A"}, {"stage_id": "A"}],
        [{"stage_id": "A", "can_edit": "yes"}],
        [{"stage_id": "A", "can_edit": None}],
        [{"stage_id": "A", "title": 3}],
        [{"stage_id": "A", "position": 3}],
        [{"stage_id": "A", "time_limit_seconds": 0}],
        [{"stage_id": "A", "time_limit_seconds": -1}],
        [{"stage_id": "A", "time_limit_seconds": True}],
        [{"stage_id": "A", "time_limit_seconds": 1.5}],
        [{"stage_id": "A", "time_limit_seconds": 2**31}],
        [{"stage_id": str(number)} for number in range(21)],
        {"stage_id": "A"},
    ],
    ids=lambda spec: str(spec)[:40],
)
def test_a_pipeline_that_is_none_is_refused(team, spec):
    dataset = make_dataset(team)
    before = all_rows()

    assert isinstance(refusal(set_pipeline, dataset, spec, by=team.lead), BadInput)
    assert isinstance(refusal(create_dataset, team.client, "Street", pipeline_spec=spec, by=team.lead), BadInput)
    assert all_rows() == before


@pytest.mark.parametrize("stages", [1, 20])
def test_a_pipeline_has_one_to_twenty_stages(team, stages):
    spec = [{"stage_id": f"Stage {number}"} for number in range(stages)]

    dataset = create_dataset(team.client, "Street", by=team.lead, pipeline_spec=spec)

    assert [stage.stage_id for stage in dataset.pipeline] == [one["stage_id"] for one in spec]


def test_all_stages_can_be_turned_around(team):
    names = [f"Stage {number}" for number in range(20)]
    dataset = make_dataset(team, (0,), stages=names)

    dataset = set_pipeline(dataset, [{"stage_id": name} for name in reversed(names)], by=team.lead)

    assert [stage.stage_id for stage in dataset.pipeline] == names[::-1]


def test_a_stage_keeps_what_is_not_said(team):
    dataset = make_dataset(team)
    set_stage(dataset.stages.first(), time_limit_seconds=60, title="First look", by=team.lead)

    dataset = set_pipeline(dataset, TWO, by=team.lead)

    stage = dataset.pipeline[0]
    assert (stage.time_limit_seconds, stage.title, stage.can_edit) == (60, "First look", True)


def test_a_stage_id_is_never_renamed(team):
    stage = make_dataset(team).stages.first()

    assert outcome(set_stage, stage, stage_id="Draw", by=team.lead) == "invalid"

    stage.refresh_from_db()
    assert stage.stage_id == "Labelling"


@pytest.mark.parametrize(
    ("columns", "attr"),
    [
        ({"labelling_mode": "label_by_label"}, "labelling_mode"),
        ({"dataset_id": "x"}, "dataset_id"),
        ({"done_at": None}, "done_at"),
        ({"nonsense": 1}, "nonsense"),
        ({"reject_reasons": "cut off"}, "reject_reasons"),
        ({"reject_reasons": [""]}, "reject_reasons"),
        ({"reject_reasons": ["x" * 201]}, "reject_reasons"),
        ({"reject_reasons": [3]}, "reject_reasons"),
        ({"reject_reasons": [" cut off"]}, "reject_reasons"),
        ({"reject_reasons": ["cut\x00off"]}, "reject_reasons"),
        ({"reject_reasons": ["cut off", "shifted", "cut off"]}, "reject_reasons"),
        ({"reject_reasons": [f"reason {number}" for number in range(21)]}, "reject_reasons"),
        ({"undo_seconds": -1}, "undo_seconds"),
        ({"undo_seconds": 86_401}, "undo_seconds"),
        ({"undo_seconds": "soon"}, "undo_seconds"),
        ({"lease_seconds": 9}, "lease_seconds"),
        ({"customer_review": "perhaps"}, "customer_review"),
        ({"dataset_name": ""}, "dataset_name"),
        ({"dataset_name": "x" * 201}, "dataset_name"),
        ({"dataset_name": None}, "dataset_name"),
    ],
    ids=str,
)
def test_settings_that_are_none_are_refused(team, columns, attr):
    dataset = make_dataset(team)
    before = all_rows()

    refused = refusal(set_settings, dataset, by=team.lead, **columns)

    assert isinstance(refused, BadInput)
    assert [problem.attr for problem in refused.problems] == [attr]
    assert all_rows() == before


def test_several_settings_are_written_together(team):
    dataset = set_settings(make_dataset(team), by=team.lead, undo_seconds=0, tags=["night"], allow_self_review=True)

    dataset.refresh_from_db()
    assert (dataset.undo_seconds, dataset.tags, dataset.allow_self_review) == (0, ["night"], True)


def test_deleting_hides_and_keeps_everything_else(team):
    dataset = make_dataset(team)
    before = {name: rows for name, rows in all_rows().items() if name != "Dataset"}

    delete_dataset(dataset, by=team.lead)

    assert not Dataset.objects.visible_to(team.admin).exists()
    assert {name: rows for name, rows in all_rows().items() if name != "Dataset"} == before


def test_deleting_twice_keeps_who_did_it_first(team):
    dataset = make_dataset(team)
    delete_dataset(dataset, by=team.lead)
    before = all_rows()

    delete_dataset(dataset, by=team.admin)

    assert all_rows() == before
