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
    wanted = allowed(key, options, default=default)
    picked = st.selectbox(
        label,
        options,
        index=list(options).index(wanted),
        format_func=show,
        key=f"widget_{key}",
        label_visibility="collapsed",
        width=width,
    )
    keep(key, picked)
    return picked


def choose_among(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: str,
    show: Callable[[str], str],
) -> str:
    """Draw a row of buttons whose value is the query parameter `key`; as `choose`."""
    picked = st.segmented_control(
        label,
        options,
        default=allowed(key, options, default=default),
        format_func=show,
        key=f"widget_{key}",
        required=True,
    )
    # What a browser sends is a wish.
    picked = picked if picked in options else default
    keep(key, picked)
    return picked


def search(label: str, *, key: str) -> str:
    """Draw a search box whose text is the query parameter `key`."""
    text = st.text_input(
        label,
        value=wanted(key, ""),
        key=f"widget_{key}",
        placeholder=label,
        icon=":material/search:",
        label_visibility="collapsed",
    )
    if text:
        keep(key, text)
    elif key in st.query_params:
        drop(key)
    return text


def matches(text: str, *fields: str) -> bool:
    """Tell whether every word of a search occurs in the fields, case ignored."""
    haystack = " ".join(fields).lower().replace("_", " ")
    return all(word in haystack for word in re.split(r"[\s_]+", text.lower()))


def wanted(key: str, default: str) -> str:
    """Take the address first, then what this session chose on another page."""
    return st.query_params.get(key) or st.session_state.get(f"kept_{key}", default)


def allowed(key: str, options: Sequence[str], *, default: str) -> str:
    """Take what is wanted, if it is one of the options."""
    found = wanted(key, default)
    return found if found in options else default


def keep(key: str, value: str) -> None:
    """Write a value into the address, and remember it for the other pages."""
    st.session_state[f"kept_{key}"] = value
    if st.query_params.get(key) != value:
        st.query_params[key] = value


def drop(key: str) -> None:
    """Take a value out of the address and forget it."""
    st.session_state.pop(f"kept_{key}", None)
    if key in st.query_params:
        del st.query_params[key]
