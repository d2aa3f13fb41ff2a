"""The text behind a question mark: what a number means, who owns it, which version.

Reads the metric catalog through `queries`.
"""

from dashboard import formats, queries
from dashboard.language import say
from dashboard.queries import Entry


def explain(build_id: str, *metrics: str, remark: str = "") -> str:
    """Explain the metrics of a block, after a remark on how to read it."""
    known = queries.catalog(build_id)
    parts = [say(remark)] if remark else []
    for metric in metrics:
        entry = known.get(metric)
        missing = say("This build has no metric `{metric}`.", metric=metric)
        parts.append(define(entry) if entry else missing)
    return formats.markdown("\n\n".join(parts))


def define(entry: Entry) -> str:
    """Write a metric's definition, formula, caveats, version and owner."""
    return "\n\n".join([*meaning(entry), sign(entry)])


def meaning(entry: Entry) -> list[str]:
    """Write a metric's definition, its formula and what to beware of."""
    parts = [f"**{entry.label}.** {entry.definition}"]
    parts.append(say("Formula: {formula}", formula=entry.formula))
    return [*parts, entry.caveats] if entry.caveats else parts


def sign(entry: Entry) -> str:
    """Write a metric's name, the version of its definition and its owner."""
    return say(
        "`{metric}` · definition {version} · owner {owner}",
        metric=entry.name,
        version=entry.definition_version,
        owner=entry.owner,
    )


def caveats(build_id: str, metric: str) -> str:
    """Read what to beware of in a metric; empty when the catalog has nothing."""
    entry = queries.catalog(build_id).get(metric)
    return formats.markdown(entry.caveats) if entry else ""
