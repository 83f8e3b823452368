"""The manifest of a prepared folder: who it is, and the hashes that guard it."""

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.data.dataset import EVENTS_FILE, FOLDER_FILES, FORMAT, MANIFEST_FILE
from ruie_core.data.vocabulary import ITEMS_FILE, SCENARIOS_FILE, USERS_FILE
from ruie_core.files import read_json, sha256, write_json


def finish_folder(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Add identity, hashes and date to a manifest and write it beside the finished files.

    ``dataset_hash`` covers content, not bytes on disk: the same log and settings give the same hash
    whichever engine wrote the Parquet, and whenever.
    """
    whole = manifest | {
        "kind": "prepared-dataset",
        "format": FORMAT,
        "dataset_hash": content_hash(folder),
        "files": {name: sha256(folder / name) for name in FOLDER_FILES},
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    write_json(folder / MANIFEST_FILE, whole)
    return whole


def content_hash(folder: Path) -> str:
    """Return the SHA-256 of the rows of all tables and of the scenarios, read in batches."""
    digest = hashlib.sha256(f"prepared-dataset {FORMAT}\n".encode())
    for name in (EVENTS_FILE, ITEMS_FILE, USERS_FILE):
        with pq.ParquetFile(folder / name) as file:
            names = file.schema_arrow.names
            digest.update(f"{name} {names} {file.metadata.num_rows}\n".encode())
            for batch in file.iter_batches(batch_size=1 << 18):
                for column, values in zip(names, batch.columns, strict=True):
                    digest.update(column.encode())
                    digest.update(_bytes_of(values))
    digest.update(json.dumps(read_json(folder / SCENARIOS_FILE), sort_keys=True).encode())
    return digest.hexdigest()


def _bytes_of(values: pa.Array) -> bytes | memoryview:
    """Bytes of a column that depend on its values only (not on offsets or padding)."""
    kind = str(values.type)
    if kind in {"string", "large_string"}:
        return json.dumps(values.to_pylist(), ensure_ascii=False).encode()
    return memoryview(values.to_numpy(zero_copy_only=False)).cast("B")
