"""The arena of the Studio page: two clips of one prompt, and a blind vote.

Starts `reel arena` through `studio_jobs`; which version made which clip is told only
by the answer to the vote.
"""

from typing import Any

import streamlit as st

from dashboard import formats, layout, queries, studio_jobs
from dashboard.language import say
from dashboard.studio_jobs import Job, Refused
from dashboard.studio_panels import CLIP_WIDTH, watch

HELP = (
    "Two versions, one prompt, one seed, random sides. The versions are named after the"
    " vote, which becomes a `vote_cast` event."
)
SIDES = {"left": "Left", "tie": "No difference", "right": "Right"}


def draw() -> None:
    """Draw the pair of this session, its vote, or the button that asks for one."""
    job: Job | None = st.session_state.get("arena_job")
    if job is not None and job.is_running:
        watch(job, key="arena")
        return
    if job is not None and job.error:
        st.error(formats.plain(job.error), icon=":material/error:")
    elif job is not None and job.answer is not None:
        _pair(job.answer)
    else:
        layout.say_empty("A pair takes about ten seconds: two clips are made for you.")
    st.button(
        say("Show a pair"), icon=":material/compare:", key="arena_show", on_click=_ask
    )


def _ask() -> None:
    st.session_state["arena_job"] = Job(queries.home(), "arena", "pair")
    st.session_state.pop("arena_vote", None)


def _pair(pair: dict[str, Any]) -> None:
    st.markdown(f"“{formats.plain(pair['prompt'])}”")
    for column, side in zip(st.columns(2, gap="small"), ("left", "right"), strict=True):
        column.video(pair[side], loop=True, autoplay=True, muted=True, width=CLIP_WIDTH)
    vote: dict[str, str] | None = st.session_state.get("arena_vote")
    if vote is None:
        with st.container(horizontal=True, gap="small"):
            for winner, label in SIDES.items():
                st.button(
                    say(label),
                    key=f"arena_{winner}",
                    on_click=_vote,
                    args=(pair["pair_id"], winner),
                )
        return
    st.success(
        say(
            "You said **{side}**. Left was `{left}`, right was `{right}`.",
            side=say(SIDES[vote["winner"]]).lower(),
            left=vote["left_model_id"],
            right=vote["right_model_id"],
        ),
        icon=":material/how_to_vote:",
    )


def _vote(pair_id: str, winner: str) -> None:
    try:
        command = ("arena", "vote", pair_id, winner)
        st.session_state["arena_vote"] = studio_jobs.ask(queries.home(), *command)
    except Refused as refusal:
        st.toast(formats.plain(str(refusal)), icon=":material/block:")
