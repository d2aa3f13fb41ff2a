"""The analysts' file: what of a build may be read by everybody who may write SQL.

Reads the DuckDB file of a build and dbt's manifest. Writes a second file that holds the
tables in which nobody can be told apart, with the description of every column. Whoever
may query a file can read all of its bytes: so the file is the boundary, not a rule on
its queries.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl

SCHEMAS = ("metrics", "marts", "seeds", "meta")
# They name builds, loads and things sold. Any other key, `user_id` or `payment_id`,
# names a person, an account or something one of them did.
OPEN_KEYS = frozenset({"batch_id", "build_id", "launch_id", "model_id", "plan_id"})
TABLES = {"table": pl.String, "description": pl.String}
COLUMNS = {
    "table": pl.String,
    "column": pl.String,
    "type": pl.String,
    "description": pl.String,
}


class Text(NamedTuple):
    """What the docs say of one table.

    Attributes:
        description: Of the table.
        columns: Of each column, by name.
    """

    description: str
    columns: dict[str, str]


def read_texts(manifest: Mapping[str, dict[str, Any]]) -> dict[str, Text]:
    """Take the descriptions out of dbt's manifest, by `schema.table`."""
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    return {
        f"{node['schema']}.{node['name']}": Text(
            _line(node["description"]),
            {
                name: _line(column["description"])
                for name, column in node["columns"].items()
            },
        )
        for node in nodes
        if node["resource_type"] in {"model", "seed", "source"}
    }


def write(building: Path, path: Path, texts: Mapping[str, Text]) -> None:
    """Write the open tables of a finished build into a new file.

    A table is left out when a column of it is a key that is not open, or is not
    described: what nobody has thought of stays closed.
    """
    tables: list[dict[str, str]] = []
    columns: list[dict[str, str]] = []
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{building}' as build (read_only)")
        for schema in SCHEMAS:
            connection.execute(f"create schema {schema}")
        for table, types in _tables(connection).items():
            text = texts.get(table)
            if text is None or not _is_open(types, text):
                continue
            connection.execute(f"create table {table} as from build.{table}")
            tables.append({"table": table, "description": text.description})
            columns += [
                {
                    "table": table,
                    "column": name,
                    "type": types[name].lower(),
                    "description": text.columns[name],
                }
                for name in types
            ]
        _create(connection, "meta.tables", tables, TABLES)
        _create(connection, "meta.columns", columns, COLUMNS)
        connection.execute("detach build")
        connection.execute("checkpoint")


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """List the tables of the build with the type of each column."""
    rows = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type"
        " from duckdb_columns() semi join duckdb_tables()"
        " using (database_name, schema_name, table_name)"
        f" where database_name = 'build' and schema_name in {SCHEMAS}"
        " order by 1, column_index"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


def _is_open(types: Mapping[str, str], text: Text) -> bool:
    closed = {name for name in types if name.endswith("_id")} - OPEN_KEYS
    return not closed and all(text.columns.get(name) for name in types)


def _create(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: list[dict[str, str]],
    schema: dict[str, Any],
) -> None:
    connection.register("rows", pl.DataFrame(rows, schema=schema).to_arrow())
    connection.execute(f"create table {table} as select * from rows")
    connection.unregister("rows")


def _line(text: str) -> str:
    return " ".join(text.split())
