"""Read a run's tables: the one door between the files of a run and everything that shows them.

Nothing here imports torch, umap or ibis, so that a page of the app opens in milliseconds.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from ruie_core.analysis.answers import as_pandas
from ruie_core.analysis.folder import fingerprint, read_history, read_manifest
from ruie_core.analysis.shelf import Shelf
from ruie_core.analysis.tables import PER_SCENARIO, REQUIRED, TABLES
from ruie_core.config import RunConfig, parse_settings
from ruie_core.errors import UserError
from ruie_core.files import read_json, sha256

_IN_MEMORY = 8 << 20
"""Tables whose file is smaller (bytes) are read once and kept; larger ones stay on the disk."""

_MOST_KEPT = 256
"""Tables of users and sides that a store keeps, some ten bytes a user each."""

_UNREAD = ("optimizer.safetensors",)
"""Files of a run that are never read here, so their hash is not computed at every opening."""


class RunStore:
    """One run's analysis tables behind SQL, read-only and safe to share between threads.

    Opening checks the format version, every hash and the columns. The views are ``steps, users,
    transitions, ndcg, ranks, item_map, state_map, neighbors, calibration`` (see
    ``ruie_core.analysis.tables``) and ``items`` (the vocabulary). Columns such as
    ``q_<scenario>`` hold a scenario's name as it is: write them with ``quote``.

    Raises:
        UserError: a file is missing, damaged, or of another format.
    """

    def __init__(self, path: Path) -> None:
        """Open the run folder ``path``."""
        self.path = path
        self.fingerprint = fingerprint(path)
        self.manifest: dict[str, Any] = read_manifest(path / "manifest.json")
        self.analysis_manifest: dict[str, Any] = read_manifest(path / "analysis" / "manifest.json")
        self._check_hashes()
        self.config = parse_settings(
            RunConfig, read_json(path / "config.json"), str(path / "config.json")
        )
        self.health: dict[str, Any] = read_json(path / "analysis" / "health.json")
        self.metrics: dict[str, Any] = read_json(path / "metrics.json")
        self.history = read_history(path / "history.jsonl")
        vocabulary = read_json(path / "vocab" / "scenarios.json")
        coded = sorted(vocabulary["scenarios"], key=lambda scenario: scenario["code"])
        self.scenarios: tuple[str, ...] = tuple(scenario["name"] for scenario in coded)
        self.large: dict[str, Path] = {}
        """Files of the tables that stay on the disk."""
        self._lock = threading.Lock()
        self._shelf = Shelf(lambda table: self.sql(f"DROP TABLE {table}"))
        self._connection = self._connect()
        self._check_order()
        self.actions: tuple[str, ...] = self._actions(vocabulary)

    def sql(self, query: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> pd.DataFrame:
        """Run one query and return its rows; values belong into ``params``, never into the text.

        Raises:
            UserError: a table's file went away or changed while the app was open.
        """
        # By way of Arrow: DuckDB's own conversion takes three times as long if it is wide.
        return as_pandas(self.rows(query, params))

    def rows(self, query: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> pa.Table:
        """Run one query and return its rows as Arrow has them.

        Raises:
            UserError: a table's file went away or changed while the app was open.
        """
        try:
            with self._cursor() as cursor:
                answer = cursor.sql(query, params=params or None)
                return pa.table({}) if answer is None else answer.to_arrow_table()
        except duckdb.IOException as error:
            raise self.unreadable(error) from error

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock:
            cursor = self._connection.cursor()
        with closing(cursor):
            yield cursor

    def unreadable(self, error: Exception) -> UserError:
        """Say that a table's file went away or changed while it was in use."""
        return UserError(
            f"{self.path / 'analysis'} could not be read ({_first_line(error)}): "
            f"run `ruie analyze {self.path}` again and reload the page."
        )

    def keep_users(self, query: str, params: Mapping[str, Any]) -> str:
        """Keep the users that a query finds as a table of this connection, once, and name it.

        Frames that look at some users only take this name: ``"user" IN (SELECT "user" FROM name)``.

        Args:
            query: it has a column ``user``.
            params: its values.
        """
        return self.keep(f'SELECT DISTINCT "user" FROM ({query})', params, "users")

    def keep_sides(self, query: str, params: Mapping[str, Any]) -> str:
        """Keep stretches of paths, each on one of two sides, as a table; see ``analysis.sides``.

        The table has ``whole`` beside the columns of the query: the stretch is all of the path.

        Args:
            query: ``user``, ``first`` and ``last`` event (from 1, both inside), ``side`` (bool).
            params: its values.
        """
        whole = "first <= 1 AND last >= n_events AS whole"
        columns = f'"user", first::INT AS first, last::INT AS last, side, {whole}'
        return self.keep(
            f'SELECT {columns} FROM ({query}) JOIN (SELECT "user", n_events FROM users) '
            'USING ("user")', params, "sides",
        )  # fmt: skip

    def keep(self, query: str, params: Mapping[str, Any], kind: str, most: int = _MOST_KEPT) -> str:
        """Keep what a query finds as a table of this connection, once, and name it.

        Args:
            query: any query; its rows stay in memory.
            params: its values.
            kind: what the table's name begins with.
            most: how many tables of this kind are kept at most, the latest.
        """
        text = json.dumps([query, params], sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        return self._shelf.keep(
            name, kind, most, lambda table: self.sql(f"CREATE TABLE {table} AS {query}", params)
        )

    def keep_rows(self, rows: Callable[[], pa.Table], name: str, kind: str, most: int) -> str:
        """Keep rows that no query found, as ``keep`` does, and name the table.

        Args:
            rows: reads them, where they are not kept yet.
            name: letters, digits and _ that tell them from others of this kind.
            kind: what the table's name begins with.
            most: how many tables of this kind are kept at most, the latest.
        """
        return self._shelf.keep(name, kind, most, lambda table: self._create(table, rows()))

    def _create(self, table: str, rows: pa.Table) -> None:
        with self._cursor() as cursor:
            cursor.from_arrow(rows).create(table)

    def beside(self, other: "RunStore") -> str:
        """Make another run's tables readable here and return what their names begin with.

        Args:
            other: an open run, whose files were checked when it was opened.

        Returns:
            ``name``: the tables are ``<name>_ranks``, ``<name>_neighbors`` and so on.
        """
        name = f"run_{other.fingerprint[:16]}"
        for table in TABLES:
            source = str(other.path / "analysis" / f"{table}.parquet").replace("'", "''")
            view = f"{name}_{table}"
            self.sql(f"CREATE VIEW IF NOT EXISTS {view} AS SELECT * FROM read_parquet('{source}')")
        return name

    @property
    def name(self) -> str:
        """Name of the run: its folder's name."""
        return self.path.name

    def _check_hashes(self) -> None:
        """Compare every file that is read with its recorded hash."""
        wanted = {
            self.path / name: digest
            for name, digest in dict(self.manifest.get("files", {})).items()
            if name not in _UNREAD and not name.startswith("analysis/")
        }
        analysis = self.path / "analysis"
        recorded = dict(self.analysis_manifest.get("hashes", {}))
        wanted |= {analysis / name: digest for name, digest in recorded.items()}
        for name in (*(f"{table}.parquet" for table in TABLES), "health.json"):
            if name not in recorded or not (analysis / name).is_file():
                raise UserError(
                    f"{analysis / name} is missing: run `ruie analyze {self.path}` to make it."
                )
        for file in wanted:
            if not file.is_file():
                raise UserError(f"{file} is missing: restore it from a copy or train the run anew.")
        with ThreadPoolExecutor(max_workers=4) as pool:
            found = dict(zip(wanted, pool.map(sha256, wanted), strict=True))
        for file, digest in wanted.items():
            if found[file] != digest:
                mend = (
                    f"run `ruie analyze {self.path}` again"
                    if file.parent == analysis
                    else "restore it from a copy or train the run anew"
                )
                raise UserError(f"{file} is damaged (its SHA-256 is not the recorded one): {mend}.")

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute(
            "SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false; "
            "SET parquet_metadata_cache = true; SET preserve_insertion_order = true"
        )
        files = {table: self.path / "analysis" / f"{table}.parquet" for table in TABLES}
        files["items"] = self.path / "vocab" / "items.parquet"
        for table, file in files.items():
            kind = "TABLE" if file.stat().st_size < _IN_MEMORY else "VIEW"
            source = str(file).replace("'", "''")
            if kind == "VIEW":
                self.large[table] = file
            try:
                connection.execute(
                    f"CREATE {kind} {table} AS SELECT * FROM read_parquet('{source}')"
                )
            except duckdb.Error as error:
                raise UserError(
                    f"{file} is not a readable Parquet file ({_first_line(error)}): "
                    f"run `ruie analyze {self.path}` again."
                ) from error
            present = {
                row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
            }
            needed = [*REQUIRED[table]]
            prefixes = PER_SCENARIO.get(table, ())
            needed += [f"{prefix}_{name}" for name in self.scenarios for prefix in prefixes]
            for column in needed:
                if column not in present:
                    raise UserError(
                        f"{file} has no column {column!r}: it was written by another version; "
                        f"run `ruie analyze {self.path}` again."
                    )
        return connection

    def _check_order(self) -> None:
        """Make sure that steps lie user by user, t = 1, 2, …: queries look rows back, unsorted.

        Raises:
            UserError: they do not.
        """
        found = self.sql(
            """SELECT "user", t FROM (
                 SELECT "user", t, lag("user") OVER () AS before, lag(t) OVER () AS last FROM steps
               ) WHERE t <> CASE WHEN before = "user" THEN last + 1 ELSE 1 END LIMIT 1"""
        )
        if len(found):
            raise UserError(
                f"{self.path / 'analysis' / 'steps.parquet'} is out of order at event "
                f"{found['t'][0]} of user {found['user'][0]}: run `ruie analyze {self.path}` again."
            )

    def _actions(self, vocabulary: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of the log's actions, in the order of their bits where that is recorded."""
        if "actions" in vocabulary:
            return tuple(vocabulary["actions"])
        found = self.sql("SELECT DISTINCT unnest(actions) AS action FROM steps ORDER BY action")
        return tuple(found["action"])


def quote(name: str) -> str:
    """Write a column's name for SQL, whatever characters it holds.

    >>> print(quote('q_the "shop", front'))
    "q_the ""shop"", front"
    """
    return '"' + name.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
