"""Which clicks of a KuaiRand log were watched through: a real log's word on what was wanted."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import ibis

from ruie_core.data.beside import KEY, NOISE
from ruie_core.data.dataset import EVENTS_FILE, Dataset
from ruie_core.data.engines.duck import DuckEngine
from ruie_core.data.expressions import flag, milliseconds, whole_number
from ruie_core.data.inputs import open_table
from ruie_core.errors import UserError
from ruie_core.files import whole_folder

LONG_VIEW: Final = "long_view"
"""1 where a video was played long enough to count as watched; how long depends on its length
(https://kuairand.com, log_standard)."""
_COLUMNS: Final = ("user_id", "video_id", "time_ms", LONG_VIEW)
_MEMORY: Final = "1GB"


def write_watched(dataset: Dataset, logs: Sequence[Path], folder: Path) -> Path:
    """Write which rows of a log were not watched through, where a generator's truth would lie.

    The flag is no part of the prepared dataset: no model sees it, but for the gate ``oracle``.

    Args:
        dataset: prepared from these logs.
        logs: KuaiRand's files.
        folder: gets ``events.parquet``: user_id, item_id, timestamp (ms), noise (bool). Rows of
            one user, item and time are one event, watched if any of them says so.

    Returns:
        ``folder``.

    Raises:
        UserError: a file is not one that the dataset was prepared from, one is missing, or a
            column is.
    """
    files = [open_table(path, "log") for path in logs]
    for file in files:
        file.require(_COLUMNS)
    _same_logs(dataset, {file.describe()["sha256"]: file.path for file in files})
    with tempfile.TemporaryDirectory() as work, whole_folder(folder) as target:
        engine = DuckEngine(Path(work), _MEMORY, None)
        try:
            tables = [engine.source(file) for file in files]
            rows = ibis.union(*tables) if len(tables) > 1 else tables[0]
            read = rows.select(
                user_id=whole_number(rows.user_id),
                item_id=whole_number(rows.video_id),
                timestamp=milliseconds(rows.time_ms),
                watched=flag(rows[LONG_VIEW]),
            )
            events = read.group_by(KEY).aggregate(**{NOISE: ~read.watched.any()})
            engine.write(events.order_by(KEY), target / EVENTS_FILE)
        finally:
            engine.close()
    return folder


def _same_logs(dataset: Dataset, given: dict[str, Path]) -> None:
    used = {
        row["sha256"]: row["name"]
        for row in dataset.manifest.get("inputs", ())
        if row["role"] == "log"
    }
    known = ", ".join(used.values())
    for digest, path in given.items():
        if digest not in used:
            raise UserError(
                f"{path} is not a log that the dataset was prepared from ({known}): name those."
            )
    if missing := [name for digest, name in used.items() if digest not in given]:
        raise UserError(
            f"The dataset was prepared from {', '.join(missing)} as well: name every log of it."
        )
