"""A request is valid once it exists; every refusal names the value and the fix."""

from pathlib import Path

import pytest

from generation.request import (
    GenerationRequest,
    find_unknown_words,
    list_prompt_words,
)

create = GenerationRequest.create


def test_the_mode_follows_from_what_is_given(tmp_path: Path) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(b"x")
    assert create("a red ball").mode == "text_to_video"
    assert create("a red ball", image=image).mode == "image_to_video"
    path = [(0.2, 0.5), (0.8, 0.5)]
    assert create("a red ball", trajectory=path).mode == "motion_control"
    assert create("a ball", image=image, trajectory=path).mode == "motion_control"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"prompt": "  "}, "prompt must not be empty"),
        ({"prompt": "x" * 2_501}, "at most 2500 characters, got 2501"),
        ({"seconds": 5.0}, r"seconds must be 2 for sprite-2, got 5"),
        ({"seed": -1}, "seed must be 0 to 9223372036854775807, got -1"),
        ({"num_inference_steps": 0}, "steps must be 1 to 100, got 0"),
        ({"guidance_scale": float("nan")}, "guidance_scale must be 0 to 20.0, got nan"),
        ({"model_id": "sprite-9"}, "one of .'sprite-1', 'sprite-2'., got sprite-9"),
        ({"trajectory": [(0.5, 1.2)]}, r"0..1 of the picture, got \(0.5, 1.2\)"),
        ({"trajectory": [(0.5, float("nan"))]}, "0..1 of the picture"),
        ({"trajectory": []}, "1 to 1000 points, got 0"),
        ({"image": Path("absent.png")}, "absent.png is no file"),
        ({"image": Path("notes.txt")}, "notes.txt must be one of .png"),
        ({"motion": Path("absent.mp4")}, "absent.mp4 is no file"),
    ],
)
def test_a_wrong_value_is_refused_with_its_fix(
    changed: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        create(**({"prompt": "a red ball"} | changed))  # type: ignore[arg-type]


def test_the_older_model_has_no_motion_control() -> None:
    with pytest.raises(
        ValueError, match=r"sprite-1 cannot do motion_control.*sprite-2"
    ):
        create("a red ball", model_id="sprite-1", trajectory=[(0.5, 0.5)])


def test_a_trajectory_and_a_reference_clip_exclude_each_other(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"x")
    with pytest.raises(ValueError, match="not both"):
        create("a red ball", motion=clip, trajectory=[(0.5, 0.5)])


def test_a_trajectory_file_is_read_as_pairs(tmp_path: Path) -> None:
    path = tmp_path / "path.json"
    path.write_text("[[0.2, 0.5], [0.8, 0.25]]")
    assert create("a ball", trajectory=path).trajectory == ((0.2, 0.5), (0.8, 0.25))


@pytest.mark.parametrize("text", ["{", "[1, 2]", '"abc"', "[[1, 2, 3]]", "7"])
def test_a_broken_trajectory_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "path.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"path.json must hold a JSON list"):
        create("a ball", trajectory=path)


def test_words_outside_the_vocabulary_are_found() -> None:
    assert find_unknown_words("A cinematic RED star, epic!") == ["cinematic", "epic"]
    assert list_prompt_words("A red star!") == ["a", "red", "star"]
