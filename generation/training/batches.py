"""Training batches: clips of the procedural world with their conditions."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generation.bundled.conditions import draw_heat_map, join_conditions
from generation.training.world import SIZE, render, sample_scene

CAPTION_DROPPED = 0.1  # teaches the unconditional answer that guidance needs
IMAGE_SHOWN = 0.25


@dataclass(frozen=True)
class Batch:
    """One batch of training clips.

    Attributes:
        clips: [batch, 3, frames, height, width] in -1..1.
        condition: [batch, 6, frames, height, width], see the transformer.
        trajectory: Path of the subject, x and y in 0..1, [batch, frames, 2].
        backdrop: What the subjects move over, [batch, 3, 1, height, width].
        coverage: What the subjects hide, [batch, 1, frames, height, width].
        near: 1 in the disc around the subject, [batch, 1, frames, height, width].
        captions: One for each clip; "" where it was dropped.
    """

    clips: Tensor
    condition: Tensor
    trajectory: Tensor
    backdrop: Tensor
    coverage: Tensor
    near: Tensor
    captions: list[str]


def draw_batch(
    rng: np.random.Generator, *, count: int, frames: int, trajectory_shown: float = 0.5
) -> Batch:
    """Draw `count` clips and decide which conditions each one shows."""
    scenes = [sample_scene(rng, frames=frames) for _ in range(count)]
    clips, coverages, discs, backdrops = zip(*map(render, scenes), strict=True)
    pixels = torch.from_numpy(np.stack(clips)).permute(0, 4, 1, 2, 3) * 2 - 1
    backdrop = torch.from_numpy(np.stack(backdrops)).permute(0, 3, 1, 2) * 2 - 1
    trajectories = torch.from_numpy(np.stack([s.trajectory for s in scenes]))
    heat = draw_heat_map(trajectories, size=SIZE)
    has_image = torch.from_numpy(rng.random(count) < IMAGE_SHOWN).float()
    has_trajectory = torch.from_numpy(rng.random(count) < trajectory_shown).float()
    is_dropped = rng.random(count) < CAPTION_DROPPED
    return Batch(
        clips=pixels,
        condition=join_conditions(
            pixels[:, :, 0], heat, has_image=has_image, has_trajectory=has_trajectory
        ),
        trajectory=trajectories,
        backdrop=backdrop[:, :, None],
        coverage=torch.from_numpy(np.stack(coverages))[:, None],
        near=torch.from_numpy(np.stack(discs))[:, None],
        captions=[
            "" if dropped else scene.caption
            for dropped, scene in zip(is_dropped, scenes, strict=True)
        ],
    )
