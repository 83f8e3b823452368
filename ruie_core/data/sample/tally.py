"""What a log turned out to hold, counted while it is written."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from ruie_core.data.sample.frames import Chunk
from ruie_core.data.sample.log import Plan
from ruie_core.data.sample.settings import SCENARIOS

Array = npt.NDArray[Any]

_ACTIONS = ("like", "follow", "forward")
_KNOWN = 5  # clicks that an item needs to count in the shares of the top


@dataclass(frozen=True)
class SampleSummary:
    """Sizes and measured marginals of a written log."""

    path: Path
    users: int
    items: int
    rec_rows: int
    src_rows: int
    clicks: int
    click_quantiles: tuple[int, ...]
    """Clicks per user: least, median, 90th and 99th percentile, most."""
    noise_share: float
    """Stray share of the clicks."""
    rows: dict[str, int]
    """Rows per scenario."""
    click_rates: dict[str, float]
    """Clicks per row and scenario."""
    stray_shares: dict[str, float]
    """Stray share of the clicks per scenario."""
    action_rates: dict[str, float]
    """Likes, follows and forwards per click of the feed."""
    top_shares: tuple[float, float]
    """Share of the clicks on the top 1 % and 10 % of the items with five clicks or more."""
    sessions_with_click: float
    """Share of search sessions in which something was clicked."""
    size: int
    """Bytes of the written files."""


@dataclass
class Tally:
    """Counts that add up over chunks."""

    plan: Plan
    rows: Array = field(default_factory=lambda: np.zeros(len(SCENARIOS), np.int64))
    clicks: Array = field(default_factory=lambda: np.zeros(len(SCENARIOS), np.int64))
    stray: Array = field(default_factory=lambda: np.zeros(len(SCENARIOS), np.int64))
    actions: Array = field(default_factory=lambda: np.zeros(len(_ACTIONS), np.int64))
    items: Array = field(default_factory=lambda: np.zeros(1, np.int64))
    sessions: int = 0
    clicked_sessions: int = 0

    def add(self, chunk: Chunk) -> None:
        """Count one chunk."""
        code = chunk.events["scenario"].combine_chunks().indices.to_numpy()
        click = chunk.events["click"].to_numpy()
        stray = chunk.events["noise"].to_numpy() & click
        for total, which in ((self.rows, None), (self.clicks, click), (self.stray, stray)):
            total += np.bincount(code if which is None else code[which], minlength=len(SCENARIOS))
        clicked_items = chunk.events["item_id"].to_numpy()[click]
        self.items = self.items + np.bincount(
            clicked_items, minlength=self.plan.catalogue.n_items + 1
        )
        self.actions += [pc.sum(chunk.rec[name]).as_py() or 0 for name in _ACTIONS]
        session = chunk.src["search_session_id"].to_numpy()
        clicked = chunk.src["click_cnt"].to_numpy() > 0
        self.sessions += len(np.unique(session))
        self.clicked_sessions += len(np.unique(session[clicked]))

    def summary(self, path: Path, size: int) -> SampleSummary:
        """Return what was counted."""
        quantiles = np.quantile(self.plan.clicks, (0, 0.5, 0.9, 0.99, 1)).round().astype(int)
        clicks = np.maximum(self.clicks, 1)
        return SampleSummary(
            path=path,
            users=len(self.plan.user_ids),
            items=self.plan.catalogue.n_items,
            rec_rows=int(self.rows[0]),
            src_rows=int(self.rows[1:].sum()),
            clicks=int(self.clicks.sum()),
            click_quantiles=tuple(quantiles.tolist()),
            noise_share=float(self.stray.sum() / clicks.sum()),
            rows=dict(zip(SCENARIOS, self.rows.tolist(), strict=True)),
            click_rates=_shares(self.clicks / np.maximum(self.rows, 1)),
            stray_shares=_shares(self.stray / clicks),
            action_rates=dict(zip(_ACTIONS, (self.actions / clicks[0]).tolist(), strict=True)),
            top_shares=_top_shares(self.items),
            sessions_with_click=self.clicked_sessions / max(self.sessions, 1),
            size=size,
        )


def _shares(values: Array) -> dict[str, float]:
    return dict(zip(SCENARIOS, values.tolist(), strict=True))


def _top_shares(counts: Array) -> tuple[float, float]:
    known = np.sort(counts[counts >= _KNOWN])[::-1]
    total = max(int(known.sum()), 1)
    top, wide = (int(known[: max(round(len(known) * p), 1)].sum()) / total for p in (0.01, 0.1))
    return top, wide
