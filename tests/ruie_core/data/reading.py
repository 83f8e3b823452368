"""Read a log through a source and look at it by names."""

from pathlib import Path

from ruie_core.data.dataset import Dataset, load_dataset
from ruie_core.data.prepare import prepare
from ruie_core.data.settings import PrepareConfig, SourceSettings

EVERYTHING = PrepareConfig(min_user_events=0, min_item_events=0, min_scenario_share=0)


def read(source: SourceSettings, out: Path, settings: PrepareConfig = EVERYTHING) -> Dataset:
    return load_dataset(prepare(source, settings, out).path)


def events(dataset: Dataset) -> list[tuple[str, str, str, int, int]]:
    """User, item, scenario, time, action mask: by names, in order."""
    vocabulary = dataset.vocabulary
    users = vocabulary.users["user_id"].to_numpy()[dataset.user_of_event()]
    items = vocabulary.items["item_id"].to_numpy()[dataset.items - 1]
    scenarios = [vocabulary.scenarios[code - 1] for code in dataset.scenarios]
    times, masks = dataset.times.tolist(), dataset.actions.tolist()
    return list(zip(users, items, scenarios, times, masks, strict=True))
