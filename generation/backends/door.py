"""The engine's door to production models: described for a request, loaded, run.

Reads two settings of the machine, REEL_DTYPE and REEL_OFFLOAD (checkpoints.py says what
they may be), and the user's picture and clip.
"""

import os
import time
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_args

from generation.backends.checkpoints import (
    Dtype,
    Offload,
    ProductionModel,
    find_checkpoint,
    load_checkpoint,
)
from generation.backends.families import round_frames
from generation.backends.production import OnStep, Order, make_clip, name_device
from generation.credits import cost_usd
from generation.engine import Drawing, peak_memory_mib
from generation.media import hash_frames, read_image, write_clip
from generation.metering import Metering
from generation.request import GenerationRequest, ModelCard

TIERS = (
    480,
    720,
    1080,
)  # heights that are priced; a picture has the least that holds it


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


def run_production(
    request: GenerationRequest, path: Path, on_step: OnStep | None, *, waited: float
) -> tuple[Drawing, Metering]:
    """Load, make and write the clip of a request, and measure each part."""
    cpu_before = time.process_time()
    began = time.monotonic()
    model = load_production(str(request.checkpoint))
    loaded = time.monotonic()
    clip = make_clip(_read_order(request), model, on_step)
    made = time.monotonic()
    output_bytes = write_clip(
        clip.frames, path, fps=clip.fps, height=clip.frames.shape[1]
    )
    written = time.monotonic()
    drawing = Drawing(
        frames=clip.frames,
        unknown_words=request.unknown_words,
        nfe=clip.nfe,
        first_step_ms=clip.first_step_ms,
        run_ms=clip.run_ms,
    )
    return drawing, Metering(
        queue_ms=round(waited * 1000),
        load_ms=round((loaded - began) * 1000),
        run_ms=clip.run_ms,
        first_step_ms=clip.first_step_ms,
        encode_ms=round((written - made) * 1000),
        cpu_seconds=round(time.process_time() - cpu_before, 3),
        peak_memory_mib=clip.peak_device_mib or peak_memory_mib(),
        flops=float(clip.flops),
        nfe=clip.nfe,
        num_frames=len(clip.frames),
        frames_sha256=hash_frames(clip.frames),
        output_bytes=output_bytes,
        device=clip.device,
    )


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
