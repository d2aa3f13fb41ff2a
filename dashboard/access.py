"""Who reads the dashboard, which pages they may open and which rows they may see.

Reads `<home>/access.toml`, where an admin lists the readers, and `roles.toml` beside
this file. Without the first there is no login, as on one's own machine. A reader is
known by the e-mail address that the login (OIDC) or a trusted proxy vouches for.
Whatever is not understood shuts the door.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from dashboard import queries
from dashboard.language import say

ROLES = tomllib.loads(Path(__file__).with_name("roles.toml").read_text())
DIMENSIONS = ("region", "segment", "plan")


class NoAccess(PermissionError):
    """This reader may open nothing; the message says why."""


@dataclass(frozen=True)
class Reader:
    """Who reads.

    Attributes:
        name: The e-mail address; `local` where there is no login.
        role: executive, product, analyst or admin.
        limits: The values of a dimension that may be seen, where not all may.
    """

    name: str
    role: str
    limits: tuple[tuple[str, tuple[str, ...]], ...] = ()


LOCAL = Reader("local", "admin")


def reader() -> Reader:
    """Find out who reads.

    Raises:
        NoAccess: Nobody is logged in, or the reader is not listed.
    """
    path = queries.home() / "access.toml"
    if not path.exists():
        return LOCAL
    listed = _read(path, path.stat().st_mtime_ns)
    known = st.user.to_dict()
    email = known.get("email")
    if not email or known.get("is_logged_in") is False:
        raise NoAccess(say("Log in to read this dashboard."))
    if known.get("email_verified") is False:
        raise NoAccess(say("Nobody has verified that {email} is yours.", email=email))
    found = listed.get(str(email).lower())
    if found is None:
        raise NoAccess(
            say(
                "{email} is not a reader of this dashboard. Ask its admin.", email=email
            )
        )
    return found


def may_open(who: Reader, page: str) -> bool:
    """Tell whether a reader may open a page, named as in the address."""
    pages = ROLES["pages"][who.role]
    is_narrow = not who.limits or page in ROLES["within_rows"]["pages"]
    return is_narrow and ("*" in pages or page in pages)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, Reader]:
    """Read the list of readers; `changed` makes an edit count at the next look."""
    try:
        listed = tomllib.loads(path.read_text())["readers"]
        return {email.lower(): _one(email, entry) for email, entry in listed.items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise NoAccess(f"access.toml cannot be read: {error}") from None


def _one(email: str, entry: Mapping[str, object]) -> Reader:
    role = str(entry.get("role"))
    if role not in ROLES["pages"]:
        known = ", ".join(ROLES["pages"])
        raise NoAccess(f"access.toml: the role of {email} must be one of {known}")
    limits = []
    for dimension, values in entry.items():
        if dimension == "role":
            continue
        chosen = values if isinstance(values, list) else []
        if dimension not in DIMENSIONS or not chosen or "all" in chosen:
            known = ", ".join(DIMENSIONS)
            raise NoAccess(
                f"access.toml: {email} can be limited to a list of values of {known},"
                f" not by {dimension} = {values!r}"
            )
        limits.append((dimension, tuple(str(value) for value in chosen)))
    return Reader(email.lower(), role, tuple(limits))
