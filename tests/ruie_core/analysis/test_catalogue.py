"""Items by code, without a join: the rows are the table's, and what is unknown is null."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from ruie_core.analysis.catalogue import COLUMNS, items_of, number_of_items
from ruie_core.analysis.store import RunStore
from tests.fake_run import fabricate


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    folder: Path = tmp_path_factory.mktemp("runs") / "one"
    return RunStore(fabricate(folder, users=20, events=400, items=60, seed=3))


def test_items_are_those_of_the_table_in_the_order_asked_for(store: RunStore) -> None:
    codes = [7, 1, 60, 7]
    table = store.sql("SELECT * FROM items").set_index("item")
    found = items_of(store, pa.array(codes, pa.int32())).to_pandas()
    expected = table.loc[codes, list(COLUMNS)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert number_of_items(store) == 60


def test_no_item_and_an_unknown_one_are_null(store: RunStore) -> None:
    found = items_of(store, pa.array([None, 61, 0, -5, 2], pa.int32()))
    assert found["item_id"].is_null().to_pylist() == [True, True, True, True, False]
    assert items_of(store, pa.array([], pa.int32())).num_rows == 0
