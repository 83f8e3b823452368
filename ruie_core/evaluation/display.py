"""Metrics as tables for the terminal."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

_WHOLE = ("all", "head", "tail")


def metrics_tables(metrics: dict[str, Any]) -> Iterator[Table]:
    """NDCG@K of each model over all, head and tail events; then NDCG@10 per scenario.

    Args:
        metrics: what ``evaluate_run`` gave.
    """
    rows = [row for row in metrics["rows"] if row["metric"] == "ndcg"]
    cutoffs = sorted({row["k"] for row in rows})
    whole = Table(
        title=f"NDCG in percent on {metrics['n_events']:,} {metrics['split']} events of "
        f"{metrics['n_users']:,} users, full ranking, 95 % intervals over users"
    )
    for name in ("events", "model", "request scenario", "n"):
        whole.add_column(name, no_wrap=True)
    for k in cutoffs:
        whole.add_column(f"@{k}", no_wrap=True)
    for group in _WHOLE:
        cells = _cells([row for row in rows if row["scenario"] == group], "k")
        for (model, request), by_k in cells.items():
            count = f"{by_k[cutoffs[0]]['n_events']:,}"
            whole.add_row(group, model, request, count, *(_cell(by_k[k]) for k in cutoffs))
    yield whole

    k = 10 if 10 in cutoffs else cutoffs[0]
    rows = [row for row in rows if row["k"] == k and row["scenario"] not in _WHOLE]
    cells = _cells(rows, "scenario")
    single = Table(title=f"NDCG@{k} in percent by scenario of the event")
    single.add_column("scenario", no_wrap=True)
    single.add_column("n", justify="right")
    for model, request in cells:
        single.add_column(f"{model}, {request}", min_width=17)
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        line = [by_scenario[scenario] for by_scenario in cells.values()]
        single.add_row(scenario, f"{line[0]['n_events']:,}", *(_cell(row) for row in line))
    yield single


def _cells(
    rows: list[dict[str, Any]], key: str
) -> dict[tuple[str, str], dict[Any, dict[str, Any]]]:
    """Rows by (model, request scenario), then by ``key``; popularity once, for it never asks."""
    cells: dict[tuple[str, str], dict[Any, dict[str, Any]]] = {}
    for row in rows:
        if row["model"] == "popularity":
            row = row | {"request_scenario": "either"}
        cells.setdefault((row["model"], row["request_scenario"]), {})[row[key]] = row
    return cells


def _cell(row: dict[str, Any]) -> str:
    value = f"{100 * row['value']:.2f}"
    if row["low"] is None:
        return value
    return f"{value} [{100 * row['low']:.2f}, {100 * row['high']:.2f}]"
