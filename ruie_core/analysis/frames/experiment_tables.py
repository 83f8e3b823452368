"""Frames of the Experiments view: selections of a narrowed summary, one per figure.

Each takes what ``experiments.narrowed`` gives and keeps the summary's columns. ``clear`` says
whether a difference is told apart from zero: by Holm's p where the family was corrected, otherwise
by the 95 % interval.
"""

from collections.abc import Sequence

import pandas as pd

from ruie_core.analysis.frames.metrics import SMALL_CELL

OWN = "ruie"
"""The model that the others are compared with; names that start with it are its variants."""

LEVEL_OF_SIGNIFICANCE = 0.05

BOARDS = ("leaderboard", "cross-domain")
"""Experiments that rank models."""

CHANGES = ("ablation", "memory")
"""Experiments that compare models with a full one: on training, and on what is added after it."""

NOISE = ("gate-oracle", "trust")
"""Experiments with growing noise: gates in training alone, and in the memory too."""

YARDSTICK = "yardstick"
"""The default rewards under another seed: how much ranks change where nothing was changed."""

GATING = "gating"
"""Joint training with the gate minus without, as a row of the transfer matrix."""

GROUPS = ("all", "head", "tail")
"""Cells that pool scenarios, in the order of the rows."""


def pick(frame: pd.DataFrame, experiment: str, *panels: str) -> pd.DataFrame:
    """Return an experiment's rows of some panels."""
    rows = (frame["experiment"] == experiment) & frame["panel"].isin(panels)
    return frame[rows].reset_index(drop=True)


