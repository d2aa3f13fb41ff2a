"""Motion in the form of each family: boxes, contours, masks, conditions."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generation.backends.controls import draw_boxes, draw_contours, fit, read_clip
from generation.backends.families import FAMILIES, Size
from generation.backends.production import Order, prepare

PICTURE = Image.new("RGB", (64, 64), (200, 30, 30))
PATH = ((0.25, 0.5), (0.75, 0.5))
SIZE = Size(64, 32)


def arguments(pipeline: str, **order: Any) -> dict[str, Any]:
    return prepare(
        Order(prompt="a cat", size=SIZE, num_frames=9, **order), FAMILIES[pipeline]
    )


def center(picture: Image.Image, *, is_dark: bool) -> tuple[float, float]:
    """Mean place of the ink, in 0..1."""
    is_ink = (np.asarray(picture.convert("L")) < 128) == is_dark
    rows, columns = np.nonzero(is_ink)
    return columns.mean() / picture.width, rows.mean() / picture.height


@pytest.mark.parametrize("is_dark", [True, False])
def test_the_box_follows_the_path(is_dark: bool) -> None:
    boxes = draw_boxes(PATH, frames=5, size=Size(200, 100), is_dark=is_dark)
    across = [center(box, is_dark=is_dark)[0] for box in boxes]
    assert across == pytest.approx([0.25, 0.375, 0.5, 0.625, 0.75], abs=0.01)


def test_the_contours_move_as_the_clip_does(reference_clip: Path) -> None:
    frames = read_clip(reference_clip, frames=7, size=Size(64, 48))
    assert len(frames) == 7
    across = [
        center(line, is_dark=True)[0] for line in draw_contours(frames, is_dark=True)
    ]
    # The square of 16 pixels goes from 10 of 64 to 54: 44 pixels in the whole clip.
    assert across[0] == pytest.approx(10 / 64, abs=0.03)
    assert across[-1] == pytest.approx(54 / 64, abs=0.03)
    assert across == sorted(across)


def test_a_picture_is_cut_and_not_stretched() -> None:
    wide = Image.new("RGB", (300, 100), (0, 0, 0))
    wide.paste((255, 255, 255), (100, 0, 200, 100))  # the middle third
    assert np.asarray(fit(wide, Size(50, 50))).min() > 230  # black would show


def test_vace_keeps_a_given_first_frame_and_draws_the_others() -> None:
    made = arguments("WanVACEPipeline", image=PICTURE, trajectory=PATH)
    kept = [np.asarray(mask).max() == 0 for mask in made["mask"]]
    assert kept == [True] + [False] * 8
    assert np.asarray(made["video"][0]).mean(axis=(0, 1)).tolist() == [200, 30, 30]
    assert center(made["video"][8], is_dark=True)[0] == pytest.approx(0.75, abs=0.02)


def test_vace_takes_the_looks_from_the_image_where_a_clip_leads(
    reference_clip: Path,
) -> None:
    made = arguments("WanVACEPipeline", image=PICTURE, reference_clip=reference_clip)
    assert [image.size for image in made["reference_images"]] == [SIZE]
    assert all(np.asarray(mask).min() == 255 for mask in made["mask"])


def test_words_alone_need_no_control() -> None:
    for pipeline in ("WanVACEPipeline", "LTXConditionPipeline"):
        assert not {"video", "mask", "conditions"} & set(arguments(pipeline))


def test_a_clip_conditions_ltx_loosely_and_an_image_exactly(
    reference_clip: Path,
) -> None:
    made = arguments(
        "LTXConditionPipeline", image=PICTURE, reference_clip=reference_clip
    )
    clip, image = made["conditions"]
    assert (len(clip.video), clip.strength, clip.frame_index) == (9, 0.5, 0)
    assert (image.image.size, image.strength, image.frame_index) == (SIZE, 1.0, 0)


def test_each_family_gets_the_arguments_it_knows() -> None:
    assert arguments("LTXPipeline")["frame_rate"] == 25
    svd = prepare(
        Order(prompt="a cat", image=PICTURE), FAMILIES["StableVideoDiffusionPipeline"]
    )
    assert "prompt" not in svd
    assert (svd["num_frames"], svd["max_guidance_scale"], svd["fps"]) == (25, 3.0, 7)


@pytest.mark.parametrize(
    ("pipeline", "order", "message"),
    [
        ("WanPipeline", {"image": PICTURE}, "cannot do image_to_video"),
        ("LTXConditionPipeline", {"trajectory": PATH}, "give it a reference clip"),
        (
            "CogVideoXFunControlPipeline",
            {"trajectory": PATH, "image": PICTURE},
            "takes no image",
        ),
        ("WanAnimatePipeline", {"reference_clip": Path("a.mp4")}, "needs the image"),
        (
            "WanVACEPipeline",
            {"trajectory": PATH, "reference_clip": Path("a.mp4")},
            "not both",
        ),
    ],
)
def test_what_a_family_cannot_do_is_said(
    pipeline: str, order: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        arguments(pipeline, **order)
