"""How well can a return be foreseen at all? A bound to hold Spearman's correlation of Q against.

    python -m tests.benchmarks.returns data/kuairand

Boosted trees (scikit-learn) foresee the realised discounted return of each held-out event, under
the temporal split, from what Q may see: the last two scenarios, the last item, the place in the
history, and the scenario that comes. Then they see the rewards of past events as well, which RUIE's
state does not. Trained on complete returns of training events, compared on complete returns of
held-out ones; intervals: 95 %, bootstrap over users.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from ruie_core.analysis.returns import realised_returns
from ruie_core.config import ObjectiveConfig, TrainConfig
from ruie_core.data.dataset import Dataset, load_dataset
from ruie_core.data.split import TRAIN, split_events
from ruie_core.evaluation.bootstrap import total_intervals
from ruie_core.experiments.summaries.calibration import (
    Cell,
    calibration_block,
    calibration_statistic,
)

TRUNCATION, BINS, RESAMPLES = 0.05, 10, 1000
WEIGHT = 5.0
"""Events of mean reward that are added to a person's past, so that a short one says little."""


def seen(dataset: Dataset) -> dict[str, np.ndarray]:
    """(N, F) features of the transition into every event, without and with past rewards."""
    user = dataset.user_of_event()
    place = np.arange(dataset.n_events) - dataset.offsets[user]

    def before(values: np.ndarray, steps: int) -> np.ndarray:
        """Value so many events back; NaN before the user's first."""
        moved = np.r_[np.full(steps, np.nan), values[:-steps].astype(float)]
        return np.where(place >= steps, moved, np.nan)

    rewards = dataset.rewards.astype(float)
    sums = np.cumsum(rewards) - rewards
    past = sums - sums[dataset.offsets[user]]
    liking = (past + WEIGHT * rewards.mean()) / (place + WEIGHT)
    plain = [
        dataset.scenarios, before(dataset.scenarios, 1), before(dataset.scenarios, 2),
        before(dataset.items, 1), place,
    ]  # fmt: skip
    rewarded = [*plain, liking, before(rewards, 1), before(rewards, 2)]
    return {
        "scenarios and items": np.column_stack(plain),
        "and past rewards": np.column_stack(rewarded),
    }


def main() -> None:
    """Print a row per set of features."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    dataset = load_dataset(parser.parse_args().data)
    discount = ObjectiveConfig().discount
    returns = realised_returns(dataset, discount, TRUNCATION, None)
    split = split_events(dataset, TrainConfig(split="temporal"))
    user = dataset.user_of_event()
    follows = np.arange(dataset.n_events) > dataset.offsets[user]
    complete = follows & ~returns.truncated
    train, test = complete & (split == TRAIN), complete & (split != TRAIN)
    print(f"γ {discount}, {train.sum():,} training and {test.sum():,} held-out returns\n")
    print("| the trees see | Spearman | slope | users | events |\n|---|---|---|---|---|")
    for name, features in seen(dataset).items():
        trees = HistGradientBoostingRegressor(max_iter=150, learning_rate=0.05, random_state=0)
        trees.fit(features[train], returns.value[train])
        guess = trees.predict(features[test])
        cell = Cell(user[test], {}, returns.value[test], BINS)
        block = calibration_block(cell, guess)
        value = calibration_statistic(block.sum(0, keepdims=True))[0]
        low, high = total_intervals(block, calibration_statistic, resamples=RESAMPLES, seed=1)
        slope, spearman = (f"{value[at]:.3f} [{low[at]:.3f}, {high[at]:.3f}]" for at in (0, 1))
        n_users = len(np.unique(user[test]))
        print(f"| {name} | {spearman} | {slope} | {n_users:,} | {test.sum():,} |")


if __name__ == "__main__":
    main()
