"""Whatever the warehouse shows is described beside its SQL, metrics completely."""

from pathlib import Path

import pytest
import yaml

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
KEYS = {
    "label",
    "unit",
    "format",
    "extensive",
    "formula",
    "caveats",
    "owner",
    "definition_version",
    "dimensions",
    "grains",
}
FIXED = ["value", "numerator", "denominator", "state"]


@pytest.fixture(scope="module")
def described() -> dict[str, dict]:
    """Each model's YAML by the model's name."""
    files = [yaml.safe_load(path.read_text()) for path in MODELS.rglob("*.yml")]
    return {model["name"]: model for file in files for model in file.get("models", [])}


@pytest.fixture(scope="module")
def columns(empty) -> dict[str, list[str]]:
    """Each relation's columns in the built warehouse, in order."""
    found: dict[str, list[str]] = {}
    for table, column in empty.rows(
        "select table_name, column_name from information_schema.columns"
        " where table_schema in ('staging', 'intermediate', 'marts', 'metrics')"
        " order by table_name, ordinal_position"
    ):
        found.setdefault(str(table), []).append(str(column))
    return found


def test_every_column_of_every_model_is_described(described, columns):
    for table, names in columns.items():
        texts = {c["name"]: c["description"] for c in described[table]["columns"]}
        assert described[table]["description"], table
        assert set(texts) == set(names), table
        assert all(texts.values()), table


def test_every_model_has_its_yaml_beside_it():
    for path in MODELS.rglob("*.sql"):
        assert path.with_suffix(".yml").exists(), path


def test_every_page_of_the_dashboard_is_an_exposure():
    exposures = yaml.safe_load((MODELS / "exposures.yml").read_text())["exposures"]
    pages = (MODELS.parents[1] / "dashboard" / "app_pages").glob("*.py")
    assert {e["name"] for e in exposures} >= {f"{page.stem}_page" for page in pages}


def test_every_metric_has_the_columns_of_the_contract(described, columns):
    metrics = [path.stem for path in (MODELS / "metrics").glob("*.sql")]
    assert len(metrics) >= 60
    for metric in metrics:
        meta = described[metric]["config"]["meta"]
        assert set(meta) == KEYS, metric
        expected = ["grain", "period_start", *meta["dimensions"], *FIXED]
        assert columns[metric] == expected, metric
