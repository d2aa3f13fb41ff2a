"""The blocks of the Studio page: the order, the clip with its events, and its effect.

Starts commands through `studio_jobs` and reads one metric through `queries`. What a
reader uploads or draws is kept below <home>/studio, named by its content.
"""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from dashboard import formats, layout, path_canvas, queries, studio_jobs
from dashboard.studio_jobs import Job, Refused

ORDER_HELP = (
    "The bundled model draws eight shapes in eight colours on six backgrounds. Words"
    " it was never taught are named here and metered; they change nothing."
)
CLIP_HELP = (
    "A clip is made in a process of its own. Stopping it gives the credits back."
)
EFFECT_HELP = (
    "`delivered_videos` of this week by model, as the sample has it: your clips are"
    " real and stand for themselves. A clip counts once its events are loaded and"
    " the models are built again."
)
PROMPT = "a big red star moves to the right on green grass"
WORDS, PATH, CLIP = "In words", "Along a path", "From a clip"
IMAGE_TYPES = ["png", "jpg", "jpeg", "webp"]
CLIP_TYPES = ["mp4", "webm", "mov", "gif"]
LONGEST_PROMPT = 2_500
POLL_SECONDS = 0.5
CLIP_WIDTH = 384
# Facts of an event that are worth a line here; the SQL page has them all.
FACTS = {
    "status": "status",
    "reserved_credits": "credits reserved",
    "spent_credits": "credits taken",
    "charged_credits": "credits charged",
    "refunded_credits": "credits given back",
    "unknown_word_count": "unknown words",
    "queue_ms": "ms waited",
    "run_ms": "ms run",
    "nfe": "network evaluations",
    "cost_micros": "millionths of a dollar",
}


class Before(NamedTuple):
    """What the build said when a job was started."""

    build_id: str
    counts: dict[str, int]
    job: Job


class Order(NamedTuple):
    """What a reader wants made, as the command takes it."""

    prompt: str
    options: tuple[str, ...]


def order() -> None:
    """Draw what can be ordered, its price, and the button that starts it."""
    wanted = _choose()
    if wanted is None:
        return
    try:
        offers = _offers(str(queries.home()), wanted, datetime.now(UTC).date())
    except Refused as refusal:
        st.error(formats.plain(str(refusal)), icon=":material/block:")
        return
    by_model = {offer["model"]: offer for offer in offers}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        model = st.selectbox("Model", list(by_model), key="studio_model", width=160)
        seed = st.number_input(
            "Seed",
            min_value=0,
            max_value=2**31 - 1,
            key="studio_seed",
            width=160,
            help="The same seed and prompt give the same clip.",
        )
    offer = by_model[model]
    _say_price(offer)
    job: Job | None = st.session_state.get("studio_job")
    is_running = job is not None and job.is_running
    if st.button(
        "Make the clip",
        icon=":material/movie:",
        type="primary",
        disabled=is_running,
        key="studio_make",
    ):
        options = (*wanted.options, "--model", model, "--seed", str(seed))
        st.session_state["studio_job"] = Job(
            queries.home(), "studio", "make", *options, "--", wanted.prompt
        )


def clip() -> None:
    """Draw the job's progress, then its clip and its events."""
    job: Job | None = st.session_state.get("studio_job")
    if job is None:
        layout.say_empty(
            "Nothing made yet. Say what to show, then press Make the clip."
        )
    elif job.is_running:
        watch(job, key="studio")
    elif job.is_stopped:
        layout.say_empty("You stopped it; its credits were given back.")
    elif job.error:
        st.error(formats.plain(job.error), icon=":material/error:")
    else:
        _show(job.answer)


@st.fragment(run_every=POLL_SECONDS)
def watch(job: Job, *, key: str) -> None:
    """Show a running job until it has ended; the rest of the page lives on."""
    if not job.is_running:
        st.rerun(scope="app")
    said = f"Step {job.done} of {job.steps}" if job.steps else "Getting ready"
    share = job.done / job.steps if job.steps else 0.0
    st.progress(share, f"{said} · {job.seconds:.0f} s")
    st.button(
        "Stop", icon=":material/stop_circle:", key=f"{key}_stop", on_click=job.cancel
    )


