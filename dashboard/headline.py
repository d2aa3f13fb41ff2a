"""What the tiles on top of a page show, and the sentence that says what moved.

Reads rows of metrics through `queries`; a tile shows the last closed row of its metric
that had ended on the chosen day, and compares it with the one a month or a year before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import comparison, formats, queries, regions
from dashboard.language import say
from dashboard.queries import Entry, NoSlice, Slices

# Periods in a sparkline: a year and the period it is compared with.
SPARK = {"month": 13, "week": 53}
# Formats whose difference is told as an amount too, not as a change alone.
AMOUNTS = ("usd", "count")
# By whether the page is filtered, and what it compares with.
HEADS = {
    (False, "month"): "**What moved.**",
    (False, "year"): "**What moved over the year.**",
    (True, "month"): "**What moved in {within}.**",
    (True, "year"): "**What moved in {within} over the year.**",
}
OVER = {"month": "{moved} over the month.", "year": "{moved} over the year."}
# By whether it rose: a whole with its new value, and a part of it.
MOVED = {
    True: "{subject} rose {by} to {value}",
    False: "{subject} fell {by} to {value}",
}
MOVE = {True: "{part} rose {size}", False: "{part} fell {size}"}


@dataclass(frozen=True)
class Tile:
    """One of the five numbers.

    Attributes:
        metric: A name of the catalog.
        label: Its short name on the tile.
        grain: Its periods.
        part: A dimension and one value of it; None for the total.
        less_is_better: Whether a fall is good news.
    """

    metric: str
    label: str
    grain: str
    part: tuple[str, str] | None = None
    less_is_better: bool = False


@dataclass(frozen=True)
class Reading:
    """What a tile shows.

    Attributes:
        tile: Which number it is.
        start: First day of the period of the value; None when there is no value.
        value: The metric's row of that period.
        before: The value a month or a year earlier, if there is one.
        before_start: First day of the period of `before`.
        history: Values up to the period, for the sparkline.
        entry: The metric's catalog entry; None when this build lacks the metric.
        refusal: Why the metric has no value within the filters of the page.
        versus: What `before` is: of the month or of the year before.
    """

    tile: Tile
    start: date | None
    value: float | None
    before: float | None
    before_start: date | None
    history: list[float]
    entry: Entry | None
    refusal: str | None = None
    versus: str = "month"

    @property
    def form(self) -> str:
        """How the value is printed."""
        return self.entry.format if self.entry else "count"


TILES = (
    Tile("arr_runrate", "ARR", "month"),
    Tile("weekly_active_users", "WAU", "week"),
    Tile("free_to_paid_30", "Paid conversion", "month"),
    Tile("paying_users", "Paying users", "month"),
    Tile("revenue", "Revenue", "month"),
)


def read(
    build_id: str,
    tile: Tile,
    day: date,
    *,
    versus: str = "month",
    slices: Slices = (),
) -> Reading:
    """Read one tile as of a day, within the filters of the page."""
    entry = queries.catalog(build_id).get(tile.metric)
    if entry is None:
        return Reading(tile, None, None, None, None, [], None)
    try:
        rows = _rows(build_id, tile, slices)
    except NoSlice as refusal:
        return Reading(tile, None, None, None, None, [], entry, str(refusal))
    rows = closed_by(rows, day)
    if rows.empty:
        return Reading(tile, None, None, None, None, [], entry)
    last = rows.iloc[-1]
    start = last["period_start"].date()
    earlier = closed_by(
        rows, comparison.ended_by(tile.grain, start, day, versus=versus)
    )
    return Reading(
        tile=tile,
        start=start,
        value=float(last["value"]),
        before=float(earlier["value"].iloc[-1]) if len(earlier) else None,
        before_start=earlier["period_start"].iloc[-1].date() if len(earlier) else None,
        history=rows["value"].tail(SPARK[tile.grain]).tolist(),
        entry=entry,
        versus=versus,
    )


def closed_by(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """Keep the closed rows whose period had ended on a day."""
    ends = [
        formats.period_end(grain, start.date())
        for grain, start in zip(rows["grain"], rows["period_start"], strict=True)
    ]
    had_ended = pd.Series([end <= day for end in ends], index=rows.index, dtype=bool)
    return rows[had_ended & (rows["state"] == "closed")]


def say_moved(
    sentences: Sequence[str], *, within: str = "", versus: str = "month"
) -> None:
    """Write the sentences that say what moved, if any, where and since when."""
    if sentences:
        head = say(HEADS[bool(within), versus], within=within)
        st.markdown(f"{head} {formats.markdown(' '.join(sentences))}")


def what_moved(
    readings: Sequence[Reading], shares: pd.DataFrame | None, month: date
) -> list[str]:
    """Say in one or two sentences what changed most, from the rows on this page.

    Args:
        readings: The tiles.
        shares: ARR by region: region, value, before; None within a filter, where no
            second dimension can name a driver.
        month: The chosen month.
    """
    by_metric = {reading.tile.metric: reading for reading in readings}
    arr, wau = by_metric["arr_runrate"], by_metric["weekly_active_users"]
    said = []
    if arr.value is not None and arr.before is not None:
        driver = ""
        if shares is not None:
            moves = (shares["value"] - shares["before"]).rename(index=regions.name)
            driver = name_driver(moves, arr.value - arr.before, arr.form)
        said.append(
            say(
                "{moved} in {month}{driver}.",
                moved=moved("ARR", arr),
                month=formats.full_month(month),
                driver=driver,
            )
        )
    if wau.value is not None and wau.before is not None:
        said.append(say(OVER[wau.versus], moved=moved("Weekly actives", wau)))
    return said


def moved(subject: str, reading: Reading) -> str:
    """Say how a number moved since the one before: ARR rose $8M (+2.4%) to $351M."""
    now, before, subject = reading.value, reading.before, say(subject)
    if now is None or before is None:
        return subject
    value = formats.value(now, reading.form)
    change = formats.delta(now, before, reading.form)
    if not change:
        return say("{subject} stayed at {value}", subject=subject, value=value)
    size = formats.value(abs(now - before), reading.form)
    by = f"{size} ({change})" if reading.form in AMOUNTS else str(change)[1:]
    return say(MOVED[now > before], subject=subject, by=by, value=value)


def name_driver(moves: pd.Series, whole: float, form: str) -> str:
    """Name the slice behind a change of the whole, or nothing.

    Args:
        moves: The change of each slice, by its name.
        whole: The change of the whole.
        form: The format of the catalog.

    Returns:
        The slice that moved most the same way and its share of the change. Where it
        moved more than the whole, others went against it: then the largest move each
        way, in amounts, for a share above 100% explains nothing.
    """
    moves = moves.dropna()
    if moves.empty or not whole:
        return ""
    sign = 1 if whole > 0 else -1
    top = (moves * sign).idxmax()
    part = moves[top] / whole
    if part <= 0:
        return ""
    if part <= 1:
        return say("; {part} is {share} of the change", part=top, share=f"{part:.0%}")
    most, against = _move(top, moves[top], form), (moves * sign).idxmin()
    if moves[against] * sign >= 0:
        return say("; {move}", move=most)
    other = _move(against, moves[against], form)
    return say("; {move} while {other}", move=most, other=other)


def name_part(build_id: str, reading: Reading, by: str, *, slices: Slices = ()) -> str:
    """Name the slice of a tile's own metric that is behind its change, or nothing."""
    if reading.value is None or reading.before is None:
        return ""
    tile = reading.tile
    try:
        rows = queries.metric(
            build_id, tile.metric, grain=tile.grain, by=by, slices=slices
        )
    except NoSlice:  # not told apart like this within the filters of the page
        return ""
    now, before = (
        rows[rows["period_start"] == pd.Timestamp(start)].set_index(by)["value"]
        for start in (reading.start, reading.before_start)
    )
    # A slice that is new had nothing before.
    moves = now.sub(before, fill_value=0)
    moves.index = [formats.inside(formats.words(name)) for name in moves.index]
    return name_driver(moves, reading.value - reading.before, reading.form)


def _move(name: str, change: float, form: str) -> str:
    return say(MOVE[change > 0], part=name, size=formats.value(abs(change), form))


def _rows(build_id: str, tile: Tile, slices: Slices) -> pd.DataFrame:
    dimension, value = tile.part or (None, None)
    rows = queries.metric(
        build_id, tile.metric, grain=tile.grain, by=dimension, slices=slices
    )
    return rows if dimension is None else rows[rows[dimension] == value]
