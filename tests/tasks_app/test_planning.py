"""Which tasks should exist: counted without a database."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks_app.planning import AFTER_LABELS, PlannedAttribute, PlannedLabel, plan_attributes, plan_chain, plan_labels
from tasks_app.planning import replanned as replan
from tasks_app.workflow import Status

COUNTS = st.integers(min_value=0, max_value=5)


def planned(objects, frame_attributes, dataset_attributes, *, is_sequence):
    """The items of a dataset with so many objects in each file; in a sequence object n is one track."""
    places = [(file, n) for file, many in enumerate(objects, 1) for n in range(1, many + 1)]
    if is_sequence:
        labels = [PlannedLabel(n, None, 0) for n in sorted({n for _file, n in places})]
    else:
        labels = [PlannedLabel(key, 100 + file, file) for key, (file, _n) in enumerate(places, 1)]
    attributes = [PlannedAttribute(n, True, n) for n in range(frame_attributes)]
    attributes += [PlannedAttribute(90 + n, False, 50 + n) for n in range(dataset_attributes)]
    files = [(100 + file, file) for file in range(1, len(objects) + 1)]
    return [*plan_labels(labels), *plan_attributes(attributes, files, is_sequence=is_sequence)]


def test_the_worked_example_of_single_frames_is_26():
    items = planned([2, 0, 4], 2, 1, is_sequence=False)

    assert len(items) * len(plan_chain(2)) == 26


def test_the_worked_example_as_a_sequence_is_10():
    labels = plan_labels([PlannedLabel(1, None, 0), PlannedLabel(2, None, 0)])
    attributes = [PlannedAttribute(1, True, 0), PlannedAttribute(2, True, 1), PlannedAttribute(3, False, 2)]
    items = [*labels, *plan_attributes(attributes, [(1, 1), (2, 2), (3, 3)], is_sequence=True)]

    assert len(items) * len(plan_chain(2)) == 10


@settings(deadline=None)
@given(st.lists(COUNTS, max_size=5), COUNTS, COUNTS, st.integers(1, 20))
def test_single_frames_have_a_task_for_each_object_and_frame_attribute_in_each_file(objects, frames, wholes, stages):
    items = planned(objects, frames, wholes, is_sequence=False)

    assert len(items) * len(plan_chain(stages)) == (sum(objects) + frames * len(objects) + wholes) * stages


@settings(deadline=None)
@given(st.lists(COUNTS, max_size=5), COUNTS, COUNTS, st.integers(1, 20))
def test_sequences_have_a_task_for_each_track_and_each_attribute(objects, frames, wholes, stages):
    items = planned(objects, frames, wholes, is_sequence=True)

    assert len(items) * len(plan_chain(stages)) == (max(objects, default=0) + frames + wholes) * stages


@settings(deadline=None)
@given(st.lists(COUNTS, max_size=5), COUNTS, COUNTS, st.booleans())
def test_no_item_is_planned_twice(objects, frames, wholes, is_sequence):
    items = planned(objects, frames, wholes, is_sequence=is_sequence)

    assert len({(item.label_key, item.attribute_key, item.file_key) for item in items}) == len(items)


@settings(deadline=None)
@given(st.lists(COUNTS, max_size=5), COUNTS, COUNTS)
def test_only_dataset_attributes_of_single_frames_are_at_dataset_level(objects, frames, wholes):
    items = planned(objects, frames, wholes, is_sequence=False)

    assert all((item.file_key is None) == (item.task_type == "dataset_attribute") for item in items)


@settings(deadline=None)
@given(st.lists(COUNTS, max_size=5), COUNTS, COUNTS)
def test_everything_of_a_sequence_is_at_dataset_level(objects, frames, wholes):
    items = planned(objects, frames, wholes, is_sequence=True)

    assert all(item.file_key is None and item.file_order == 0 for item in items)


@settings(deadline=None)
@given(st.lists(COUNTS, max_size=5), COUNTS, COUNTS)
def test_list_order_is_dataset_level_then_files_with_labels_before_attributes(objects, frames, wholes):
    items = planned(objects, frames, wholes, is_sequence=False)

    in_order = sorted(items, key=lambda item: (item.file_order, item.item_order))

    assert [item.file_order for item in in_order] == sorted((item.file_key or 100) - 100 for item in items)
    assert all((item.item_order >= AFTER_LABELS) == (item.label_key is None) for item in items)


@settings(deadline=None)
@given(st.integers(1, 20))
def test_a_new_chain_is_ready_in_its_first_stage_and_waits_in_all_others(stages):
    chain = plan_chain(stages)

    assert [chain[0], *set(chain[1:])] == (["ready", "waiting"] if stages > 1 else ["ready"])
    assert len(chain) == stages


@settings(deadline=None)
@given(st.sampled_from(Status), st.sampled_from([None, *Status]))
def test_another_task_before_it_decides_only_over_what_nobody_has_handed_over(status, previous):
    becomes = replan(status, previous)

    if status in ("submitted", "accepted", "rejected"):
        assert becomes == status
    elif previous in (None, "submitted", "accepted"):
        assert becomes == ("ready" if status == "waiting" else status)
    else:
        assert becomes == "waiting"
