"""What ``manifest.json`` says about how a dataset was made."""

import datetime
import zoneinfo
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruie_core.data.settings import PrepareConfig, SourceSettings
from ruie_core.data.sources.base import Source
from ruie_core.data.summary import Step


def describe(
    source: SourceSettings,
    opened: Source,
    settings: PrepareConfig,
    rewards: Mapping[str, float],
    steps: Sequence[Step],
    details: Mapping[str, Any],
    times_ms: tuple[int, int],
) -> dict[str, Any]:
    """Everything but identity and hashes, which ``finish_folder`` adds.

    Keys: ``source``, ``source_settings`` and ``settings`` (paths as base names), ``inputs`` (name,
    role, bytes, SHA-256), ``filters`` (events, users and items left after each step), ``counts``
    (of the result), ``actions``, ``positive_actions``, ``rewards``, ``time`` (kind ``clock`` or
    ``order``, zone, first and last in ms and in words), and ``details``: ``duplicates_dropped``,
    ``merged_into_other``, ``scenario_names`` (official value of each name).
    """
    last = steps[-1]
    first_ms, last_ms = times_ms
    clock = opened.time_kind == "clock"
    zone = source.time_zone
    return {
        "source": source.source,
        "source_settings": base_names(source.model_dump(mode="python", exclude_none=True)),
        "settings": settings.model_dump(mode="json"),
        "inputs": [file.describe() for file in opened.inputs()],
        "filters": [step.as_dict() for step in steps],
        "counts": {"events": last.events, "users": last.users, "items": last.items},
        "actions": list(opened.actions),
        "positive_actions": list(opened.positive),
        "rewards": dict(rewards),
        "time": {
            "kind": opened.time_kind,
            "zone": zone,
            "first_ms": first_ms,
            "last_ms": last_ms,
            "first": in_words(first_ms, zone) if clock else None,
            "last": in_words(last_ms, zone) if clock else None,
        },
        **details,
    }


def in_words(milliseconds: int, zone: str) -> str | None:
    """``1684713600000`` in Asia/Shanghai -> ``2023-05-22T08:00:00+08:00``; none if out of range."""
    try:
        moment = datetime.datetime.fromtimestamp(milliseconds / 1000, zoneinfo.ZoneInfo(zone))
    except (OverflowError, ValueError, OSError):
        return None
    return moment.isoformat(timespec="seconds")


def base_names(value: Any) -> Any:
    """Paths as base names, so that a manifest never tells where it was made."""
    if isinstance(value, Path):
        return value.name
    if isinstance(value, dict):
        return {key: base_names(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [base_names(each) for each in value]
    return value
