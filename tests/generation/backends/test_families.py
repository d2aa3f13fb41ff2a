"""The rules of the table: frames and sizes that a family would silently change."""

import pytest

from generation.backends.families import (
    FAMILIES,
    Size,
    check_frames,
    check_size,
    find_family,
    round_frames,
)


@pytest.mark.parametrize(
    ("pipeline", "frames", "nearest"),
    [
        ("WanPipeline", 80, "77 or 81"),  # 4 x 19 + 1, 4 x 20 + 1
        ("LTXPipeline", 100, "97 or 105"),  # 8 x 12 + 1, 8 x 13 + 1
        ("MochiPipeline", 30, "25 or 31"),  # 6 x 4 + 1, 6 x 5 + 1
        ("CogVideoXPipeline", 1, "5"),  # one frame is a picture
        ("WanAnimatePipeline", 81, "77"),
        ("AnimateDiffPipeline", 33, "32"),
    ],
)
def test_a_wrong_number_of_frames_names_the_nearest(
    pipeline: str, frames: int, nearest: str
) -> None:
    with pytest.raises(ValueError, match=f"{pipeline}.* got {frames}, .*: {nearest}$"):
        check_frames(FAMILIES[pipeline], frames)
    for allowed in nearest.split(" or "):
        check_frames(FAMILIES[pipeline], int(allowed))


@pytest.mark.parametrize(
    ("pipeline", "seconds", "frames"),
    [
        ("WanPipeline", 5, 81),  # 80 frames at 16 a second; 77 is farther
        ("WanPipeline", 0.01, 5),
        ("LTXPipeline", 2, 49),  # 50 at 25 a second: 49 is 1 off, 57 is 7 off
        ("AnimateDiffPipeline", 60, 32),
        ("StableVideoDiffusionPipeline", 2, 14),  # any number, 7 a second
    ],
)
def test_a_length_is_rounded_to_what_can_be_made(
    pipeline: str, seconds: float, frames: int
) -> None:
    assert round_frames(FAMILIES[pipeline], seconds) == frames


def test_a_size_that_would_be_cropped_is_refused_with_the_nearest() -> None:
    check_size(FAMILIES["LTXPipeline"], Size(704, 480))
    with pytest.raises(ValueError, match=r"height .* multiple of 32 .* is 704"):
        check_size(FAMILIES["LTXPipeline"], Size(1280, 720))  # 22.5 x 32
    with pytest.raises(ValueError, match=r"width .* got 0; the nearest is 16"):
        check_size(FAMILIES["WanPipeline"], Size(0, 480))


def test_what_a_family_makes_by_default_is_what_it_can_make() -> None:
    for family in FAMILIES.values():
        check_frames(family, family.frames)
        check_size(family, family.size)


def test_the_small_wan_of_version_2_2_has_its_own_picture_and_pace() -> None:
    family = find_family({"_class_name": "WanPipeline", "expand_timesteps": True}, {})
    assert (family.size_multiple, family.fps, family.frames) == (32, 24, 121)


def test_an_unknown_pipeline_is_named() -> None:
    with pytest.raises(ValueError, match="got StableDiffusionPipeline"):
        find_family({"_class_name": "StableDiffusionPipeline"}, {})


def test_a_cogvideox_of_version_1_5_says_its_own_size_and_is_faster() -> None:
    network = {"sample_width": 170, "sample_height": 96, "sample_frames": 81}
    index = {"_class_name": "CogVideoXPipeline"}
    family = find_family(index, network | {"patch_size_t": 2})
    assert (family.size, family.frames, family.fps) == ((1360, 768), 81, 16)
    assert find_family(index, network | {"patch_size_t": None}).fps == 8
