"""What is wrong with the rows and the XML of the other formats is refused in a sentence that names the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_readers_samples import CVAT_IMAGES, CVAT_VIDEO, KITTI, MOT_SEQINFO, refusal


@pytest.mark.parametrize(
    ("gt", "says"),
    [
        ("1,1,2,3,4,5,1,1", "gt.txt:1 has 8 columns"),
        ("hello", "gt.txt:1 has 1 columns"),
        ("1,1,2,3,4,5,1,1,1\n\n1,2,x,3,4,5,1,1,1", 'gt.txt:3 has left "x"'),
        ("1,1,nan,3,4,5,1,1,1", 'left "nan"'),
        ("1,1,inf,3,4,5,1,1,1", 'left "inf"'),
        ("1,1,1e13,3,4,5,1,1,1", 'left "1e13"'),
        ("1,1,1_0,3,4,5,1,1,1", 'left "1_0"'),
        ("1,1,\u0664,3,4,5,1,1,1", "left"),
        ("1,1,,3,4,5,1,1,1", 'left ""'),
        ("1,1,2,3,-4,5,1,1,1", "negative width"),
        ("0,1,2,3,4,5,1,1,1", "frame 0"),
        ("4,1,2,3,4,5,1,1,1", "frame 4, which is not a whole number from 1 to 3"),
        ("1.5,1,2,3,4,5,1,1,1", "frame 1.5"),
        ("1,-1,2,3,4,5,1,1,1", "track -1"),
        ("1,1,2,3,4,5,1,14,1", "class 14"),
        ("1,1,2,3,4,5,1,0,1", "class 0"),
        ("1,1,2,3,4,5,1,1,1\n1,1,2,3,4,5,1,1,1", "twice"),
    ],
)
def test_mot_refusals(gt: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("mot", tmp_path, {"gt/gt.txt": gt})


@pytest.mark.parametrize(
    ("seqinfo", "says"),
    [
        ("", "has no seqLength"),
        ("seqLength=3", "is not an ini file"),
        ("[Sequence]\nimWidth=3", "has no seqLength"),
        ("[Sequence]\nseqLength", "is not an ini file"),
        ("[Sequence]\nseqLength=1000000000000", "seqLength"),
        ("[Sequence]\nseqLength=" + "9" * 5000, "seqLength"),
        ("[Sequence]\nseqLength=0", "seqLength"),
        ("[Sequence]\nseqLength=abc", 'seqLength "abc"'),
        (MOT_SEQINFO.replace("640", "-640"), "imWidth"),
        (MOT_SEQINFO.replace(".png", "/../x.png"), "out of the dataset"),
        (MOT_SEQINFO.replace(".png", "/x.png"), "holds a slash"),
        (MOT_SEQINFO.replace(".png", "x" * 600), "longer than 512"),
    ],
)
def test_mot_seqinfo_refusals(seqinfo: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("mot", tmp_path, {"seqinfo.ini": seqinfo})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0 4 Car 0", "0 4 Car", "0001.txt:2 has 16 columns"),
        ("-1.57 0.9", "-1.57 0.9 1", "has 19 columns"),
        ("0 4 Car", "x 4 Car", 'frame "x"'),
        ("0 4 Car", "1000000000000 4 Car", "frame"),
        ("0 4 Car", "0 -1 Car", 'track "-1"'),
        ("0 4 Car", "0 1.5 Car", 'track "1.5"'),
        ("0 4 Car", "0 4 " + "C" * 201, "longer than 200"),
        ("10 20 30 50", "40 20 30 50", "right before left"),
        ("10 20 30 50", "nan 20 30 50", 'left "nan"'),
        ("1.5 1.8", "1e400 1.8", 'height "1e400"'),
        ("2 5 Cyclist", "2 4 Cyclist", "twice"),
    ],
)
def test_kitti_refusals(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("kitti-tracking", tmp_path, {"0001.txt": KITTI.replace(old, new, 1)})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name="a/0.jpg" ', "", "image has no name"),
        ('name="a/0.jpg"', 'name="../0.jpg"', "out of the dataset"),
        ('name="a/0.jpg"', 'name="1.jpg"', 'the file "1.jpg" twice'),
        ('width="100"', 'width="x"', 'image "a/0.jpg" has width "x"'),
        ('width="100"', 'width="0"', "width"),
        ('<box label="car"', "<box", 'element 2 ("box") has no label'),
        ('<box label="car"', f'<box label="{"c" * 201}"', "longer than 200"),
        ("<polyline ", '<hexagon label="" /><polyline ', '("hexagon") is not one of'),
        ('xtl="0.5"', "", "has no xtl"),
        ('xtl="0.5"', 'xtl="nan"', "xtl"),
        ('xtl="0.5"', 'xtl="50"', "xbr before xtl"),
        ('points="1.0,2;3,4"', 'points="1.0,2"', "points"),
        ('points="1.0,2;3,4"', 'points="1,2;3"', "points"),
        ('points="1.0,2;3,4"', 'points="1,2;3,a"', 'points "a"'),
        ('rx="2"', 'rx="-2"', "negative rx"),
        ('xtl1="1"', "", "has no xtl1"),
        ('rle="3, 4, 5"', 'rle="3, x"', "rle"),
        ('width="4"', 'width="-4"', "negative width"),
        ('<attribute name="n">', "<attribute>", "has no name"),
        ('points="2,3"', 'points=""', "points"),
        ("</annotations>", '<track id="0" label="a"/></annotations>', "images and tracks"),
    ],
)
def test_cvat_image_refusals(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("cvat-images", tmp_path, {"images.xml": CVAT_IMAGES.replace(old, new, 1)})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('<track id="0" label="car">', '<track label="car">', "has no id"),
        ('<track id="0" label="car">', '<track id="-3" label="car">', "id"),
        ('<track id="0" label="car">', '<track id="7" label="car">', "track 7 is there twice"),
        ('<track id="0" label="car">', '<track id="0">', "track 0 has no label"),
        ('<box frame="10"', '<box frame="11"', 'unknown file "frame_000011.png"'),
        ('<box frame="10"', '<box frame="1e20"', "frame"),
        ('<box frame="10"', "<box", "has no frame"),
        ('<box frame="14" outside="1"', '<box frame="10" outside="0"', "twice"),
        ("<stop_frame>18", "<stop_frame>1000000000000", "more than 1000000"),
        ("<stop_frame>18", "<stop_frame>abc", "stop_frame"),
        ("<start_frame>10", "<start_frame>-1", "start_frame"),
        ("<start_frame>10", "<start_frame>1</start_frame><start_frame>10", "several tasks"),
        ("<width>25", "<width>x", "width"),
        ('<track id="0" label="1">', '<track id="0">', "has no label"),
        ('<points frame="10"', "<points", "has no frame"),
    ],
)
def test_cvat_video_refusals(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("cvat-video", tmp_path, {"video.xml": CVAT_VIDEO.replace(old, new, 1)})
