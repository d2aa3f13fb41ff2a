"""One clip of a production model: checked, led, watched, measured.

Reads the user's reference clip. Raising from `on_step` cancels after that step; the
model can be used again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from generation.backends.checkpoints import GIB, ProductionModel
from generation.backends.controls import Guide, build_inputs, fit, read_clip
from generation.backends.families import (
    Family,
    Size,
    check_frames,
    check_size,
    round_frames,
)
from generation.backends.tally import tally
from generation.credits import cost_usd
from generation.request import Mode, Point

OnStep = Callable[[int, int], None]

# Names of graphics cards, as they call themselves, in the device cost card.
CARDS = {
    "H200": "h200",
    "H100 PCIe": "h100-pcie",
    "H100": "h100-sxm",
    "A100": "a100-sxm",
    "RTX 4090": "rtx-4090",
    "L40S": "l40s",
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to make; None leaves it to the family.

    Attributes:
        image: First picture, or the looks of the subject where a clip leads.
        trajectory: Path of the subject, x and y in 0..1, y down.
        reference_clip: Clip whose motion to follow, instead of a trajectory.
        num_frames: Exactly so many; else the allowed number nearest to `seconds`.
    """

    prompt: str
    image: Image.Image | None = None
    trajectory: tuple[Point, ...] | None = None
    reference_clip: Path | None = None
    num_frames: int | None = None
    seconds: float | None = None
    size: Size | None = None
    num_inference_steps: int | None = None
    guidance_scale: float | None = None
    seed: int = 0

    @property
    def mode(self) -> Mode:
        """What it asks for."""
        if self.trajectory is not None or self.reference_clip is not None:
            return "motion_control"
        return "text_to_video" if self.image is None else "image_to_video"


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A finished clip and what it took.

    Attributes:
        frames: [frames, height, width, 3].
        seconds: Its length; the frame rule may have changed what was asked for.
        nfe: Evaluations of the network; guidance doubles them.
        flops: Operations of these evaluations, without codec and text encoder.
        device: Its name in the device cost card.
    """

    frames: NDArray[np.uint8]
    fps: int
    seconds: float
    nfe: int
    flops: int
    first_step_ms: int
    run_ms: int
    peak_device_mib: float | None
    device: str

    def cost_usd(self, on: date) -> Decimal:
        """Return the computing cost of the time that the device was busy."""
        return cost_usd(self.device, busy_seconds=self.run_ms / 1000, on=on)


def make_clip(
    order: Order, model: ProductionModel, on_step: OnStep | None = None
) -> Clip:
    """Make one clip.

    Args:
        order: What to make.
        model: What makes it.
        on_step: Called with (steps done, steps in all) after each step.
    """
    family = model.checkpoint.family
    arguments = prepare(order, family)
    began = time.monotonic()
    step_times: list[float] = []

    def after_step(
        pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]
    ) -> dict[str, Any]:
        step_times.append(time.monotonic())
        if on_step is not None:
            on_step(step + 1, pipeline.num_timesteps)
        return tensors

    if model.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(model.device)
    with tally(_list_denoisers(model.pipeline)) as counted:
        frames = _run(model, {**arguments, "callback_on_step_end": after_step})
    return Clip(
        frames=frames,
        fps=family.fps,
        seconds=len(frames) / family.fps,
        nfe=counted.evaluations,
        flops=counted.flops,
        first_step_ms=round((step_times[0] - began) * 1000),
        run_ms=round((time.monotonic() - began) * 1000),
        peak_device_mib=_peak_mib(model.device),
        device=name_device(model.device),
    )


def prepare(order: Order, family: Family) -> dict[str, Any]:
    """Check an order and turn it into the arguments of the family's pipeline."""
    check_order(order, family)
    size = order.size or family.size
    frames = count_frames(order, family)
    guide = Guide(
        frames=frames,
        size=size,
        image=None if order.image is None else fit(order.image, size),
        trajectory=order.trajectory,
        clip=None
        if order.reference_clip is None
        else read_clip(order.reference_clip, frames=frames, size=size),
    )
    arguments: dict[str, Any] = {
        "width": size.width,
        "height": size.height,
        "num_inference_steps": order.num_inference_steps or family.steps,
        "generator": torch.Generator().manual_seed(order.seed),
        "output_type": "np",
        **build_inputs(family, guide),
    }
    guidance = order.guidance_scale
    arguments[family.guidance_argument] = (
        family.guidance if guidance is None else guidance
    )
    if family.reads_prompt:
        arguments["prompt"] = order.prompt
    if family.frames_argument is not None:
        arguments[family.frames_argument] = frames
    if family.fps_argument is not None:
        arguments[family.fps_argument] = family.fps
    return arguments


