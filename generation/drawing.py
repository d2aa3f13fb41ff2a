"""From a request to frames and to a file, each step measured.

Reads the model's weights and the user's image or clip; writes the clip.
"""

import resource
import sys
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from generation.events import MotionSource
from generation.media import hash_frames, read_image, read_reference_clip, write_clip
from generation.metering import Metering
from generation.motion import extract_motion, find_subject, retarget
from generation.planner import plan_trajectory
from generation.policy import read_policy
from generation.provenance import sign_clip
from generation.request import GenerationRequest, find_model
from generation.watermark import payload_of

FPS = 8
HEIGHT = 384  # eight times the model's own pixels
VERSION = "v2"

OnStep = Callable[[int, int], None]


class LoadedModel(NamedTuple):
    """The bundled pipeline and the hash of its weights."""

    pipeline: Any
    weights_sha256: str


class Drawing(NamedTuple):
    """Frames as the model made them, and what making them took.

    Attributes:
        facts: What ran, and on what, as the event names it.
        height: Of the clip's file.
    """

    frames: NDArray[np.uint8]
    unknown_words: list[str]
    nfe: int
    motion_source: MotionSource | None
    first_step_ms: int
    run_ms: int
    facts: dict[str, Any]
    fps: int = FPS
    height: int = HEIGHT


@cache
def load_model() -> LoadedModel:
    """Load the bundled model once for each process."""
    # Here, not above: torch and diffusers take seconds to import.
    import torch

    from generation.bundled.pipeline import WEIGHTS, hash_weights, load_pipeline

    # So small a model gains little from more threads, waits long for busy cores, and
    # would round differently for each number of them.
    torch.set_num_threads(1)
    folder = WEIGHTS / VERSION
    return LoadedModel(load_pipeline(folder), hash_weights(folder))


def make_clip(
    request: GenerationRequest,
    path: Path,
    *,
    job_id: str,
    home: Path,
    on_step: OnStep,
) -> tuple[Drawing, Metering]:
    """Draw a clip, mark it, write it to `path` and sign it."""
    cpu_before = time.process_time()
    clock = time.monotonic()
    loaded, drawing = _load_and_draw(request, on_step)
    drawn = time.monotonic()
    mark = payload_of(job_id)
    fps, height = drawing.fps, drawing.height
    write_clip(drawing.frames, path, fps=fps, height=height, mark=mark)
    facts = {"model": request.model_id, "seed": request.seed, "mode": request.mode}
    manifest_id = sign_clip(path, home=home, generation_id=job_id, facts=facts)
    written = time.monotonic()
    return drawing, Metering(
        busy_ms=to_ms(written - clock),
        load_ms=to_ms(loaded - clock),
        run_ms=drawing.run_ms,
        first_step_ms=drawing.first_step_ms,
        encode_ms=to_ms(written - drawn),
        cpu_seconds=round(time.process_time() - cpu_before, 3),
        nfe=drawing.nfe,
        num_frames=len(drawing.frames),
        width=round(drawing.frames.shape[2] * height / drawing.frames.shape[1]),
        height=height,
        fps=fps,
        frames_sha256=hash_frames(drawing.frames),
        output_bytes=path.stat().st_size,
        container=path.suffix.lower().removeprefix("."),
        watermark_id=f"{mark:08x}",
        c2pa_manifest_id=manifest_id,
        motion_source=drawing.motion_source,
        moderation_stage="input_text",
        moderation_outcome="passed",
        policy_version=read_policy().version,
        **{"peak_memory_mib": _peak_memory_mib()} | drawing.facts,
    )


def find_trajectory(
    request: GenerationRequest, image: Any
) -> tuple[Any, MotionSource | None]:
    """Return the path asked for: drawn, read off a clip, or planned from the words.

    A clip's and a planned path begin at the image's subject.
    """
    if request.trajectory is not None:
        return request.trajectory, "trajectory"
    start = None
    if image is not None:
        from generation.bundled.pipeline import fit_image

        start = find_subject(fit_image(image, size=48))
    if request.reference_clip is not None:
        motion = extract_motion(read_reference_clip(request.reference_clip).frames)
        path = motion.trajectory
        return path if start is None else retarget(path, start), "reference_clip"
    if "motion_control" not in find_model(request.model_id).modes:
        return None, None
    return plan_trajectory(request.prompt, seed=request.seed, start=start), "planned"


def to_ms(seconds: float) -> int:
    """Whole milliseconds of a duration."""
    return round(seconds * 1000)


def _load_and_draw(
    request: GenerationRequest, on_step: OnStep
) -> tuple[float, Drawing]:
    """Draw with the model asked for; also returns when it was loaded."""
    if request.checkpoint is None:
        bundled = load_model()
        return time.monotonic(), _draw(request, bundled, on_step)
    from generation.backends.door import draw_production, load_production

    production = load_production(request.checkpoint)
    return time.monotonic(), draw_production(request, production, on_step)


def _draw(request: GenerationRequest, model: LoadedModel, on_step: OnStep) -> Drawing:
    """Prepare the conditions and run the sampler."""
    import torch

    began = time.monotonic()
    image = None if request.image is None else read_image(request.image)
    trajectory, motion_source = find_trajectory(request, image)
    step_times: list[float] = []

    def after_step(
        _pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]
    ) -> dict[str, Any]:
        step_times.append(time.monotonic())
        on_step(step + 1, request.num_inference_steps)
        return tensors

    output = model.pipeline(
        request.prompt,
        image=image,
        trajectory=trajectory,
        num_inference_steps=request.num_inference_steps,
        guidance_scale=request.guidance_scale,
        generator=torch.Generator().manual_seed(request.seed),
        callback_on_step_end=after_step,
    )
    frames = (output.frames[0] * 255).round().astype(np.uint8)
    return Drawing(
        frames=frames,
        unknown_words=output.unknown_words[0],
        nfe=output.nfe,
        motion_source=motion_source,
        first_step_ms=to_ms(step_times[0] - began),
        run_ms=to_ms(time.monotonic() - began),
        facts=_describe_model(model, frames=len(frames), nfe=output.nfe),
    )


def _describe_model(model: LoadedModel, *, frames: int, nfe: int) -> dict[str, Any]:
    """What ran, and what decides the last bit of its frames."""
    import torch

    from generation.bundled.flops import count_flops

    pipeline = model.pipeline
    flops = count_flops(pipeline.transformer.config, frames=frames, nfe=nfe)
    return {
        "backend": "bundled",
        "model_version": VERSION,
        "weights_sha256": model.weights_sha256,
        "pipeline_class": type(pipeline).__name__,
        "scheduler": type(pipeline.scheduler).__name__,
        "flops": float(flops),
        "flops_method": "formula",
        "determinism_key": (
            f"reelmetrics {version('reelmetrics')}, torch {torch.__version__}, cpu,"
            f" threads {torch.get_num_threads()}, batch 1"
        ),
    }


def _peak_memory_mib() -> float:
    """Peak resident memory; macOS counts bytes, Linux KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
