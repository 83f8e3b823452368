from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ruie_core.data.settings import GenericSettings, PrepareConfig
from ruie_core.errors import UserError
from tests.ruie_core.data.logs import START, write_csv
from tests.ruie_core.data.reading import EVERYTHING, events, read

LOG = [
    ["ann", "x", "web", "2023-05-22T15:53:20.5+08:00", "view|buy", "Toys", "A ball"],
    ["ann", "y", "app", "2023-05-22 08:00:00", "view", "", "A kite"],
    ["bob", "x", "app", "2023-05-22", "buy", "Ignored", ""],
    ["bob", "y", "web", "2023-05-22T00:00:01-0130", "", "Air", "Another"],
]
HEADER = ["who", "what", "where", "when", "did", "kind", "name"]
MAPPING = """
user = "who"
item = "what"
scenario = "where"
timestamp = "when"
timestamp_unit = "iso"
actions = "did"
category = "kind"
title = "name"
"""
REWARDS = EVERYTHING.model_copy(update={"rewards": {"view": 0.5, "buy": 4.0}, "keep": "all"})


def test_generic_maps_columns_by_a_toml_file(tmp_path: Path) -> None:
    log = write_csv(tmp_path / "log.csv", HEADER, LOG)
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING)
    dataset = read(GenericSettings(log=(log,), mapping=mapping), tmp_path / "out", REWARDS)
    assert dataset.vocabulary.actions == ("view", "buy")
    assert events(dataset) == [
        ("ann", "x", "web", 1684742000500, 0b11),
        ("ann", "y", "app", 1684742400000, 0b01),
        ("bob", "x", "app", 1684713600000, 0b10),
        ("bob", "y", "web", 1684719001000, 0b00),
    ]
    assert dataset.rewards.tolist() == [4.5, 0.5, 4.0, 0.0]
    assert dataset.vocabulary.items["title"].tolist() == ["A ball", "A kite"]
    assert dataset.vocabulary.items["category"].tolist() == ["Toys", "Air"]
    assert dataset.manifest["source_settings"]["mapping"] == "mapping.toml"


def test_generic_flags_win_over_the_file(tmp_path: Path) -> None:
    log = write_csv(tmp_path / "log.csv", HEADER, LOG)
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING)
    source = GenericSettings(log=(log,), mapping=mapping, scenario="did", positive=("buy",))
    settings = REWARDS.model_copy(update={"keep": "positive", "allow_single_scenario": True})
    with pytest.raises(UserError, match="column did, row 4: the value is empty"):
        read(source, tmp_path / "out", settings)
    source = source.model_copy(update={"scenario": "what"})
    dataset = read(source, tmp_path / "out", settings)
    assert dataset.vocabulary.scenarios == ("x",)


