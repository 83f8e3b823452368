"""The truth behind a generated log, and how to lay it beside prepared events."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.data.dataset import Dataset
from ruie_core.data.sample.paths import MAIN_SHARE, SECOND_SHARE
from ruie_core.data.sample.settings import REGIMES, SCENARIOS
from ruie_core.data.sample.words import CATEGORIES
from ruie_core.data.sample.world import DISTRACTED_FACTOR, FRESH_FACTOR, World
from ruie_core.errors import UserError
from ruie_core.files import read_json

FOLDER: Final = "truth"
PARAMETERS: Final = "parameters.json"
TABLES: Final = ("events", "interests", "users")

Bool = npt.NDArray[np.bool_]
_KEY = ["user_id", "item_id", "timestamp"]


@dataclass(frozen=True)
class Truth:
    """What the generator knows.

    Attributes:
        events: a row per row of the log: user_id, item_id, timestamp (ms), scenario, click, noise,
            step (the user's click number from 0; a row without a click has that of the next
            click), phase, regime, distracted.
        interests: a row per user and phase of interest: first_step, clicks, first_timestamp, main,
            second, and the weight of each category.
        users: clicks, searcher, explorer and warmth of each user.
        parameters: true transition matrices, engagement and noise rates.
    """

    events: pd.DataFrame
    interests: pd.DataFrame
    users: pd.DataFrame
    parameters: dict[str, Any]


def load_truth(folder: Path) -> Truth:
    """Read the truth of a generated log.

    Args:
        folder: folder of the log (``data_samples``) or its ``truth`` folder.

    Raises:
        UserError: a file is missing or cannot be read.
    """
    folder = folder / FOLDER if (folder / FOLDER).is_dir() else folder
    constants = read_json(folder / PARAMETERS)
    try:
        events, interests, users = (
            pq.read_table(folder / f"{name}.parquet").to_pandas() for name in TABLES
        )
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(
            f"The truth in {folder} cannot be read ({error}): make the log again with "
            "`ruie sample`."
        ) from None
    return Truth(events, interests, users, constants)


def noise_flags(dataset: Dataset, truth: Truth) -> Bool:
    """Return which prepared events are noise, (N,) bool, True for a stray click.

    Args:
        dataset: prepared from the log that the truth belongs to, whatever was filtered out.
        truth: truth of that log.

    Raises:
        UserError: an event of the dataset is not in the truth.
    """
    return truth_of_events(dataset, truth)["noise"].to_numpy(dtype=bool)


def truth_of_events(dataset: Dataset, truth: Truth) -> pd.DataFrame:
    """Return the rows of ``truth.events`` in the order of the dataset's N events.

    Raises:
        UserError: an event of the dataset is not in the truth.
    """
    users = _numbers(dataset.vocabulary.users["user_id"], "user_id")
    items = _numbers(dataset.vocabulary.items["item_id"], "item_id")
    events = pd.DataFrame(
        {
            "user_id": users[dataset.user_of_event()],
            "item_id": items[dataset.items - 1],
            "timestamp": dataset.times,
        }
    )
    known = truth.events.astype(dict.fromkeys(_KEY, np.int64))
    joined = events.merge(known, how="left", on=_KEY, validate="many_to_one")
    if missing := int(joined["step"].isna().sum()):
        raise UserError(
            f"{missing} of {len(events)} events are not in the truth: give the truth of the very "
            "log that this dataset was prepared from."
        )
    return joined


def _numbers(names: pd.Series, column: str) -> npt.NDArray[np.int64]:
    try:
        return np.asarray(names.to_numpy(), dtype=np.int64)
    except ValueError:
        raise UserError(
            f"The dataset's {column} are not whole numbers, so it was not prepared from a "
            "generated log: give a dataset made from `ruie sample`."
        ) from None


def parameters(world: World) -> dict[str, Any]:
    """Return the constants of the world as they go to ``parameters.json``."""
    config = world.config
    rates = {"like": config.like_rate, "follow": config.follow_rate, "forward": config.forward_rate}
    scale = world.engagement_scale
    return {
        "scenarios": list(SCENARIOS),
        "transitions": {name: world.matrices[k].tolist() for k, name in enumerate(REGIMES)},
        "click_rate": {
            name: {"interest": rate[0], "stray": rate[1]}
            for name, rate in zip(SCENARIOS, world.click_rates.tolist(), strict=True)
        },
        "stray_share_of_clicks": dict(zip(SCENARIOS, world.stray_shares.tolist(), strict=True)),
        "actions_per_feed_click": {
            action: {
                "interest": rate / scale,
                "interest_fresh": rate * FRESH_FACTOR / scale,
                "stray": rate * config.stray_engagement / scale,
            }
            for action, rate in rates.items()
        },
        "distracted_factor": DISTRACTED_FACTOR,
        "category_factor": {
            category.name: warmth
            for category, warmth in zip(CATEGORIES, world.category_warmth.tolist(), strict=True)
        },
        "interest_shares": {
            "main": MAIN_SHARE,
            "second": SECOND_SHARE,
            "taste": 1 - MAIN_SHARE - SECOND_SHARE,
        },
        "settings": config.model_dump(mode="json"),
    }
