"""A small analysed run, made once; principal components stand in for UMAP's slow compilation."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple
from unittest.mock import patch

import pandas as pd
import pyarrow.parquet as pq

from ruie_core.analysis.analyze import analyze_run
from ruie_core.data.dataset import Dataset
from ruie_core.files import read_json
from ruie_core.runs import Run
from tests.factories import make_dataset
from tests.small_run import small_run

SETTINGS = {"evaluate": {"resamples": 100}, "analyze": {"neighbors": 5, "top_items": 4}}


class Analyzed(NamedTuple):
    run: Run
    dataset: Dataset
    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        return pq.read_table(self.folder / f"{name}.parquet").to_pandas()

    @property
    def health(self) -> dict:
        return read_json(self.folder / "health.json")


def no_umap(_points, start, *_):
    return start


def analyze(dataset: Dataset, run: Run, folder: Path) -> Analyzed:
    with patch("ruie_core.analysis.layout._umap", no_umap):
        analyze_run(run, dataset, run.config, folder)
    return Analyzed(run, dataset, folder)


@cache
def small(
    split: str = "leave-one-out", exclude_seen: bool = False, gate: str = "likelihood"
) -> Analyzed:
    dataset = make_dataset(n_users=40, n_items=45, n_scenarios=3, length=(1, 40), seed=5)
    settings = {
        **SETTINGS,
        "train": {"split": split},
        "objective": {"gate": gate},
        "evaluate": {"resamples": 100, "exclude_seen": exclude_seen},
    }
    run = small_run(dataset, **settings)
    return analyze(dataset, run, Path(mkdtemp()) / "analysis")
