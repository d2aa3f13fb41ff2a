"""What every page has around its content: header, badges, banners, panels.

Reads the published build's own account. Writes Streamlit elements only.
"""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import formats, queries
from dashboard.queries import Build, NoSlice, NoWarehouse, UnknownMetric

POLL_SECONDS = 60
LOGGER = logging.getLogger(__name__)


class Page(NamedTuple):
    """An open page: the build it shows, and a place for an "As of" badge."""

    build: Build
    as_of: DeltaGenerator


def open_page(title: str) -> Page:
    """Draw the title and the badges; stop with the way out when there is no data."""
    try:
        build = queries.current_build()
    except NoWarehouse as missing:
        st.title(title, anchor=False)
        _explain_no_warehouse(missing)
        st.stop()
    failure = queries.last_failure()
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="header",
    ):
        st.title(title, anchor=False, width="content")
        with st.container(
            horizontal=True,
            vertical_alignment="center",
            width="content",
            gap="xsmall",
            key="badges",
        ):
            as_of = st.empty()
            _draw_badges(build, failure)
    if failure is not None:
        _explain_failure(build, failure)
    if build.is_stale:
        _explain_stale(build)
    _watch(queries.state_key())
    return Page(build, as_of)


def show_as_of(place: DeltaGenerator, day: date) -> None:
    """Write the day the numbers of a page are as of."""
    place.badge(f"As of {formats.day(day)} UTC", color="blue", icon=":material/event:")


@contextmanager
def panel(key: str, title: str, help: str | None = None) -> Iterator[None]:
    """Frame one block of a page; an error inside it leaves the other blocks alone.

    Args:
        key: Stable name of the block; also its CSS hook `st-key-panel_<key>`.
        title: Its heading.
        help: Text behind the question mark.
    """
    with st.container(border=True, key=f"panel_{key}", height="stretch"):
        st.header(title, anchor=False, help=help)
        with guard(title):
            yield


@contextmanager
def guard(title: str) -> Iterator[None]:
    """Show an error in the place of one block instead of losing the page."""
    try:
        yield
    except UnknownMetric as missing:
        st.info(formats.markdown(str(missing)), icon=":material/search_off:")
    except NoSlice as refusal:
        say_unfiltered(str(refusal))
    except Exception:
        reference = uuid.uuid4().hex[:8]
        LOGGER.exception("%s, reference %s", title, reference)
        st.error(
            f"**{title}** cannot be shown. Other blocks are unaffected. The server's"
            f" log tells why under reference `{reference}`.",
            icon=":material/error:",
        )


def say_empty(what: str) -> None:
    """Say that a block has nothing to show, and why."""
    st.info(formats.markdown(what), icon=":material/search_off:")


def say_unfiltered(refusal: str) -> None:
    """Say that a block has no numbers within the filters of the page."""
    st.info(
        f"Cannot be filtered like this: {formats.markdown(refusal)}.",
        icon=":material/filter_alt_off:",
    )


def _draw_badges(build: Build, failure: dict[str, object] | None) -> None:
    st.badge(
        f"Data through {formats.day(build.as_of)}",
        color="gray",
        help="The last closed day; days are UTC days. The newest event of any source is"
        f" of {formats.day(build.data_through)}.",
    )
    age = formats.age(build.age)
    state = f"{age} · {build.tests_passed}/{build.tests_total} tests"
    details = (
        f"Build `{build.build_id}` was made {build.built_at:%d %b %Y %H:%M} UTC from"
        f" lake version {build.lake_version}."
    )
    if failure is not None:
        state, color, icon = f"Newer build failed · {age}", "red", "error"
    elif build.is_stale:
        state, color, icon = f"Stale · {state}", "orange", "warning"
    else:
        state, color, icon = f"Current · {state}", "green", "check_circle"
    st.badge(
        state,
        icon=f":material/{icon}:",
        color=color,  # type: ignore[arg-type]
        help=details,
    )
    if build.sample_weight != 1:
        st.badge(
            f"1:{build.sample_weight:,g} sample",
            icon=":material/groups:",
            color="violet",
            help=f"One row stands for {build.sample_weight:,g} users. Counts and money"
            " are scaled up to the company; ratios are the sample's own.",
        )


def _explain_no_warehouse(missing: NoWarehouse) -> None:
    st.info(
        "**No numbers yet.** Run `reel demo` to make the reference company, or"
        " `reel run` to load and build your own events; this page then fills by"
        " itself.",
        icon=":material/database:",
    )
    st.caption(formats.markdown(str(missing)))
    _watch(queries.state_key())


def _explain_failure(build: Build, failure: dict[str, object]) -> None:
    failed = failure.get("failed")
    listed = [str(line) for line in failed] if isinstance(failed, list) else []
    st.error(
        f"**A newer build failed {len(listed)} of its checks and was not published.**"
        f" These numbers are from the build before it, made"
        f" {build.built_at:%d %b %Y %H:%M} UTC.",
        icon=":material/error:",
    )
    if listed:
        with st.expander("What failed"):
            st.markdown(
                "\n".join(f"- {formats.markdown(line)}" for line in listed[:20])
            )


def _explain_stale(build: Build) -> None:
    st.warning(
        f"The last build is {formats.age(build.age)} old; one is expected every day."
        f" Numbers are from {formats.day(build.as_of)}. Run `reel run` to renew them.",
        icon=":material/schedule:",
    )


@st.fragment(run_every=POLL_SECONDS)
def _watch(seen: tuple[str | None, str | None]) -> None:
    """Look at the pointer, not at the data; redraw the page when it has moved."""
    if queries.state_key() != seen:
        st.rerun(scope="app")
