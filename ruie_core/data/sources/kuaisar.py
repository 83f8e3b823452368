"""KuaiSAR (Sun et al., CIKM 2023, https://kuaisar.github.io): search and recommendation logs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import ibis

from ruie_core.data.engines.base import Engine
from ruie_core.data.expressions import (
    flag,
    milliseconds,
    named_category,
    readable_caption,
    text,
    whole_number,
)
from ruie_core.data.inputs import InputFile, open_table
from ruie_core.data.settings import KuaiSarSettings
from ruie_core.data.sources.base import MS, WHOLE, ZERO_ONE, Column, Table, first_existing
from ruie_core.errors import UserError

_REC: Final = "rec_inter"
_UNSTATED: Final = "(none)"
_OFFICIAL_FILES: Final = {
    "rec": "rec_inter",
    "search": "src_inter",
    "items": "item_features",
    "users": "user_features",
}
_REC_FLAGS: Final = {"click": "click", "follow": "follow", "like": "like", "share": "forward"}
_CATEGORY: Final = "first_level_category_name_en"
_NEEDED: Final = {
    "rec": ("user_id", "item_id", "timestamp", *_REC_FLAGS.values()),
    "search": ("user_id", "item_id", "search_session_timestamp", "search_source", "click_cnt"),
    "items": ("item_id", "caption", _CATEGORY),
    "users": ("user_id", "rec_active_level"),
}


class KuaiSar:
    """The recommendation log is one scenario, each search source another."""

    actions: tuple[str, ...] = ("click", "follow", "like", "share")
    positive: tuple[str, ...] = ("click", "follow", "like", "share")
    time_kind: Literal["clock"] = "clock"
    action_text = None

    def __init__(self, settings: KuaiSarSettings) -> None:
        """Look at the files.

        Raises:
            UserError: a log or a column is missing, or a file is not what its name says.
        """
        self._files: dict[str, InputFile] = {}
        for role, path in _paths(settings).items():
            self._files[role] = open_table(path, role)
            self._files[role].require(_NEEDED[role])

    def inputs(self) -> Sequence[InputFile]:
        """Every file that is read."""
        return list(self._files.values())

    def logs(self, engine: Engine) -> Sequence[Table]:
        """The recommendation log, then the search log."""
        build = {"rec": self._rec, "search": self._search}
        return [make(engine) for role, make in build.items() if role in self._files]

    def _rec(self, engine: Engine) -> Table:
        file = self._files["rec"]
        log = engine.source(file)
        expr = log.select(
            user_id=whole_number(log.user_id),
            item_id=whole_number(log.item_id),
            scenario=ibis.literal(_REC),
            timestamp=milliseconds(log["timestamp"]),
            **{f"action_{name}": flag(log[column]) for name, column in _REC_FLAGS.items()},
        )
        columns = {
            "user_id": Column("user_id", WHOLE),
            "item_id": Column("item_id", WHOLE),
            "timestamp": Column("timestamp", MS),
        } | {f"action_{name}": Column(column, ZERO_ONE) for name, column in _REC_FLAGS.items()}
        return Table(file, expr, columns)

    def _search(self, engine: Engine) -> Table:
        file = self._files["search"]
        log = engine.source(file)
        clicks = log.click_cnt.try_cast("float64")
        expr = log.select(
            user_id=whole_number(log.user_id),
            item_id=whole_number(log.item_id),
            scenario=text(log.search_source).fill_null(_UNSTATED),
            timestamp=milliseconds(log.search_session_timestamp),
            action_click=ibis.cases((clicks > 0, True), (clicks == 0, False)),
            **{f"action_{name}": ibis.literal(False) for name in self.actions if name != "click"},
        )
        columns = {
            "user_id": Column("user_id", WHOLE),
            "item_id": Column("item_id", WHOLE),
            "timestamp": Column("search_session_timestamp", MS),
            "action_click": Column("click_cnt", "a count from 0 up"),
        }
        return Table(file, expr, columns)

    def items(self, engine: Engine) -> Table | None:
        """Captions and first-level categories.

        Official captions are lists of word ids, which no one can read: their title is null.
        """
        if (file := self._files.get("items")) is None:
            return None
        features = engine.source(file)
        expr = features.select(
            item_id=whole_number(features.item_id),
            title=readable_caption(features.caption),
            category=named_category(features[_CATEGORY]),
        )
        return Table(file, expr, {"item_id": Column("item_id", WHOLE)})

    def users(self, engine: Engine) -> Table | None:
        """Activity levels in recommendation."""
        if (file := self._files.get("users")) is None:
            return None
        features = engine.source(file)
        level = text(features.rec_active_level)
        expr = features.select(
            user_id=whole_number(features.user_id),
            segment=ibis.literal("recommendation activity ") + level,
        )
        return Table(file, expr, {"user_id": Column("user_id", WHOLE)})

    def scenario_name(self, official: str) -> str:
        """``USER_INPUT`` -> ``search: user input``."""
        if official == _REC:
            return "recommendation"
        return "search: " + official.lower().replace("_", " ")


def _paths(settings: KuaiSarSettings) -> dict[str, Path]:
    """Paths by role; a file named alone wins over the folder's."""
    paths: dict[str, Path] = {}
    for role, stem in _OFFICIAL_FILES.items():
        given: Path | None = getattr(settings, role)
        if given is None and settings.folder is not None:
            given = first_existing(settings.folder, stem)
            if given is None and role in {"rec", "search"}:
                raise UserError(
                    f"{settings.folder} holds no {stem}.csv and no {stem}.csv.gz: complete the "
                    "folder, or name the files that you have one by one."
                )
        if given is not None:
            paths[role] = given
    if not {"rec", "search"} & paths.keys():
        raise UserError(
            "No KuaiSAR log was given: name the folder with the official files, or the rec_inter "
            "and src_inter files."
        )
    return paths
