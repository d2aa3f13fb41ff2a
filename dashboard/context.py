"""What the blocks of a page depend on: build, month, filters and theme."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboard import formats, headline, queries
from dashboard.canvas import INK
from dashboard.headline import Reading, Tile
from dashboard.queries import Slices

# Periods in a chart.
WINDOW = {"day": 457, "week": 66, "month": 16}


@dataclass(frozen=True)
class Context:
    """What the blocks depend on: the key of their cache.

    Attributes:
        build_id: The published build.
        month: First day of the chosen month.
        is_newest: Whether it is the last closed month; then charts go on into the
            open month, dotted or hatched.
        theme: light or dark.
        slices: The filters of the page that are set.
    """

    build_id: str
    month: date
    is_newest: bool
    theme: str
    slices: Slices = ()

    @property
    def end(self) -> date:
        """The last day of the month."""
        return formats.period_end("month", self.month)

    @property
    def ink(self) -> str:
        """Colour of small text in charts."""
        return INK[self.theme]

    def metric(self, name: str, *, grain: str, by: str | None = None) -> pd.DataFrame:
        """Read the rows of a metric within the filters of the page."""
        return queries.metric(
            self.build_id, name, grain=grain, by=by, slices=self.slices
        )

    def read(self, tiles: Sequence[Tile]) -> list[Reading]:
        """Read tiles as of the end of the month, within the filters of the page."""
        return [
            headline.read(self.build_id, tile, self.month, slices=self.slices)
            for tile in tiles
        ]

    def upto(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Keep what was known at the end of the month, about the last 15 months.

        The newest month keeps what came after it too, for the dotted part of charts.
        """
        known = rows if self.is_newest else headline.closed_by(rows, self.end)
        if known.empty:
            return known
        periods = known["period_start"].drop_duplicates().sort_values()
        recent = periods.tail(WINDOW[known["grain"].iloc[0]])
        return known[known["period_start"].isin(recent)]
