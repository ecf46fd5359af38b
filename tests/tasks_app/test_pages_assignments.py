"""The page of assignments: who has what, changes that are seen before they are saved, all or nothing."""

import json
import re

import pytest

from datasets_app.actions import mark_labelling_done, withdraw_labels
from datasets_app.membership import set_stage_people
from tasks_app.assignments import assign_files
from tasks_app.models import Assignment
from tests.assigning import ANN, BOB, EVE, Form, files_of, page_of, words
from tests.factories import all_rows, make_dataset, make_team
from tests.pages import HOSTILE, signed_in, told


@pytest.fixture
def dataset(team):
    return make_dataset(team, (1, 2, 3, 4, 5, 6))


# --- who sees it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "status"), [("admin", 200), ("lead", 200), ("ann", 403), ("reader", 403)])
def test_it_is_for_those_who_may_assign(team, dataset, name, status):
    browser = signed_in(team, name)
    before = all_rows()

    assert browser.get(page_of(dataset)).status_code == status
    save = {"act": "save", "change": json.dumps(["Labelling", ANN, "1"])}
    assert browser.post(page_of(dataset), save).status_code == (302 if status == 200 else 403)
    assert (all_rows() == before) == (status == 403)
    tab = f'href="{page_of(dataset)}"'
    assert (tab in browser.get(f"/datasets/{dataset.dataset_id}/").content.decode()) == (status == 200)


def test_another_client_sees_nothing(team, dataset):
    stranger = signed_in(make_team("other-"), "admin")

    assert stranger.get(page_of(dataset)).status_code == 404
    assert stranger.post(page_of(dataset), {"act": "save"}).status_code == 404


# --- who has what -----------------------------------------------------------------------------------------------------


def test_each_stage_says_who_has_which_files_and_what_is_nobodys(team, dataset):
    entries = [
        {"stage_id": "Labelling", "email": ANN, "files": "1-3,6"},
        {"stage_id": "QA", "email": EVE, "files": "2"},
    ]
    assign_files(dataset, entries, by=team.lead)

    labelling, qa = re.findall(r'<h3 class="stagebar-name">.*?</table>', Form(team, dataset).text, re.DOTALL)

    assert "ann@example.com 4 12 1–3, 6" in words(labelling.replace("</th>", " ").replace("</td>", " "))
    assert "nobody 2 9 4–5" in words(labelling.replace("</th>", " ").replace("</td>", " "))
    assert "eve@example.com 1 2 2" in words(qa.replace("</th>", " ").replace("</td>", " "))
    assert "nobody 5 19 1, 3–6" in words(qa.replace("</th>", " ").replace("</td>", " "))


def test_withdrawn_objects_do_not_count(team, dataset):
    withdraw_labels(dataset, [dataset.labels.filter(file__position=6).first().pk], by=None)

    assert "nobody 6 20 1–6" in words(Form(team, dataset).text.replace("</th>", " ").replace("</td>", " "))


# --- moves ------------------------------------------------------------------------------------------------------------


def test_a_move_is_shown_before_it_is_saved(team, dataset):
    assign_files(dataset, [{"stage_id": "Labelling", "email": BOB, "files": "2-3"}], by=team.lead)
    before, form = all_rows(), Form(team, dataset)

    assert form.move("Labelling", ANN, "1-2", pick=["4", "2"]).status_code == 200

    row = [ANN, "Labelling", "bob@example.com 1, nobody 2", "3", "7", "1–2, 4", "Drop"]
    assert form.rows == [row]
    assert all_rows() == before
    answer = form.send(act="save")
    assert answer["Location"] == page_of(dataset)
    assert files_of(dataset, "Labelling", ANN) == ["000001.png", "000002.png", "000004.png"]
    assert files_of(dataset, "Labelling", BOB) == ["000003.png"]
    assert told(form.browser.get(page_of(dataset))) == ["Saved: 3 changed hands."]


def test_the_last_word_counts_and_what_is_so_already_is_left_out(team, dataset):
    assign_files(dataset, [{"stage_id": "Labelling", "email": BOB, "files": "5"}], by=team.lead)
    form = Form(team, dataset)
    form.move("Labelling", ANN, "1-5")

    form.move("Labelling", BOB, "4-6")

    assert [(row[0], row[5]) for row in form.rows] == [(ANN, "1–3"), (BOB, "4, 6")]
    assert "2 to change hands in Labelling. 1 is with bob@example.com already." in words(form.text)


def test_nobody_takes_it_away(team, dataset):
    assign_files(dataset, [{"stage_id": "Labelling", "email": BOB, "files": "1-5"}], by=team.lead)
    form = Form(team, dataset)

    form.move("Labelling", "nobody", "4-6")
    form.send(act="save")

    assert files_of(dataset, "Labelling", BOB) == ["000001.png", "000002.png", "000003.png"]


