"""From a raw log to a prepared dataset: the order of the steps."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ruie_core.config import DEFAULT_REWARDS
from ruie_core.data import filters
from ruie_core.data.dataset import EVENTS_FILE, MANIFEST_FILE
from ruie_core.data.engines.base import LOG_ORDER, Engine
from ruie_core.data.engines.registry import open_engine
from ruie_core.data.manifest import describe
from ruie_core.data.prepared import finish_folder
from ruie_core.data.reading import read_features, read_logs
from ruie_core.data.scenarios import assign_codes, merge_rare, read_keys
from ruie_core.data.settings import PrepareConfig, SourceSettings
from ruie_core.data.sources.base import Source
from ruie_core.data.sources.registry import open_source
from ruie_core.data.summary import PrepareSummary, Step
from ruie_core.data.vocabulary import ITEMS_FILE, SCENARIOS_FILE, USERS_FILE, write_scenarios
from ruie_core.errors import UserError
from ruie_core.files import read_json, whole_folder

_FEW = 2


def prepare(
    source: SourceSettings,
    settings: PrepareConfig,
    out: Path,
    *,
    force: bool = False,
    report: Callable[[Step], None] | None = None,
) -> PrepareSummary:
    """Read a log, filter it and write a prepared dataset, whole or not at all.

    Args:
        source: where the log is and how it is read.
        settings: what is kept.
        out: folder to write.
        force: replace a prepared dataset that stands there.
        report: called after each step with what is left.

    Raises:
        UserError: bad input, bad settings, an engine or a disk that does not suffice.
    """
    started = time.monotonic()
    out = Path(out)
    _refuse_target(out, force)
    opened = open_source(source, settings)
    rewards = _weights(settings, opened.actions)
    with whole_folder(out) as folder:
        work = _Work(opened, settings, rewards, folder, report)
        result = work.run()
        details = describe(source, opened, settings, rewards, work.steps, **result)
        manifest = finish_folder(folder, details)
    return PrepareSummary(
        path=out,
        dataset_hash=manifest["dataset_hash"],
        steps=tuple(work.steps),
        duplicates=manifest["duplicates_dropped"],
        scenarios=tuple((row["name"], row["events"]) for row in work.scenario_rows),
        merged=tuple((row["name"], row["events"]) for row in manifest["merged_into_other"]),
        seconds=time.monotonic() - started,
    )


def _refuse_target(out: Path, force: bool) -> None:
    if not out.exists():
        return
    if not force:
        raise UserError(f"{out} exists: choose another folder, or replace it with --force.")
    if not out.is_dir():
        raise UserError(f"{out} is a file: choose another folder.")
    path = out / MANIFEST_FILE
    known = path.is_file() and read_json(path).get("kind") == "prepared-dataset"
    if not known and any(out.iterdir()):
        raise UserError(f"{out} holds something other than a prepared dataset: choose another.")


def _weights(settings: PrepareConfig, actions: tuple[str, ...]) -> dict[str, float]:
    """Weight of every action of the log; a default for an action it does not have is no error."""
    for name, weight in settings.rewards.items():
        if name not in actions and DEFAULT_REWARDS.get(name) != weight:
            raise UserError(
                f"Reward weight for action {name!r}, which the log does not have: use "
                f"{', '.join(actions)}."
            )
    return {name: settings.rewards.get(name, 0.0) for name in actions}


@dataclass
class _Work:
    """One preparation under way."""

    source: Source
    settings: PrepareConfig
    rewards: Mapping[str, float]
    folder: Path
    report: Callable[[Step], None] | None
    steps: list[Step] = field(default_factory=list)
    scenario_rows: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> dict[str, Any]:
        """Take every step; the working folder is gone when this returns."""
        place = self.folder / ".work"
        place.mkdir()
        try:
            engine = open_engine(self.settings, place)
            try:
                return self._steps(engine)
            finally:
                engine.close()
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _steps(self, engine: Engine) -> dict[str, Any]:
        log, stored = read_logs(engine, self.source)
        keys, official = read_keys(engine, log)
        kept, duplicates = self._kept(engine, filters.keyed(log, keys))
        features = _features_in(stored)
        if features is None:
            for number in range(len(stored)):
                engine.drop(f"log_{number}")
        before = _scenario_events(engine, kept, len(official))
        merged = merge_rare(
            official, before, self.source.scenario_name, self.settings.min_scenario_share
        )
        core = self._core(engine, kept)
        events = _scenario_events(engine, core, len(official))
        names, counts, codes = assign_codes(merged.names, events)
        if len(names) < _FEW and not self.settings.allow_single_scenario:
            raise UserError(
                f"Only one scenario is left ({names[0]}), so there are no moves between scenarios "
                "to learn: lower min_scenario_share, map another column, or accept it with "
                "allow_single_scenario."
            )
        times = self._write(engine, core, features, codes)
        write_scenarios(
            self.folder / SCENARIOS_FILE, names, counts, self.source.actions, merged.merged
        )
        self.scenario_rows = [
            {"name": name, "events": count} for name, count in zip(names, counts, strict=True)
        ]
        official_of: dict[str, list[str]] = {name: [] for name in names}
        for name, value, count in zip(merged.names, official, events, strict=True):
            if count:
                official_of[name].append(value)
        details = {
            "duplicates_dropped": duplicates,
            "merged_into_other": list(merged.merged),
            "scenario_names": official_of,
        }
        return {"details": details, "times_ms": times}

    def _kept(self, engine: Engine, log: ir.Table) -> tuple[ir.Table, int]:
        """Drop repeated rows, then rows that are not positive, in one pass over the log."""
        read = engine.rows(filters.size(log))[0]
        self._step("read", read)
        if read["users"] < _FEW:
            raise UserError(
                "The log has one user only: a model of many users' paths needs more; check the "
                "column of the user's id."
            )
        repeats = engine.store("repeats", filters.repeated(log))
        found = engine.rows(repeats.aggregate(n=repeats.count(), copies=repeats.copies.sum()))[0]
        duplicates = int(found["copies"] or 0) - int(found["n"])
        if duplicates:
            log = filters.without_repeats(log, repeats)
        self._step("duplicates dropped", read | {"events": read["events"] - duplicates})
        if self.settings.keep == "positive":
            log = filters.positives(log, self.source.positive)
        kept = engine.store("kept", log)
        engine.drop("repeats")
        if self.settings.keep == "positive":
            left = engine.rows(filters.size(kept))[0]
            self._step("positive events", left)
            if not left["events"]:
                raise UserError(
                    f"No event of the log has a positive action ({', '.join(self.source.positive)})"
                    ": check the action columns, or keep all exposures (keep=all)."
                )
        return kept, duplicates

    def _core(self, engine: Engine, log: ir.Table) -> ir.Table:
        """Drop rare users and items until none is rare."""
        least = (self.settings.min_user_events, self.settings.min_item_events)
        name, number = "kept", 0
        while True:
            users = engine.rows(filters.load(log, "user_id", least[0]))[0]
            items = engine.rows(filters.load(log, "item_id", least[1]))[0]
            left = {
                "events": users["events"] or 0,
                "users": users["groups"],
                "items": items["groups"],
            }
            if number:
                self._step(f"core round {number}", left)
            if left["users"] < _FEW:
                self._refuse_core(left, least)
            if not users["below"] and not items["below"]:
                return log
            number += 1
            log = engine.store(f"core_{number}", filters.core_round(log, *least))
            engine.drop(name)
            name = f"core_{number}"

    def _refuse_core(self, left: dict[str, Any], least: tuple[int, int]) -> None:
        start = next(step for step in reversed(self.steps) if not step.name.startswith("core"))
        what = "Only one user is" if left["users"] else "Nothing is"
        raise UserError(
            f"{what} left of {start.events} events, {start.users} users and {start.items} items "
            f"when every user needs {least[0]} events and every item {least[1]}: lower "
            "min_user_events or min_item_events."
        )

    def _write(
        self,
        engine: Engine,
        core: ir.Table,
        features: ir.Table | None,
        codes: tuple[int, ...],
    ) -> tuple[int, int]:
        """Write events, items and users; returns first and last time in ms."""
        users = engine.store("users", filters.user_codes(core))
        items = engine.store("items", filters.item_codes(core))
        rows = pa.table(
            {
                "key": pa.array(range(len(codes)), pa.int16()),
                "code": pa.array(codes, pa.int16()),
            }
        )
        scenarios = engine.lookup("scenario_codes", rows)
        events = filters.coded(core, users, items, scenarios, self.rewards)
        engine.write(events, self.folder / EVENTS_FILE)
        if features is None:
            features = read_features(engine, "item_features", self.source.items(engine))
        described = filters.described(items, features, "item_id", ["title", "category"])
        described = described.select("item", "item_id", "title", "category", "count")
        engine.write(described.order_by("item"), self.folder / ITEMS_FILE)
        segments = read_features(engine, "user_features", self.source.users(engine))
        described = filters.described(users, segments, "user_id", ["segment"])
        described = described.select("user", "user_id", "segment")
        engine.write(described.order_by("user"), self.folder / USERS_FILE)
        span = core.aggregate(first=core["timestamp"].min(), last=core["timestamp"].max())
        found = engine.rows(span)[0]
        return int(found["first"]), int(found["last"])

    def _step(self, name: str, left: Mapping[str, Any]) -> None:
        step = Step(name, int(left["events"]), int(left["users"]), int(left["items"]))
        self.steps.append(step)
        if self.report is not None:
            self.report(step)


def _scenario_events(engine: Engine, log: ir.Table, keys: int) -> list[int]:
    rows = engine.rows(log.group_by("scenario").aggregate(n=log.count()))
    by_key = {row["scenario"]: row["n"] for row in rows}
    return [by_key.get(key, 0) for key in range(keys)]


def _features_in(stored: list[ir.Table]) -> ir.Table | None:
    """Titles and categories that stand in the logs themselves."""
    if not any({"title", "category"} & set(table.columns) for table in stored):
        return None
    parts = [
        table.select(
            "item_id",
            **{
                name: table[name] if name in table.columns else ibis.null("string")
                for name in ("title", "category")
            },
            **{LOG_ORDER: table[LOG_ORDER]},
        )
        for table in stored
    ]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]
