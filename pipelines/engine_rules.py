"""The SQL constructs that mean one thing on DuckDB and another on Spark.

Reads nothing. Writes nothing.
"""

from collections.abc import Callable
from typing import NamedTuple

from sqlglot import exp

WHOLE_TYPES = {exp.DataType.Type.INT, exp.DataType.Type.BIGINT}
ROUNDED = (exp.Floor, exp.Ceil)
WRAPPERS = (exp.Paren, exp.Cast)


class Rule(NamedTuple):
    """A construct whose meaning depends on the engine.

    Attributes:
        name: What is found.
        fix: What to write instead.
        applies: Tells whether a node of the parsed SQL is one.
    """

    name: str
    fix: str
    applies: Callable[[exp.Expr], bool]


def _inside(node: exp.Expr) -> exp.Expr:
    """Take off brackets and casts."""
    while isinstance(node, WRAPPERS):
        node = node.this
    return node


def _divides_by_zero(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Div | exp.IntDiv | exp.Mod):
        return False
    divisor = _inside(node.expression)
    if isinstance(divisor, exp.Literal):
        return divisor.is_string or float(divisor.name) == 0
    return not isinstance(divisor, exp.Nullif)


def _cuts_a_fraction(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Cast) or node.to.this not in WHOLE_TYPES:
        return False
    inner = node.this.unnest()
    if isinstance(inner, ROUNDED):
        return False
    return any(
        isinstance(below, exp.Div)
        or (isinstance(below, exp.Literal) and "." in below.name and below.is_number)
        or (isinstance(below, exp.Cast) and below.to.is_type("double", "float"))
        for below in inner.walk(prune=lambda part: isinstance(part, ROUNDED))
    )


def _is_quoted_column(node: exp.Expr) -> bool:
    return (
        isinstance(node, exp.Identifier)
        and bool(node.args.get("quoted"))
        and not isinstance(node.parent, exp.Table)
    )


def _is(*kinds: type[exp.Expr]) -> Callable[[exp.Expr], bool]:
    return lambda node: isinstance(node, kinds)


def _is_named(*names: str) -> Callable[[exp.Expr], bool]:
    """Match functions by name that sqlglot has no class for."""
    return lambda node: isinstance(node, exp.Anonymous) and node.name.lower() in names


RULES = (
    Rule(
        "avg",
        "store sum() and count() and divide by nullif(count(), 0)",
        _is(exp.Avg),
    ),
    Rule(
        "percentile_cont",
        "use cast(percentile_disc(...) as bigint)",
        _is(exp.PercentileCont, exp.Median, exp.Quantile),
    ),
    Rule(
        "stddev",
        "sum doubles outside SQL: the last bits differ by engine",
        _is(
            exp.Stddev,
            exp.StddevPop,
            exp.StddevSamp,
            exp.Variance,
            exp.VariancePop,
            exp.Corr,
        ),
    ),
    Rule(
        "approximate",
        "count exactly, on pre-aggregated rows",
        _is(exp.ApproxDistinct, exp.ApproxQuantile),
    ),
    Rule(
        "dayofweek",
        "compare with week_start(): engines number weekdays differently",
        _is(exp.DayOfWeek, exp.DayOfWeekIso),
    ),
    Rule(
        "weekday of extract",
        "compare with week_start(): engines number weekdays differently",
        lambda node: (
            isinstance(node, exp.Extract)
            and node.name.lower() in {"dow", "dayofweek", "weekday", "isodow"}
        ),
    ),
    Rule(
        "ASOF join",
        "make validity intervals with lead() and join on the range",
        lambda node: (
            isinstance(node, exp.Join) and "ASOF" in (node.method, node.kind, node.side)
        ),
    ),
    Rule(
        "bare division",
        "divide by nullif(divisor, 0): engines differ on zero",
        _divides_by_zero,
    ),
    Rule(
        "fraction cast to a whole number",
        "floor() or ceil() first: DuckDB rounds, Spark truncates",
        _cuts_a_fraction,
    ),
    Rule(
        "list of strings",
        "join strings outside SQL: the order is not the same",
        _is(exp.GroupConcat, exp.ArrayAgg),
    ),
    Rule(
        "concat",
        "use || and coalesce(): concat() treats null differently",
        _is(exp.Concat, exp.ConcatWs),
    ),
    Rule(
        "clock",
        "use as_of(): a build must not depend on the day it runs",
        _is(exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentDatetime),
    ),
    Rule("time zone", "keep times UTC: cast with utc()", _is(exp.AtTimeZone)),
    Rule(
        "ignore nulls",
        "filter nulls before the window",
        _is(exp.IgnoreNulls, exp.RespectNulls),
    ),
    Rule("regexp_replace", "one macro with the g flag", _is(exp.RegexpReplace)),
    Rule("hash", "use md5()", _is_named("hash", "xxhash64")),
    Rule("quoted identifier", "use a plain lower-case name", _is_quoted_column),
)

SOURCE_RULES = (
    ("varchar", r"\bvarchar\b|\btext\b\s*[,)]", "write string"),
    ("quoted identifier", r'"\w+"', "use a plain lower-case name"),
    ("timestamptz", r"\btimestamptz\b|\btimestamp_ntz\b", "cast with utc()"),
    ("backslash", r"\\", "Spark reads a backslash as an escape"),
)
