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

from dashboard import formats, language, queries
from dashboard.language import say
from dashboard.queries import Build, NoSlice, NoWarehouse, UnknownMetric

POLL_SECONDS = 60
LOGGER = logging.getLogger(__name__)


class Page(NamedTuple):
    """An open page: the build it shows, and a place for an "As of" badge."""

    build: Build
    as_of: DeltaGenerator


def open_page(title: str) -> Page:
    """Draw the title and the badges; stop with the way out when there is no data."""
    title = say(title)
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
            language.choose()
    if failure is not None:
        _explain_failure(build, failure)
    if build.is_stale:
        _explain_stale(build)
    _watch(queries.state_key())
    return Page(build, as_of)


def show_as_of(place: DeltaGenerator, day: date) -> None:
    """Write the day the numbers of a page are as of."""
    place.badge(
        say("As of {day} UTC", day=formats.day(day)),
        color="blue",
        icon=":material/event:",
    )


@contextmanager
def panel(key: str, title: str, help: str | None = None) -> Iterator[None]:
    """Frame one block of a page; an error inside it leaves the other blocks alone.

    Args:
        key: Stable name of the block; also its CSS hook `st-key-panel_<key>`.
        title: Its heading.
        help: Text behind the question mark.
    """
    with st.container(border=True, key=f"panel_{key}", height="stretch"):
        st.header(say(title), anchor=False, help=say(help) if help else None)
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
            say(
                "**{title}** cannot be shown. Other blocks are unaffected. The server's"
                " log tells why under reference `{reference}`.",
                title=say(title),
                reference=reference,
            ),
            icon=":material/error:",
        )


def say_empty(what: str) -> None:
    """Say that a block has nothing to show, and why."""
    st.info(formats.markdown(say(what)), icon=":material/search_off:")


def say_unfiltered(refusal: str) -> None:
    """Say that a block has no numbers within the filters of the page."""
    st.info(
        say("Cannot be filtered like this: {why}.", why=formats.markdown(refusal)),
        icon=":material/filter_alt_off:",
    )


def _draw_badges(build: Build, failure: dict[str, object] | None) -> None:
    st.badge(
        say("Data through {day}", day=formats.day(build.as_of)),
        color="gray",
        help=say(
            "The last closed day; days are UTC days. The newest event of any source is"
            " of {day}.",
            day=formats.day(build.data_through),
        ),
    )
    if failure is not None:
        state, color, icon = "Newer build failed · {age}", "red", "error"
    elif build.is_stale:
        state, color, icon = "Stale · {age} · {passed} tests", "orange", "warning"
    else:
        state, color, icon = "Current · {age} · {passed} tests", "green", "check_circle"
    passed = f"{build.tests_passed}/{build.tests_total}"
    st.badge(
        say(state, age=formats.age(build.age), passed=passed),
        icon=f":material/{icon}:",
        color=color,  # type: ignore[arg-type]
        help=say(
            "Build `{build}` was made {made} UTC from lake version {version}.",
            build=build.build_id,
            made=formats.moment(build.built_at),
            version=build.lake_version,
        ),
    )
    if build.sample_weight != 1:
        st.badge(
            say("1:{weight} sample", weight=f"{build.sample_weight:,g}"),
            icon=":material/groups:",
            color="violet",
            help=say(
                "One row stands for {weight} users. Counts and money are scaled up to"
                " the company; ratios are the sample's own.",
                weight=f"{build.sample_weight:,g}",
            ),
        )


def _explain_no_warehouse(missing: NoWarehouse) -> None:
    st.info(
        say(
            "**No numbers yet.** Run `reel demo` to make the reference company, or"
            " `reel run` to load and build your own events; this page then fills by"
            " itself."
        ),
        icon=":material/database:",
    )
    st.caption(formats.markdown(str(missing)))
    _watch(queries.state_key())


def _explain_failure(build: Build, failure: dict[str, object]) -> None:
    failed = failure.get("failed")
    listed = [str(line) for line in failed] if isinstance(failed, list) else []
    st.error(
        say(
            "**A newer build failed {count} of its checks and was not published.**"
            " These numbers are from the build before it, made {made} UTC.",
            count=len(listed),
            made=formats.moment(build.built_at),
        ),
        icon=":material/error:",
    )
    if listed:
        with st.expander(say("What failed")):
            st.markdown(
                "\n".join(f"- {formats.markdown(line)}" for line in listed[:20])
            )


def _explain_stale(build: Build) -> None:
    st.warning(
        say(
            "The last build is {age} old; one is expected every day. Numbers are from"
            " {day}. Run `reel run` to renew them.",
            age=formats.age(build.age),
            day=formats.day(build.as_of),
        ),
        icon=":material/schedule:",
    )


@st.fragment(run_every=POLL_SECONDS)
def _watch(seen: tuple[str | None, str | None]) -> None:
    """Look at the pointer, not at the data; redraw the page when it has moved."""
    if queries.state_key() != seen:
        st.rerun(scope="app")
