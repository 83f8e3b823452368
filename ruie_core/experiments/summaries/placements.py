"""Area under the ROC curve from totals over users."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from ruie_core.evaluation.bootstrap import Array


def placement_block(score: Array, wanted: npt.NDArray[np.bool_]) -> Array:
    """Sums of which ``auc`` makes the AUC of a score.

    The placement of a wanted event is the share of stray ones that it outranks (half for a tie),
    and the other way round. Both means are the AUC; with users drawn anew, what they miss of it
    adds up (DeLong et al. 1988, https://doi.org/10.2307/2531595; users as clusters: Obuchowski
    1997, https://doi.org/10.2307/2533958).

    Args:
        score: (P,) float64.
        wanted: (P,) bool, True where a high score is right.

    Returns:
        (P, 6): wanted, stray, their placements, and the AUC of the whole sample spread over the
        events (times one, in both kinds), so that totals can be put together again.
    """
    ranks = stats.rankdata(score)
    inside = np.zeros(len(score))
    inside[wanted] = stats.rankdata(score[wanted])
    inside[~wanted] = stats.rankdata(score[~wanted])
    n_wanted, n_stray = int(wanted.sum()), int((~wanted).sum())
    below = ranks - inside  # of the other kind, ties by half
    with np.errstate(divide="ignore", invalid="ignore"):
        placement = np.where(wanted, below / n_stray, 1 - below / n_wanted)
        whole = placement[wanted].sum() / n_wanted
    columns = [wanted, ~wanted, placement * wanted, placement * ~wanted, np.full(len(score), whole)]
    return np.column_stack([*(np.asarray(c, np.float64) for c in columns), np.ones(len(score))])


def auc(totals: Array) -> Array:
    """(R, 6) totals → (R, 1) AUC; NaN where one kind is missing."""
    wanted, stray, of_wanted, of_stray, whole, n = totals.T
    with np.errstate(divide="ignore", invalid="ignore"):
        found = of_wanted / wanted + of_stray / stray - whole / n
    return np.where(np.isfinite(found), found, np.nan)[:, None]
