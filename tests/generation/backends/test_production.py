"""Every family of the table, made tiny, saved, reloaded, run, cancelled and metered."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from generation.backends.checkpoints import find_checkpoint, load_checkpoint
from generation.backends.families import FAMILIES, Size
from generation.backends.production import Order, make_clip

PROMPT = "a red cat runs left"
PATH = ((0.2, 0.5), (0.8, 0.5))
PICTURE = Image.new("RGB", (64, 64), (200, 30, 30))
SMALL, LARGER = Size(16, 16), Size(32, 32)

# Tiny checkpoint: size, frames, evaluations of two steps, and how it is led.
CASES: dict[str, tuple[Size, int, int, dict[str, Any]]] = {
    "wan": (LARGER, 9, 4, {}),  # guidance: two evaluations a step
    "wan_two_experts": (LARGER, 9, 4, {}),
    "wan_image": (LARGER, 9, 4, {"image": PICTURE}),
    "wan_vace": (LARGER, 9, 4, {"image": PICTURE, "trajectory": PATH}),
    "wan_animate": (SMALL, 9, 2, {"image": PICTURE, "reference_clip": True}),
    "wan_redraw": (LARGER, 9, 2, {"reference_clip": True}),  # 80 % of two steps: one
    "ltx": (LARGER, 9, 4, {}),
    "ltx_image": (LARGER, 9, 4, {"image": PICTURE}),
    "ltx_condition": (LARGER, 9, 4, {"image": PICTURE, "reference_clip": True}),
    "cogvideox": (SMALL, 9, 4, {}),
    "cogvideox_image": (SMALL, 9, 4, {"image": PICTURE}),
    "cogvideox_control": (SMALL, 9, 4, {"trajectory": PATH}),
    "cogvideox_redraw": (SMALL, 9, 2, {"reference_clip": True}),
    "hunyuan": (SMALL, 9, 2, {}),  # guidance is distilled: one evaluation a step
    "mochi": (SMALL, 7, 4, {}),
    "animatediff": (SMALL, 8, 4, {}),
    "animatediff_redraw": (SMALL, 8, 2, {"reference_clip": True}),
    "svd": (Size(64, 64), 4, 4, {"image": PICTURE}),
}


class Cancelled(Exception):
    """What the caller raises to cancel."""


@pytest.mark.parametrize("name", CASES)
def test_a_production_model_makes_and_cancels_a_metered_clip(
    name: str, tiny: Callable[[str], Path], reference_clip: Path
) -> None:
    size, frames, evaluations, led = CASES[name]
    if "reference_clip" in led:
        led = led | {"reference_clip": reference_clip}
    order = Order(
        prompt=PROMPT, size=size, num_frames=frames, num_inference_steps=2, **led
    )
    model = load_checkpoint(find_checkpoint(str(tiny(name))), device="cpu")

    steps: list[tuple[int, int]] = []
    clip = make_clip(order, model, lambda done, all_: steps.append((done, all_)))
    total = len(steps)
    assert steps == [(done, total) for done in range(1, total + 1)]
    assert clip.frames.shape == (frames, size.height, size.width, 3)
    assert clip.seconds == frames / clip.fps
    assert clip.nfe == evaluations
    assert clip.flops > 0
    assert 0 <= clip.first_step_ms <= clip.run_ms
    assert clip.cost_usd(date(2026, 1, 1)) == Decimal("0.0001") * clip.run_ms / 1000

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        make_clip(order, model, cancel)
    # What was cancelled leaves nothing behind: the next clip is the same as the first.
    assert (make_clip(order, model).frames == clip.frames).all()


def test_every_family_of_the_table_was_run(tiny: Callable[[str], Path]) -> None:
    """A row that no test runs is a guess."""
    run = {find_checkpoint(str(tiny(name))).family.pipeline for name in CASES}
    assert run == set(FAMILIES)


@pytest.mark.parametrize(
    "name",
    ["wan_vace", "wan_animate", "wan_redraw", "ltx_condition", "cogvideox_control"],
)
def test_another_motion_makes_another_clip(
    name: str, tiny: Callable[[str], Path], reference_clip: Path, noise_clip: Path
) -> None:
    """A control that does not reach the network would still give a fine clip."""
    size, frames, _, _ = CASES[name]
    orders = [
        Order(
            prompt=PROMPT,
            size=size,
            num_frames=frames,
            num_inference_steps=2,
            image=PICTURE if name == "wan_animate" else None,
            reference_clip=clip,
        )
        for clip in (reference_clip, noise_clip, reference_clip)
    ]
    model = load_checkpoint(find_checkpoint(str(tiny(name))), device="cpu")
    square, noise, again = (make_clip(order, model).frames for order in orders)
    assert (square == again).all()
    assert (square != noise).any()
