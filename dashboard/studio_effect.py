"""What the clips of this session do to the numbers, and how they get there.

Reads one metric through `queries`. Starts `reel run` through `studio_jobs`.
"""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import formats, layout, queries
from dashboard.language import say
from dashboard.studio_jobs import Job
from dashboard.studio_panels import watch

HELP = (
    "`delivered_videos` of this week by model, as the sample has it: your clips are"
    " real and stand for themselves. A clip counts once its events are loaded and"
    " the models are built again."
)


class Before(NamedTuple):
    """What the build said when a job was started."""

    build_id: str
    counts: dict[str, int]
    job: Job


def draw(build_id: str) -> None:
    """Draw this week's delivered videos of the models, and how a clip gets in."""
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    counts = _delivered(build_id, monday)
    before = _remember(build_id, counts)
    if before or counts:
        _compare(before.counts if before else counts, counts, monday)
    else:
        layout.say_empty("No video of a bundled model is in this week's numbers.")
    _offer_run(build_id, before)


def _delivered(build_id: str, monday: date) -> dict[str, int]:
    """Read this week's delivered videos of the bundled models."""
    rows = queries.sample(build_id, "delivered_videos", grain="week", by="model")
    is_ours = rows["model"].str.startswith("sprite-")
    rows = rows[
        is_ours & (pd.to_datetime(rows["period_start"]) == pd.Timestamp(monday))
    ]
    return dict(zip(rows["model"], rows["value"].astype(int), strict=True))


def _remember(build_id: str, counts: dict[str, int]) -> Before | None:
    """Keep what the build says while a first job of this build runs."""
    job: Job | None = st.session_state.get("studio_job")
    before: Before | None = st.session_state.get("studio_before")
    is_new = before is None or (before.build_id != build_id and before.job is not job)
    if job is not None and is_new:
        before = st.session_state["studio_before"] = Before(build_id, counts, job)
    return before


def _compare(before: dict[str, int], now: dict[str, int], monday: date) -> None:
    week = formats.period("week", monday)
    with st.container(horizontal=True, gap="small"):
        for model in sorted({*before, *now}):
            change = now.get(model, 0) - before.get(model, 0)
            st.metric(
                say("Delivered by {model} · {week}", model=model, week=week),
                f"{now.get(model, 0):,}",
                say("{change} with your clips", change=f"{change:+d}")
                if change
                else None,
                border=True,
                width=320,
            )


def _offer_run(build_id: str, before: Before | None) -> None:
    """Offer to load and build, and tell how that goes."""
    job: Job | None = st.session_state.get("studio_run")
    if job is not None and job.is_running:
        watch(job, key="studio_run")
        return
    if job is not None and job.error:
        st.error(formats.plain(job.error), icon=":material/error:")
    if before and before.build_id != build_id:
        st.caption(say("Build `{build}` has your clips.", build=build_id))
    elif before:
        st.caption(say("Your clip's events wait in the landing folder."))
    if st.button(say("Load and build"), icon=":material/refresh:", key="studio_build"):
        st.session_state["studio_run"] = Job(queries.home(), "run")
        st.rerun()
