"""What a prompt must not ask for, by a declared list.

Reads data/reference/prompt_policy.csv. A term holds when all its words are in the
prompt, in any order; text without spaces between words is searched as it stands. It is
a list of plain terms, not a judge: it knows spelling tricks, but no meaning.
"""

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

POLICY = Path(__file__).parents[1] / "data" / "reference" / "prompt_policy.csv"
# Letters that only look Latin, and digits and signs that stand for letters.
_LOOKALIKES = str.maketrans("аеорсухіј", "aeopcyxij")
_SIGNS = str.maketrans("013457@$!", "oieastasi")


class Term(NamedTuple):
    """One row of the list: what must not be asked for, and why."""

    category: str
    words: tuple[str, ...]


class Policy(NamedTuple):
    """The list in force; its first category that holds is the one told."""

    version: str
    terms: tuple[Term, ...]


class PromptRefused(ValueError):
    """A prompt asks for what the policy forbids."""

    def __init__(self, category: str) -> None:
        super().__init__(
            f"the prompt was refused: {category.replace('_', ' ')}; see the list in "
            "data/reference/prompt_policy.csv. Its credits were given back"
        )
        self.category = category


def find_category(prompt: str) -> str | None:
    """Return the category of the first term that a prompt holds, None if none does."""
    text = _fold(prompt)
    words, runs = _list_words(text), _list_spelt(text)

    def holds(word: str) -> bool:
        if not word.isascii():
            return word in text
        return word in words or any(word in run for run in runs)

    for term in read_policy().terms:
        if all(holds(word) for word in term.words):
            return term.category
    return None


@cache
def read_policy(path: Path = POLICY) -> Policy:
    """Read the list; its rows are in the order of their gravity."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    terms = (Term(row["category"], tuple(_fold(row["term"]).split())) for row in rows)
    return Policy(max(row["version"] for row in rows), tuple(terms))


def _fold(text: str) -> str:
    """Undo what only hides a word: width, accents, unseen characters, lookalikes."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    seen = (
        character
        for character in parts
        if unicodedata.category(character) not in ("Mn", "Cf")
    )
    return "".join(seen).casefold().translate(_LOOKALIKES)


def _list_words(text: str) -> set[str]:
    """Words as written, and with signs read as letters."""
    written = set(re.findall(r"\w+", text))
    return written | set(re.findall(r"\w+", re.sub(r"\S+", _read_signs, text)))


def _list_spelt(text: str) -> list[str]:
    """What is spelt out letter by letter, such as n.u.d.e, without the gaps."""
    runs = re.findall(r"\b\w(?:[\s.\-_*]+\w\b){2,}", text)
    return [re.sub(r"[\W_]+", "", run) for run in runs]


def _read_signs(match: re.Match[str]) -> str:
    """Read n4k3d as naked, but leave 1984 alone."""
    word = match.group().rstrip("!?.,;:")
    return word.translate(_SIGNS) if re.search(r"[a-z]", word) else word
