"""The generated log: official columns, marginals, noise, and a signal that order carries."""

import numpy as np
import pandas as pd
import pytest

from ruie_core.config import parse_settings
from ruie_core.data.sample.frames import REC_COLUMNS, SRC_COLUMNS
from ruie_core.data.sample.log import SampleLog, make_log
from ruie_core.data.sample.settings import (
    CLICK_RATES,
    DAYS,
    REGIMES,
    SCENARIOS,
    START_MS,
    SampleConfig,
)
from ruie_core.data.sample.words import CATEGORIES, PATTERNS, TOPICS, titles
from ruie_core.errors import UserError

KEY = ["user_id", "item_id", "timestamp"]


@pytest.fixture(scope="module")
def log() -> SampleLog:
    return make_log(SampleConfig(), np.random.default_rng(3))


@pytest.fixture(scope="module")
def clicks(log) -> pd.DataFrame:
    """Clicks in order, with the category of their item and that of the user's click before."""
    events = log.truth.events
    frame = events[events["click"]].sort_values(["user_id", "step"], ignore_index=True)
    category = log.item_features.set_index("item_id")["first_level_category_name_en"]
    frame["category"] = category.reindex(frame["item_id"]).to_numpy()
    return frame


def test_columns_are_the_official_ones(log):
    assert tuple(log.rec_inter.columns) == REC_COLUMNS
    assert tuple(log.src_inter.columns) == SRC_COLUMNS
    assert list(log.user_features.columns) == [
        "user_id", "search_active_level", "rec_active_level", "onehot_feat1", "onehot_feat2",
    ]  # fmt: skip
    assert list(log.social_network.columns) == ["user_id", "user_follow_id"]
    levels = [f"{level}_level_category" for level in ("first", "second", "third", "fourth")]
    parts = [f"{level}_{part}" for level in levels for part in ("id", "name", "name_en")]
    assert list(log.item_features.columns) == [
        "item_id", "caption", "author_id", "item_type", "upload_time", "upload_type", *parts,
    ]  # fmt: skip


