"""Prices and costs, by hand from the committed cards."""

from datetime import date
from decimal import Decimal

import pytest

from generation.credits import (
    cost_usd,
    find_rate,
    price_credits,
    read_device_costs,
    read_price_card,
    to_micros,
)

DAY = date(2026, 1, 15)


def test_a_clip_costs_its_seconds_times_the_rate() -> None:
    def price(model: str, mode: str, resolution: str, seconds: float) -> int:
        return price_credits(
            model, mode, resolution=resolution, seconds=seconds, on=DAY
        )

    assert price("kling-v2-5-turbo", "text_to_video", "720p", 5) == 15  # 3 x 5
    assert price("kling-v2-6", "image_to_video", "1080p", 10) == 70  # 7 x 10
    assert price("motion-control-2-6", "motion_control", "720p", 10) == 50  # 5 x 10


def test_part_of_a_credit_is_charged_as_a_whole_one() -> None:
    # 1.5 credits a second x 0.9 s = 1.35, so 2
    assert (
        price_credits(
            "sprite-2", "motion_control", resolution="384p", seconds=0.9, on=DAY
        )
        == 2
    )


def test_audio_has_its_own_price() -> None:
    silent = find_rate("kling-v2-6", "text_to_video", resolution="1080p", on=DAY)
    loud = find_rate(
        "kling-v2-6", "text_to_video", resolution="1080p", on=DAY, has_audio=True
    )
    assert (silent.credits_per_second, loud.credits_per_second) == (7, 10)


def test_what_has_no_price_is_refused_and_the_offer_is_named() -> None:
    with pytest.raises(ValueError, match=r"sprite-1, motion_control.*image_to_video"):
        find_rate("sprite-1", "motion_control", resolution="384p", on=DAY)
    with pytest.raises(ValueError, match="2020-01-01"):
        find_rate("sprite-1", "text_to_video", resolution="384p", on=date(2020, 1, 1))
    with pytest.raises(ValueError, match="seconds must be above 0, got 0"):
        price_credits("sprite-1", "text_to_video", resolution="384p", seconds=0, on=DAY)


def test_a_second_of_a_device_costs_its_hour_over_3600() -> None:
    assert cost_usd("cpu", busy_seconds=10, on=DAY) == Decimal("0.001")  # .36/360
    two_cards = cost_usd("h100-sxm", busy_seconds=1800, on=DAY, count=2)
    assert two_cards == Decimal("2.69")  # half an hour of two
    with pytest.raises(ValueError, match="'abacus'"):
        cost_usd("abacus", busy_seconds=1, on=DAY)


def test_a_fraction_of_a_millionth_dollar_counts_as_one() -> None:
    assert to_micros(Decimal("0.0000011")) == 2


def test_no_two_prices_of_the_cards_begin_on_the_same_day() -> None:
    rates = [
        (r.model_id, r.mode, r.resolution, r.has_audio, r.effective_from)
        for r in read_price_card()
    ]
    costs = [(c.device, c.effective_from) for c in read_device_costs()]
    assert len(set(rates)) == len(rates)
    assert len(set(costs)) == len(costs)
