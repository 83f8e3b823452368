"""Ranks of several variants on the same test events."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ruie_core.errors import UserError
from ruie_core.evaluation.bootstrap import Array, user_sums
from ruie_core.evaluation.evaluate import scenario_label
from ruie_core.evaluation.metrics import hit_rate, ndcg
from ruie_core.experiments.summaries.trials import CUTOFFS, RANKS, Finished

Metric = tuple[str, int | None]
Bool = npt.NDArray[np.bool_]

METRICS: Final[tuple[Metric, ...]] = (*(("ndcg", k) for k in CUTOFFS), ("hr", 10))
HEADLINE: Final[tuple[Metric, ...]] = (("ndcg", 10),)
_FUNCTIONS: Final = {"ndcg": ndcg, "hr": hit_rate}
_EVENT: Final = ["user", "t"]


@dataclass(frozen=True, eq=False)
class Ranked:
    """E test events under one request, ranked by every trial.

    Attributes:
        events: E rows of user, t, scenario and, on generated logs, noise; sorted by user and t.
        ranks: per variant (S, E) int64, a row per seed.
        trials: per variant its trials, in the order of the rows.
    """

    events: pd.DataFrame
    ranks: Mapping[str, npt.NDArray[np.int64]]
    trials: Mapping[str, Sequence[Finished]]

    def blocks(self, inside: Bool, metrics: Sequence[Metric]) -> dict[str, list[Array]]:
        """Per variant, per seed: (U, metrics + 1) sums of each user's metrics, and its events.

        Args:
            inside: (E,) bool, True at the events that count; U is the users who have one.
            metrics: names and cut-offs, a column each.
        """
        users = self.events["user"].to_numpy()[inside]
        return {
            variant: [user_sums(users, metric_columns(one[inside], metrics))[0] for one in seeds]
            for variant, seeds in self.ranks.items()
        }

    def only(self, variants: Iterable[str]) -> "Ranked":
        """The same events, fewer variants."""
        names = list(variants)
        return Ranked(
            self.events,
            {name: self.ranks[name] for name in names},
            {name: self.trials[name] for name in names},
        )


def metric_columns(ranks: npt.NDArray[np.int64], metrics: Sequence[Metric]) -> Array:
    """(E,) ranks → (E, metrics + 1): each metric of each event, and a one."""
    columns = [
        1 / np.log2(1 + ranks) if k is None else _FUNCTIONS[name](ranks, k) for name, k in metrics
    ]
    return np.column_stack([*columns, np.ones(len(ranks))])


def align(variants: Mapping[str, Sequence[Finished]], request: str, *, common: bool) -> Ranked:
    """Put the ranks of many trials beside each other.

    Args:
        variants: trials of each variant, one per seed.
        request: "unknown" or "known".
        common: keep the events that all trials ranked; otherwise trials that ranked different
            events are refused, since their difference would not be paired.

    Raises:
        UserError: the events differ, or no event is left.
    """
    tables = {
        name: [_of_request(trial, request) for trial in trials] for name, trials in variants.items()
    }
    every = [pair for name in variants for pair in zip(variants[name], tables[name], strict=True)]
    kept = every[0][1].index
    for trial, table in every[1:]:
        if common:
            kept = kept.intersection(table.index)
        elif not kept.equals(table.index):
            raise UserError(
                f"{trial.folder} and {every[0][0].folder} ranked different test events, so their "
                "difference is not paired: run the experiment again on one dataset."
            )
    if not len(kept):
        raise UserError(
            f"{every[0][0].folder} has no test event with request {request} that its comparison "
            "ranked too: run the experiment again."
        )
    events = every[0][1].loc[kept].drop(columns="rank").reset_index()
    ranks = {
        name: np.stack([table.loc[kept, "rank"].to_numpy(np.int64) for table in of_variant])
        for name, of_variant in tables.items()
    }
    return Ranked(events, ranks, variants)


def by_variant(trials: Iterable[Finished]) -> dict[str, list[Finished]]:
    """Trials of each variant, in the given order."""
    found: dict[str, list[Finished]] = {}
    for trial in trials:
        found.setdefault(trial.variant, []).append(trial)
    return found


def groups(events: pd.DataFrame, head: frozenset[str]) -> Iterator[tuple[str, Bool]]:
    """All events, head, tail, and every scenario: those that have an event.

    Args:
        events: with a column ``scenario``.
        head: names of the head's scenarios; empty: neither head nor tail is told.
    """
    names = events["scenario"].astype(str).to_numpy()
    yield "all", np.ones(len(names), bool)
    in_head = np.isin(names, list(head))
    for label, inside in {"head": in_head, "tail": ~in_head}.items():
        if head and inside.any():
            yield label, inside
    for name in np.unique(names):
        yield scenario_label(str(name)), names == name


def count(events: pd.DataFrame, inside: Bool) -> dict[str, Any]:
    """Columns ``n_users`` and ``n_events``."""
    users = np.unique(events["user"].to_numpy()[inside])
    return {"n_users": len(users), "n_events": int(inside.sum())}


def _of_request(trial: Finished, request: str) -> pd.DataFrame:
    table = trial.table(RANKS)
    part: pd.DataFrame = table[table["request"] == request].drop(columns="request")
    if part.duplicated(_EVENT).any():
        raise UserError(
            f"{trial.folder / RANKS} ranks a test event twice: remove the folder and run the "
            "experiment again."
        )
    return part.set_index(_EVENT).sort_index()
