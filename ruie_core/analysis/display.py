"""Figures of an analysis as seen in a terminal."""

from collections.abc import Iterable

from rich.table import Table

from ruie_core.analysis.truth import SCORES, Separation


def separation_table(found: Iterable[Separation]) -> Table:
    """Show how well each score tells signal from noise."""
    table = Table(title="Signal against noise: AUC, 0.5 is chance, 95 % intervals over users")
    for name in ("score", "AUC", "signal", "noise"):
        table.add_column(name)
    for row in found:
        table.add_row(
            f"{row.score}: {SCORES[row.score]}",
            f"{row.auc:.3f} [{row.low:.3f}, {row.high:.3f}]",
            f"{row.n_signal:,}",
            f"{row.n_noise:,}",
        )
    return table
