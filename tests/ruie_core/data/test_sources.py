from pathlib import Path

import pytest

from ruie_core.data.prepare import prepare
from ruie_core.data.settings import GenericSettings, KuaiRandSettings, KuaiSarSettings
from ruie_core.data.sources.registry import SETTINGS, settings_of
from ruie_core.errors import UserError
from tests.ruie_core.data.logs import START, plain_rows, write_csv, write_kuairand
from tests.ruie_core.data.reading import EVERYTHING, events, read

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


def test_sources_are_registered_by_name() -> None:
    assert list(SETTINGS) == ["kuaisar", "kuairand", "generic"]
    assert settings_of("generic") is GenericSettings
    with pytest.raises(UserError, match="no source 'movielens': choose from kuaisar, kuairand"):
        settings_of("movielens")