def excludes_zero(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Tell whose interval lies on one side of zero; where there is none, nothing is told."""
    return (frame["low"] > 0) | (frame["high"] < 0)


def with_clear(frame: pd.DataFrame) -> pd.DataFrame:
    """Add ``clear``: the difference is told apart from zero.

    Example:
        >>> frame = pd.DataFrame({"low": [0.1, 0.1], "high": [0.3, 0.3], "p_holm": [None, 0.2]})
        >>> with_clear(frame.astype(float))["clear"].tolist()
        [True, False]
    """
    corrected = frame["p_holm"].notna()
    clear = excludes_zero(frame).mask(corrected, frame["p_holm"] < LEVEL_OF_SIGNIFICANCE)
    return frame.assign(clear=clear.astype(bool))


def oriented(frame: pd.DataFrame, model: str = OWN) -> pd.DataFrame:
    """Turn differences round so that they read "``model`` minus ``other``".

    Rows between two other models are left out, and a second row of the same pair.

    Example:
        >>> frame = pd.DataFrame({"variant": ["ruie", "din"], "reference": ["star", "ruie"],
        ...     "scenario": "all", "metric": "ndcg", "value": 0.2, "low": 0.1, "high": 0.4})
        >>> oriented(frame)[["other", "value", "low", "high"]].to_numpy().tolist()
        [['star', 0.2, 0.1, 0.4], ['din', -0.2, -0.4, -0.1]]
    """
    ahead = frame[frame["variant"] == model]
    behind = frame[(frame["reference"] == model) & (frame["variant"] != model)]
    turned = behind.assign(
        value=-behind["value"], low=-behind["high"], high=-behind["low"], other=behind["variant"]
    )
    both = pd.concat([ahead.assign(other=ahead["reference"]), turned])
    return both.drop_duplicates(["other", "scenario", "metric"]).reset_index(drop=True)


def leaderboard(
    frame: pd.DataFrame, metric: str = "ndcg", experiment: str = BOARDS[0]
) -> pd.DataFrame:
    """Return every model's level, best first, beside ``ruie`` minus it.

    Args:
        frame: a narrowed summary.
        metric: ndcg or hr.
        experiment: one of ``BOARDS``.

    Returns:
        The summary's columns (p and p_holm are those of the difference), difference,
        difference_low, difference_high, difference_seeds (a counted baseline has one, what is
        compared with it more), compared (there is a difference) and clear.
    """
    whole = frame[(frame["scenario"] == "all") & (frame["metric"] == metric)]
    levels = pick(whole, experiment, "level").drop(columns=["p", "p_holm"])
    against = with_clear(oriented(pick(whole, experiment, "difference")))
    against = against.rename(
        columns={
            "value": "difference", "low": "difference_low", "high": "difference_high",
            "seeds": "difference_seeds",
        }
    )  # fmt: skip
    shown = [
        "difference", "difference_low", "difference_high", "difference_seeds", "p", "p_holm",
        "clear",
    ]  # fmt: skip
    board = levels.merge(against[["other", *shown]], "left", left_on="variant", right_on="other")
    board["compared"] = board["other"].notna()
    board["clear"] = board["clear"].eq(True)
    return board.drop(columns="other").sort_values("value", ascending=False, ignore_index=True)


def metrics(frame: pd.DataFrame, experiment: str = BOARDS[0]) -> tuple[str, ...]:
    """Return the metrics of a leaderboard, in the summary's order."""
    return tuple(dict.fromkeys(pick(frame, experiment, "level")["metric"]))


def main_board(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the leaderboard of NDCG, or where there is none that of ``cross-domain``."""
    board = leaderboard(frame)
    return board if len(board) else leaderboard(frame, experiment=BOARDS[1])


def is_own(name: str) -> bool:
    """Tell whether a model is ``ruie`` or one of its variants.

    >>> is_own("ruie-paper"), is_own("sasrec")
    (True, False)
    """
    return name == OWN or name.startswith(f"{OWN}-")


def best_baseline(board: pd.DataFrame) -> str | None:
    """Return the best model of the leaderboard that is not ours, or none."""
    others = [name for name in board["variant"] if not is_own(name)]
    return others[0] if others else None


def ablation(
    frame: pd.DataFrame, reference: str | None = None, experiment: str = CHANGES[0]
) -> pd.DataFrame:
    """Return NDCG of each changed model minus the full one's, the costliest change first.

    Args:
        frame: a narrowed summary.
        reference: the full model; none: ``ruie``, else the first that is there.
        experiment: one of ``CHANGES``.
    """
    found = with_clear(pick(frame, experiment, "difference").query("metric == 'ndcg'"))
    full = references(found)
    wanted = reference or (full[0] if full else "")
    part = found[(found["reference"] == wanted) & (found["scenario"] == "all")]
    return part.sort_values("value", ignore_index=True)


def references(differences: pd.DataFrame) -> tuple[str, ...]:
    """Return what differences are against, ``ruie`` first."""
    return tuple(sorted(set(differences["reference"]), key=lambda name: (name != OWN, name)))


def rewards(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what other rewards change (NDCG, mean Q, mean gate, ranks); the control comes last.

    Returns:
        The summary's columns, clear and control (rewards drawn at random, which must not help).
    """
    found = with_clear(pick(frame, "rewards", "difference", "rank-change"))
    found = found[(found["scenario"] == "all") & (found["metric"] != "hr")]
    unchanged = found["variant"] == found["reference"]
    found["control"] = found["variant"].str.startswith("random")
    found["variant"] = found["variant"].mask(unchanged, YARDSTICK)
    return found.sort_values("control", kind="stable", ignore_index=True)


def scenario_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """Return NDCG of ``ruie`` minus others per scenario; all, head and tail first, then by n.

    A head or a tail of one scenario is that scenario, and has no row of its own.

    Returns:
        The summary's columns, other, clear and small (too few events to say anything).
    """
    found = pick(frame, "scenario-split", "difference").query("metric == 'ndcg'")
    found = _with_small(with_clear(oriented(found)))
    cells = pd.MultiIndex.from_frame(found[["other", "n_events", "value"]])
    twice = cells.isin(cells[~found["scenario"].isin(GROUPS)])
    found = found[~(found["scenario"].isin(("head", "tail")) & twice)]
    groups = {name: place for place, name in enumerate(GROUPS)}
    found["group"] = found["scenario"].map(groups).fillna(len(groups))
    order = ["group", "n_events", "scenario"]
    found = found.sort_values(order, ascending=[True, False, True], ignore_index=True)
    return found.drop(columns="group")


def _with_small(frame: pd.DataFrame) -> pd.DataFrame:
    """Add ``small``; such a cell is never called clear."""
    small = frame["n_events"] < SMALL_CELL
    return frame.assign(small=small, clear=frame["clear"] & ~small)


def rivals(gaps: pd.DataFrame, board: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the per-scenario differences are against: changed selves, and baselines.

    Args:
        gaps: as from ``scenario_gaps``.
        board: as from ``main_board``: which names are models; the best baseline comes first.
    """
    ranked = sorted(board["variant"], key=is_own)  # a stable sort: ours last, else best first
    others = list(dict.fromkeys(gaps["other"]))
    models = sorted((name for name in others if name in ranked), key=ranked.index)
    return tuple(name for name in others if name not in ranked), tuple(models)


def transfer(frame: pd.DataFrame) -> pd.DataFrame:
    """Return NDCG of joint minus single-scenario training by scenario, and the gate's part.

    Returns:
        The summary's columns, clear (here: the interval excludes zero, uncorrected) and small.
    """
    found = pick(frame, "transfer", "matrix", GATING)
    found = found[(found["panel"] == "matrix") | found["x"].isna()].reset_index(drop=True)
    found["variant"] = found["variant"].mask(found["panel"] == GATING, GATING)
    found = found.sort_values("panel", ascending=False, kind="stable", ignore_index=True)
    return _with_small(found.assign(clear=excludes_zero(found)))


def scarcity(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the same difference where a scenario keeps a share x of its data, by rising share."""
    found = with_clear(pick(frame, "transfer", "scarcity"))
    return found[found["x"].notna()].sort_values(["scenario", "variant", "x"], ignore_index=True)


def reliability(frame: pd.DataFrame, scenario: str = "all") -> pd.DataFrame:
    """Return realised return over mean Q, bin by bin, for single and double Q."""
    found = pick(frame, "calibration", "reliability")
    return found[found["scenario"] == scenario].sort_values(["variant", "x"], ignore_index=True)


def fits(frame: pd.DataFrame, scenario: str = "all") -> pd.DataFrame:
    """Return slope, Spearman and errors of Q against realised return, for single and double Q."""
    found = pick(frame, "calibration", "calibration")
    return found[found["scenario"] == scenario].reset_index(drop=True)


def noise(
    frame: pd.DataFrame, metric: str | None = None, experiment: str = NOISE[0]
) -> pd.DataFrame:
    """Return a metric per gate over the share of noise.

    Args:
        frame: a narrowed summary.
        metric: none: all of them.
        experiment: one of ``NOISE``.
    """
    found = pick(frame, experiment, "noise")
    found = found[found["x"].notna()]
    found = found if metric is None else found[found["metric"] == metric]
    return found.sort_values(["variant", "x"], ignore_index=True)


def noise_metrics(frame: pd.DataFrame, experiment: str = NOISE[0]) -> tuple[str, ...]:
    """Return the metrics over noise of one of ``NOISE``, the share of the ceiling first."""
    known = dict.fromkeys(noise(frame, experiment=experiment)["metric"])
    return tuple(sorted(known, key=lambda name: name != "share_of_ceiling"))


WATCHED_EVENTS = ("watched", "all")
"""Test events over which gates are compared: those watched through, and all."""


def watched(frame: pd.DataFrame, events: str = WATCHED_EVENTS[0]) -> pd.DataFrame:
    """Return NDCG of each gate minus gate = 1 where a log says what was watched, best last.

    Args:
        frame: a narrowed summary.
        events: ``watched`` or ``all``, the test events that are ranked.
    """
    panel = "noise-wanted-difference" if events == WATCHED_EVENTS[0] else "noise-difference"
    found = with_clear(pick(frame, "watched", panel).query("metric == 'ndcg'"))
    return found.sort_values("value", ignore_index=True)


def watched_auc(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how well each gate tells clicks that were watched through from others, best first."""
    found = pick(frame, "watched", "noise").query("metric == 'auc'")
    return found.sort_values("value", ascending=False, ignore_index=True)


def scenarios(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the scenarios of a frame; the pooled ones first, the rest by their events."""
    events = frame.groupby("scenario")["n_events"].max()
    names: Sequence[str] = sorted(events.index, key=lambda name: (-events[name], name))
    pooled = [name for name in GROUPS if name in names]
    return (*pooled, *(name for name in names if name not in GROUPS))
