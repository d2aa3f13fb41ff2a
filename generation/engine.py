"""The engine: runs one request, writes its file and emits its usage events.

Reads the model's weights and the user's image or clip; writes the clip, and below
<home> the job store and the spool of events. A job that a kill interrupted ends as
failed, with its credits given back, the next time the engine runs.
"""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from generation.events import ErrorClass, GenerationStatus
from generation.jobs import JobStore
from generation.media import (
    hash_frames,
    read_image,
    read_reference_clip,
    write_clip,
)
from generation.metering import Metering, record_end, record_start, record_submission
from generation.motion import extract_motion, find_subject, retarget
from generation.planner import plan_trajectory
from generation.request import GenerationRequest, find_model

FPS = 8
HEIGHT = 384  # eight times the model's own pixels

OnStep = Callable[[int, int], None]


class GenerationCancelled(Exception):
    """Raise it in `on_step` to cancel; the credits go back."""


@dataclass(frozen=True)
class Result:
    """A finished generation.

    Attributes:
        path: The clip.
        unknown_words: Words of the prompt that the model was never taught.
        frames: The model's own frames, [frames, size, size, 3], before enlarging.
        metering: What it took.
    """

    generation_id: str
    path: Path
    unknown_words: list[str]
    frames: NDArray[np.uint8]
    credits: int
    cost_usd: Decimal
    metering: Metering


class LoadedModel(NamedTuple):
    """The bundled pipeline and the hash of its weights."""

    pipeline: Any
    weights_sha256: str


class Drawing(NamedTuple):
    """Frames as the model made them, and what making them took."""

    frames: NDArray[np.uint8]
    unknown_words: list[str]
    nfe: int
    first_step_ms: int
    run_ms: int


def generate(
    request: GenerationRequest,
    *,
    home: Path,
    out: Path | None = None,
    on_step: OnStep | None = None,
) -> Result:
    """Make one clip.

    Args:
        request: What to make.
        home: The data folder.
        out: Where to write the clip; its suffix chooses the format. By default an mp4
            below <home>/videos.
        on_step: Called with (steps done, steps in all) after each step.
    """
    store = JobStore(home)
    end_interrupted_jobs(store)
    job_id = str(uuid4())
    path = out or home / "videos" / f"{job_id}.mp4"
    with store.own_job(job_id):
        with store.transaction() as database:
            credits = record_submission(
                database, request, job_id=job_id, session_id=_session_id()
            )
        try:
            with store.wait_for_turn() as waited:
                with store.transaction() as database:
                    record_start(database, job_id)
                drawing, metering = _run(request, path, on_step, waited=waited)
        except BaseException as error:
            _end_without_clip(store, request, job_id, error)
            raise
        with store.transaction() as database:
            record_end(
                database, job_id, status="succeeded", metering=metering, request=request
            )
        store.relay()
    return Result(
        generation_id=job_id,
        path=path,
        unknown_words=drawing.unknown_words,
        frames=drawing.frames,
        credits=credits,
        cost_usd=metering.cost_usd(datetime.now(UTC).date()),
        metering=metering,
    )


def _end_without_clip(
    store: JobStore, request: GenerationRequest, job_id: str, error: BaseException
) -> None:
    """Record why there is no clip; the caller raises the error on."""
    status, error_class = _classify(error)
    with store.transaction() as database:
        record_end(
            database,
            job_id,
            status=status,
            metering=Metering(),
            request=request,
            error_class=error_class,
            error_code=type(error).__name__,
        )
    store.relay()


def end_interrupted_jobs(store: JobStore) -> list[str]:
    """End as failed the jobs whose process died, and send what was left unsent."""
    ended = []
    for job_id in store.open_jobs():
        with store.adopt_job(job_id) as is_ours:
            if is_ours:
                with store.transaction() as database:
                    record_end(
                        database,
                        job_id,
                        status="failed",
                        metering=Metering(),
                        error_class="internal",
                        error_code="interrupted",
                    )
                ended.append(job_id)
    store.relay()
    return ended


