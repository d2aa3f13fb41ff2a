"""Floating-point operations of the bundled model, counted by formula.

A multiplication and an addition count as two, as torch.utils.flop_counter does.
"""

from collections.abc import Mapping
from typing import Any

from generation.bundled.layers import POINTS


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
    outward = dim * (channels + 1) * voxels  # the clip and the subject's place
    text = words * config["text_dim"] * dim
    signal = config["text_dim"] * dim + dim * dim  # pooled words
    signal += 128 * dim + dim * dim  # noise level
    signal += dim * 6 * dim + dim * 2 * dim  # modulations

    tokens = words + patches
    weights = 4 * dim * dim + 3 * dim * config["feed_forward_dim"]
    block = tokens * weights + 2 * tokens * tokens * dim
    products = patches * (inward + outward) + text + signal
    layers = _subject_products(config, frames=frames) + _background_products(config)
    return 2 * (products + config["layers"] * block + layers)


def _subject_products(config: Mapping[str, Any], *, frames: int) -> int:
    """Multiplications of the subject layer: windows out and in, and what is drawn."""
    hidden, size = config["subject_dim"], config["sample_size"]
    planes = 2 * config["in_channels"] + 1  # colours read; colours and opacity drawn
    windows = planes * POINTS * size * (POINTS + size)
    network = planes * POINTS**2 * hidden + 2 * hidden * hidden
    signal = (config["text_dim"] + 128) * hidden + 4 * hidden * hidden
    return frames * (windows + network) + signal


def _background_products(config: Mapping[str, Any]) -> int:
    """Multiplications of the background layer: three convolutions of one picture."""
    hidden, channels = config["background_channels"], config["in_channels"]
    weights = 9 * (2 * channels * hidden + hidden * hidden + hidden * channels)
    return config["sample_size"] ** 2 * weights + config["dim"] * 2 * hidden