def test_values_have_the_official_units_and_types(log):
    rec, src = log.rec_inter, log.src_inter
    beijing = pd.to_datetime(rec["timestamp"], unit="ms") + pd.Timedelta(hours=8)
    assert (beijing.dt.strftime("%Y-%m-%d %H:%M:%S") == rec["time"]).all()
    assert (rec["timestamp"] // 1 == rec["timestamp"]).all()
    assert rec["timestamp"].min() >= START_MS
    assert rec["timestamp"].max() < START_MS + (DAYS + 1) * 86_400_000
    for name in ("click", "forward", "like", "follow", "search", "search_item_related"):
        assert set(rec[name].unique()) <= {0, 1}
    assert (rec["playing_time"] >= 0).all()
    assert set(src["search_source"]) == set(SCENARIOS[1:])
    assert src["keyword"].str.fullmatch(r"\[\d+, \d+, \d+\]").all()
    of_session = ["search_session_id", "user_id", "search_session_timestamp", "search_source"]
    assert not src[of_session].drop_duplicates().duplicated("search_session_id").any()
    known = set(log.item_features["item_id"])
    assert set(rec["item_id"]) <= known
    assert set(src["item_id"]) <= known


def test_titles_are_readable_and_unique(log):
    assert len(CATEGORIES) >= 12
    assert TOPICS >= 12
    assert len({len(c.topics) for c in CATEGORIES} | {TOPICS}) == 1
    assert len({len(c.patterns) for c in CATEGORIES} | {PATTERNS}) == 1
    assert len(set(titles())) == len(titles()) == len(CATEGORIES) * TOPICS * PATTERNS
    assert {"Knife skills 101", "Cat versus printer", "Street food at the night market"} <= set(
        titles()
    )
    assert log.item_features["caption"].is_unique
    large = make_log(SampleConfig(users=20, items=9_000, rec_events=400, search_events=150))
    captions = large.item_features["caption"]
    assert captions.is_unique
    assert captions.str.contains(", part 2").any()


def test_sizes_and_lengths(log):
    config = SampleConfig()
    assert len(log.rec_inter) == pytest.approx(config.rec_events, rel=0.03)
    assert len(log.src_inter) == pytest.approx(config.search_events, rel=0.08)
    lengths = log.truth.users["clicks"]
    assert len(lengths) == config.users
    assert lengths.min() >= 3
    assert 15 <= lengths.median() <= 21
    assert lengths.max() > 150


def test_marginals(log, clicks):
    rec = log.rec_inter
    assert rec["click"].mean() == pytest.approx(0.5, abs=0.01)
    liked = rec.loc[rec["click"] == 1, ["like", "follow", "forward"]].mean()
    assert liked["like"] == pytest.approx(0.039, abs=0.005)
    assert liked["follow"] == pytest.approx(0.003, abs=0.0015)
    assert liked["forward"] == pytest.approx(0.002, abs=0.0015)
    rows = log.truth.events.groupby("scenario", observed=True)["click"].mean()
    for name, rate in zip(SCENARIOS, CLICK_RATES, strict=True):
        assert rows[name] == pytest.approx(rate, abs=0.05)
    clicked = log.src_inter.groupby("search_session_id")["click_cnt"].max() > 0
    assert clicked.mean() == pytest.approx(0.6, abs=0.03)
    share = clicks["scenario"].value_counts(normalize=True)
    assert list(share.index) == list(SCENARIOS)
    assert share["HOT_SEARCH"] == pytest.approx(0.011, abs=0.005)


@pytest.mark.parametrize("noise", [0.0, 0.15, 0.6])
def test_noise_share_is_the_one_asked_for(noise):
    small = SampleConfig(users=800, rec_events=31_000, search_events=10_600, noise=noise)
    log = make_log(small)
    events = log.truth.events
    assert events.loc[events["click"], "noise"].mean() == pytest.approx(noise, abs=0.015)
    rec = log.rec_inter
    assert rec["click"].mean() == pytest.approx(0.5, abs=0.02)
    assert rec.loc[rec["click"] == 1, "like"].mean() == pytest.approx(0.039, abs=0.01)


def test_truth_is_a_key_to_every_row(log):
    events = log.truth.events
    assert not events.duplicated(KEY).any()
    src = log.src_inter.rename(columns={"search_session_timestamp": "timestamp"})
    src["click"] = src["click_cnt"] > 0
    rows = pd.concat([log.rec_inter[[*KEY, "click"]], src[[*KEY, "click"]]])
    joined = rows.astype({"timestamp": np.int64}).merge(events, on=KEY, how="left")
    assert len(joined) == len(events)
    assert joined["noise"].notna().all()
    assert (joined["click_x"].astype(bool) == joined["click_y"]).all()


def test_the_path_of_interest_covers_every_click(log):
    interests = log.truth.interests.sort_values(["user_id", "phase"])
    total = interests.groupby("user_id")["clicks"].sum()
    assert (total == log.truth.users.set_index("user_id")["clicks"].sort_index()).all()
    weights = interests[[category.name for category in CATEGORIES]]
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-5)
    assert (weights.idxmax(axis=1) == interests["main"].astype(str)).all()
    changed = interests.groupby("user_id")["main"].shift().astype(object)
    assert (changed.dropna() != interests["main"].astype(object)[changed.notna()]).all()


def test_scenarios_follow_the_true_matrices(log, clicks):
    before = clicks["scenario"].shift().where(clicks["step"] > 0)
    for name in REGIMES:
        true = np.array(log.truth.parameters["transitions"][name])
        assert np.allclose(true.sum(axis=1), 1)
        here = (clicks["regime"] == name) & before.notna()
        seen = pd.crosstab(before[here], clicks.loc[here, "scenario"])
        seen = seen.reindex(index=SCENARIOS, columns=SCENARIOS, fill_value=0)
        n = seen.to_numpy().sum(axis=1)
        deviation = np.abs(seen.to_numpy() / n[:, None] - true)
        assert (deviation < 4.5 * np.sqrt(true * (1 - true) / n[:, None]) + 0.01).all()


def test_explorers_turn_to_search_and_the_feed_follows_with_a_lag(log, clicks):
    users = log.truth.users.set_index("user_id")
    interests = log.truth.interests.set_index(["user_id", "phase"])[["main", "first_step"]]
    old = interests["main"].groupby("user_id").shift()
    frame = clicks.join(interests, on=["user_id", "phase"])
    frame["old"] = old.reindex(pd.MultiIndex.from_frame(frame[["user_id", "phase"]])).to_numpy()
    frame = frame[(frame["phase"] > 0) & ~frame["noise"]]
    frame = frame[users["explorer"].reindex(frame["user_id"]).to_numpy()]
    early = frame["step"] - frame["first_step"] < 4
    search = frame["scenario"] != "RECOMMENDATION"
    assert search[early].mean() > 2 * search[~early].mean()
    new = frame["category"] == frame["main"].astype(str)
    assert new[early & (frame["scenario"] == "USER_INPUT")].mean() > 0.7
    assert new[early & ~search].mean() < 0.35
    assert (frame["category"] == frame["old"])[early & ~search].mean() > 0.5
    assert new[~early & ~search].mean() > 0.5


