"""Export a checkpoint's averaged weights: python -m generation.training.export --help.

Reads <folder>/state.pt; writes a model folder in the diffusers layout, weights as fp16.
"""

import argparse
from pathlib import Path

import torch
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)

from generation.bundled.pipeline import WEIGHTS, SpriteVideoPipeline
from generation.training.checkpoint import make_models, name_weights


def export(folder: Path, target: Path) -> None:
    """Write the averaged weights of <folder>/state.pt to `target`."""
    content = torch.load(folder / "state.pt", weights_only=True)
    transformer, text_encoder, tokenizer = make_models(seed=0)
    with torch.no_grad():
        for name, weight in name_weights(transformer, text_encoder).items():
            weight.copy_(content["average"][name])
    pipeline = SpriteVideoPipeline(
        tokenizer, text_encoder, transformer, FlowMatchEulerDiscreteScheduler()
    )
    pipeline.to(torch.float16).save_pretrained(target)
    for path in target.rglob("*.safetensors"):
        path.chmod(0o644)  # safetensors writes for the owner alone
    print(f"step {content['step']} of {folder} exported to {target}")


def main() -> None:
    """Read the arguments and export."""
    parser = argparse.ArgumentParser(description="Export a checkpoint.")
    parser.add_argument("--folder", type=Path, default=Path("data/training/sprite-2"))
    parser.add_argument("--target", type=Path, default=WEIGHTS / "v2")
    chosen = parser.parse_args()
    export(chosen.folder, chosen.target)


if __name__ == "__main__":
    main()
