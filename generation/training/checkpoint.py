"""Training state on disk: save, resume, and export as a diffusers folder.

Reads and writes <folder>/state.pt; writes the exported model folder.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast, T5EncoderModel

from generation.bundled.text_encoder import make_text_encoder, make_tokenizer
from generation.bundled.transformer import SpriteVideoTransformer
from generation.training.vocabulary import list_words

TEXT_DIM = 128


@dataclass
class TrainingState:
    """Everything a killed run needs to go on.

    Attributes:
        average: Exponential moving average of every weight, by name.
        spent_seconds: CPU seconds of the training process, over all its runs.
        elapsed_seconds: Wall seconds of the training, over all its runs.
    """

    transformer: SpriteVideoTransformer
    text_encoder: T5EncoderModel
    tokenizer: PreTrainedTokenizerFast
    optimizers: list[torch.optim.Optimizer]
    average: dict[str, Tensor]
    rng: np.random.Generator
    step: int = 0
    clips: int = 0
    spent_seconds: float = 0.0
    elapsed_seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    def weights(self) -> dict[str, nn.Parameter]:
        """Return the trained weights by name."""
        return name_weights(self.transformer, self.text_encoder)


def make_models(
    *, seed: int
) -> tuple[SpriteVideoTransformer, T5EncoderModel, PreTrainedTokenizerFast]:
    """Build the untrained model with the clip world's vocabulary."""
    torch.manual_seed(seed)
    transformer = SpriteVideoTransformer(text_dim=TEXT_DIM)
    tokenizer = make_tokenizer(list_words(), length=transformer.config.text_length)
    return transformer, make_text_encoder(len(tokenizer), dim=TEXT_DIM), tokenizer


def name_weights(
    transformer: nn.Module, text_encoder: nn.Module
) -> dict[str, nn.Parameter]:
    """Return both models' parameters under one namespace."""
    named = {f"transformer.{n}": p for n, p in transformer.named_parameters()}
    named.update({f"text.{n}": p for n, p in text_encoder.named_parameters()})
    return named


def save_state(state: TrainingState, folder: Path) -> None:
    """Write the state beside the old one, then swap: a kill leaves one whole file."""
    content: dict[str, Any] = {
        "weights": {name: w.detach() for name, w in state.weights().items()},
        "average": state.average,
        "optimizers": [optimizer.state_dict() for optimizer in state.optimizers],
        "torch_rng": torch.get_rng_state(),
        "numpy_rng": state.rng.bit_generator.state,
        "step": state.step,
        "clips": state.clips,
        "spent_seconds": state.spent_seconds,
        "elapsed_seconds": state.elapsed_seconds,
        "history": state.history,
    }
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(content, folder / "state.partial")
    os.replace(folder / "state.partial", folder / "state.pt")


def restore_state(state: TrainingState, folder: Path) -> bool:
    """Load <folder>/state.pt into `state`; False when there is none."""
    path = folder / "state.pt"
    if not path.exists():
        return False
    content = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, weight in state.weights().items():
            weight.copy_(content["weights"][name])
            state.average[name].copy_(content["average"][name])
    for optimizer, saved in zip(state.optimizers, content["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    torch.set_rng_state(content["torch_rng"])
    state.rng.bit_generator.state = content["numpy_rng"]
    for name in ("step", "clips", "spent_seconds", "elapsed_seconds", "history"):
        setattr(state, name, content[name])
    return True


def adopt_weights(state: TrainingState, model: Path) -> list[str]:
    """Begin from an exported model folder.

    Returns:
        Names of the weights it does not hold, which stay untrained.
    """
    saved: dict[str, Tensor] = {}
    for prefix, part in (("transformer", "transformer"), ("text", "text_encoder")):
        (path,) = (model / part).glob("*.safetensors")
        saved.update({f"{prefix}.{n}": w for n, w in load_file(path).items()})
    weights = state.weights()
    known = {name: saved[name] for name in weights if name in saved}
    _copy_into({name: weights[name] for name in known}, known)
    for name, value in known.items():
        state.average[name].copy_(value)
    return sorted(weights.keys() - known.keys())


@contextmanager
def averaged_weights(state: TrainingState) -> Iterator[None]:
    """Use the moving average inside the block, the trained weights after it."""
    weights = state.weights()
    trained = {name: weight.detach().clone() for name, weight in weights.items()}
    _copy_into(weights, state.average)
    try:
        yield
    finally:
        _copy_into(weights, trained)


def _copy_into(weights: dict[str, nn.Parameter], values: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(values[name])
