"""Measure the versions on the fixed set: python -m generation.training.evaluate --help.

Reads a model folder and the fixed set; prints one table row for each version and way of
asking.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from generation.bundled.pipeline import WEIGHTS, SpriteVideoPipeline, load_pipeline
from generation.planner import plan_trajectory
from generation.quality import Measures, measure, measure_psnr, measure_trajectory_error
from generation.training.fixed_set import read_fixed_set
from generation.training.world import Scene, render

TRUTH = "training clips"
EXPECTED_MOTION = {"spin": "still", "path": None}  # a turn is no path; a path has none

Array = NDArray[np.floating]


class Asking(NamedTuple):
    """A version and what it is given beside the prompt.

    Attributes:
        path: "planned" from the words, the scene's "given" one, or none at all.
    """

    version: str
    has_image: bool
    path: str | None

    @property
    def label(self) -> str:
        """Name it as a row of the table."""
        parts = ["prompt", "image" if self.has_image else "", f"{self.path} path"]
        said = " + ".join(part for part in parts if part not in ("", "None path"))
        return f"{self.version} | {said}"


ASKINGS = (
    Asking("sprite-1", has_image=False, path=None),
    Asking("sprite-1", has_image=True, path=None),
    Asking("sprite-2", has_image=False, path="planned"),
    Asking("sprite-2", has_image=False, path="given"),
    Asking("sprite-2", has_image=True, path="given"),
)


class Judged(NamedTuple):
    """One clip against the scene that was asked for; NaN where a measure cannot be."""

    color: float
    shape: float
    background: float
    motion: float
    trajectory: float
    first_psnr: float
    flicker: float
    area_variation: float
    sharpness: float
    presence: float


def evaluate(
    pipeline: SpriteVideoPipeline,
    asking: Asking,
    *,
    scenes: Sequence[Scene],
    steps: int = 8,
) -> dict[str, float]:
    """Measure the clips that one way of asking gives."""
    began = time.process_time()
    rows = []
    for seed, scene in enumerate(scenes):
        truth = render(scene)[0]
        clip, path = make_clip(pipeline, asking, scene, seed=seed, steps=steps)
        rows.append(judge(clip, scene, truth=truth, path=path))
    return summarize(rows) | {"cpu_s": (time.process_time() - began) / len(scenes)}


def make_clip(
    pipeline: SpriteVideoPipeline,
    asking: Asking,
    scene: Scene,
    *,
    seed: int,
    steps: int,
) -> tuple[Array, Array]:
    """Make a scene's clip.

    Returns:
        The clip [frames, size, size, 3], and the path it is judged by: the scene's, or
        the one that was planned for it.
    """
    path = scene.trajectory
    if asking.path == "planned":
        path = plan_trajectory(scene.caption, seed=seed)
    given: dict[str, Any] = {} if asking.path is None else {"trajectory": path}
    if asking.has_image:
        given["image"] = render(scene)[0][0]
    made = pipeline(
        scene.caption,
        num_inference_steps=steps,
        generator=torch.Generator().manual_seed(seed),
        **given,
    )
    return np.round(made.frames[0] * 255) / 255, path  # as it is delivered


def judge(clip: Array, scene: Scene, *, truth: Array, path: Array) -> Judged:
    """Compare a clip with its scene and with the path it was to follow."""
    found: Measures = measure(clip)
    motion = EXPECTED_MOTION.get(scene.motion, scene.motion)
    return Judged(
        color=float(found.color == scene.color),
        shape=float(found.shape == scene.shape),
        background=float(found.background == scene.background),
        motion=float("nan") if motion is None else float(found.motion == motion),
        trajectory=measure_trajectory_error(clip, path),
        first_psnr=measure_psnr(clip[0], truth[0]),
        flicker=_or_nan(found.flicker),
        area_variation=_or_nan(found.area_variation),
        sharpness=found.sharpness,
        presence=found.presence,
    )


def summarize(rows: Sequence[Judged]) -> dict[str, float]:
    """Average the measures; the error along the path is in % of the width."""
    columns = np.array(rows, np.float64)
    means = dict(zip(Judged._fields, np.nanmean(columns, axis=0).tolist(), strict=True))
    errors = 100 * columns[:, Judged._fields.index("trajectory")]
    return means | {
        "trajectory": float(errors.mean()),
        "trajectory_median": float(np.median(errors)),
    }


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _print_row(label: str, figures: dict[str, float]) -> None:
    cells = [label]
    for name, value in figures.items():
        cells.append(f"{value:.1e}" if name == "flicker" else f"{value:.3f}")
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Read the arguments and print a table."""
    parser = argparse.ArgumentParser(description="Measure both versions.")
    parser.add_argument("--model", type=Path, default=WEIGHTS / "v2")
    parser.add_argument("--scenes", type=int, default=None, help="default: all")
    parser.add_argument("--steps", type=int, default=8)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    pipeline = load_pipeline(chosen.model)
    scenes = read_fixed_set()[: chosen.scenes]
    ideal = [
        judge(clip, scene, truth=clip, path=scene.trajectory)
        for scene, clip in ((scene, render(scene)[0]) for scene in scenes)
    ]
    figures = summarize(ideal)
    print(f"| version | given | {' | '.join([*figures, 'cpu_s'])} |")
    print("|---" * (len(figures) + 3) + "|")
    _print_row(f"{TRUTH} | ", figures | {"cpu_s": float("nan")})
    for asking in ASKINGS:
        _print_row(
            asking.label,
            evaluate(pipeline, asking, scenes=scenes, steps=chosen.steps),
        )


if __name__ == "__main__":
    main()