def test_interest_runs_on_and_noise_does_not(clicks):
    follows = clicks["step"] > 0
    same = (clicks["category"] == clicks["category"].shift()) & follows
    quiet = follows & ~clicks["noise"].shift(fill_value=True)
    signal, noise = same[quiet & ~clicks["noise"]].mean(), same[quiet & clicks["noise"]].mean()
    assert signal > 0.45
    assert noise < 0.15


def test_a_stray_click_does_not_bend_what_follows(log, clicks):
    """Across one stray click the series goes on as across none."""
    after_signal = ~clicks["noise"] & (clicks["step"] > 1)
    before, two_before = clicks.shift(1), clicks.shift(2)
    direct = after_signal & before["noise"].eq(False)
    across = after_signal & before["noise"].eq(True) & two_before["noise"].eq(False)
    same = (clicks["category"] == before["category"])[direct].mean()
    over = (clicks["category"] == two_before["category"])[across].mean()
    bent = (clicks["category"] == before["category"])[across].mean()
    assert over > 0.85 * same
    assert bent < 0.2


def test_order_carries_a_signal_and_shuffled_order_does_not(clicks):
    first_users = set(clicks["user_id"].unique()[::2])
    shuffled = clicks.assign(item_id=np.random.default_rng(0).permutation(clicks["item_id"]))
    ordered, control = _hit_rate(clicks, first_users), _hit_rate(shuffled, first_users)
    popular = clicks["item_id"].value_counts(normalize=True).head(10).sum()
    assert ordered > 2 * popular
    assert control < 1.2 * popular


def _hit_rate(frame: pd.DataFrame, train_users: set[int]) -> float:
    """Share of clicks among the ten likeliest followers of the click before, on other users."""
    pairs = pd.DataFrame({"item": frame["item_id"].shift(), "next": frame["item_id"]})
    pairs = pairs[frame["step"] > 0]
    train = frame["user_id"].isin(train_users)[frame["step"] > 0]
    counts = pairs[train].value_counts().reset_index()
    top = counts.groupby("item").head(10)[["item", "next"]].assign(hit=True)
    joined = pairs[~train].merge(top, on=["item", "next"], how="left")
    return float(joined["hit"].notna().mean())


def test_engagement_is_rarer_on_noise_and_warmer_on_new_interests(log):
    events = log.truth.events
    rec = log.rec_inter[log.rec_inter["click"] == 1].astype({"timestamp": np.int64})
    joined = rec.merge(events, on=KEY)
    rate = joined.groupby("noise")["like"].mean()
    assert rate[True] < 0.3 * rate[False]
    attention = joined[~joined["noise"]].groupby("distracted")["like"].mean()
    assert attention[True] < 0.8 * attention[False]


def test_popularity_has_a_heavy_head(clicks):
    count = clicks["item_id"].value_counts()
    assert 0.35 < count.head(150).sum() / count.sum() < 0.6


def test_same_generator_same_log():
    config = SampleConfig(users=60, items=400, rec_events=2_400, search_events=830)
    one, two, other = (make_log(config, np.random.default_rng(s)) for s in (5, 5, 6))
    pd.testing.assert_frame_equal(one.rec_inter, two.rec_inter)
    pd.testing.assert_frame_equal(one.src_inter, two.src_inter)
    pd.testing.assert_frame_equal(one.truth.events, two.truth.events)
    assert not one.rec_inter.equals(other.rec_inter)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"noise": 2}, "noise"),
        ({"users": 0}, "users"),
        ({"items": 10}, "items"),
        ({"rec_events": 200, "search_events": 100}, "three for each"),
        ({"speed": 3}, "speed"),
    ],
)
def test_bad_settings_are_named(settings, word):
    with pytest.raises(UserError, match=word):
        parse_settings(SampleConfig, settings, "sample.json")


CHANGES = {
    "users": 150, "items": 500, "rec_events": 5_000, "search_events": 2_000, "length_spread": 0.2,
    "phase_clicks": 8, "explorers": 0.0, "noise": 0.5, "noise_clumping": 0.0, "chain": 0.1,
    "popularity_exponent": 0.5, "like_rate": 0.2, "follow_rate": 0.2, "forward_rate": 0.2,
    "stray_engagement": 1.0, "chunk_rows": 2_000, "seed": 2,
}  # fmt: skip


def test_every_setting_changes_the_log():
    assert set(CHANGES) == set(SampleConfig.model_fields) - {"gzip"}
    small = {"users": 100, "items": 400, "rec_events": 4_000, "search_events": 1_400}
    base = make_log(SampleConfig(**small)).rec_inter
    for name, value in CHANGES.items():
        assert not base.equals(make_log(SampleConfig(**small | {name: value})).rec_inter), name