@cache
def load_model() -> LoadedModel:
    """Load the bundled model once for each process."""
    # Here, not above: torch and diffusers take seconds to import.
    import torch

    from generation.bundled.pipeline import WEIGHTS, hash_weights, load_pipeline

    # So small a model gains little from more threads, waits long for busy cores, and
    # would round differently for each number of them.
    torch.set_num_threads(1)
    folder = WEIGHTS / "v2"
    return LoadedModel(load_pipeline(folder), hash_weights(folder))


def _run(
    request: GenerationRequest, path: Path, on_step: OnStep | None, *, waited: float
) -> tuple[Drawing, Metering]:
    """Load, draw and write one clip, and measure each part."""
    if request.checkpoint is not None:
        from generation.backends.door import run_production

        return run_production(request, path, on_step, waited=waited)
    from generation.bundled.flops import count_flops

    cpu_before = time.process_time()
    clock = time.monotonic()
    model = load_model()
    loaded = time.monotonic()
    drawing = _draw(request, model.pipeline, on_step)
    drawn = time.monotonic()
    output_bytes = write_clip(drawing.frames, path, fps=FPS, height=HEIGHT)
    written = time.monotonic()
    frames = len(drawing.frames)
    config = model.pipeline.transformer.config
    return drawing, Metering(
        queue_ms=_ms(waited),
        load_ms=_ms(loaded - clock),
        run_ms=drawing.run_ms,
        first_step_ms=drawing.first_step_ms,
        encode_ms=_ms(written - drawn),
        cpu_seconds=round(time.process_time() - cpu_before, 3),
        peak_memory_mib=peak_memory_mib(),
        flops=float(count_flops(config, frames=frames, nfe=drawing.nfe)),
        nfe=drawing.nfe,
        num_frames=frames,
        frames_sha256=hash_frames(drawing.frames),
        output_bytes=output_bytes,
        weights_sha256=model.weights_sha256,
    )


def _draw(request: GenerationRequest, pipeline: Any, on_step: OnStep | None) -> Drawing:
    """Prepare the conditions and run the sampler."""
    import torch

    began = time.monotonic()
    image = None if request.image is None else read_image(request.image)
    step_times: list[float] = []

    def after_step(
        _pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]
    ) -> dict[str, Any]:
        step_times.append(time.monotonic())
        if on_step is not None:
            on_step(step + 1, request.num_inference_steps)
        return tensors

    output = pipeline(
        request.prompt,
        image=image,
        trajectory=_find_trajectory(request, image),
        num_inference_steps=request.num_inference_steps,
        guidance_scale=request.guidance_scale,
        generator=torch.Generator().manual_seed(request.seed),
        callback_on_step_end=after_step,
    )
    return Drawing(
        frames=(output.frames[0] * 255).round().astype(np.uint8),
        unknown_words=output.unknown_words[0],
        nfe=output.nfe,
        first_step_ms=_ms(step_times[0] - began),
        run_ms=_ms(time.monotonic() - began),
    )


def _find_trajectory(request: GenerationRequest, image: Any) -> Any:
    """Return the path asked for: drawn, read off a clip, or planned from the words.

    A clip's and a planned path begin at the image's subject.
    """
    if request.trajectory is not None:
        return request.trajectory
    start = None
    if image is not None:
        from generation.bundled.pipeline import fit_image

        start = find_subject(fit_image(image, size=48))
    if request.reference_clip is not None:
        motion = extract_motion(read_reference_clip(request.reference_clip).frames)
        path = motion.trajectory
        return path if start is None else retarget(path, start)
    if "motion_control" not in find_model(request.model_id).modes:
        return None
    return plan_trajectory(request.prompt, seed=request.seed, start=start)


def _classify(error: BaseException) -> tuple[GenerationStatus, ErrorClass | None]:
    """Tell whose fault the end was."""
    if isinstance(error, GenerationCancelled | KeyboardInterrupt):
        return "cancelled", None
    if isinstance(error, ValueError):
        return "failed", "user_input"
    if isinstance(error, MemoryError):
        return "failed", "oom"
    return "failed", "internal"


@cache
def _session_id() -> str:
    return str(uuid4())


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def peak_memory_mib() -> float:
    """Return the peak of resident memory; macOS counts bytes, Linux KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
