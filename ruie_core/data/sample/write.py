"""Write a generated log as KuaiSAR's official files, chunk by chunk."""

from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from ruie_core.data.sample import truth
from ruie_core.data.sample.log import make_plan
from ruie_core.data.sample.paths import MAIN_SHARE, SECOND_SHARE
from ruie_core.data.sample.readme import readme
from ruie_core.data.sample.settings import SampleConfig
from ruie_core.data.sample.tally import SampleSummary, Tally
from ruie_core.errors import UserError
from ruie_core.files import whole_folder, write_json

README: Final = "README.md"


def write_sample(config: SampleConfig, out: Path, force: bool = False) -> SampleSummary:
    """Generate a log and write it with its truth: whole, or nothing at all.

    Args:
        config: settings of the log.
        out: folder to make.
        force: replace a generated log that stands there.

    Raises:
        UserError: something stands at ``out`` (without ``force``, or that is no generated log), or
            the disk is full.
    """
    _check_target(out, force)
    plan = make_plan(config, np.random.default_rng(config.seed))
    tally = Tally(plan)
    with whole_folder(out) as folder:
        (folder / truth.FOLDER).mkdir()
        with (
            _CsvFile(folder, "rec_inter", config.gzip) as rec,
            _CsvFile(folder, "src_inter", config.gzip) as src,
            _CsvFile(folder, "user_features", config.gzip) as users,
            _ParquetFile(folder / truth.FOLDER / "events.parquet") as events,
            _ParquetFile(folder / truth.FOLDER / "interests.parquet") as interests,
            _ParquetFile(folder / truth.FOLDER / "users.parquet") as traits,
        ):
            for chunk in plan.chunks():
                rec.write(chunk.rec)
                src.write(chunk.src)
                users.write(chunk.users)
                events.write(chunk.events)
                interests.write(chunk.interests)
                traits.write(chunk.traits)
                tally.add(chunk)
        with _CsvFile(folder, "item_features", config.gzip) as items:
            for table in plan.items():
                items.write(table)
        with _CsvFile(folder, "social_network", config.gzip) as social:
            social.write(plan.social())
        write_json(folder / truth.FOLDER / truth.PARAMETERS, truth.parameters(plan.world))
        summary = tally.summary(out, sum(f.stat().st_size for f in folder.rglob("*.*")))
        (folder / README).write_text(
            readme(config, summary, (MAIN_SHARE, SECOND_SHARE)), encoding="utf-8"
        )
    return summary


def _check_target(out: Path, force: bool) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out / truth.FOLDER / truth.PARAMETERS).is_file():
        raise UserError(f"{out} exists and holds no generated log: choose another folder.")
    if not force:
        raise UserError(f"{out} exists: add --force to replace the log in it.")


class _CsvFile:
    """A CSV file that grows table by table; text is quoted, numbers are not."""

    def __init__(self, folder: Path, name: str, gzip: bool) -> None:
        self._path = folder / f"{name}.csv{'.gz' if gzip else ''}"
        self._compression = "gzip" if gzip else None
        self._begun = False

    def __enter__(self) -> Self:
        self._file = pa.output_stream(str(self._path), compression=self._compression)
        return self

    def write(self, table: pa.Table) -> None:
        if not self._begun:
            self._file.write(",".join(table.column_names).encode() + b"\n")
            self._begun = True
        plain = "keyword" not in table.column_names and "caption" not in table.column_names
        options = csv.WriteOptions(
            include_header=False, batch_size=8192, quoting_style="none" if plain else "needed"
        )
        csv.write_csv(table, self._file, options)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


class _ParquetFile:
    """A Parquet file that grows table by table."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def write(self, table: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()
