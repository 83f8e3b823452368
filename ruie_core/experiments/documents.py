"""The committed tables of all datasets, written into the documents that quote them."""

import os
from pathlib import Path
from typing import Final

import pandas as pd

from ruie_core.errors import UserError
from ruie_core.experiments.summaries.registry import RUNS_FILE, SUMMARY_FILE
from ruie_core.reporting.experiment_tables import rewrite_blocks, tables

DOCUMENTS: Final = ("README.md", "EXPERIMENTS.md")


def rewrite_documents(results: Path) -> list[Path]:
    """Fill the blocks of documents with the tables of every dataset.

    Args:
        results: holds ``<dataset>/summary.parquet`` and ``runs.parquet``. The documents lie beside
            it; those that are not there are passed over.

    Returns:
        The documents that changed. If one cannot be filled, none does.

    Raises:
        UserError: a document quotes a table that is not there, or its markers are broken.
    """
    of_dataset = {
        path.parent.name: tables(pd.read_parquet(path), pd.read_parquet(path.with_name(RUNS_FILE)))
        for path in sorted(results.glob(f"*/{SUMMARY_FILE}"))
    }
    places = (results.parent / name for name in DOCUMENTS)
    texts = {path: path.read_text(encoding="utf-8") for path in places if path.is_file()}
    changed = {}
    for path, text in texts.items():
        try:
            new = rewrite_blocks(text, of_dataset)
        except UserError as error:
            raise UserError(f"{path}: {error}") from None
        if new != text:
            changed[path] = new
    for path, new in changed.items():
        temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
        temporary.write_text(new, encoding="utf-8")
        temporary.replace(path)
    return list(changed)
