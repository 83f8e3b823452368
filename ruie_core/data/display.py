"""What preparation left, as seen in a terminal."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table

from ruie_core.data.summary import PrepareSummary


def summary_lines(summary: PrepareSummary) -> Iterator[RenderableType]:
    """Yield what was left after each step, the scenarios, and those that merged."""
    table = Table(title=f"{summary.path} in {summary.seconds:.1f} s")
    table.add_column("after")
    for name in ("events", "users", "items", "share"):
        table.add_column(name, justify="right")
    for name, events, users, items, share in summary.table():
        table.add_row(name, f"{events:,}", f"{users:,}", f"{items:,}", f"{share:.1%}")
    yield table
    yield "scenarios: " + ", ".join(f"{name} {n:,}" for name, n in summary.scenarios)
    if summary.merged:
        rare = ", ".join(f"{name} {n:,}" for name, n in summary.merged)
        yield f"merged into other, being rarer than the least share: {rare}"
