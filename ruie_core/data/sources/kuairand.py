"""KuaiRand (Gao et al., CIKM 2022, https://kuairand.com): one log, the app's tab in every row."""

from collections.abc import Sequence
from typing import Final, Literal

import ibis

from ruie_core.data.engines.base import Engine
from ruie_core.data.expressions import flag, milliseconds, text, whole_number
from ruie_core.data.inputs import InputFile, open_table
from ruie_core.data.settings import KuaiRandSettings
from ruie_core.data.sources.base import MS, WHOLE, ZERO_ONE, Column, Table
from ruie_core.errors import UserError

_FLAGS: Final = {
    "click": "is_click",
    "follow": "is_follow",
    "like": "is_like",
    "share": "is_forward",
    "comment": "is_comment",
}
_NEEDED: Final = ("user_id", "video_id", "time_ms", "tab", *_FLAGS.values())


class KuaiRand:
    """The tab is the scenario, under its official number: its meaning is not published.

    A comment is recorded, and weighs nothing unless asked to: it may be praise or blame, so alone
    it does not make an event positive.
    """

    actions: tuple[str, ...] = tuple(_FLAGS)
    positive: tuple[str, ...] = ("click", "follow", "like", "share")
    time_kind: Literal["clock"] = "clock"
    action_text = None

    def __init__(self, settings: KuaiRandSettings) -> None:
        """Look at the files.

        Raises:
            UserError: a log or a column is missing, or a file is not what its name says.
        """
        if not settings.log:
            raise UserError("No KuaiRand log was given: name one or more log files.")
        self._logs = [open_table(path, "log") for path in settings.log]
        self._videos = open_table(settings.videos, "videos") if settings.videos else None
        self._users = open_table(settings.users, "users") if settings.users else None
        for file in self._logs:
            file.require(_NEEDED)
        if self._videos:
            self._videos.require(("video_id", "tag"))
        if self._users:
            self._users.require(("user_id", "user_active_degree"))

    def inputs(self) -> Sequence[InputFile]:
        """Every file that is read."""
        return [*self._logs, *(file for file in (self._videos, self._users) if file)]

    def logs(self, engine: Engine) -> Sequence[Table]:
        """The logs as given."""
        return [self._log(engine, file) for file in self._logs]

    def _log(self, engine: Engine, file: InputFile) -> Table:
        log = engine.source(file)
        expr = log.select(
            user_id=whole_number(log.user_id),
            item_id=whole_number(log.video_id),
            scenario=whole_number(log.tab).cast("string"),
            timestamp=milliseconds(log.time_ms),
            **{f"action_{name}": flag(log[column]) for name, column in _FLAGS.items()},
        )
        columns = {
            "user_id": Column("user_id", WHOLE),
            "item_id": Column("video_id", WHOLE),
            "scenario": Column("tab", WHOLE),
            "timestamp": Column("time_ms", MS),
        } | {f"action_{name}": Column(column, ZERO_ONE) for name, column in _FLAGS.items()}
        return Table(file, expr, columns)

    def items(self, engine: Engine) -> Table | None:
        """Categories: the first tag of a video. Titles are not published."""
        if self._videos is None:
            return None
        videos = engine.source(self._videos)
        tag = text(videos.tag.cast("string").split(",")[0].strip())
        expr = videos.select(
            item_id=whole_number(videos.video_id),
            title=ibis.null("string"),
            category="tag " + tag,
        )
        return Table(self._videos, expr, {"item_id": Column("video_id", WHOLE)})

    def users(self, engine: Engine) -> Table | None:
        """Activity degrees."""
        if self._users is None:
            return None
        users = engine.source(self._users)
        expr = users.select(
            user_id=whole_number(users.user_id),
            segment=text(users.user_active_degree).replace("_", " "),
        )
        return Table(self._users, expr, {"user_id": Column("user_id", WHOLE)})

    def scenario_name(self, official: str) -> str:
        """``1`` -> ``tab 1``."""
        return f"tab {official}"
