"""What a build says of itself: the metric catalog, its tests, what was loaded.

Reads dbt's manifest and run results and the lake's catalog. Writes `metrics.catalog`
and the schema `meta` into the DuckDB file that is being built.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import lake

TEXT, NUMBER, FLAG = pl.String, pl.Int64, pl.Boolean
TIME = pl.Datetime("us", "UTC")
CATALOG = {
    "name": TEXT,
    "label": TEXT,
    "unit": TEXT,
    "format": TEXT,
    "definition": TEXT,
    "formula": TEXT,
    "caveats": TEXT,
    "owner": TEXT,
    "definition_version": TEXT,
    "extensive": FLAG,
    "grains": TEXT,
    "dimensions": TEXT,
}
BUILD = {
    "build_id": TEXT,
    "built_at": TIME,
    "as_of": pl.Date,
    "data_through": pl.Date,
    "reporting_time_zone": TEXT,
    "sample_weight": pl.Float64,
    "lake_version": NUMBER,
    "code_version": TEXT,
    "kept_from": TEXT,
    "tests_passed": NUMBER,
    "tests_total": NUMBER,
    "status": TEXT,
}
TEST_RESULTS = {
    "name": TEXT,
    "model": TEXT,
    "status": TEXT,
    "failures": NUMBER,
    "message": TEXT,
}
INGEST = {
    "batch_id": TEXT,
    "loaded_at": TIME,
    "received": NUMBER,
    "accepted": NUMBER,
    "duplicate": NUMBER,
    "quarantined": NUMBER,
}
QUARANTINE = {"reason": TEXT, "event_type": TEXT, "count": NUMBER, "last_seen": TIME}


@dataclass(frozen=True)
class Results:
    """What dbt reported of one run.

    Attributes:
        tests: One row a test: name, model, status, failures, message.
        failed: Names and messages of the nodes that did not succeed.
    """

    tests: list[dict[str, object]]
    failed: list[str]


def read_results(target: Path) -> Results:
    """Read what dbt left in its target folder."""
    manifest = json.loads((target / "manifest.json").read_text())
    nodes = manifest["nodes"] | manifest["unit_tests"] | manifest["exposures"]
    tests, failed = [], []
    for result in json.loads((target / "run_results.json").read_text())["results"]:
        node = nodes[result["unique_id"]]
        if node["resource_type"] in {"test", "unit_test"}:
            tests.append(
                {
                    "name": node["name"],
                    "model": _tested_model(node),
                    "status": result["status"],
                    "failures": result["failures"] or 0,
                    "message": result["message"] or "",
                }
            )
        if result["status"] in {"error", "fail", "runtime error"}:
            failed.append(f"{node['name']}: {result['message']}")
    return Results(tests=tests, failed=failed)


def _tested_model(node: dict[str, object]) -> str:
    attached = str(node.get("attached_node") or "")
    return attached.rsplit(".", 1)[-1] or str(node.get("model") or "")


def write(
    home: Path, building: Path, facts: dict[str, object], results: Results
) -> None:
    """Add the catalog and the account of the build to the file itself."""
    manifest = json.loads((home / "dbt" / "target" / "manifest.json").read_text())
    build = facts | {
        "tests_passed": sum(test["status"] == "pass" for test in results.tests),
        "tests_total": len(results.tests),
        "status": "passed",
    }
    tables: list[tuple[str, Sequence[Any], dict[str, Any]]] = [
        ("metrics.catalog", catalog_rows(manifest), CATALOG),
        ("meta.build", [build], BUILD),
        ("meta.test_results", results.tests, TEST_RESULTS),
        ("meta.ingest", lake.ingest_totals(home), INGEST),
        ("meta.quarantine", lake.quarantine_summary(home), QUARANTINE),
    ]
    with duckdb.connect(str(building)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema if not exists meta")
        for name, rows, schema in tables:
            frame = pl.DataFrame(rows, schema=schema, orient="row")
            connection.register("rows", frame.to_arrow())
            connection.execute(f"create table {name} as select * from rows")
            connection.unregister("rows")
        connection.execute("checkpoint")


def catalog_rows(manifest: dict[str, dict[str, dict]]) -> list[dict[str, object]]:
    """Turn the `meta` of every model in the metrics schema into catalog rows."""
    rows = []
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"] != "metrics":
            continue
        meta = node["config"]["meta"]
        rows.append(
            {
                "name": node["name"],
                "label": meta["label"],
                "unit": meta["unit"],
                "format": meta["format"],
                "definition": " ".join(node["description"].split()),
                "formula": meta["formula"],
                "caveats": meta.get("caveats", ""),
                "owner": meta["owner"],
                "definition_version": str(meta["definition_version"]),
                "extensive": bool(meta["extensive"]),
                "grains": ", ".join(meta["grains"]),
                "dimensions": ", ".join(meta.get("dimensions", [])),
            }
        )
    return sorted(rows, key=lambda row: str(row["name"]))
