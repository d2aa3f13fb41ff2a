"""The language of the reader, and every sentence of the pages in it.

Reads the catalogues in languages/ beside this file: flat maps from the English text to
the translation. The English text itself stands in the code, as a whole sentence with
{placeholders}; where a translation is missing, it is what the reader sees.
"""

import tomllib
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import url_state

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "vi": "Tiếng Việt", "zh": "中文"}
CATALOGUES = ("metrics.toml", "pages.toml")
FOLDER = Path(__file__).parent / "languages"
KEY = "lang"


def current() -> str:
    """Find the language: picked, in the address, chosen before, or the browser's.

    Outside a page, as in the digest, it is English, and so is one that is not known.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    # The header's box is drawn after the names of the pages: read the choice itself.
    wanted = st.session_state.get(f"widget_{KEY}") or url_state.wanted(KEY, "")
    return _known(wanted) if wanted else _of_browser()


def say(text: str, /, *, sense: str = "", **values: object) -> str:
    """Say a text in the language of the reader, with values in its placeholders.

    Args:
        text: In English, as it stands in the catalogues.
        sense: Which of two meanings the English has: "Share" is said of a link too.
        values: What the placeholders hold, already in words.
    """
    key = f"{text} ({sense})" if sense else text
    said = _catalogue(current()).get(key, text)
    return said.format(**values) if values else said


def choose() -> None:
    """Draw the languages behind a button, and tell the browser which is spoken."""
    spoken = current()
    with st.popover(
        LANGUAGES[spoken], icon=":material/language:", type="tertiary", key="language"
    ):
        st.segmented_control(
            say("Language"),
            list(LANGUAGES),
            default=spoken,
            format_func=LANGUAGES.__getitem__,
            key=f"widget_{KEY}",
            required=True,
        )
    # A shared link shows what its sender saw; plain English goes without saying.
    if spoken == _of_browser() == ENGLISH:
        url_state.drop(KEY)
    else:
        url_state.keep(KEY, spoken)
    # A screen reader reads a page in the language that it names.
    st.html(
        f"<script>document.documentElement.lang = '{spoken}'</script>",
        unsafe_allow_javascript=True,
    )


def _of_browser() -> str:
    return _known((st.context.locale or "")[:2].lower())


def _known(code: str) -> str:
    return code if code in LANGUAGES else ENGLISH


@cache
def _catalogue(language: str) -> dict[str, str]:
    if language == ENGLISH:
        return {}
    said: dict[str, str] = {}
    for name in CATALOGUES:
        said |= tomllib.loads((FOLDER / language / name).read_text())
    return said
