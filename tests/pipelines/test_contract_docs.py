"""What producers read is what the loader enforces."""

import json
from pathlib import Path

import polars as pl
import pytest

from generation.events import EVENT_TYPES
from pipelines.columns import contract, lake_schema
from pipelines.contract_docs import REASONS, events_page, json_schema
from pipelines.quarantine import Reason

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("name", "written"),
    [("events.md", events_page), ("events.schema.json", json_schema)],
)
def test_the_documents_are_fresh(name, written):
    text = (DOCS / name).read_text("utf-8")
    assert text == written(), "run `python -m pipelines.contract_docs`"


def test_every_event_type_and_field_is_in_the_schema():
    definitions = json.loads(json_schema())["$defs"]
    for event_type, struct in EVENT_TYPES.items():
        properties = definitions[struct.__name__]["properties"]
        assert properties["event_type"] == {"enum": [event_type]}
        assert set(properties) - {"event_type"} == {
            c.name for c in contract(event_type)
        }


def test_every_reason_is_explained():
    assert set(REASONS) == set(Reason)


def test_physical_types_are_the_five_that_never_change():
    allowed = {pl.String, pl.Int64, pl.Float64, pl.Boolean, pl.Datetime("us", "UTC")}
    for event_type in EVENT_TYPES:
        schema = lake_schema(event_type)
        assert set(schema.values()) <= allowed
        assert list(schema)[:4] == ["event_id", "source", "occurred_at", "received_at"]
        assert list(schema)[-1] == "extra"
