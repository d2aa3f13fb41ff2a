"""The filters of a page: one region, segment or plan, for every block that can.

Reads which values there are through `queries`. A block shows the metric's own row of
the slice; one whose metric is not told apart like this says so.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard import access, formats, language, queries, regions, url_state
from dashboard.queries import NoSlice, Slices, UnknownMetric

DIMENSIONS = access.DIMENSIONS
EVERYTHING = "all"
# What is said of a box that limits nothing, and of one that does.
ALL = {"region": "All regions", "segment": "All segments", "plan": "All plans"}
ONE = {"region": "{value}", "segment": "{value} segment", "plan": "{value} plan"}
# Between them they know who pays and who does not.
SOURCES = (("run_rate_revenue", "month"), ("weekly_active_users", "week"))


def choose(build_id: str, by: Sequence[str]) -> Slices:
    """Draw one box a dimension; gives back the filters that are set.

    A reader who may not see all rows has a box for what limits them on every page, and
    in it what they may see and no more.
    """
    limits = dict(access.reader().limits)
    dimensions = list(dict.fromkeys([*by, *limits]))
    if not dimensions:
        return ()
    with st.container(horizontal=True, width="content", key="slices"):
        chosen = [
            (dimension, _choose_one(build_id, dimension, limits.get(dimension)))
            for dimension in dimensions
        ]
    return tuple(part for part in chosen if part[1] != EVERYTHING)


def of_most(build_id: str, metrics: Sequence[str]) -> list[str]:
    """List the dimensions that most of some metrics are told apart by."""
    known = queries.catalog(build_id)
    split = [
        known[metric].dimensions.split(", ") if metric in known else []
        for metric in metrics
    ]
    return [
        dimension
        for dimension in DIMENSIONS
        if sum(dimension in dimensions for dimensions in split) > len(split) / 2
    ]


def say(slices: Slices) -> str:
    """Name the filters for a reader: United States, pro plan."""
    return ", ".join(name(dimension, value) for dimension, value in slices)


def name(dimension: str, value: str) -> str:
    """Name one value of a dimension for a reader."""
    if value == EVERYTHING:
        return language.say(ALL[dimension])
    said = regions.name(value) if dimension == "region" else formats.words(value)
    return language.say(ONE[dimension], value=said)


def values(build_id: str, dimension: str) -> list[str]:
    """List the values of a dimension in this build, in the order of their names."""
    found = _values(build_id, dimension)
    return sorted(found, key=lambda value: name(dimension, value))


@st.cache_data(max_entries=60, show_spinner=False)
def _values(build_id: str, dimension: str) -> set[str]:
    found: set[str] = set()
    for metric, grain in SOURCES:
        try:
            rows = queries.metric(build_id, metric, grain=grain, by=dimension)
        except (NoSlice, UnknownMetric):
            continue
        found |= set(rows[dimension])
    return found


def _choose_one(build_id: str, dimension: str, limits: Sequence[str] | None) -> str:
    options = limits or [EVERYTHING, *values(build_id, dimension)]
    chosen = url_state.choose(
        formats.words(dimension),
        options,
        key=dimension,
        default=options[0],
        show=lambda value: name(dimension, value),
        width=150,
    )
    # What a browser sends is a wish, and the options may be all that a reader may see.
    return chosen if chosen in options else options[0]
