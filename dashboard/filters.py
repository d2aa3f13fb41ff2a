"""The filters of a page: one region, segment or plan, for every block that can.

Reads which values there are through `queries`. A block shows the metric's own row of
the slice; one whose metric is not told apart like this says so.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard import formats, queries, regions, url_state
from dashboard.queries import NoSlice, Slices, UnknownMetric

DIMENSIONS = ("region", "segment", "plan")
EVERYTHING = "all"
# Between them they know who pays and who does not.
SOURCES = (("run_rate_revenue", "month"), ("weekly_active_users", "week"))


def choose(build_id: str, by: Sequence[str]) -> Slices:
    """Draw one box a dimension; gives back the filters that are set."""
    chosen = [(dimension, _choose_one(build_id, dimension)) for dimension in by]
    return tuple(part for part in chosen if part[1] != EVERYTHING)


def say(slices: Slices) -> str:
    """Name the filters for a reader: United States, pro plan."""
    return ", ".join(name(dimension, value) for dimension, value in slices)


def name(dimension: str, value: str) -> str:
    """Name one value of a dimension for a reader."""
    if value == EVERYTHING:
        return f"All {dimension}s"
    if dimension == "region":
        return regions.name(value)
    return f"{formats.words(value)} {dimension}"


@st.cache_data(max_entries=60, show_spinner=False)
def values(build_id: str, dimension: str) -> list[str]:
    """List the values of a dimension in this build, in the order of their names."""
    found: set[str] = set()
    for metric, grain in SOURCES:
        try:
            rows = queries.metric(build_id, metric, grain=grain, by=dimension)
        except (NoSlice, UnknownMetric):
            continue
        found |= set(rows[dimension])
    return sorted(found, key=lambda value: name(dimension, value))


def _choose_one(build_id: str, dimension: str) -> str:
    return url_state.choose(
        dimension.capitalize(),
        [EVERYTHING, *values(build_id, dimension)],
        key=dimension,
        default=EVERYTHING,
        show=lambda value: name(dimension, value),
        width=150,
    )
