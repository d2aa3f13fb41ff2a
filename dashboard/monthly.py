"""The head of every page that shows one month: title, badges and the month selector.

Reads which months are closed through `headline`. Writes Streamlit elements only.
"""

import streamlit as st

from dashboard import formats, headline, layout, take_away, url_state
from dashboard.context import Context


def open_page(title: str) -> Context:
    """Draw the head; stop with the way out when there is nothing to choose from."""
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
        take_away.share()
    context = Context(
        build_id=build.build_id,
        month=months[chosen],
        is_newest=chosen == newest,
        theme=st.context.theme.type or "light",
    )
    layout.show_as_of(as_of, context.end)
    return context
