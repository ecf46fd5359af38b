"""Real annotation files become exactly the tasks that their README promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from datasets_app.imports.readers import read
from datasets_app.models import Dataset, File, Label
from tasks_app.models import Task
from tasks_app.planning import PlannedAttribute, PlannedLabel, plan_attributes, plan_labels
from tests.factories import ClientFactory

#: part of a README -> format, path below its folder, further words of the command
SETS = {
    "coco-mini": ("coco", "coco-mini", []),
    "taco": ("coco", "taco/annotations.json", []),
    "bdd-frames": ("scalabel", "bdd-frames", []),
    "bdd-track": ("scalabel", "bdd-track", ["--dataset-attributes", "weather,timeofday,scene"]),
    "kitti-tracking/0001": ("kitti-tracking", "kitti-tracking", []),
    "cvat/for_images": ("cvat", "cvat/for_images.xml", []),
    "cvat/for_video": ("cvat", "cvat/for_video.xml", []),
    "t4-sample": ("t4", "t4-sample", []),
    "mot17/MOT17-02": ("mot", "mot17/MOT17-02", []),
    "mot17/MOT17-09": ("mot", "mot17/MOT17-09", []),
    "mot17/MOT17-13": ("mot", "mot17/MOT17-13", []),
    "mot17/MOT17-05 as frame_by_frame": ("mot", "mot17/MOT17-05", ["--mode", "frame_by_frame"]),
}
SEQUENCES = ("02", "04", "05", "09", "10", "11", "13")


def promised(data: Path, part: str) -> int:
    """How many tasks a stage has, as the README beside the files says."""
    readme = (data / part.partition("/")[0] / "README.md").read_text()
    row = re.search(rf"^\| `{re.escape(part)}` \|(.*)$", readme, re.MULTILINE)
    assert row is not None
    return int(row[1].split("|")[7])


def run(path: Path, format_name: str, *words: str, name: str = "imported") -> None:
    client = ClientFactory(name="Demo", pk=1)
    call_command(
        "import_dataset", str(path), "--format", format_name, "--client", client.client_id, "--name", name, *words
    )


@pytest.mark.django_db
@pytest.mark.parametrize("stages", [1, 2, 3])
@pytest.mark.parametrize("part", SETS)
def test_a_real_set_gives_exactly_its_count_of_tasks(shared_data: Path, part: str, stages: int) -> None:
    format_name, path, words = SETS[part]

    run(shared_data / path, format_name, "--stages", ",".join("ABC"[:stages]), *words)

    assert Task.objects.count() == promised(shared_data, part) * stages


@pytest.mark.parametrize("mode", ["frame_by_frame", "label_by_label"])
@pytest.mark.parametrize("sequence", SEQUENCES)
def test_every_mot17_sequence_is_planned_with_its_count(shared_data: Path, sequence: str, mode: str) -> None:
    part = f"mot17/MOT17-{sequence}" + (" as frame_by_frame" if mode == "frame_by_frame" else "")

    content = read("mot", shared_data / "mot17" / f"MOT17-{sequence}", mode=mode)

    objects = {(shape.label_id, shape.file_id if mode == "frame_by_frame" else None) for shape in content.shapes}
    planned = plan_labels(PlannedLabel(key, None, 0) for key in range(len(objects)))
    attributes = [PlannedAttribute(1, True, 1) for _one in content.frame_attributes]
    more = plan_attributes(attributes, [(1, 1)] * len(content.files), is_sequence=mode == "label_by_label")
    assert sum(1 for _item in planned) + sum(1 for _item in more) == promised(shared_data, part)


@pytest.mark.django_db
def test_importing_twice_changes_nothing(shared_data: Path) -> None:
    run(shared_data / "taco" / "annotations.json", "coco")
    before = list(Task.objects.order_by("pk").values()) + list(Label.objects.order_by("pk").values())
    client = Dataset.objects.get().client

    call_command(
        "import_dataset",
        str(shared_data / "taco" / "annotations.json"),
        *("--format", "coco", "--client", client.name, "--name", "imported"),
    )

    assert list(Task.objects.order_by("pk").values()) + list(Label.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_pictures_come_along(shared_data: Path) -> None:
    folder = shared_data / "coco-mini"

    run(folder, "coco", "--images", str(folder / "images"))

    assert File.objects.exclude(picture="").count() == 6


MOT = "1,1,10,20,30,40,1,1,1\n2,1,12,20,30,40,1,1,1\n2,2,50,60,10,10,1,3,0.5\n"


@pytest.fixture
def sequence(tmp_path: Path) -> Path:
    """A MOT sequence of two tracks in three frames, written by the test itself."""
    (tmp_path / "gt").mkdir()
    (tmp_path / "gt" / "gt.txt").write_text(MOT)
    (tmp_path / "seqinfo.ini").write_text("[Sequence]\nname=a\nseqLength=3\nimWidth=640\nimHeight=480\nimExt=.jpg\n")
    return tmp_path


@pytest.mark.django_db
@pytest.mark.parametrize(("mode", "tasks"), [("label_by_label", 4), ("frame_by_frame", 6)])
def test_a_small_sequence_in_both_modes(sequence: Path, mode: str, tasks: int) -> None:
    run(sequence, "mot", "--mode", mode)

    assert Task.objects.count() == tasks


@pytest.mark.django_db
def test_a_malformed_file_is_one_sentence_and_saves_nothing(sequence: Path) -> None:
    (sequence / "gt" / "gt.txt").write_text(MOT + "3,1,oops,20,30,40,1,1,1\n")

    with pytest.raises(CommandError, match=r"gt\.txt.*4") as caught:
        run(sequence, "mot")

    assert caught.value.returncode == 2
    assert not Dataset.objects.exists()
    assert not Label.objects.exists()


@pytest.mark.django_db
def test_a_broken_picture_undoes_the_import(sequence: Path) -> None:
    (sequence / "000001.jpg").write_bytes(b"no picture")

    with pytest.raises(CommandError, match=r"000001\.jpg is not a JPEG, PNG or WebP picture"):
        run(sequence, "mot", "--images", str(sequence))

    assert not Dataset.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--stages", "A,A"], "stands twice"),
        (["--stages", ",".join(map(str, range(21)))], "1 to 20 stages"),
        (["--images", "nowhere"], "nowhere is not a folder"),
        (["--by", "nobody@example.com"], "not a member"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(sequence: Path, words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as caught:
        run(sequence, "mot", *words)

    assert caught.value.returncode == 2
    assert not Dataset.objects.exists()


@pytest.mark.django_db
def test_an_unknown_client_is_refused(sequence: Path) -> None:
    words = ["--format", "mot", "--client", "nobody", "--name", "x"]

    with pytest.raises(CommandError, match="There is no client 'nobody'"):
        call_command("import_dataset", str(sequence), *words)


@pytest.mark.django_db
def test_other_stages_for_a_dataset_that_is_there_are_refused(sequence: Path) -> None:
    run(sequence, "mot")
    words = ["--format", "mot", "--client", "Demo", "--name", "imported", "--stages", "Other"]

    with pytest.raises(CommandError, match="has the stages Labelling, QA already"):
        call_command("import_dataset", str(sequence), *words)
