"""The compute card is what the networks compute, and its times are near real ones."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import torch

from generation.backends.checkpoints import find_checkpoint, load_checkpoint
from generation.backends.compute_card import (
    ClipCompute,
    estimate_cost,
    read_compute_card,
)
from generation.backends.count_costs import count_clip
from generation.backends.published import PUBLISHED
from generation.backends.tally import count_flops

JANUARY = date(2026, 1, 1)


def find(model_id: str, height: int) -> ClipCompute:
    return next(
        row
        for row in read_compute_card()
        if (row.model_id, row.height) == (model_id, height)
    )


def test_the_card_holds_every_published_model_as_it_is_counted() -> None:
    card = read_compute_card()
    assert [row.model_id for row in card] == [model.model_id for model in PUBLISHED]
    model = next(model for model in PUBLISHED if model.model_id == "LTX-Video")
    assert count_clip(model) == find("LTX-Video", 480)


def test_the_networks_have_their_published_sizes() -> None:
    """A wrong configuration would be priced wrongly; sizes as the makers name them."""
    named = {"-1.3B": 1.4, "T2V-14B": 14.3, "TI2V-5B": 5.0, "Animate-14B": 17.3}
    named |= {"CogVideoX-5b": 5.6, "HunyuanVideo": 12.8, "video-diffusion": 1.5}
    for part, billions in named.items():
        rows = [
            row
            for row in read_compute_card()
            if part in row.model_id and "VACE" not in row.model_id
        ]
        assert rows
        for row in rows:
            assert row.parameters_million / 1000 == pytest.approx(billions, abs=0.06)


@pytest.mark.parametrize(
    ("model_id", "height", "device", "seconds"),
    [
        ("Wan2.2-T2V-A14B-Diffusers", 480, "h100-sxm", 326.9),
        ("Wan2.2-T2V-A14B-Diffusers", 720, "h100-sxm", 1041.5),
        ("Wan2.2-T2V-A14B-Diffusers", 720, "a100-sxm", 2735.7),
        ("Wan2.2-TI2V-5B-Diffusers", 704, "rtx-4090", 534.7),
    ],
)
def test_published_timings_are_met(
    model_id: str, height: int, device: str, seconds: float
) -> None:
    """One speed a device serves all sizes within 15 %.

    The A100 and the RTX 4090 have one timing each, which only says that it was read
    off right.
    """
    cost = estimate_cost(find(model_id, height), device, on=JANUARY)
    assert cost.seconds == pytest.approx(seconds, rel=0.15)


def test_a_cost_is_its_time_at_the_hourly_price() -> None:
    clip = ClipCompute("m", "p", 832, 480, 81, 16, 100, 1000, 45.6, 0.0)
    cost = estimate_cost(clip, "h100-sxm", on=JANUARY)
    # 100 x 45.6 TFLOP at 456 a second: 10 s at 2.69 USD/h; the clip lasts 81 / 16 s.
    assert cost.seconds == pytest.approx(10)
    assert float(cost.usd) == pytest.approx(2.69 * 10 / 3600)
    assert float(cost.usd_per_video_second) == pytest.approx(2.69 / 360 / (81 / 16))
    with pytest.raises(ValueError, match="no speed for 'abacus'"):
        estimate_cost(clip, "abacus", on=JANUARY)


def test_a_cpu_counts_as_much_as_the_meta_device(tiny: Callable[[str], Path]) -> None:
    """Each device fuses attention in its own way; what is computed is the same."""
    checkpoint = find_checkpoint(str(tiny("wan")))
    network = load_checkpoint(checkpoint, device="cpu").pipeline.transformer
    counts = []
    for device in ("cpu", "meta"):
        inputs = [torch.zeros(1, 16, 3, 4, 4), torch.zeros(1), torch.zeros(1, 8, 32)]
        network = network.to(device)
        with torch.no_grad(), count_flops() as counter:
            network(*(tensor.to(device) for tensor in inputs))
        counts.append(counter.get_total_flops())
    assert counts[0] == counts[1] > 0
