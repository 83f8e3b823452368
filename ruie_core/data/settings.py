"""Settings of a preparation: what to keep, and where each source finds its columns."""

import zoneinfo
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator
from tyro.constructors import PrimitiveConstructorSpec

from ruie_core.config import DEFAULT_REWARDS, Settings

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _weights_of(words: list[str]) -> dict[str, float]:
    """``["click=1", "buy=5"]`` -> ``{"click": 1.0, "buy": 5.0}``."""
    pairs = [word.rpartition("=") for word in words]
    if any(not name for name, _, _ in pairs):
        raise ValueError("give each weight as action=weight, such as click=1")
    return {name: float(weight) for name, _, weight in pairs}


def weight_words(weights: dict[str, float]) -> list[str]:
    """Spell weights as the command line takes them.

    >>> weight_words({"click": 1.0, "like": 2.5})
    ['click=1', 'like=2.5']
    """
    return [f"{name}={weight:g}" for name, weight in weights.items()]


Weights = Annotated[
    dict[str, Weight],
    PrimitiveConstructorSpec[dict[str, Any]](
        nargs="*",
        metavar="ACTION=WEIGHT",
        instance_from_str=_weights_of,
        is_instance=lambda value: isinstance(value, dict),
        str_from_instance=weight_words,
    ),
]
"""Weight by action; on the command line ``--rewards click=1 buy=5``, any action of the log."""


class PrepareConfig(Settings):
    """What a preparation keeps, and with which means."""

    keep: Literal["positive", "all"] = Field(
        "positive",
        description="positive: events with a click or any stronger action; all: exposures too, "
        "with reward 0.",
    )
    min_user_events: int = Field(5, ge=0, description="Users with fewer events are dropped.")
    min_item_events: int = Field(
        5, ge=0, description="Items with fewer events are dropped; repeated until both hold."
    )
    min_scenario_share: float = Field(
        0.005, ge=0, lt=1, description="Scenarios with a smaller share of events merge into other."
    )
    rewards: Weights = Field(
        default_factory=lambda: dict(DEFAULT_REWARDS),
        description="Reward units per action; an action without one weighs 0.",
    )
    allow_single_scenario: bool = Field(
        False, description="Accept a log with one scenario: no scenario dynamics to look at."
    )
    engine: str = Field("duckdb", description="duckdb (embedded, out of core) or spark.")
    memory_limit: str = Field(
        "2GB",
        pattern=r"^\d+(\.\d+)?\s?(MB|GB)$",
        description="Memory of the engine before it spills to disk.",
    )
    threads: int | None = Field(None, ge=1, description="Threads of the engine; none: every core.")


class SourceSettings(Settings):
    """Base of the settings of every source."""

    source: ClassVar[str]
    """Name in the registry of sources."""

    time_zone: str = Field("UTC", description="Time zone in which times are shown.")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"{value!r} is no time zone of the IANA list, such as UTC or Asia/Shanghai"
            ) from None
        return value


class KuaiSarSettings(SourceSettings):
    """KuaiSAR: the official files, as one folder or one by one (.csv or .csv.gz)."""

    source: ClassVar[str] = "kuaisar"

    folder: Path | None = Field(
        None, description="Folder with rec_inter, src_inter, item_features and user_features."
    )
    rec: Path | None = Field(None, description="rec_inter file: the recommendation log.")
    search: Path | None = Field(None, description="src_inter file: the search log.")
    items: Path | None = Field(None, description="item_features file: titles and categories.")
    users: Path | None = Field(None, description="user_features file: activity levels.")
    time_zone: str = Field("Asia/Shanghai", description="Time zone in which times are shown.")


class KuaiRandSettings(SourceSettings):
    """KuaiRand: standard or random logs; the tab is the scenario (.csv or .csv.gz)."""

    source: ClassVar[str] = "kuairand"

    log: tuple[Path, ...] = Field((), description="One or more log files, in order of time.")
    videos: Path | None = Field(None, description="video_features_basic file: categories.")
    users: Path | None = Field(None, description="user_features file: activity levels.")
    time_zone: str = Field("Asia/Shanghai", description="Time zone in which times are shown.")


class Mapping(Settings):
    """Which column plays which role in a log of any origin (flags, or a TOML file)."""

    user: str | None = Field(None, description="Column of the user's id [user_id].")
    item: str | None = Field(None, description="Column of the item's id [item_id].")
    scenario: str | None = Field(None, description="Column of the scenario [scenario].")
    scenario_name: str | None = Field(
        None, description="Name of the only scenario, where the log has no such column."
    )
    timestamp: str | None = Field(None, description="Column of the time [timestamp].")
    timestamp_unit: Literal["s", "ms", "iso"] | None = Field(
        None, description="Unit of the time: s, ms, or iso (text; UTC where no offset) [ms]."
    )
    order: str | None = Field(
        None, description="Column of the event's place in the user's order, where no time exists."
    )
    actions: str | None = Field(None, description="Column with the names of the event's actions.")
    action_separator: str | None = Field(None, description="Between those names [|].")
    action_names: tuple[str, ...] | None = Field(
        None, description="Names that may appear there [those with a reward weight]."
    )
    action_columns: tuple[str, ...] | None = Field(
        None, description="Columns of 0 and 1, one per action: click, or click=is_click."
    )
    positive: tuple[str, ...] | None = Field(
        None, description="Actions that make an event positive [those that weigh more than 0]."
    )
    category: str | None = Field(None, description="Column of the item's category.")
    title: str | None = Field(None, description="Column of the item's title.")
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="Between the columns of a CSV file [,]."
    )
    sequences: bool | None = Field(
        None,
        description="The file holds one user a line: user id, then item ids in order of time, "
        "separated by spaces.",
    )


class GenericSettings(SourceSettings, Mapping):
    """Any log: CSV, CSV.gz or Parquet, with a mapping of columns to roles."""

    source: ClassVar[str] = "generic"

    log: tuple[Path, ...] = Field((), description="One or more files, in order of time.")
    mapping: Path | None = Field(
        None, description="TOML file with the mapping; a flag given beside it wins."
    )
