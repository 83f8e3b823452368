"""The two sides of a comparison: who, and which stretch of their paths.

A table of sides (``RunStore.keep_sides``) holds ``user, first, last, side, whole``; every frame
that compares joins it to the events by user and by t from first to last. ``side`` is true for what
is looked at and false for what it is compared with; ``whole`` where the stretch is all of the path,
so that sums over whole paths (``analysis.personal``) can stand for its events. No event lies on
both sides; the same person may have events on either.
"""

from ruie_core.analysis.periods import Query, Span
from ruie_core.analysis.store import RunStore, quote

_WHOLE = Query('SELECT "user", 1 AS first, n_events AS last FROM users', {})


def _stretches(span: Span | None) -> Query:
    return _WHOLE if span is None else span.stretches()


def cohort_sides(store: RunStore, among: str, span: Span | None = None) -> str:
    """Keep some users against all others.

    Args:
        store: the run.
        among: table of the users (``RunStore.keep_users``).
        span: events outside of it are on neither side; none: all of the log.
    """
    sql, params = _stretches(span)
    return store.keep_sides(
        f'SELECT *, "user" IN (SELECT "user" FROM {quote(among)}) AS side FROM ({sql})', params
    )


def user_sides(store: RunStore, user: int, other: int, span: Span | None = None) -> str:
    """Keep one user against another, both by code."""
    sql, params = _stretches(span)
    return store.keep_sides(
        f'SELECT *, "user" = $own AS side FROM ({sql}) WHERE "user" IN ($own, $other)',
        params | {"own": user, "other": other},
    )


def span_sides(store: RunStore, span: Span) -> str:
    """Keep a span against all other events of the log."""
    sql, params = span.stretches()
    return store.keep_sides(
        f"""
        WITH inside AS ({sql}), around AS (
            SELECT u."user", n_events, coalesce(first, n_events + 1) AS first,
                coalesce(last, n_events) AS last
            FROM users u LEFT JOIN inside USING ("user")
        )
        SELECT *, true AS side FROM inside UNION ALL
        SELECT "user", 1, first - 1, false FROM around WHERE first > 1 UNION ALL
        SELECT "user", last + 1, n_events, false FROM around WHERE last < n_events
        """,
        params,
    )


def two_spans(store: RunStore, early: Span, late: Span, among: str | None = None) -> str:
    """Keep a later span against an earlier one.

    Args:
        store: the run.
        early: what is compared with.
        late: what is looked at.
        among: table of the users whose events are looked at; none: all.
    """
    queries = (early.stretches(), late.stretches())
    params = {}
    texts = []
    for name, (sql, values) in zip(("early", "late"), queries, strict=True):
        for key, value in values.items():
            params[f"{name}_{key}"] = value
        texts.append(sql.replace("$", f"${name}_"))
    where = "" if among is None else f'WHERE "user" IN (SELECT "user" FROM {quote(among)})'
    return store.keep_sides(
        f"""
        SELECT * FROM (
            SELECT *, false AS side FROM ({texts[0]}) UNION ALL
            SELECT *, true AS side FROM ({texts[1]})
        ) {where}
        """,
        params,
    )
