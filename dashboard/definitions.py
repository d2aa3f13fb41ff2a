"""The text behind a question mark: what a number means, who owns it, which version.

Reads the metric catalog through `queries`.
"""

from dashboard import formats, queries
from dashboard.queries import Entry


def explain(build_id: str, *metrics: str, remark: str = "") -> str:
    """Explain the metrics of a block, after a remark on how to read it."""
    known = queries.catalog(build_id)
    parts = [remark] if remark else []
    for metric in metrics:
        entry = known.get(metric)
        parts.append(
            define(entry) if entry else f"This build has no metric `{metric}`."
        )
    return formats.markdown("\n\n".join(parts))


def define(entry: Entry) -> str:
    """Write a metric's definition, formula, caveats, version and owner."""
    parts = [f"**{entry.label}.** {entry.definition}", f"Formula: {entry.formula}"]
    if entry.caveats:
        parts.append(entry.caveats)
    parts.append(
        f"`{entry.name}` · definition {entry.definition_version} · owner {entry.owner}"
    )
    return "\n\n".join(parts)


def caveats(build_id: str, metric: str) -> str:
    """Read what to beware of in a metric; empty when the catalog has nothing."""
    entry = queries.catalog(build_id).get(metric)
    return formats.markdown(entry.caveats) if entry else ""
