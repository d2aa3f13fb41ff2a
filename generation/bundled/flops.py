"""Floating-point operations of the bundled model, counted by formula.

A multiplication and an addition count as two, as torch.utils.flop_counter does.
"""

from collections.abc import Mapping
from typing import Any


def count_flops(config: Mapping[str, Any], *, frames: int, nfe: int) -> int:
    """Operations of one clip with `nfe` evaluations of the transformer."""
    return nfe * count_evaluation_flops(config, frames=frames)


def count_evaluation_flops(config: Mapping[str, Any], *, frames: int) -> int:
    """Operations of one evaluation: matrix products, attention and convolutions."""
    dim, words = config["dim"], config["text_length"]
    size, patch = config["sample_size"], config["patch"]
    patches = frames // config["temporal_patch"] * (size // patch) ** 2
    voxels = config["temporal_patch"] * patch**2
    channels = config["in_channels"]

    inward = (channels + config["condition_channels"]) * voxels * dim
    outward = dim * channels * voxels
    text = words * config["text_dim"] * dim
    signal = config["text_dim"] * dim + dim * dim  # pooled words
    signal += 128 * dim + dim * dim  # noise level
    signal += dim * 6 * dim + dim * 2 * dim  # modulations

    tokens = words + patches
    weights = 4 * dim * dim + 3 * dim * config["feed_forward_dim"]
    block = tokens * weights + 2 * tokens * tokens * dim
    refine = 9 * frames * size * size * config["refine_channels"] * 3 * channels
    products = patches * (inward + outward) + text + signal
    return 2 * (products + config["layers"] * block + refine)