def check_order(order: Order, family: Family) -> None:
    """Refuse what the family cannot make; the message names the fix."""
    if order.mode not in family.modes:
        raise ValueError(
            f"{family.pipeline} cannot do {order.mode}, only {', '.join(family.modes)}"
        )
    if order.trajectory is not None and order.reference_clip is not None:
        raise ValueError("give a trajectory or a reference clip, not both")
    if order.trajectory is not None and not family.follows_trajectory:
        raise ValueError(
            f"{family.pipeline} follows no drawn path; give it a reference clip"
        )
    takes_image = "image_to_video" in family.modes or family.control == "poses"
    if order.image is not None and not takes_image:
        raise ValueError(f"{family.pipeline} takes no image; leave it out")
    if order.image is None and family.control == "poses":
        raise ValueError(f"{family.pipeline} needs the image of the one who moves")
    check_size(family, order.size or family.size)
    if order.num_frames is not None:
        check_frames(family, order.num_frames)


def count_frames(order: Order, family: Family) -> int:
    """Return the frames that an order makes."""
    if order.num_frames is not None:
        return order.num_frames
    if order.seconds is not None:
        return round_frames(family, order.seconds)
    return family.frames


def name_device(device: torch.device) -> str:
    """Return the name of a device in the device cost card."""
    if device.type != "cuda":
        return device.type
    card = torch.cuda.get_device_name(device)
    return next((name for part, name in CARDS.items() if part in card), card)


def _run(model: ProductionModel, arguments: dict[str, Any]) -> NDArray[np.uint8]:
    """Run the pipeline; whatever ends it, its networks go back to their places."""
    try:
        clip = np.asarray(model.pipeline(**arguments).frames[0])
    except torch.OutOfMemoryError as error:
        raise MemoryError(_describe_shortage(model, arguments)) from error
    finally:
        model.pipeline.maybe_free_model_hooks()
    if not np.isfinite(clip).all():
        raise RuntimeError(
            f"{model.checkpoint.name} gave values that are no numbers; load it with "
            "dtype bfloat16 or float32"
        )
    return (clip * 255).round().astype(np.uint8)


def _describe_shortage(model: ProductionModel, arguments: dict[str, Any]) -> str:
    free, total = torch.cuda.mem_get_info(model.device)
    peak = torch.cuda.max_memory_allocated(model.device)
    return (
        f"{model.checkpoint.name} at {arguments['width']}x{arguments['height']} filled "
        f"{peak / GIB:.1f} of {total / GIB:.1f} GiB ({free / GIB:.1f} free) and needs "
        "more; ask for fewer frames or a smaller picture, or load it with offload"
    )


def _list_denoisers(pipeline: Any) -> list[torch.nn.Module]:
    """Return the networks that the steps evaluate; Wan 2.2 has two."""
    names = ("transformer", "transformer_2", "unet")
    networks = [getattr(pipeline, name, None) for name in names]
    return [network for network in networks if network is not None]


def _peak_mib(device: torch.device) -> float | None:
    if device.type != "cuda":
        return None
    return round(torch.cuda.max_memory_allocated(device) / 2**20, 1)
