"""What a reader meets who may not open anything: why, and the way in.

Reads whether a login is configured. Writes Streamlit elements only.
"""

import streamlit as st

from dashboard import formats
from dashboard.language import say


def refuse(reason: str) -> None:
    """Draw the reason, and the button that logs in or out where there is a login."""
    st.title("Reelmetrics", anchor=False)
    st.info(formats.plain(reason), icon=":material/lock:")
    logged_in = st.user.to_dict().get("is_logged_in")
    if logged_in:
        st.button(say("Log out"), on_click=st.logout, icon=":material/logout:")
    elif logged_in is False:
        st.button(
            say("Log in"),
            on_click=st.login,
            type="primary",
            icon=":material/login:",
        )
