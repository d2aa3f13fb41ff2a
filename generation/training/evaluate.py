"""Measure a model on unseen scenes: python -m generation.training.evaluate --help.

Reads a model folder; prints one table row for each way of asking.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from generation.bundled.pipeline import WEIGHTS, SpriteVideoPipeline, load_pipeline
from generation.planner import plan_trajectory
from generation.quality import Measures, measure, measure_psnr, measure_trajectory_error
from generation.training.world import SIZE, Scene, render, sample_scene, write_caption

SCENE_SEED = 777  # training draws from seed 0
WAYS = ("truth", "text", "text+plan", "text+trajectory", "image+trajectory")
EXPECTED_MOTION = {"spin": "still", "path": None}  # a turn is no path; a path has none

Array = NDArray[np.floating]


class Judged(NamedTuple):
    """One clip against the scene that was asked for."""

    color: float
    shape: float
    background: float
    motion: float
    trajectory_px: float
    first_psnr: float
    flicker: float
    area_variation: float
    sharpness: float
    presence: float


def evaluate(
    pipeline: SpriteVideoPipeline, way: str, *, scenes: list[Scene], steps: int
) -> dict[str, float]:
    """Average the measures over scenes; NaN where a measure does not apply."""
    began = time.process_time()
    rows = []
    for index, scene in enumerate(scenes):
        truth, _ = render(scene)
        path = scene.trajectory
        if "plan" in way:
            path = plan_trajectory(scene.caption, seed=index)
        clip = truth
        if way != "truth":
            given: dict[str, Any] = {"image": truth[0]} if "image" in way else {}
            if "+" in way:
                given["trajectory"] = path
            clip = pipeline(
                scene.caption,
                num_inference_steps=steps,
                generator=torch.Generator().manual_seed(index),
                **given,
            ).frames[0]
        rows.append(judge(clip, scene, truth=truth, path=path))
    average = np.nanmean(np.array(rows, np.float64), axis=0)
    result = dict(zip(Judged._fields, average.tolist(), strict=True))
    result["cpu_s"] = (time.process_time() - began) / len(scenes)
    return result


def judge(clip: Array, scene: Scene, *, truth: Array, path: Array) -> Judged:
    """Compare a clip with its scene and with the path it was to follow."""
    found: Measures = measure(clip)
    motion = EXPECTED_MOTION.get(scene.motion, scene.motion)
    return Judged(
        color=float(found.color == scene.color),
        shape=float(found.shape == scene.shape),
        background=float(found.background == scene.background),
        motion=float("nan") if motion is None else float(found.motion == motion),
        trajectory_px=SIZE * measure_trajectory_error(clip, path),
        first_psnr=measure_psnr(clip[0], truth[0]),
        flicker=_or_nan(found.flicker),
        area_variation=_or_nan(found.area_variation),
        sharpness=found.sharpness,
        presence=found.presence,
    )


def draw_scenes(count: int) -> list[Scene]:
    """Draw unseen scenes, described in the plainest words."""
    rng = np.random.default_rng(SCENE_SEED)
    return [
        replace(scene, caption=write_caption(vars(scene)))
        for scene in (sample_scene(rng) for _ in range(count))
    ]


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def main() -> None:
    """Read the arguments and print a table."""
    parser = argparse.ArgumentParser(description="Measure a bundled model.")
    parser.add_argument("--model", type=Path, default=WEIGHTS / "v2")
    parser.add_argument("--scenes", type=int, default=96)
    parser.add_argument("--steps", type=int, nargs="+", default=[8])
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    pipeline = load_pipeline(chosen.model)
    scenes = draw_scenes(chosen.scenes)
    names = [*Judged._fields, "cpu_s"]
    print("| asked by | steps | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 2) + "|")
    for way in chosen.ways:
        for steps in chosen.steps:
            result = evaluate(pipeline, way, scenes=scenes, steps=steps)
            cells = " | ".join(f"{result[name]:.3f}" for name in names)
            print(f"| {way} | {steps} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