def test_a_change_can_be_dropped_and_all_discarded(team, dataset):
    form = Form(team, dataset)
    form.move("Labelling", ANN, "1-2")
    form.move("QA", EVE, "1-2")
    form.move("QA", BOB, "5")

    form.send(drop="1")
    assert [row[0] for row in form.rows] == [ANN, EVE]
    for unknown in ("99", "9" * 5000, "²", "٣"):
        assert form.send(drop=unknown).status_code == 200
        assert len(form.rows) == 2
    form.send(act="discard")
    assert form.changes == form.rows == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"files": "1-"}, "Write positions and ranges like 1-4,5,6-11."),
        ({"files": "3-9"}, "3-9 is not within 1-6, the files there are."),
        ({"files": "", "pick": []}, "Type positions like 1-4,7, or tick files in the list."),
        ({"to": ""}, "Choose the person who is to have them, or nobody."),
        ({"stage": "zzz"}, "Choose a stage: Labelling, QA."),
        ({"files": HOSTILE}, "Write positions and ranges like 1-4,5,6-11."),
        ({"files": "", "pick": ["99", "*", "@city", "-1", "x" * 9999]}, "Type positions like 1-4,7"),
    ],
)
def test_a_broken_move_is_told_in_its_place_and_what_was_typed_stays(team, dataset, said, sentence):
    form = Form(team, dataset)
    form.move("QA", EVE, "1")

    answer = form.send(**({"act": "move", "stage": "QA", "to": EVE, "files": "2", "pick": ["4"]} | said))

    assert answer.status_code == 400
    assert form.wrong[0].startswith(sentence)
    assert len(form.changes) == 1
    assert 'value="4" checked' in form.text or "pick" in said
    assert HOSTILE not in form.text


@pytest.mark.parametrize(
    "change",
    [
        "",
        "x",
        "[]",
        "null",
        '["QA", "x"]',
        '["QA", 3, "1"]',
        '["QA", null, "1-99"]',
        '["QA", null, "\\ud800"]',
        "[" * 9999,
    ],
)
def test_a_broken_list_of_changes_is_discarded(team, dataset, change):
    form = Form(team, dataset)

    answer = form.browser.post(page_of(dataset), {"act": "save", "change": [change]})

    assert answer.status_code == 400
    assert "did not fit this dataset any more and was discarded" in answer.content.decode()
    assert not Assignment.objects.exists()


def test_the_same_file_twice_in_the_list_is_no_list_of_ours(team, dataset):
    said = {"act": "save", "change": ['["QA", null, "1-3"]', '["QA", "ann@example.com", "3"]']}

    assert signed_in(team, "lead").post(page_of(dataset), said).status_code == 400


# --- conflicts --------------------------------------------------------------------------------------------------------


def test_conflicts_are_shown_in_place_before_saving(team, dataset):
    set_stage_people(dataset.pipeline[1], [team.eve, team.ann], by=team.lead)
    form = Form(team, dataset)
    form.move("Labelling", ANN, "1-4")
    form.move("QA", ANN, "3-6")
    form.move("QA", BOB, "1")

    by_row = {(row[1], row[0]): row[5] for row in form.rows}

    assert by_row["Labelling", ANN].endswith("four eyes need two people. That is so in files 3–4.")
    assert by_row["QA", ANN].endswith("four eyes need two people. That is so in files 3–4.")
    assert by_row["QA", BOB].endswith("bob@example.com may not work in the stage QA.")
    assert "3 of 3 are refused as it stands: saving is all or nothing." in form.wrong


def test_saving_is_all_or_nothing_and_the_list_is_kept(team, dataset):
    form = Form(team, dataset)
    form.move("Labelling", ANN, "1-4")
    form.move("QA", EVE, "1-2")
    form.move("QA", ANN, "4")
    before, changes = all_rows(), form.changes

    answer = form.send(act="save")

    assert answer.status_code == 400
    assert form.wrong[0] == "Nothing was saved: it is all or nothing. Mend or drop what is refused."
    assert all_rows() == before
    assert form.changes == changes
    number = next(at for at, row in enumerate(form.rows) if (row[1], row[0]) == ("QA", ANN))
    form.send(drop=str(number))
    assert form.send(act="save").status_code == 302


def test_who_lost_the_right_meanwhile_is_refused_in_the_row(team, dataset):
    form = Form(team, dataset)
    form.move("QA", EVE, "1-2")
    set_stage_people(dataset.pipeline[1], [team.bob], by=team.lead)

    assert form.send(act="save").status_code == 400
    assert form.rows[0][5].endswith("eve@example.com may not work in the stage QA.")


def test_a_done_dataset_says_so_and_saves_nothing(team, dataset):
    form = Form(team, dataset)
    form.move("QA", EVE, "1-2")
    mark_labelling_done(dataset, by=team.lead)

    assert form.send(act="save").status_code == 409
    assert any("marked as done" in sentence for sentence in form.wrong)
    assert len(form.changes) == 1
    assert not Assignment.objects.exists()


def test_nothing_to_save_is_said(team, dataset):
    form = Form(team, dataset)

    assert form.send(act="save").status_code == 400
    assert form.wrong == ["There is nothing to save."]
