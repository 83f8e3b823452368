"""Metrics as a table for the terminal."""

from typing import Any

from rich.table import Table


def metrics_table(metrics: dict[str, Any]) -> Table:
    """NDCG@K of each model and request with its interval, over all events and per scenario.

    Args:
        metrics: what ``evaluate_run`` gave.
    """
    rows = [row for row in metrics["rows"] if row["metric"] == "ndcg"]
    cutoffs = sorted({row["k"] for row in rows})
    table = Table(
        title=f"NDCG on {metrics['n_events']:,} {metrics['split']} events of "
        f"{metrics['n_users']:,} users, full ranking, 95 % intervals over users"
    )
    for name in ("model", "request scenario", "target scenario", "n"):
        table.add_column(name)
    for k in cutoffs:
        table.add_column(f"@{k}", justify="right")
    keys = dict.fromkeys((r["model"], r["request_scenario"], r["scenario"]) for r in rows)
    for model, request, scenario in keys:
        cells = {
            row["k"]: row
            for row in rows
            if (row["model"], row["request_scenario"], row["scenario"])
            == (model, request, scenario)
        }
        count = f"{cells[cutoffs[0]]['n_events']:,}"
        table.add_row(model, request, scenario, count, *(_cell(cells[k]) for k in cutoffs))
    return table


def _cell(row: dict[str, Any]) -> str:
    if row["low"] is None:
        return f"{row['value']:.4f}"
    return f"{row['value']:.4f} [{row['low']:.4f}, {row['high']:.4f}]"
