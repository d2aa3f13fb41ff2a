"""The metric catalogue is said whole, and with its own numbers, in every language."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from dashboard import formats

ROOT = Path(__file__).parents[2]
METRICS = ROOT / "dbt_project" / "models" / "metrics"
LANGUAGES = ("vi", "zh")
# In the files the values of the data come after the texts of the catalogue.
VALUES = "\n# Values of the data"
# What these languages write as English does.
NAMES = {"ARPA", "ARPPU", "ARR", "MRR", "API", "D1", "D7", "D30"}
SAME = {"vi": {*NAMES, "Web"}, "zh": NAMES}
# Plans keep their names.
PLANS = {"pro", "standard", "premier", "ultra", "team"}


@pytest.fixture(scope="module")
def models() -> list[dict]:
    """The YAML of every metric."""
    files = [yaml.safe_load(path.read_text()) for path in METRICS.glob("*.yml")]
    return [model for file in files for model in file["models"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_catalogue_is_said_and_none_is_left_over(
    models: list[dict], language: str
) -> None:
    texts: set[str] = set()
    for model in models:
        meta = model["config"]["meta"]
        texts |= {meta["label"], meta["formula"], meta["caveats"]}
        texts.add(" ".join(model["description"].split()))
    said = tomllib.loads(_read(language).partition(VALUES)[0])
    assert texts - set(said) - {""} == set()
    assert set(said) - texts == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_that_a_metric_declares_has_its_words(
    models: list[dict], language: str
) -> None:
    declared: set[str] = set()
    for model in models:
        for check in model["data_tests"]:
            columns = check.get("sound_columns", {}).get("arguments", {})
            for values in columns.get("among", {}).values():
                declared |= {str(value) for value in values}
    assert {"withheld", "not_kept", "d6_8", "over_5"} <= declared
    words = {formats.words(value) for value in declared - PLANS}
    # 31-90 and 12 need no words.
    words = {word for word in words if re.search("[A-Za-z]", word)}
    assert words - set(tomllib.loads(_read(language))) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_differs_from_the_english_and_keeps_its_numbers(
    language: str,
) -> None:
    said = tomllib.loads(_read(language))
    same = {text for text, other in said.items() if text == other}
    assert same == SAME[language]
    for text, other in said.items():
        assert _numbers(other) == _numbers(text), text


def _read(language: str) -> str:
    path = ROOT / "dashboard" / "languages" / language / "metrics.toml"
    return path.read_text()


def _numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d+", text))
