"""Content is put into a dataset: it adds and changes, withdraws nothing, and the same again changes nothing."""

from dataclasses import replace

import pytest

from datasets_app.actions import withdraw_labels
from datasets_app.errors import BadInput
from datasets_app.imports.content import AttributeRecord, FileRecord, ShapeRecord
from datasets_app.imports.store import store
from datasets_app.models import AttributeValue, Label, Shape
from tests.factories import all_rows, make_content, make_dataset, outcome, refusal


def shapes(content, *changed):
    return replace(content, shapes=[*changed, *content.shapes[len(changed) :]])


def boxes(dataset):
    return [shape.geometry["box"] for shape in Shape.objects.filter(label__dataset=dataset)]


def versions(dataset):
    return list(Label.objects.filter(dataset=dataset).values_list("label_id", "version"))


def test_files_keep_their_order_and_new_ones_come_after(team):
    dataset = make_dataset(team, (0, 0))
    names = ["new.png", "000002.png", "cam/1.png"]

    store(dataset, replace(make_content((0,)), files=[FileRecord(name) for name in names]), by=None)

    found = list(dataset.files.values_list("position", "file_id"))
    assert found == [(1, "000001.png"), (2, "000002.png"), (3, "new.png"), (4, "cam/1.png")]


def test_a_size_that_comes_later_is_taken_and_none_takes_nothing_away(team):
    dataset = make_dataset(team, (0,))

    store(dataset, replace(make_content((0,)), files=[FileRecord("000001.png", 1920, 1080)]), by=None)
    store(dataset, replace(make_content((0,)), files=[FileRecord("000001.png")]), by=None)

    assert dataset.files.values_list("width", "height").get() == (1920, 1080)


@pytest.mark.parametrize("mode", ["frame_by_frame", "label_by_label"])
def test_an_object_recurs_in_every_frame_or_is_one_track(team, mode):
    dataset = make_dataset(team, (1, 1, 1), mode=mode)

    assert dataset.labels.count() == (3 if mode == "frame_by_frame" else 1)
    assert Shape.objects.count() == 3


def test_the_same_again_changes_nothing(team):
    content = replace(
        make_content((2, 1), frame_attributes=["weather"], dataset_attributes=["city"]),
        frame_values={("000001.png", "weather"): "sun"},
        dataset_values={"city": "Delft"},
    )
    dataset = make_dataset(team, (0,))
    store(dataset, content, by=None)
    before = all_rows()

    change = store(dataset, content, by=None)

    assert all_rows() == before
    assert (change.labels, change.values) == (set(), set())


def test_a_changed_geometry_makes_a_new_version_of_that_label_only(team):
    content = make_content((2,))
    dataset = make_dataset(team, (2,))

    store(dataset, shapes(content, replace(content.shapes[0], geometry={"box": [1, 2, 3, 4]})), by=None)

    assert boxes(dataset) == [[1, 2, 3, 4], [20, 20, 30, 40]]
    assert versions(dataset) == [("car:1", 2), ("car:2", 1)]


@pytest.mark.parametrize("what", [{"attributes": {"parked": True}}, {"extra": {"occlusion": 0.5}}])
def test_attributes_and_what_is_not_understood_are_changes_too(team, what):
    content = make_content((1,))
    dataset = make_dataset(team, (1,))

    store(dataset, shapes(content, replace(content.shapes[0], **what)), by=None)

    (name, value) = next(iter(what.items()))
    assert getattr(Shape.objects.get(), name) == value
    assert versions(dataset) == [("car:1", 2)]


def test_a_new_label_of_a_later_import_is_at_its_first_version(team):
    dataset = make_dataset(team, (1,))

    store(dataset, make_content((2,)), by=None)

    assert versions(dataset) == [("car:1", 1), ("car:2", 1)]


def test_a_late_frame_of_a_track_is_a_change_of_it(team):
    dataset = make_dataset(team, (2, 1), mode="label_by_label")

    change = store(dataset, make_content((2, 2), mode="label_by_label"), by=None)

    assert versions(dataset) == [("car:1", 1), ("car:2", 2)]
    assert change.labels == {dataset.labels.get(label_id="car:2").pk}
    assert dataset.labels.count() == 2


def test_two_shapes_of_different_makers_live_in_one_file(team):
    content = make_content((1,))
    interpolated = replace(content.shapes[0], labeller_email="machine@example.com", geometry={"box": [0, 0, 1, 1]})

    dataset = make_dataset(team, (1,))
    store(dataset, replace(content, shapes=[*content.shapes, interpolated]), by=None)

    assert boxes(dataset) == [[10, 20, 30, 40], [0, 0, 1, 1]]
    assert dataset.labels.count() == 1


