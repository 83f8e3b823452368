"""Does the gate tell noise from signal? Only a generated log can answer, for it knows the truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq
from scipy.stats import bootstrap
from sklearn.metrics import roc_auc_score

from ruie_core.errors import UserError

SCORES: Final = {
    "gate": "the gate",
    "q_taken": "Q of the scenario that came, before the event",
    "p_taken": "probability of the scenario that came",
    "neg_log_rank": "rank of the item that came (a better rank counts as signal)",
}
"""What might tell noise from signal; a larger value should mean signal."""


@dataclass(frozen=True)
class Separation:
    """How well a score separates signal from noise.

    Attributes:
        score: key of ``SCORES``.
        auc: probability that a random signal event scores above a random noise event; 0.5 is
            chance.
        low, high: 95 % interval over resampled users.
        n_signal, n_noise: events.
    """

    score: str
    auc: float
    low: float
    high: float
    n_signal: int
    n_noise: int


def separations(
    steps: Path, noise: npt.NDArray[np.bool_], *, resamples: int = 200, seed: int = 1
) -> Iterator[Separation]:
    """Measure every score of ``SCORES`` on all events that have one.

    Args:
        steps: ``analysis/steps.parquet`` of a run; its rows without the forecasts are the events
            of the dataset in order.
        noise: (N,) bool, True where the generator made a stray click.
        resamples: bootstrap resamples of users.
        seed: of the bootstrap.

    Raises:
        UserError: the table is missing, or it and the flags are not of one log.
    """
    if not steps.exists():
        raise UserError(f"{steps} does not exist: run `ruie analyze` on the run first.")
    columns = ["user", "gate", "q_taken", "p_taken", "rank", "split"]
    frame = pq.read_table(steps, columns=columns).to_pandas()
    frame = frame[frame["split"] != "forecast"].reset_index(drop=True)
    if len(frame) != len(noise):
        raise UserError(
            f"{steps} has {len(frame):,} events, the truth {len(noise):,}: name the truth of the "
            "log that the run was trained on."
        )
    frame["neg_log_rank"] = -np.log(frame["rank"])
    frame["noise"] = noise
    for score in SCORES:
        known = frame[["user", "noise", score]].dropna()
        yield _separation(known, score, resamples, seed)


def _separation(frame: pd.DataFrame, score: str, resamples: int, seed: int) -> Separation:
    frame = frame.sort_values("user", kind="stable")
    signal = ~frame["noise"].to_numpy()
    values = frame[score].to_numpy(dtype=np.float64)
    starts = np.flatnonzero(np.diff(frame["user"].to_numpy(), prepend=-1))
    sizes = np.diff(starts, append=len(frame))

    def auc_of(users: npt.NDArray[np.int64]) -> float:
        weight = np.bincount(users.astype(np.int64), minlength=len(starts))
        return float(roc_auc_score(signal, values, sample_weight=np.repeat(weight, sizes)))

    interval = bootstrap(
        (np.arange(len(starts)),),
        auc_of,
        n_resamples=resamples,
        method="percentile",
        vectorized=False,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    auc = float(roc_auc_score(signal, values))
    return Separation(
        score, auc, interval.low, interval.high, int(signal.sum()), int((~signal).sum())
    )
