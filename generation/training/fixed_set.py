"""The fixed set: 200 scenes with prompt, path and seeds, to compare versions on.

Reads fixed_set.jsonl beside it, which `python -m generation.training.fixed_set` drew
and wrote once. Training draws from another seed.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from generation.training.world import FRAMES, Scene, sample_scene, write_caption

FIXED_SET = Path(__file__).with_name("fixed_set.jsonl")
SCENES = 200
SEED = 777


@cache
def read_fixed_set() -> tuple[Scene, ...]:
    """Read the scenes; a scene's place in the list is the seed of its noise."""
    return tuple(_decode(line) for line in FIXED_SET.read_text().splitlines())


def draw_fixed_set() -> list[Scene]:
    """Draw the scenes, each described in the plainest words."""
    rng = np.random.default_rng(SEED)
    drawn = [sample_scene(rng) for _ in range(SCENES)]
    return [replace(scene, caption=write_caption(vars(scene))) for scene in drawn]


def _encode(scene: Scene) -> str:
    """Write one line; a subject turns evenly, so its last angle says all."""
    facts = vars(scene) | {
        "trajectory": [[round(float(v), 4) for v in xy] for xy in scene.trajectory],
        "rotation": round(float(scene.rotation[-1]), 4),
    }
    return json.dumps(facts, separators=(",", ":"))


def _decode(line: str) -> Scene:
    facts = json.loads(line)
    facts["trajectory"] = np.array(facts["trajectory"], np.float32)
    facts["rotation"] = facts["rotation"] * np.linspace(0, 1, FRAMES)
    return Scene(**facts)


def main() -> None:
    """Draw the set and write it."""
    lines = [_encode(scene) for scene in draw_fixed_set()]
    FIXED_SET.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
