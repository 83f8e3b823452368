"""What a trial does to its data before it trains.

A transform leaves events out or changes their rewards; it never renames anything. Users, items and
scenarios keep their codes, the catalogue that is ranked stays whole, and an event stays in the part
of the split (training, validation, test) that it has in the *whole* log. So two trials whose data
differ are compared on the same test events, told apart by (user, t), t counted in the whole log.
"""

import dataclasses
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from ruie_core.config import Settings, TrainConfig
from ruie_core.data.dataset import Dataset, Float32
from ruie_core.data.split import TEST, TRAIN, Parts, split_events
from ruie_core.errors import UserError

Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class View:
    """The events that a trial sees.

    Attributes:
        dataset: N events; users without any stay, with none.
        split: (N,) uint8, part of every event in the whole log.
        t: (N,) int32 place of the event among its user's in the whole log, from 1.
        noise: (N,) bool, True at stray events; none but on generated logs.
    """

    dataset: Dataset
    split: Parts
    t: npt.NDArray[np.int32]
    noise: Bool | None = None

    @property
    def truth(self) -> Float32 | None:
        """(N,) 1 where an event is wanted, 0 where stray; none but on generated logs."""
        return None if self.noise is None else (~self.noise).astype(np.float32)

    def keep(self, kept: Bool) -> "View":
        """Leave out the events that are False in (N,) ``kept``."""
        whole = self.dataset
        before = np.concatenate([[0], np.cumsum(kept)])
        columns = ("items", "scenarios", "rewards", "times", "actions")
        dataset = dataclasses.replace(
            whole,
            offsets=before[whole.offsets],
            **{name: getattr(whole, name)[kept] for name in columns},
        )
        noise = None if self.noise is None else self.noise[kept]
        return View(dataset, self.split[kept], self.t[kept], noise)

    def without_test(self) -> "View":
        """Leave out all test events, so that nothing that is tuned can have looked at them."""
        return self.keep(self.split != TEST)


def whole_view(dataset: Dataset, train: TrainConfig, noise: Bool | None) -> View:
    """See every event, with the rewards and the split of the training settings."""
    if train.rewards is not None:
        dataset = dataset.with_rewards(train.rewards)
    first = np.repeat(dataset.offsets[:-1], dataset.lengths)
    t = (np.arange(dataset.n_events) - first + 1).astype(np.int32)
    return View(dataset, split_events(dataset, train), t, noise)


class _Transform(Settings, ABC):
    @abstractmethod
    def apply(self, view: View) -> View:
        """Return what is left of a view."""


class SubsampleUsers(_Transform):
    """Keep some users, with all of their events; smaller samples lie within larger ones."""

    kind: Literal["subsample_users"] = "subsample_users"
    users: int | None = Field(None, ge=1, description="How many users to keep.")
    share: float | None = Field(None, gt=0, le=1, description="Share of the users to keep.")
    seed: int = Field(0, ge=0, description="Seed of the draw.")

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.users is None) == (self.share is None):
            raise ValueError("give either users or share")
        return self

    def apply(self, view: View) -> View:
        """Draw the users."""
        n = view.dataset.n_users
        size = self.users if self.share is None else round(self.share * n)
        kept = np.zeros(n, bool)
        kept[np.random.default_rng(self.seed).permutation(n)[:size]] = True
        return view.keep(kept[view.dataset.user_of_event()])


class OnlyScenario(_Transform):
    """Keep the events of one scenario, in every part of the split.

    The test events are those of the joint model that lie in this scenario; the histories that they
    are ranked from hold this scenario's events only. A test event with no earlier event in the
    scenario cannot be ranked and is left out: compare on the events that both trials rank.
    """

    kind: Literal["only_scenario"] = "only_scenario"
    scenario: str = Field(description="Name of the scenario.")

    def apply(self, view: View) -> View:
        """Keep the scenario."""
        return view.keep(in_scenario(view.dataset, self.scenario))


class SubsampleScenario(_Transform):
    """Keep a share of the *training* events of one scenario; smaller shares lie within larger.

    Validation and test events stay, so that the evaluation is that of the whole log; the events
    left out are gone from their users' histories too.
    """

    kind: Literal["subsample_scenario"] = "subsample_scenario"
    scenario: str = Field(description="Name of the scenario.")
    share: float = Field(gt=0, le=1, description="Share of its training events to keep.")
    seed: int = Field(0, ge=0, description="Seed of the draw.")

    def apply(self, view: View) -> View:
        """Draw events of the scenario."""
        draw = np.random.default_rng(self.seed).random(view.dataset.n_events)
        scarce = in_scenario(view.dataset, self.scenario) & (view.split == TRAIN)
        return view.keep(~scarce | (draw < self.share))


class ShuffleRewards(_Transform):
    """Hand the same rewards out to other events: the control that must not help."""

    kind: Literal["shuffle_rewards"] = "shuffle_rewards"
    seed: int = Field(0, ge=0, description="Seed of the permutation.")

    def apply(self, view: View) -> View:
        """Permute the rewards over all events."""
        rewards = np.random.default_rng(self.seed).permutation(view.dataset.rewards)
        return dataclasses.replace(view, dataset=dataclasses.replace(view.dataset, rewards=rewards))


Transform = Annotated[
    SubsampleUsers | OnlyScenario | SubsampleScenario | ShuffleRewards, Field(discriminator="kind")
]
"""Known transforms, told apart by their ``kind``."""


def in_scenario(dataset: Dataset, name: str) -> Bool:
    """(N,) bool, True at events of the scenario ``name``.

    Raises:
        UserError: the dataset has no such scenario; lists those it has.
    """
    names = dataset.vocabulary.scenarios
    if name not in names:
        raise UserError(f"Scenario {name!r} is unknown: choose one of {', '.join(names)}.")
    inside: Bool = dataset.scenarios == names.index(name) + 1
    return inside
