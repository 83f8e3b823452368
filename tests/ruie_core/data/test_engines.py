from pathlib import Path
from typing import Any

import pytest

from ruie_core.data.dataset import load_dataset
from ruie_core.data.engines.duck import DuckEngine
from ruie_core.data.engines.registry import ENGINES
from ruie_core.data.prepare import prepare
from ruie_core.data.settings import GenericSettings, KuaiRandSettings, PrepareConfig
from ruie_core.errors import UserError
from tests.ruie_core.data.logs import START, random_rows, write_csv, write_kuairand


def test_engines_are_registered_by_name() -> None:
    assert list(ENGINES) == ["duckdb", "spark"]


def test_duckdb_works_within_its_limits(tmp_path: Path) -> None:
    engine = DuckEngine(tmp_path, "300MB", 1)
    rows = engine._con.raw_sql(
        "SELECT current_setting('threads'), current_setting('memory_limit')"
    ).fetchall()
    engine.close()
    assert rows == [(1, "286.1 MiB")]


def test_spark_without_its_packages_says_what_to_install(tmp_path: Path) -> None:
    try:
        import pyspark  # noqa: F401
    except ImportError:
        with pytest.raises(UserError, match=r'pip install "ruie\[spark\]"'):
            ENGINES["spark"](tmp_path, "1GB", 1)
    else:
        pytest.skip("pyspark is installed")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_kuairand(tmp_path_factory.mktemp("log") / "log.csv", random_rows(7))


BASE: dict[str, Any] = {"min_user_events": 2, "min_item_events": 2, "min_scenario_share": 0.03}
CHANGES: dict[str, Any] = {
    "keep": "all",
    "min_user_events": 27,
    "min_item_events": 9,
    "min_scenario_share": 0.2,
    "rewards": {"click": 2.0},
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_setting_of_the_content_changes_it(log: Path, tmp_path: Path, name: str) -> None:
    source = KuaiRandSettings(log=(log,))
    base = prepare(source, PrepareConfig(**BASE), tmp_path / "base")
    other = prepare(source, PrepareConfig(**(BASE | {name: CHANGES[name]})), tmp_path / "other")
    assert base.dataset_hash != other.dataset_hash


def test_the_other_settings_are_tested_where_they_act() -> None:
    elsewhere = {"allow_single_scenario", "engine", "memory_limit", "threads"}
    assert set(PrepareConfig.model_fields) == set(CHANGES) | elsewhere


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_spark_prepares_the_same_dataset_as_duckdb(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed (extra: spark)")
    rows = random_rows(8)
    one = write_kuairand(tmp_path / "one.csv", rows[:300])
    two = write_kuairand(tmp_path / "two.csv.gz", rows[300:])
    videos = write_csv(tmp_path / "v.csv", ["video_id", "tag"], [[k, f"{k},1"] for k in range(50)])
    users = write_csv(tmp_path / "u.csv", ["user_id", "user_active_degree"], [[4, "high_active"]])
    text = write_csv(
        tmp_path / "text.csv",
        ["user_id", "item_id", "scenario", "timestamp", "did", "title"],
        [
            [f"u{k % 9}", f"i{k % 7}", "ab"[k % 2], f"2023-05-{1 + k % 28:02}T10:00:00+08:00",
             ("click", "click|like", "like|share")[k % 3], f'Title "{k}", part']
            for k in range(200)
        ],
    )  # fmt: skip
    lines = tmp_path / "lines.txt"
    lines.write_text("".join(f"u{k} {k % 3} {k % 4} {k % 5}\n" for k in range(12)))
    sources = {
        "kuairand": KuaiRandSettings(log=(one, two), videos=videos, users=users),
        "generic": GenericSettings(log=(text,), timestamp_unit="iso", actions="did", title="title"),
        "lines": GenericSettings(log=(lines,), sequences=True),
    }
    common = {"min_user_events": 2, "min_item_events": 2, "allow_single_scenario": True}
    for name, source in sources.items():
        summaries = [
            prepare(source, PrepareConfig(engine=engine, **common), tmp_path / f"{name}-{engine}")
            for engine in ("duckdb", "spark")
        ]
        assert summaries[0].steps == summaries[1].steps, name
        assert summaries[0].dataset_hash == summaries[1].dataset_hash, name
        assert load_dataset(summaries[1].path).n_events == summaries[0].steps[-1].events


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_spark_names_a_wrong_value_as_duckdb_does(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed (extra: spark)")
    columns = ["user_id", "item_id", "scenario", "timestamp"]
    rows = [[k % 5, k % 7, "ab"[k % 2], START + k] for k in range(40)]
    rows[25][3] = "noon"
    source = GenericSettings(log=(write_csv(tmp_path / "log.csv", columns, rows),))
    for engine in ("duckdb", "spark"):
        with pytest.raises(UserError, match=r"log\.csv: column timestamp, row 26: 'noon'"):
            prepare(source, PrepareConfig(engine=engine), tmp_path / engine)