def effect(build_id: str) -> None:
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


def keep_file(content: bytes, suffix: str) -> Path:
    """Write what a reader gave to the data folder, once for each content."""
    folder = queries.home() / "studio"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(content).hexdigest()[:20]}{suffix}"
    if not path.exists():
        path.write_bytes(content)
    return path


def _choose() -> Order | None:
    """Draw prompt, picture and motion; None while the motion is not given yet."""
    prompt = st.text_input(
        "Prompt", value=PROMPT, max_chars=LONGEST_PROMPT, key="studio_prompt"
    )
    motion = st.segmented_control(
        "Motion", [WORDS, PATH, CLIP], default=WORDS, required=True, key="studio_motion"
    )
    options: list[str] = []
    if motion == PATH:
        points = path_canvas.draw()
        if len(points) < 2:
            st.caption("Click two points or more; the subject follows them in order.")
            return None
        drawn = keep_file(json.dumps(points).encode(), ".json")
        options += ["--trajectory", str(drawn)]
    elif motion == CLIP:
        given = st.file_uploader("Clip", CLIP_TYPES, key="studio_reference")
        if given is None:
            st.caption("The subject moves as the biggest thing in this clip does.")
            return None
        options += ["--motion", str(_keep_upload(given))]
    image = st.file_uploader(
        "First frame, if you like", IMAGE_TYPES, key="studio_image"
    )
    if image is not None:
        options += ["--image", str(_keep_upload(image))]
    return Order(prompt, tuple(options))


def _keep_upload(upload: Any) -> Path:
    return keep_file(upload.getvalue(), Path(upload.name).suffix.lower())


# By day: a price card's row begins on a day.
@st.cache_data(max_entries=200, show_spinner=False)
def _offers(home: str, wanted: Order, day: date) -> list[dict[str, Any]]:
    del day
    command = ("studio", "price", *wanted.options, "--", wanted.prompt)
    return studio_jobs.ask(Path(home), *command)


def _say_price(offer: dict[str, Any]) -> None:
    unknown = offer["unknown_words"]
    st.markdown(
        f"**{offer['credits']} credits** · {formats.words(offer['mode']).lower()}"
        f" · {offer['seconds']:g} s at {offer['resolution']}"
    )
    if unknown:
        named = ", ".join(f"“{formats.plain(word)}”" for word in unknown)
        st.caption(f":material/help: Words it was never taught: {named}.")
    else:
        st.caption(":material/check: It knows every word of this prompt.")


def _show(made: dict[str, Any]) -> None:
    st.video(made["path"], loop=True, autoplay=True, muted=True, width=CLIP_WIDTH)
    st.caption(
        f"`{made['model']}` · {made['credits']} credits · {made['run_ms']:,} ms"
        f" · ${made['cost_usd']:.6f} of computing"
    )
    st.markdown("\n".join(f"- {_tell(event)}" for event in made["events"]))


def _tell(event: dict[str, Any]) -> str:
    """Say when an event came and what it holds, in one line."""
    at = datetime.fromisoformat(event["occurred_at"])
    told = [
        f"{event[name]} {words}" if name != "status" else str(event[name])
        for name, words in FACTS.items()
        if event.get(name) is not None
    ]
    return f"{at:%H:%M:%S} **{formats.words(event['event_type'])}**: {', '.join(told)}"


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
    with st.container(horizontal=True, gap="small"):
        for model in sorted({*before, *now}):
            change = now.get(model, 0) - before.get(model, 0)
            st.metric(
                f"Delivered by {model} · {formats.period('week', monday)}",
                f"{now.get(model, 0):,}",
                f"{change:+d} with your clips" if change else None,
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
        st.caption(f"Build `{build_id}` has your clips.")
    elif before:
        st.caption("Your clip's events wait in the landing folder.")
    if st.button("Load and build", icon=":material/refresh:", key="studio_build"):
        st.session_state["studio_run"] = Job(queries.home(), "run")
        st.rerun()
