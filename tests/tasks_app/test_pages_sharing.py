"""The page of assignments: sharing out evenly, tracks and attributes, and large datasets."""

import pytest

from datasets_app.actions import withdraw_labels
from tasks_app.assignments import assign_files, assign_labels, saved_label_tasks
from tests.assigning import ANN, BOB, EVE, Form, files_of, page_of, words
from tests.factories import make_dataset


@pytest.fixture
def dataset(team):
    return make_dataset(team, (1, 2, 3, 4, 5, 6))


@pytest.fixture
def sequence(team):
    return make_dataset(team, (4, 4), mode="label_by_label", dataset_attributes=["city"])


# --- shares -----------------------------------------------------------------------------------------------------------


def test_files_are_shared_out_by_objects(team, dataset):
    form = Form(team, dataset)

    form.share("Labelling", BOB, ANN)

    assert [(row[0], row[3], row[4], row[5]) for row in form.rows] == [
        (ANN, "4", "10", "1–4"),
        (BOB, "2", "11", "5–6"),
    ]
    assert "Shared out 6 in Labelling: 10 to 11 objects for each." in words(form.text)
    form.send(act="save")
    assert files_of(dataset, "Labelling", BOB) == ["000005.png", "000006.png"]


def test_what_is_shared_out_keeps_clear_of_the_stages_beside_also_of_pending_changes(team, dataset):
    form = Form(team, dataset)
    form.share("Labelling", ANN, BOB)

    form.share("QA", ANN, BOB)

    assert [(row[1], row[0], row[5]) for row in form.rows] == [
        ("Labelling", ANN, "1–4"),
        ("Labelling", BOB, "5–6"),
        ("QA", ANN, "5–6"),
        ("QA", BOB, "1–4"),
    ]
    assert form.send(act="save").status_code == 302


def test_what_four_eyes_leave_no_room_for_is_said(team, dataset):
    assign_files(dataset, [{"stage_id": "Labelling", "email": ANN, "files": "1-2"}], by=team.lead)
    form = Form(team, dataset)

    form.share("QA", ANN)

    assert [(row[0], row[5]) for row in form.rows] == [(ANN, "3–6")]
    assert "Left as before: 1–2, because everyone chosen has a stage beside QA there." in words(form.text)


def test_only_what_is_nobodys_or_all_or_what_is_typed(team, dataset):
    assign_files(dataset, [{"stage_id": "QA", "email": EVE, "files": "1-3"}], by=team.lead)
    form = Form(team, dataset)

    form.share("QA", BOB)
    assert form.rows[0][5] == "4–6"
    form.share("QA", BOB, which="all", share_files="2-3")
    assert form.rows[0][5] == "2–6"
    assert form.share("QA", BOB, share_files="4").status_code == 400
    assert form.wrong[-1] == "No file here is nobody's: choose all of them."


@pytest.mark.parametrize(
    ("people", "sentence"),
    [
        ([], "Choose the people to share with."),
        (["reader@example.com"], "reader@example.com may not work in the stage QA."),
        (["zz@zz.zz"], "zz@zz.zz may not work in the stage QA."),
        ([f"{number}@example.com" for number in range(101)], "101 people are too many at once: 100 are the most."),
    ],
)
def test_with_whom_it_cannot_be_shared(team, dataset, people, sentence):
    form = Form(team, dataset)

    assert form.share("QA", *people).status_code == 400
    assert form.wrong == [sentence]


def test_without_four_eyes_nobody_is_barred(team):
    dataset = make_dataset(team, (1, 1), allow_self_review=True)
    assign_files(dataset, [{"stage_id": "Labelling", "email": ANN, "files": "1-2"}], by=team.lead)
    form = Form(team, dataset)

    form.share("QA", ANN)

    assert [(row[0], row[5]) for row in form.rows] == [(ANN, "1–2")]


# --- sequences and attributes -----------------------------------------------------------------------------------------


def test_tracks_count_in_list_order_and_keep_their_number(team, sequence):
    withdraw_labels(sequence, [sequence.labels.get(label_id="car:2").pk], by=None)
    form = Form(team, sequence)

    form.move("Labelling", ANN, "1-3")
    form.move("QA", EVE, pick=["@city", "4"])
    assert [(row[0], row[4]) for row in form.rows] == [(ANN, "1, 3"), (EVE, "4"), (EVE, "city")]
    form.send(act="save")

    assert saved_label_tasks(sequence) == [
        {"stage_id": "QA", "email": EVE, "attribute_id": "city"},
        {"stage_id": "Labelling", "email": ANN, "label_ids": ["car:1", "car:3"], "label_set_id": "default"},
        {"stage_id": "QA", "email": EVE, "label_ids": ["car:4"], "label_set_id": "default"},
    ]


