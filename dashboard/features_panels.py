"""The blocks of the Features page, each cached with the elements it draws.

Reads rows of metrics through `queries`. A block depends on the build, the month and the
theme alone, so later runs replay it without building its figure again.
"""

import streamlit as st

from dashboard import filters, formats, headline, queries, tile_row
from dashboard.canvas import BLUE, LAUNCH, VIOLET
from dashboard.charts import first_launches
from dashboard.context import Context
from dashboard.headline import Tile
from dashboard.language import say
from dashboard.metric_charts import (
    SMALL_HEIGHT,
    draw_lines,
    draw_trend,
    slices,
)
from dashboard.slice_charts import Series

FEATURES = (
    Series("text_to_video", "Text", BLUE),
    Series("image_to_video", "Image", VIOLET, "dash"),
    Series("motion_control", "Motion", LAUNCH, "dashdot"),
)
# Of the tiles, whichever feature three of them are about.
METRICS = [
    *("feature_adoption", "feature_trial_7", "feature_retention"),
    *("feature_breadth", "download_rate"),
]
LAST_LAUNCHED = (
    "Trial and return too are those of {feature}, the feature launched last."
)
OVERLAP = "One person may use several features; they do not add up to 100%."


@st.cache_data(max_entries=100, show_spinner=False)
def tiles(context: Context) -> None:
    """Draw the five numbers, three of them about the feature launched last."""
    feature = newest_feature(context)
    wanted = _feature_tiles(feature) if feature else ()
    wanted += (
        Tile("feature_breadth", "Features per user", "month"),
        Tile("download_rate", "Downloaded", "month"),
    )
    readings = context.read(wanted)
    tile_row.draw(readings)
    if feature is None:
        return
    name = formats.words(feature)
    st.caption(say(LAST_LAUNCHED, feature=name))
    if readings[0].before is not None:
        used = say(
            "{moved} of those who asked for a video in {month}.",
            moved=headline.moved(say("{feature} use", feature=name), readings[0]),
            month=formats.full_month(context.month),
        )
        breadth = headline.moved("Features per user", readings[3])
        headline.say_moved(
            [used, say("{moved}.", moved=breadth)],
            within=filters.say(context.slices),
            versus=context.versus,
        )


@st.cache_data(max_entries=100, show_spinner=False)
def users(context: Context) -> None:
    """Draw how many people used each feature, week by week."""
    _draw(context, "feature_users", by="feature", form="count")


@st.cache_data(max_entries=100, show_spinner=False)
def share(context: Context) -> None:
    """Draw what share of those who asked for videos used each feature."""
    _draw(context, "feature_adoption", by="feature")
    st.caption(say(OVERLAP))


@st.cache_data(max_entries=100, show_spinner=False)
def breadth(context: Context) -> None:
    """Draw how many features a person uses."""
    name = "Features per user"
    draw_trend(context, "feature_breadth", name, grain="week", key="breadth")


@st.cache_data(max_entries=100, show_spinner=False)
def depth(context: Context) -> None:
    """Draw how many videos the users of a feature ask for with it."""
    _draw(context, "feature_depth", by="feature", form="ratio")


@st.cache_data(max_entries=100, show_spinner=False)
def trial(context: Context) -> None:
    """Draw how many of those who are offered a feature try it at once."""
    _draw(context, "feature_trial_7", by="feature")


@st.cache_data(max_entries=100, show_spinner=False)
def again(context: Context) -> None:
    """Draw how many users of a feature use it again in the next week.

    An open week is left out: before its next week has begun it would read zero.
    """
    _draw(context, "feature_retention", by="feature", only_closed=True)


@st.cache_data(max_entries=100, show_spinner=False)
def downloads(context: Context) -> None:
    """Draw how many of the videos of each feature are saved."""
    _draw(context, "download_rate", by="mode")


@st.cache_data(max_entries=100, show_spinner=False)
def shares(context: Context) -> None:
    """Draw how many of the videos of each feature are sent on."""
    _draw(context, "share_rate", by="mode")


def newest_feature(context: Context) -> str | None:
    """Name the feature that was launched last before the end of the month."""
    launches = first_launches(queries.launches(context.build_id))
    launches = launches[launches["kind"] == "feature"]
    known = launches[launches["date"].dt.date <= context.end]
    return None if known.empty else str(known["feature"].iloc[-1])


def _feature_tiles(feature: str) -> tuple[Tile, ...]:
    part = ("feature", feature)
    use = say("{feature} use", feature=formats.words(feature))
    return (
        Tile("feature_adoption", use, "month", part),
        Tile("feature_trial_7", "Tried in 7 days", "week", part),
        Tile("feature_retention", "Used again", "week", part),
    )


def _draw(
    context: Context,
    metric: str,
    *,
    by: str,
    form: str = "percent",
    only_closed: bool = False,
) -> None:
    rows = slices(context, metric, by=by, grain="week")
    draw_lines(
        context,
        rows[rows["state"] == "closed"] if only_closed else rows,
        FEATURES,
        by=by,
        form=form,
        key=metric,
        height=SMALL_HEIGHT,
    )
