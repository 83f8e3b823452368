from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ruie_core.data.dataset import Dataset, load_dataset
from ruie_core.data.prepare import prepare
from ruie_core.data.settings import (
    GenericSettings,
    KuaiRandSettings,
    KuaiSarSettings,
    PrepareConfig,
    SourceSettings,
)
from ruie_core.data.sources.registry import SETTINGS, settings_of
from ruie_core.errors import UserError
from tests.ruie_core.data.logs import START, plain_rows, write_csv, write_kuairand

EVERYTHING = PrepareConfig(min_user_events=0, min_item_events=0, min_scenario_share=0)


def read(source: SourceSettings, out: Path, settings: PrepareConfig = EVERYTHING) -> Dataset:
    return load_dataset(prepare(source, settings, out).path)


def events(dataset: Dataset) -> list[tuple[str, str, str, int, int]]:
    """User, item, scenario, time, action mask: by names, in order."""
    vocabulary = dataset.vocabulary
    users = vocabulary.users["user_id"].to_numpy()[dataset.user_of_event()]
    items = vocabulary.items["item_id"].to_numpy()[dataset.items - 1]
    scenarios = [vocabulary.scenarios[code - 1] for code in dataset.scenarios]
    times, masks = dataset.times.tolist(), dataset.actions.tolist()
    return list(zip(users, items, scenarios, times, masks, strict=True))


REC = [
    "user_id",
    "item_id",
    "playing_time",
    "duration_ms",
    "time",
    "timestamp",
    "click",
    "forward",
    "like",
    "follow",
]
SRC = [
    "user_id",
    "search_session_id",
    "search_session_time",
    "search_session_timestamp",
    "keyword",
    "search_source",
    "item_id",
    "click_cnt",
    "item_type",
]
DAY = "2023-05-22 15:53:20"


@pytest.fixture
def kuaisar(tmp_path: Path) -> Path:
    folder = tmp_path / "KuaiSAR"
    folder.mkdir()
    write_csv(
        folder / "rec_inter.csv",
        REC,
        [
            [7, 100, 5.0, 9.0, DAY, "1684742000123.0", 1, 0, 0, 0],
            [7, 200, 5.0, 9.0, DAY, "1684742000999.0", 0, 0, 0, 0],
            [7, 300, 5.0, 9.0, DAY, "1684742000000.0", 0, 1, 1, 1],
            [9, 100, 5.0, 9.0, DAY, "1.684742e+12", 1, 0, 0, 0],
        ],
    )
    write_csv(
        folder / "src_inter.csv.gz",
        SRC,
        [
            [9, 1, DAY, 1684742000000, "[20, 34]", "USER_INPUT", 400, 3, "VIDEO"],
            [9, 1, DAY, 1684742000000, "[20, 34]", "USER_INPUT", 500, 0, "VIDEO"],
            [7, 2, DAY, 1684742999999, "[2]", "", 400, 1, "USER"],
        ],
    )
    write_csv(
        folder / "item_features.csv",
        ["item_id", "caption", "first_level_category_name_en"],
        [
            [100, "[1, 213, 24]", "Funny"],
            [300, 'A cat, a "hat"\nand a bat', "empty"],
            [400, "", "Food"],
            [400, "Second thoughts", "Cars"],
            [999, "never met", "Food"],
        ],
    )
    write_csv(folder / "user_features.csv", ["user_id", "rec_active_level"], [[9, 3], [8, 1]])
    return folder


def test_kuaisar_unites_recommendation_and_search(kuaisar: Path, tmp_path: Path) -> None:
    dataset = read(KuaiSarSettings(folder=kuaisar), tmp_path / "out")
    assert dataset.vocabulary.actions == ("click", "follow", "like", "share")
    assert events(dataset) == [
        ("7", "300", "recommendation", 1684742000000, 0b1110),
        ("7", "100", "recommendation", 1684742000123, 0b0001),
        ("7", "400", "search: (none)", 1684742999999, 0b0001),
        ("9", "100", "recommendation", 1684742000000, 0b0001),
        ("9", "400", "search: user input", 1684742000000, 0b0001),
    ]
    assert dataset.rewards.tolist() == [8, 1, 1, 1, 1]
    assert dataset.manifest["scenario_names"]["search: user input"] == ["USER_INPUT"]
    assert [row["role"] for row in dataset.manifest["inputs"]] == [
        "rec",
        "search",
        "items",
        "users",
    ]