def test_another_label_set_is_another_object(team):
    content = make_content((1,))
    dataset = make_dataset(team, (1,))

    store(dataset, shapes(content, replace(content.shapes[0], label_set_id="machine")), by=None)

    found = sorted(dataset.labels.values_list("label_set_id", "label_id"))
    assert found == [("default", "car:1"), ("machine", "car:1")]


def test_a_label_changes_its_category_and_type(team):
    content = make_content((1,))
    dataset = make_dataset(team, (1,))
    van = replace(content.shapes[0], label_category_id="van", label_type="polygon")

    store(dataset, shapes(content, van), by=None)

    label = dataset.labels.get()
    assert (label.label_category_id, label.label_type, label.version) == ("van", "polygon", 2)


def test_nothing_is_withdrawn_by_an_import(team):
    dataset = make_dataset(team, (2, 1))

    store(dataset, make_content((0,)), by=None)

    assert dataset.labels.present().count() == 3


def test_a_withdrawn_label_that_comes_again_is_revived(team):
    dataset = make_dataset(team, (2,))
    withdraw_labels(dataset, [dataset.labels.first().pk], by=None)

    store(dataset, make_content((2,)), by=None)

    assert dataset.labels.present().count() == 2


def test_a_withdrawn_label_that_does_not_come_again_stays_withdrawn(team):
    dataset = make_dataset(team, (2,))
    withdraw_labels(dataset, [dataset.labels.last().pk], by=None)

    store(dataset, make_content((1,)), by=None)

    assert list(dataset.labels.present().values_list("label_id", flat=True)) == ["car:1"]


@pytest.mark.parametrize(
    ("mode", "other"), [("frame_by_frame", "label_by_label"), ("label_by_label", "frame_by_frame")]
)
def test_content_of_the_other_mode_is_refused(team, mode, other):
    dataset = make_dataset(team, (1,), mode=mode)
    before = all_rows()

    assert outcome(store, dataset, make_content((2,), mode=other), by=None) == "wrong_mode"
    assert all_rows() == before


def test_only_those_who_change_labels_always_import(team):
    dataset = make_dataset(team)
    names = ("admin", "lead", "creator", "fixer", "ann", "customer", "reader")

    found = {name for name in names if outcome(store, dataset, make_content(), by=getattr(team, name)) == "done"}

    assert found == {"admin", "fixer"}


# --- attributes and values -------------------------------------------------------------------------------------------


def test_values_are_added_and_changed(team):
    content = make_content((1, 1), frame_attributes=["weather"], dataset_attributes=["city"])
    dataset = make_dataset(team, (0,))
    store(dataset, replace(content, frame_values={("000001.png", "weather"): "sun"}), by=None)

    values = {("000001.png", "weather"): "rain", ("000002.png", "weather"): "sun"}
    cities = {"city": ["Delft", "Leiden"]}
    change = store(dataset, replace(content, frame_values=values, dataset_values=cities), by=None)

    found = AttributeValue.objects.order_by("pk").values_list("attribute__attribute_id", "file__file_id", "value")
    assert list(found) == [
        ("weather", "000001.png", "rain"), ("weather", "000002.png", "sun"), ("city", None, ["Delft", "Leiden"]),
    ]  # fmt: skip
    assert len(change.values) == 3


def test_a_value_that_is_not_said_stays(team):
    content = make_content((1,), dataset_attributes=["city"])
    dataset = make_dataset(team, (0,))
    store(dataset, replace(content, dataset_values={"city": "Delft"}), by=None)

    store(dataset, content, by=None)

    assert AttributeValue.objects.get().value == "Delft"


@pytest.mark.parametrize(
    ("first", "then", "options"),
    [
        (("sun",), ("rain",), ["sun", "rain"]),
        (("sun",), (), ["sun"]),
        ((), ("sun",), []),
        (("sun", "rain"), ("rain", "sun"), ["sun", "rain"]),
    ],
)
def test_options_are_added_and_free_text_stays_free(team, first, then, options):
    content, dataset = make_content((0,)), make_dataset(team, (0,))

    for some in (first, then):
        store(dataset, replace(content, frame_attributes=[AttributeRecord("weather", some)]), by=None)

    assert dataset.attributes.get().options == options


def test_an_attribute_does_not_change_its_level(team):
    dataset = make_dataset(team, (0,), frame_attributes=["weather"])
    before = all_rows()

    refused = refusal(store, dataset, make_content((0,), dataset_attributes=["weather"]), by=None)

    assert isinstance(refused, BadInput)
    assert all_rows() == before


def test_all_or_nothing(team):
    dataset = make_dataset(team)
    before = all_rows()
    nowhere = ShapeRecord("nowhere.png", "car:7", "car", "box", {"box": [1, 2, 3, 4]})

    with pytest.raises(KeyError):
        store(dataset, replace(make_content((3,)), shapes=[*make_content((3,)).shapes, nowhere]), by=None)

    assert all_rows() == before
