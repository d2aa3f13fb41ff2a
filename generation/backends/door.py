"""The engine's door to production models: described for a request, loaded, run.

Reads two settings of the machine, REEL_DTYPE and REEL_OFFLOAD (checkpoints.py says what
they may be), and the user's picture and clip.
"""

import os
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any, get_args

from generation.backends.checkpoints import (
    Dtype,
    Offload,
    ProductionModel,
    find_checkpoint,
    load_checkpoint,
)
from generation.backends.families import round_frames
from generation.backends.production import Clip, OnStep, Order, make_clip, name_device
from generation.credits import cost_usd
from generation.drawing import Drawing
from generation.events import MotionSource
from generation.media import read_image
from generation.request import GenerationRequest, ModelCard

# Heights that are priced; a picture has the least that holds it.
TIERS = (480, 720, 1080)


@cache
def describe_model(reference: str) -> ModelCard:
    """Return what a checkpoint can make, from its files, without loading it."""
    family = find_checkpoint(reference).family
    height = next((tier for tier in TIERS if family.size.height <= tier), TIERS[-1])
    return ModelCard(
        modes=family.modes,
        seconds=family.frames / family.fps,
        resolution=f"{height}p",
        steps=family.steps,
        guidance=family.guidance,
        round_seconds=lambda seconds: round_frames(family, seconds) / family.fps,
        reads_prompt=family.reads_prompt,
    )


@lru_cache(maxsize=1)  # two of them rarely fit
def load_production(reference: str) -> ProductionModel:
    """Load a checkpoint, as the machine's settings say.

    A device whose hour has no price is refused here, not when the work is done.
    """
    model = load_checkpoint(
        find_checkpoint(reference),
        dtype=_read_setting("REEL_DTYPE", get_args(Dtype)),
        offload=_read_setting("REEL_OFFLOAD", get_args(Offload)) or "none",
    )
    today = datetime.now(UTC).date()
    cost_usd(name_device(model.device), busy_seconds=0, on=today)
    return model


def draw_production(
    request: GenerationRequest, model: ProductionModel, on_step: OnStep
) -> Drawing:
    """Make the frames of a request."""
    clip = make_clip(_read_order(request), model, on_step)
    return Drawing(
        frames=clip.frames,
        unknown_words=request.unknown_words,
        nfe=clip.nfe,
        motion_source=_name_motion(request),
        first_step_ms=clip.first_step_ms,
        run_ms=clip.run_ms,
        facts=_describe(model, clip),
        fps=clip.fps,
        height=clip.frames.shape[1],
    )


def _describe(model: ProductionModel, clip: Clip) -> dict[str, Any]:
    """What ran, and what decides the last bit of its frames."""
    facts: dict[str, Any] = {
        "backend": "diffusers",
        "model_version": model.checkpoint.version,
        "pipeline_class": model.checkpoint.family.pipeline,
        "scheduler": type(model.pipeline.scheduler).__name__,
        "flops": float(clip.flops),
        "flops_method": "counter",
        "device": clip.device,
        "determinism_key": (
            f"reelmetrics {version('reelmetrics')}, torch {version('torch')}, diffusers"
            f" {version('diffusers')}, {clip.device}, {model.dtype}, batch 1"
        ),
    }
    if clip.peak_device_mib is not None:
        facts["peak_memory_mib"] = clip.peak_device_mib
    return facts


def _name_motion(request: GenerationRequest) -> MotionSource | None:
    if request.trajectory is not None:
        return "trajectory"
    return None if request.reference_clip is None else "reference_clip"


def _read_order(request: GenerationRequest) -> Order:
    return Order(
        prompt=request.prompt,
        image=None if request.image is None else read_image(request.image),
        trajectory=request.trajectory,
        reference_clip=request.reference_clip,
        seconds=request.seconds,
        num_inference_steps=request.num_inference_steps,
        guidance_scale=request.guidance_scale,
        seed=request.seed,
    )


def _read_setting(name: str, allowed: tuple[str, ...]) -> Any:
    value = os.environ.get(name) or None
    if value is not None and value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value}")
    return value