def test_all_tracks_replace_single_ones_and_both_at_once_are_refused_in_place(team, sequence):
    assign_labels(sequence, [{"stage_id": "Labelling", "email": BOB, "label_id": "car:1"}], by=team.lead)
    form = Form(team, sequence)
    form.move("Labelling", ANN, "2")

    form.move("Labelling", EVE, pick=["*"])
    assert form.rows == [[EVE, "Labelling", "bob@example.com 1, nobody 3", "1", "all tracks, also late ones", "Drop"]]
    form.move("Labelling", BOB, "3")
    assert any("Single tracks and all of them are assigned in Labelling." in sentence for sentence in form.wrong)
    form.send(drop="0")
    form.move("Labelling", EVE, pick=["*"])
    form.send(act="save")

    assert saved_label_tasks(sequence) == [{"stage_id": "Labelling", "email": EVE, "all": True}]
    assert f"{EVE} 4 1–4" in words(Form(team, sequence).text.replace("</th>", " ").replace("</td>", " "))


def test_what_goes_with_all_tracks_cannot_be_nobodys_alone(team, sequence):
    assign_labels(sequence, [{"stage_id": "Labelling", "email": EVE, "all": True}], by=team.lead)
    form = Form(team, sequence)

    form.move("Labelling", "nobody", "1")

    assert form.rows == []


def test_attributes_of_single_frames_go_with_the_files_in_one_save(team):
    dataset = make_dataset(team, (1, 1), dataset_attributes=["city"])
    form = Form(team, dataset)

    form.move("Labelling", ANN, "1", pick=["@city"])
    form.send(act="save")

    assert files_of(dataset, "Labelling", ANN) == ["000001.png"]
    assert saved_label_tasks(dataset) == [{"stage_id": "Labelling", "email": ANN, "attribute_id": "city"}]


# --- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [10, 1000])
@pytest.mark.parametrize("mode", ["frame_by_frame", "label_by_label"])
def test_the_queries_do_not_grow_with_the_files(team, count, mode, django_assert_max_num_queries):
    objects = [1] * count if mode == "frame_by_frame" else [count]
    dataset = make_dataset(team, objects, mode=mode, dataset_attributes=["city"])
    form = Form(team, dataset)
    form.move("Labelling", ANN, "1-5,7", pick=["@city"])

    with django_assert_max_num_queries(12):
        form.browser.get(page_of(dataset))
    with django_assert_max_num_queries(12):
        form.share("QA", ANN, BOB, EVE)
    assert len(form.rows) == 5


def test_the_page_of_many_files_is_light_even_if_they_are_dealt_out_one_by_one(team):
    dataset = make_dataset(team, [0] * 2500, stages=["Labelling", "QA", "Audit"])
    entries = [
        {"stage_id": stage, "email": email, "files": ",".join(str(number) for number in range(first, 2501, 3))}
        for shift, stage in enumerate(["Labelling", "QA", "Audit"])
        for first, email in enumerate([ANN, BOB, EVE], 1)
        for email in [[ANN, BOB, EVE][(first + shift) % 3]]
    ]
    assign_files(dataset, entries, by=team.lead)

    form = Form(team, dataset)
    assert len(form.answer.content) < 100_000
    form.send(go="2")
    assert "101–200 of 2 500" in words(form.text)
    assert len(form.answer.content) < 100_000


def test_in_a_client_of_very_many_people_emails_are_typed(team, dataset):
    for number in range(101):
        team.add(f"p{number}", "labeller")
    form = Form(team, dataset)

    form.move("Labelling", "P7@example.com", "1")
    form.send(act="share", share_stage="QA", emails="p1@example.com, p2@example.com\np3@example.com")

    assert [row[0] for row in form.rows] == [f"p{number}@example.com" for number in (7, 1, 2, 3)]


def test_htmx_gets_the_part_and_is_sent_to_the_page_when_it_is_saved(team, dataset):
    form = Form(team, dataset)

    part = form.browser.post(
        page_of(dataset),
        {"act": "move", "stage": "QA", "to": EVE, "files": "1"},
        headers={"HX-Request": "true"},
    )
    saved = form.browser.post(
        page_of(dataset), {"act": "save", "change": '["QA", "eve@example.com", "1"]'}, headers={"HX-Request": "true"}
    )

    assert part.content.decode().lstrip().startswith('<div id="assign"')
    assert saved["HX-Redirect"] == page_of(dataset)
