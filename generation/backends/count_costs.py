"""Counts what production models compute for a clip, and writes the compute card.

Run as `python -m generation.backends.count_costs`. Networks are built on torch's meta
device, which keeps shapes and no numbers: no weights and no GPU are needed. Writes
data/reference/compute_card.csv. Text encoders are left out: they run once a clip.
"""

import csv
from collections.abc import Callable
from typing import Any

import diffusers
import torch
from torch import nn

from generation.backends.compute_card import CARD, ClipCompute
from generation.backends.network_inputs import Config, Latent, empty
from generation.backends.published import (
    PUBLISHED,
    Codec,
    Published,
    describe_family,
)
from generation.backends.tally import count_flops

TERA = 10**12


def main() -> None:
    """Count every published model and write the card."""
    with CARD.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(ClipCompute._fields)
        for model in PUBLISHED:
            row = count_clip(model)
            writer.writerow(row)
            print(*row)


def count_clip(model: Published) -> ClipCompute:
    """Count one clip of a model."""
    family = describe_family(model)
    size = model.size or family.size
    codec = model.codec
    latent = Latent(
        codec.channels,
        (family.frames - 1) // codec.frames + 1,
        size.height // codec.pixels,
        size.width // codec.pixels,
    )
    network = build(model.network, model.config)
    inputs = model.inputs(network.config, latent)
    return ClipCompute(
        model_id=model.model_id,
        pipeline=model.pipeline,
        width=size.width,
        height=size.height,
        frames=family.frames,
        fps=family.fps,
        evaluations=(model.steps or family.steps) * model.passes,
        parameters_million=round(
            sum(weight.numel() for weight in network.parameters()) / 10**6
        ),
        evaluation_tflop=_count(lambda: network(**inputs)),
        decoding_tflop=count_decoding(codec, latent),
    )


def count_decoding(codec: Codec, latent: Latent) -> float:
    """Count turning a clip's latents into pictures."""
    network = build(codec.cls, codec.config)
    channels, frames, height, width = latent
    if codec.cls == "AutoencoderKLTemporalDecoder":
        latents = empty(frames, channels, height, width)
        return _count(lambda: network.decode(latents, num_frames=frames))
    if codec.frames == 1:
        latents = empty(frames, channels, height, width)
    else:
        latents = empty(1, *latent)
    return _count(lambda: network.decode(latents))


def build(name: str, config: Config) -> Any:
    """Build a network of diffusers whose weights have shapes only."""
    with torch.device("meta"):
        network: nn.Module = getattr(diffusers, name)(**config)
    # Some layers make their numbers by a constructor that does not know the device.
    return network.to("meta", torch.bfloat16).eval()


def _count(evaluate: Callable[[], Any]) -> float:
    """Return the operations of a call in 10^12, to a thousandth."""
    with torch.device("meta"), torch.no_grad(), count_flops() as counter:
        evaluate()
    return round(counter.get_total_flops() / TERA, 3)


if __name__ == "__main__":
    main()
