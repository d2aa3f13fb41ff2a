"""What a generation costs: credits for its user, US dollars of computing for the house.

Reads data/reference/price_card.csv and device_cost.csv, both dated: a change of price
is a new row, never an edited one.
"""

import csv
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

REFERENCE = Path(__file__).parents[1] / "data" / "reference"
SECONDS_PER_HOUR = 3600


class Rate(NamedTuple):
    """One row of the price card.

    Attributes:
        list_usd_per_second: Published API price; None where none is known.
        effective_from: First day of the price.
        version: Name of the price card that the row belongs to.
    """

    model_id: str
    mode: str
    resolution: str
    has_audio: bool
    credits_per_second: Decimal
    list_usd_per_second: Decimal | None
    effective_from: date
    version: str


class DeviceCost(NamedTuple):
    """What one hour of a device costs, idle or busy, from a day on."""

    device: str
    usd_per_hour: Decimal
    effective_from: date
    version: str
    source: str


@cache
def read_price_card(path: Path = REFERENCE / "price_card.csv") -> tuple[Rate, ...]:
    """Read every row of the price card."""
    return tuple(
        Rate(
            model_id=row["model_id"],
            mode=row["mode"],
            resolution=row["resolution"],
            has_audio=row["has_audio"] == "true",
            credits_per_second=Decimal(row["credits_per_second"]),
            list_usd_per_second=_optional_decimal(row["list_usd_per_second"]),
            effective_from=date.fromisoformat(row["effective_from"]),
            version=row["version"],
        )
        for row in _read_rows(path)
    )


@cache
def read_device_costs(
    path: Path = REFERENCE / "device_cost.csv",
) -> tuple[DeviceCost, ...]:
    """Read every row of the device cost card."""
    return tuple(
        DeviceCost(
            device=row["device"],
            usd_per_hour=Decimal(row["usd_per_hour"]),
            effective_from=date.fromisoformat(row["effective_from"]),
            version=row["version"],
            source=row["source"],
        )
        for row in _read_rows(path)
    )


def find_rate(
    model_id: str, mode: str, *, resolution: str, on: date, has_audio: bool = False
) -> Rate:
    """Return the price in force on a day."""
    offered = [rate for rate in read_price_card() if rate.model_id == model_id]
    matching = [
        rate
        for rate in offered
        if (rate.mode, rate.resolution, rate.has_audio) == (mode, resolution, has_audio)
        and rate.effective_from <= on
    ]
    if not matching:
        audio = " with audio" if has_audio else ""
        raise ValueError(
            f"no price for {model_id}, {mode}, {resolution}{audio} on {on}; "
            f"priced for this model: {_describe(offered) or 'nothing'}"
        )
    return max(matching, key=lambda rate: rate.effective_from)


def price_credits(
    model_id: str,
    mode: str,
    *,
    resolution: str,
    seconds: float,
    on: date,
    has_audio: bool = False,
) -> int:
    """Return the credits of one clip; part of a credit is a whole one."""
    if not seconds > 0:
        raise ValueError(f"seconds must be above 0, got {seconds}")
    rate = find_rate(model_id, mode, resolution=resolution, on=on, has_audio=has_audio)
    exact = rate.credits_per_second * Decimal(str(seconds))
    return int(exact.to_integral_value(ROUND_CEILING))


def cost_usd(device: str, *, busy_seconds: float, on: date, count: int = 1) -> Decimal:
    """Return the computing cost of the time that `count` devices were busy.

    Idle time is not in it; unit economics show it as a line of its own.
    """
    hourly = find_device_cost(device, on=on).usd_per_hour
    return hourly * count * Decimal(str(busy_seconds)) / SECONDS_PER_HOUR


def find_device_cost(device: str, *, on: date) -> DeviceCost:
    """Return the cost of a device in force on a day."""
    known = [cost for cost in read_device_costs() if cost.device == device]
    matching = [cost for cost in known if cost.effective_from <= on]
    if not matching:
        devices = sorted({cost.device for cost in read_device_costs()})
        raise ValueError(f"no cost for {device!r} on {on}; known devices: {devices}")
    return max(matching, key=lambda cost: cost.effective_from)


def to_micros(amount_usd: Decimal) -> int:
    """Convert dollars to whole millionths of a dollar, rounded up."""
    return int((amount_usd * 1_000_000).to_integral_value(ROUND_CEILING))


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _optional_decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _describe(rates: list[Rate]) -> str:
    return ", ".join(sorted({f"{rate.mode} {rate.resolution}" for rate in rates}))