def test_generic_reads_flag_columns_seconds_and_another_delimiter(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("\ufeffuser_id;item_id;scenario;timestamp;click;is_like\r\n"
                   "a;x;one;1684742000;1;0\r\na;y;two;1684742001.25;0;1\r\nb;x;one;1684742000;0;0\r\n"
                   "b;y;two;1684742009;1;1\r\n")  # fmt: skip
    source = GenericSettings(
        log=(log,),
        timestamp_unit="s",
        delimiter=";",
        action_columns=("click", "like=is_like"),
        time_zone="Europe/Berlin",
    )
    dataset = read(source, tmp_path / "out")
    assert [event[1:] for event in events(dataset)] == [
        ("x", "one", 1684742000000, 0b01),
        ("y", "two", 1684742001250, 0b10),
        ("y", "two", 1684742009000, 0b11),
    ]
    assert dataset.manifest["time"]["first"] == "2023-05-22T09:53:20+02:00"


def parquet(path: Path, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_generic_reads_typed_times(tmp_path: Path, unit: str, zone: str | None) -> None:
    per_ms = {"s": 0.001, "ms": 1, "us": 1000, "ns": 1_000_000}[unit]
    moments = [int(1684742000000 * per_ms) for _ in range(4)]
    log = parquet(
        tmp_path / "log.parquet",
        user_id=pa.array([1, 1, 2, 2]),
        item_id=pa.array([1, 2, 1, 2]),
        scenario=pa.array(["a", "b", "a", "b"]),
        timestamp=pa.array(moments, pa.timestamp(unit, tz=zone)),
    )
    assert read(GenericSettings(log=(log,)), tmp_path / "out").times.tolist() == [1684742000000] * 4


def test_generic_reads_typed_parquet(tmp_path: Path) -> None:
    moments = [1684742000123, 1684742000000, 1684742000000, 1684742000000]
    log = parquet(
        tmp_path / "log.parquet",
        user_id=pa.array([10, 10, 9, 9]),
        item_id=pa.array([1, 2, 1, 2]),
        scenario=pa.array(["a", "b", "a", "b"]).dictionary_encode(),
        timestamp=pa.array(moments, pa.timestamp("ms")),
        done=pa.array([["click"], ["click", "like"], [], None]),
    )
    source = GenericSettings(log=(log,), actions="done")
    dataset = read(source, tmp_path / "out", EVERYTHING.model_copy(update={"keep": "all"}))
    assert events(dataset) == [
        ("9", "1", "a", 1684742000000, 0),
        ("9", "2", "b", 1684742000000, 0),
        ("10", "2", "b", 1684742000000, 0b101),
        ("10", "1", "a", 1684742000123, 0b001),
    ]


def test_generic_takes_an_order_for_time_and_says_so(tmp_path: Path) -> None:
    log = parquet(
        tmp_path / "log.parquet",
        user_id=pa.array([1, 1, 1, 2, 2]),
        item_id=pa.array(["x", "y", "x", "x", "y"]),
        scenario=pa.array(["a", "b", "b", "a", "b"]),
        pos=pa.array([2, 0, 1, 0, 1]),
        timestamp=pa.array([None, 5, None, 7, 8]),
    )
    dataset = read(GenericSettings(log=(log,), order="pos"), tmp_path / "out")
    assert dataset.manifest["time"]["kind"] == "order"
    assert dataset.manifest["time"]["first"] is None
    assert [event[1:4] for event in events(dataset)] == [
        ("y", "b", 0),
        ("x", "b", 1000),
        ("x", "a", 2000),
        ("x", "a", 0),
        ("y", "b", 1000),
    ]


def test_generic_reads_one_user_a_line(tmp_path: Path) -> None:
    log = tmp_path / "seq.txt"
    log.write_text("u1 a b  a\nu2 c a\n\nu3\n")
    settings = EVERYTHING.model_copy(update={"allow_single_scenario": True})
    dataset = read(GenericSettings(log=(log,), sequences=True), tmp_path / "out", settings)
    assert dataset.vocabulary.scenarios == ("all",)
    assert dataset.manifest["time"]["kind"] == "order"
    assert [event[:2] for event in events(dataset)] == [
        ("u1", "a"),
        ("u1", "b"),
        ("u1", "a"),
        ("u2", "c"),
        ("u2", "a"),
    ]
    log.write_text("u1 a b\nu1 c a\nu2 a\n")
    with pytest.raises(UserError, match="a user stands on two lines"):
        read(GenericSettings(log=(log,), sequences=True), tmp_path / "two", settings)


def test_a_constant_scenario_has_to_be_accepted(tmp_path: Path) -> None:
    log = write_csv(tmp_path / "log.csv", HEADER, LOG)
    source = GenericSettings(
        log=(log,), user="who", item="what", timestamp="when", timestamp_unit="iso",
        scenario_name="shop",
    )  # fmt: skip
    with pytest.raises(UserError, match=r"Only one scenario is left \(shop\)"):
        read(source, tmp_path / "out")
    accepted = EVERYTHING.model_copy(update={"allow_single_scenario": True})
    assert read(source, tmp_path / "out", accepted).vocabulary.scenarios == ("shop",)


def test_a_scenario_called_other_joins_the_rare_ones(tmp_path: Path) -> None:
    rows = [["u1", f"i{k % 3}", "other" if k % 2 else "shop", START + k] for k in range(20)]
    rows += [["u2", "i1", "attic", START]]
    log = write_csv(tmp_path / "log.csv", ["user_id", "item_id", "scenario", "timestamp"], rows)
    settings = EVERYTHING.model_copy(update={"min_scenario_share": 0.1})
    dataset = read(GenericSettings(log=(log,)), tmp_path / "out", settings)
    assert dataset.vocabulary.scenarios == ("shop", "other")
    assert dataset.vocabulary.scenario_events == (10, 11)
    assert dataset.manifest["scenario_names"]["other"] == ["attic", "other"]


def test_any_action_is_weighed_from_the_command_line() -> None:
    import tyro

    read = tyro.cli(PrepareConfig, args=["--rewards", "click=1", "put in cart=2.5"])
    assert read.rewards == {"click": 1.0, "put in cart": 2.5}
    with pytest.raises(SystemExit):
        tyro.cli(PrepareConfig, args=["--rewards", "click"])
