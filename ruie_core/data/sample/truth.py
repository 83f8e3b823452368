"""The truth behind a generated log, and how to lay it beside prepared events."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.data.beside import Bool, beside, noise_of
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
    folder = _truth_in(folder)
    constants = read_json(folder / PARAMETERS)
    events, interests, users = (_table(folder, name) for name in TABLES)
    return Truth(events, interests, users, constants)


def read_events(folder: Path) -> pd.DataFrame:
    """Read what is known of a log's events alone: ``Truth.events``, or as ``watched`` writes it.

    Raises:
        UserError: the table is missing or cannot be read.
    """
    return _table(_truth_in(folder), TABLES[0])


def _truth_in(folder: Path) -> Path:
    return folder / FOLDER if (folder / FOLDER).is_dir() else folder


def _table(folder: Path, name: str) -> pd.DataFrame:
    try:
        frame: pd.DataFrame = pq.read_table(folder / f"{name}.parquet").to_pandas()
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(
            f"The truth in {folder} cannot be read ({error}): make the log again with "
            "`ruie sample`."
        ) from None
    return frame


def noise_flags(dataset: Dataset, truth: Truth) -> Bool:
    """Return which prepared events are noise, (N,) bool, True for a stray click.

    Args:
        dataset: prepared from the log that the truth belongs to, whatever was filtered out.
        truth: truth of that log.

    Raises:
        UserError: an event of the dataset is not in the truth.
    """
    return noise_of(dataset, truth.events)


def truth_of_events(dataset: Dataset, truth: Truth) -> pd.DataFrame:
    """Return the rows of ``truth.events`` in the order of the dataset's N events.

    Raises:
        UserError: an event of the dataset is not in the truth.
    """
    return beside(dataset, truth.events)


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
