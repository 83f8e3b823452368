"""What the tidy table refuses, and that it is whole or absent."""

import dataclasses

import numpy as np
import pytest

from ruie_core.experiments.summaries.table import SCHEMA, Row, frame_of, with_holm, write_table

ROW = Row("ablation", "difference", "a", "ndcg", 0.02, 0.01, 0.03, 9, 9, 5, "c", "b", "known",
          k=10, p=0.02, p_holm=0.04)  # fmt: skip


def test_a_sound_row_passes():
    frame = frame_of([ROW, dataclasses.replace(ROW, low=np.nan, high=np.nan, k=5)])
    assert frame["low"].isna().tolist() == [False, True]
    assert frame["k"].tolist() == [10, 5]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"variant": None}, "a null where none may be"),
        ({"value": np.nan, "low": np.nan, "high": np.nan}, "no value"),
        ({"low": np.nan}, "half an interval"),
        ({"low": 0.04}, "upside down"),
        ({"value": 2.46, "low": 2.2, "high": 2.7}, "a share beyond one"),
        ({"request": "Known"}, "an unknown request"),
        ({"p": 1.2, "p_holm": None}, "outside"),
        ({"p_holm": 0.01}, "below its own"),
        ({"reference": None}, "without a reference"),
        ({"seeds": 0}, "no seed"),
        ({"metric": "auc", "value": np.nan}, "an interval without a value"),
    ],
)
def test_an_unsound_row_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        frame_of([dataclasses.replace(ROW, **change)])


def test_a_row_twice_is_refused():
    with pytest.raises(ValueError, match="a row twice"):
        frame_of([ROW, ROW])


def test_an_undefined_share_may_have_no_value():
    nothing = {"value": np.nan, "low": np.nan, "high": np.nan, "p": None, "p_holm": None}
    frame = frame_of([dataclasses.replace(ROW, metric="share_of_ceiling", **nothing)])
    assert frame["value"].isna().all()


def test_holm_goes_by_family():
    """Family x: .01 · 2 and .04; family y alone; the untold keeps none."""
    ps = {"x1": 0.01, "x2": 0.04, "y1": 0.03, "-": 0.5}
    rows = [dataclasses.replace(ROW, variant=name, p=p, p_holm=None) for name, p in ps.items()]
    found = with_holm(rows, lambda row: None if row.variant == "-" else row.variant[0])
    assert [row.p_holm for row in found] == [pytest.approx(0.02), pytest.approx(0.04), 0.03, None]


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "summary.parquet"
    write_table(frame_of([ROW]), path, SCHEMA)
    before = path.read_bytes()

    def full(table, where, **options):
        where.write_bytes(b"PAR1")
        raise OSError("no space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    with pytest.raises(OSError, match="no space"):
        write_table(frame_of([ROW]), path, SCHEMA)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
