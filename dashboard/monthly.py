"""The head of every page that shows one month: title, badges, month and filters.

Reads which months are closed through `headline`. Writes Streamlit elements only.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard import filters, formats, headline, layout, take_away, url_state
from dashboard.context import Context


def open_page(title: str, *, by: Sequence[str] = ()) -> Context:
    """Draw the head; stop with the way out when there is nothing to choose from.

    Args:
        title: Of the page.
        by: The dimensions that a reader may filter the page by.
    """
    build, as_of = layout.open_page(title)
    closed = headline.closed_months(build.build_id)
    if not closed:
        layout.say_empty(
            "No month is closed yet. Numbers appear after the first full calendar"
            f" month; events reach {formats.day(build.data_through)}."
        )
        st.stop()
    months = {f"{month:%Y-%m}": month for month in closed}
    newest = next(iter(months))
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        chosen = url_state.choose(
            "As of the end of",
            list(months),
            key="month",
            default=newest,
            show=lambda key: f"{months[key]:%B %Y}",
        )
        slices = filters.choose(build.build_id, by)
        take_away.share()
    context = Context(
        build_id=build.build_id,
        month=months[chosen],
        is_newest=chosen == newest,
        theme=st.context.theme.type or "light",
        slices=slices,
    )
    layout.show_as_of(as_of, context.end)
    return context