def test_kuaisar_keeps_readable_captions_and_named_categories(
    kuaisar: Path, tmp_path: Path
) -> None:
    items = read(KuaiSarSettings(folder=kuaisar), tmp_path / "out").vocabulary.items
    rows = items.set_index("item_id")[["title", "category"]].astype(object)
    rows = rows.where(rows.notna(), None)
    assert rows.loc["100"].tolist() == [None, "Funny"]
    assert rows.loc["300"].tolist() == ['A cat, a "hat"\nand a bat', None]
    assert rows.loc["400"].tolist() == ["Second thoughts", "Food"]


def test_kuaisar_knows_the_activity_of_some_users(kuaisar: Path, tmp_path: Path) -> None:
    users = read(KuaiSarSettings(folder=kuaisar), tmp_path / "out").vocabulary.users
    assert users["segment"].isna().tolist() == [True, False]
    assert users["segment"][1] == "recommendation activity 3"


def test_kuaisar_keeps_exposures_if_asked(kuaisar: Path, tmp_path: Path) -> None:
    settings = EVERYTHING.model_copy(update={"keep": "all"})
    dataset = read(KuaiSarSettings(folder=kuaisar), tmp_path / "out", settings)
    assert dataset.n_events == 7
    assert sorted(dataset.rewards.tolist()) == [0, 0, 1, 1, 1, 1, 8]


def test_kuaisar_takes_single_files_before_the_folder(kuaisar: Path, tmp_path: Path) -> None:
    other = write_csv(tmp_path / "other.csv", SRC, [[9, 1, DAY, START, "[]", "X", 1, 1, "VIDEO"]])
    dataset = read(KuaiSarSettings(folder=kuaisar, search=other), tmp_path / "out")
    assert dataset.vocabulary.scenarios == ("recommendation", "search: x")


def test_kuaisar_says_what_a_folder_lacks(kuaisar: Path) -> None:
    (kuaisar / "src_inter.csv.gz").unlink()
    with pytest.raises(UserError, match=r"holds no src_inter\.csv"):
        prepare(KuaiSarSettings(folder=kuaisar), EVERYTHING, kuaisar / "out")
    with pytest.raises(UserError, match="is not a folder"):
        prepare(KuaiSarSettings(folder=kuaisar / "x"), EVERYTHING, kuaisar / "out")
    with pytest.raises(UserError, match="No KuaiSAR log was given"):
        prepare(KuaiSarSettings(items=kuaisar / "item_features.csv"), EVERYTHING, kuaisar / "out")


def test_kuairand_takes_tags_and_activity(tmp_path: Path) -> None:
    log = write_kuairand(tmp_path / "log.csv.gz", plain_rows(3, 3, ("1", "0")))
    videos = write_csv(tmp_path / "v.csv", ["video_id", "tag"], [[0, "39"], [1, "12,6"], [2, ""]])
    users = write_csv(tmp_path / "u.csv", ["user_id", "user_active_degree"], [[1, "full_active"]])
    source = KuaiRandSettings(log=(log,), videos=videos, users=users)
    vocabulary = read(source, tmp_path / "out").vocabulary
    assert vocabulary.scenarios == ("tab 1", "tab 0")
    assert vocabulary.actions == ("click", "follow", "like", "share", "comment")
    assert vocabulary.items["category"].fillna("?").tolist() == ["tag 39", "tag 12", "?"]
    assert vocabulary.items["title"].isna().all()
    assert vocabulary.users["segment"].fillna("?").tolist() == ["?", "full active", "?"]


def test_kuairand_does_not_take_a_comment_for_praise(tmp_path: Path) -> None:
    rows = plain_rows(3, 3)
    silent = dict.fromkeys(("click", "follow", "like", "share", "comment"), False)
    rows[0] |= silent | {"comment": True}
    rows[1] |= silent | {"share": True}
    log = write_kuairand(tmp_path / "log.csv", rows)
    dataset = read(KuaiRandSettings(log=(log,)), tmp_path / "out")
    assert dataset.n_events == 8
    assert dataset.actions[0] == 0b01000


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


def test_sources_are_registered_by_name() -> None:
    assert list(SETTINGS) == ["kuaisar", "kuairand", "generic"]
    assert settings_of("generic") is GenericSettings
    with pytest.raises(UserError, match="no source 'movielens': choose from kuaisar, kuairand"):
        settings_of("movielens")
