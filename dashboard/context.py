"""What the blocks of a page depend on: build, day, comparison, filters and look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboard import comparison, headline, queries
from dashboard.canvas import INK
from dashboard.headline import Reading, Tile
from dashboard.language import ENGLISH
from dashboard.queries import Slices

# Periods in a chart, the open one too, by the name in the address; None is all.
WINDOWS: dict[str, dict[str, int] | None] = {
    "15": {"day": 457, "week": 66, "month": 16},
    "6": {"day": 183, "week": 27, "month": 7},
    "all": None,
}


@dataclass(frozen=True)
class Context:
    """What the blocks depend on: the key of their cache.

    Attributes:
        build_id: The published build.
        day: The day the page is as of: the last of a month, or any closed day.
        is_newest: Whether it is the last closed month or day; then charts go on into
            the open month, dotted or hatched.
        theme: light or dark.
        slices: The filters of the page that are set.
        versus: What numbers are compared with: month or year, the one before.
        span: How far back charts go: a key of WINDOWS.
        language: What the blocks are written in: a key of LANGUAGES.
    """

    build_id: str
    day: date
    is_newest: bool
    theme: str
    slices: Slices = ()
    versus: str = "month"
    span: str = "15"
    language: str = ENGLISH

    @property
    def month(self) -> date:
        """First day of the last month that had ended on the day."""
        return comparison.month_ended_by(self.day)

    @property
    def month_before(self) -> date:
        """First day of the month that the month is compared with."""
        return comparison.back(self.month, self.versus)

    @property
    def end(self) -> date:
        """The day by which a period must have ended to count as closed."""
        return self.day

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
        """Read tiles as of the day, within the filters of the page."""
        return [
            headline.read(
                self.build_id, tile, self.day, versus=self.versus, slices=self.slices
            )
            for tile in tiles
        ]

    def upto(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Keep what was known on the day, as far back as the charts go.

        The newest month keeps what came after it too, for the dotted part of charts.
        """
        known = rows if self.is_newest else headline.closed_by(rows, self.end)
        window = WINDOWS[self.span]
        if known.empty or window is None:
            return known
        periods = known["period_start"].drop_duplicates().sort_values()
        recent = periods.tail(window[known["grain"].iloc[0]])
        return known[known["period_start"].isin(recent)]
