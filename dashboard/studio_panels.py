"""The blocks of the Studio page: the order, and the clip with its events.

Starts commands through `studio_jobs`. What a reader uploads or draws is kept below
<home>/studio, named by its content.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from dashboard import formats, layout, path_canvas, queries, studio_jobs
from dashboard.language import say
from dashboard.studio_jobs import Job, Refused

ORDER_HELP = (
    "The bundled model draws eight shapes in eight colours on six backgrounds. Words"
    " it was never taught are named here and metered; they change nothing."
)
CLIP_HELP = (
    "A clip is made in a process of its own. Stopping it gives the credits back."
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
    "status": "{value}",
    "reserved_credits": "{value} credits reserved",
    "spent_credits": "{value} credits taken",
    "charged_credits": "{value} credits charged",
    "refunded_credits": "{value} credits given back",
    "unknown_word_count": "{value} unknown words",
    "queue_ms": "{value} ms waited",
    "run_ms": "{value} ms run",
    "nfe": "{value} network evaluations",
    "cost_micros": "{value} millionths of a dollar",
}


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
        model = st.selectbox(
            say("Model"), list(by_model), key="studio_model", width=160
        )
        seed = st.number_input(
            say("Seed"),
            min_value=0,
            max_value=2**31 - 1,
            key="studio_seed",
            width=160,
            help=say("The same seed and prompt give the same clip."),
        )
    offer = by_model[model]
    _say_price(offer)
    job: Job | None = st.session_state.get("studio_job")
    is_running = job is not None and job.is_running
    if st.button(
        say("Make the clip"),
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
    step = say("Step {done} of {steps}", done=job.done, steps=job.steps)
    said = step if job.steps else say("Getting ready")
    share = job.done / job.steps if job.steps else 0.0
    st.progress(share, f"{said} · {say('{size} s', size=f'{job.seconds:.0f}')}")
    st.button(
        say("Stop"),
        icon=":material/stop_circle:",
        key=f"{key}_stop",
        on_click=job.cancel,
    )


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
        say("Prompt"), value=PROMPT, max_chars=LONGEST_PROMPT, key="studio_prompt"
    )
    motion = st.segmented_control(
        say("Motion"),
        [WORDS, PATH, CLIP],
        default=WORDS,
        required=True,
        format_func=say,
        key="studio_motion",
    )
    options: list[str] = []
    if motion == PATH:
        points = path_canvas.draw()
        if len(points) < 2:
            st.caption(
                say("Click two points or more; the subject follows them in order.")
            )
            return None
        drawn = keep_file(json.dumps(points).encode(), ".json")
        options += ["--trajectory", str(drawn)]
    elif motion == CLIP:
        given = st.file_uploader(say("Clip"), CLIP_TYPES, key="studio_reference")
        if given is None:
            st.caption(say("The subject moves as the biggest thing in this clip does."))
            return None
        options += ["--motion", str(_keep_upload(given))]
    image = st.file_uploader(
        say("First frame, if you like"), IMAGE_TYPES, key="studio_image"
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
        say(
            "**{credits} credits** · {mode} · {seconds} s at {resolution}",
            credits=offer["credits"],
            mode=formats.words(offer["mode"]).lower(),
            seconds=f"{offer['seconds']:g}",
            resolution=offer["resolution"],
        )
    )
    if unknown:
        named = ", ".join(f"“{formats.plain(word)}”" for word in unknown)
        st.caption(
            say(":material/help: Words it was never taught: {words}.", words=named)
        )
    else:
        st.caption(say(":material/check: It knows every word of this prompt."))


def _show(made: dict[str, Any]) -> None:
    st.video(made["path"], loop=True, autoplay=True, muted=True, width=CLIP_WIDTH)
    st.caption(
        say(
            "`{model}` · {credits} credits · {milliseconds} ms · {cost} of computing",
            model=made["model"],
            credits=made["credits"],
            milliseconds=f"{made['run_ms']:,}",
            cost=f"${made['cost_usd']:.6f}",
        )
    )
    st.markdown("\n".join(f"- {_tell(event)}" for event in made["events"]))


def _tell(event: dict[str, Any]) -> str:
    """Say when an event came and what it holds, in one line."""
    at = datetime.fromisoformat(event["occurred_at"])
    told = [
        say(words, value=event[name])
        for name, words in FACTS.items()
        if event.get(name) is not None
    ]
    return f"{at:%H:%M:%S} **{formats.words(event['event_type'])}**: {', '.join(told)}"
