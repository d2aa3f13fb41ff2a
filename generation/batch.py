"""Many requests from one file, all of them checked before any is submitted.

Reads JSON lines or CSV: one clip a line, under the names of `COLUMNS`. Paths in it are
relative to the file.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from generation.events import Priority
from generation.request import GenerationRequest, check_output

COLUMNS = (
    *("prompt", "image", "motion", "trajectory", "seconds", "model", "seed", "steps"),
    *("out", "variations", "account", "priority", "key"),
)
SUFFIXES = (".jsonl", ".ndjson", ".csv")
MAX_BYTES = 5 * 2**20
MAX_LINES = 1_000
MAX_VARIATIONS = 100
_NUMBERS: dict[str, type[int] | type[float]] = {
    "seconds": float,
    "seed": int,
    "steps": int,
    "variations": int,
}


@dataclass(frozen=True)
class Wish:
    """One clip that was asked for, with where it goes and for whom."""

    request: GenerationRequest
    out: Path | None = None
    account_id: str | None = None
    priority: Priority | None = None
    key: str | None = None


def read_batch(path: Path) -> list[Wish]:
    """Read every line of a file.

    Raises:
        ValueError: Something is wrong with the file or a line; nothing was submitted.
    """
    _check(path)
    wishes: list[Wish] = []
    for number, values in enumerate(_read_rows(path), start=1):
        if number > MAX_LINES:
            raise ValueError(f"{path} has more than {MAX_LINES:,} lines; split it")
        try:
            wishes += _read_wishes(values, folder=path.parent)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}, clip {number}: {error}") from None
    if not wishes:
        raise ValueError(f"{path} asks for no clip")
    _check_outputs(path, wishes)
    return wishes


def vary(wish: Wish, variations: int) -> list[Wish]:
    """Ask for the same with further seeds; each gets a file and a key of its own."""
    if not 1 <= variations <= MAX_VARIATIONS:
        raise ValueError(f"variations must be 1 to {MAX_VARIATIONS}, got {variations}")
    if variations == 1:
        return [wish]
    varied = []
    for number in range(variations):
        seed = wish.request.seed + number
        out = wish.out and wish.out.with_stem(f"{wish.out.stem}-{number + 1}")
        key = wish.key and f"{wish.key}-{number + 1}"
        request = replace(wish.request, seed=seed)
        varied.append(replace(wish, request=request, out=out, key=key))
    return varied


def _check(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path} must be one of {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise ValueError(f"{path} is no file; check the path")
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{path} must have at most {MAX_BYTES:,} bytes; split it")


def _read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Give the lines as they stand; empty ones are skipped."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        if path.suffix.lower() == ".csv":
            yield from csv.DictReader(file)
            return
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise ValueError(f"{path}, line {number}: {error}") from None
                yield row if isinstance(row, dict) else {"prompt": row}


def _read_wishes(row: dict[str, Any], *, folder: Path) -> list[Wish]:
    values = {name: value for name, value in row.items() if value not in (None, "")}
    unknown = sorted(set(map(str, values)) - set(COLUMNS))
    if unknown:
        raise ValueError(f"no such column: {unknown}; known are {list(COLUMNS)}")
    if not isinstance(values.get("prompt"), str):
        raise ValueError("a prompt is needed, as text")
    for name, kind in _NUMBERS.items():
        if name in values:
            values[name] = _read_number(name, values[name], kind)
    priority = values.get("priority", "standard")
    if priority not in get_args(Priority):
        raise ValueError(f"priority must be standard or high, got {priority}")
    wish = Wish(
        request=_read_request(values, folder),
        out=folder / values["out"] if "out" in values else None,
        account_id=values.get("account"),
        priority=values.get("priority"),
        key=values.get("key"),
    )
    if wish.out is not None:
        check_output(wish.out)
    return vary(wish, values.get("variations", 1))


def _read_request(values: dict[str, Any], folder: Path) -> GenerationRequest:
    files = {
        name: folder / values[name]
        for name in ("image", "motion", "trajectory")
        if name in values
    }
    names = {"seconds": "seconds", "seed": "seed"}
    names |= {"model": "model_id", "steps": "num_inference_steps"}
    chosen = {ours: values[name] for name, ours in names.items() if name in values}
    return GenerationRequest.create(values["prompt"], **files, **chosen)


def _read_number(name: str, value: Any, kind: type[int] | type[float]) -> int | float:
    """Read a number that CSV gives as text and JSON as itself."""
    try:
        number = kind(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"{name} must be a number, got {value!r}") from None
    if isinstance(value, bool) or (isinstance(value, float) and number != value):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    return number


def _check_outputs(path: Path, wishes: list[Wish]) -> None:
    """No two clips may go to one file: the second would replace the first."""
    seen: set[Path] = set()
    for wish in wishes:
        if wish.out is not None and wish.out in seen:
            raise ValueError(f"{path} names the file {wish.out} twice")
        if wish.out is not None:
            seen.add(wish.out)
