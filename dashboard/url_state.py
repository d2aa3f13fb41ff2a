"""Filters in the address: a shared link shows the reader what the sender saw.

Reads and writes the query parameters with stable keys and plain values. Streamlit's own
binding writes the translated label and drops defaults, so a link would change meaning.
"""

import re
from collections.abc import Callable, Sequence

import streamlit as st


def choose(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: str,
    show: Callable[[str], str] = str,
    width: int = 200,
) -> str:
    """Draw a select box whose value is the query parameter `key`.

    Args:
        label: What is chosen.
        options: Allowed values, as they stand in the address.
        key: Name of the query parameter.
        default: The value when the address has none, or one that is not allowed.
        show: Turns a value into what the reader sees.
        width: Of the box, in pixels.

    Returns:
        The chosen value.
    """
    wanted = _wanted(key, default)
    if wanted not in options:
        wanted = default
    picked = st.selectbox(
        label,
        options,
        index=list(options).index(wanted),
        format_func=show,
        key=f"widget_{key}",
        label_visibility="collapsed",
        width=width,
    )
    _keep(key, picked)
    return picked


def search(label: str, *, key: str) -> str:
    """Draw a search box whose text is the query parameter `key`."""
    text = st.text_input(
        label,
        value=_wanted(key, ""),
        key=f"widget_{key}",
        placeholder=label,
        icon=":material/search:",
        label_visibility="collapsed",
    )
    if text:
        _keep(key, text)
    elif key in st.query_params:
        del st.query_params[key]
        st.session_state.pop(f"kept_{key}", None)
    return text


def matches(text: str, *fields: str) -> bool:
    """Tell whether every word of a search occurs in the fields, case ignored."""
    haystack = " ".join(fields).lower().replace("_", " ")
    return all(word in haystack for word in re.split(r"[\s_]+", text.lower()))


def _wanted(key: str, default: str) -> str:
    """Take the address first, then what this session chose on another page."""
    return st.query_params.get(key) or st.session_state.get(f"kept_{key}", default)


def _keep(key: str, value: str) -> None:
    st.session_state[f"kept_{key}"] = value
    if st.query_params.get(key) != value:
        st.query_params[key] = value
