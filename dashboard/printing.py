"""What a page needs to become clean A4 paper or a PDF by the browser's own print.

Reads print.js beside this file and the colours of both themes. Writes Streamlit
elements only; head.css leaves out what is of no use on paper.
"""

import json
from pathlib import Path

import streamlit as st

from dashboard import filters, formats, take_away
from dashboard.canvas import INK
from dashboard.context import Context
from dashboard.language import say

SCRIPT = Path(__file__).with_name("print.js").read_text()
# Names of the theme's colours that change from dark to light.
COLOURS = (
    *("textColor", "backgroundColor", "secondaryBackgroundColor", "borderColor"),
    *("grayTextColor", "greenTextColor", "redTextColor", "greenColor", "redColor"),
)


def prepare(context: Context, *, compared: str, span: str) -> None:
    """Write what is only on paper: the choices in words, and the foot of each page.

    Args:
        context: Of the page.
        compared: What numbers are compared with, in words.
        span: How far back charts go, in words.
    """
    where = filters.say(context.slices) or say("Everything")
    build = say("Build {build}", build=context.build_id)
    foot = _foot(f"{build} · {take_away.address()}")
    with st.container(key="printed"):
        choices = f"{where} · {compared} · {say('charts of {span}', span=span)}"
        st.caption(formats.plain(choices))
        script = SCRIPT.replace('"PALETTE"', json.dumps(_palette()))
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
    st.html(f"<style>{foot}</style>")


def _foot(text: str) -> str:
    """Write the style of the foot: what the numbers are of, and the page's number."""
    small = "font: 7pt Inter, sans-serif; color: #596273;"
    said = json.dumps(text, ensure_ascii=False).replace("<", "\\3c ")
    return (
        f"@page {{ @bottom-left {{ content: {said}; width: 90%; {small} }}"
        f' @bottom-right {{ content: counter(page) " / " counter(pages); {small} }} }}'
    )


def _palette() -> dict[str, str]:
    """Pair each colour of the dark theme with that of the light one, as r, g, b."""
    pairs = [(INK["dark"], INK["light"])]
    for name in COLOURS:
        dark, light = (
            st.get_option(f"theme.{theme}.{name}") for theme in ("dark", "light")
        )
        pairs.append((dark, light))
    return {_rgb(dark): _rgb(light) for dark, light in pairs if dark and light}


def _rgb(colour: str) -> str:
    return ", ".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
