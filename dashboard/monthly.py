"""The head of every page that shows a day: title, badges, day, filters, comparison.

Reads which months are closed through `queries`. Writes Streamlit elements only.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import streamlit as st

from dashboard import (
    filters,
    formats,
    language,
    layout,
    printing,
    queries,
    take_away,
    url_state,
)
from dashboard.context import Context
from dashboard.language import say

STYLE = Path(__file__).with_name("head.css")
ANOTHER = "day"
VERSUS = {"month": "vs month before", "year": "vs year before"}
NONE_CLOSED = (
    "No month is closed yet. Numbers appear after the first full calendar month; events"
    " reach {day}."
)
BEFORE = {"month": "The month before", "year": "The year before"}
SPANS = {"15": "15 months", "6": "6 months", "all": "All months"}


def open_page(
    title: str, *, by: Sequence[str] = filters.DIMENSIONS, metrics: Sequence[str] = ()
) -> Context:
    """Draw the head; stop with the way out when there is nothing to choose from.

    Args:
        title: Of the page.
        by: The dimensions that a reader may filter the page by.
        metrics: Those of the tiles, where a dimension is offered only if most of them
            are told apart by it.
    """
    st.html(STYLE)
    build, as_of = layout.open_page(title)
    closed = queries.closed_months(build.build_id)
    if not closed:
        layout.say_empty(say(NONE_CLOSED, day=formats.day(build.data_through)))
        st.stop()
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        day, is_newest = _choose_day(closed, last_day=build.as_of)
        if metrics:
            by = filters.of_most(build.build_id, metrics)
        slices = filters.choose(build.build_id, by)
        versus, span = _choose_view()
        take_away.share()
    context = Context(
        build_id=build.build_id,
        day=day,
        is_newest=is_newest,
        theme=st.context.theme.type or "light",
        slices=slices,
        versus=versus,
        span=span,
        language=language.current(),
    )
    layout.show_as_of(as_of, context.day)
    printing.prepare(
        context, compared=say(VERSUS[versus]), span=say(SPANS[span]).lower()
    )
    return context


def _choose_day(closed: Sequence[date], *, last_day: date) -> tuple[date, bool]:
    """Draw the closed months, and a calendar for whoever wants another day.

    Args:
        closed: First days of the closed months, newest first.
        last_day: The last closed day.

    Returns:
        The day, and whether it is the newest month or day there is.
    """
    months = {f"{month:%Y-%m}": formats.period_end("month", month) for month in closed}
    newest = next(iter(months))
    first, last = months[f"{closed[-1]:%Y-%m}"], max(last_day, months[newest])
    asked = _asked_day(first, last)
    wanted = url_state.allowed("month", list(months), default=newest)
    options = [ANOTHER, *months]
    picked = st.selectbox(
        say("As of the end of"),
        options,
        index=options.index(ANOTHER if asked else wanted),
        format_func=lambda key: (
            say("Another day…") if key == ANOTHER else formats.full_month(months[key])
        ),
        key="widget_month",
        label_visibility="collapsed",
        width=170,
    )
    if picked != ANOTHER:
        url_state.drop("asof")
        url_state.keep("month", picked)
        return months[picked], picked == newest
    day = st.date_input(
        say("Day"),
        asked or last,
        min_value=first,
        max_value=last,
        format="YYYY-MM-DD",
        key="widget_asof",
        required=True,
        label_visibility="collapsed",
        width=130,
    )
    url_state.drop("month")
    url_state.keep("asof", day.isoformat())
    return day, day == last


def _asked_day(first: date, last: date) -> date | None:
    """Read the day that is wanted, if there are numbers for it."""
    if "month" in st.query_params and "asof" not in st.query_params:
        return None
    try:
        day = date.fromisoformat(url_state.wanted("asof", ""))
    except ValueError:
        return None
    return day if first <= day <= last else None


def _choose_view() -> tuple[str, str]:
    """Draw what numbers are compared with and how far back charts go."""
    # The button stands before what is chosen behind it: it reads the choice itself.
    chosen = [
        st.session_state.get(f"widget_{key}")
        or url_state.allowed(key, list(names), default=next(iter(names)))
        for key, names in (("vs", VERSUS), ("span", SPANS))
    ]
    label = f"{say(VERSUS[chosen[0]])} · {say(SPANS[chosen[1]])}"
    with st.popover(label, icon=":material/tune:", key="view"):
        versus = url_state.choose_among(
            say("Compare with"),
            list(VERSUS),
            key="vs",
            default="month",
            show=lambda key: say(BEFORE[key]),
        )
        span = url_state.choose_among(
            say("Charts show"),
            list(SPANS),
            key="span",
            default="15",
            show=lambda key: say(SPANS[key]),
        )
    return versus, span
