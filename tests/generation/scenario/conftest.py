"""Two small companies, simulated once: a tiny one and one around the launch."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from generation.scenario.simulate import Manifest, simulate

TINY = 0.0001
LAUNCH_SCALE = 0.003
TINY_START = date(2025, 12, 15)


@pytest.fixture(scope="session")
def tiny_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company at 1:10000; three weeks of activity from the launch on."""
    out = tmp_path_factory.mktemp("tiny")
    simulate(out, scale=TINY, start=TINY_START, weeks=3, workers=1)
    return out


@pytest.fixture(scope="session")
def launch(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """The company at 3:1000 with activity from 1 December 2025 to 1 February 2026."""
    out = tmp_path_factory.mktemp("launch")
    start = date(2025, 12, 1)
    return out, simulate(out, scale=LAUNCH_SCALE, start=start, weeks=9)


@pytest.fixture(scope="session")
def launch_events(launch: tuple[Path, Manifest]) -> Callable[[str], pl.LazyFrame]:
    """Read all rows of one event type of the launch company."""

    def read(event_type: str) -> pl.LazyFrame:
        return pl.scan_parquet(launch[0] / "*" / f"{event_type}.parquet")

    return read
