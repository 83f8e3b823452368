"""What findings rest on, on runs of a few users, against numbers worked out here by other means.

All users have equally many events, so that the interval with users as clusters is the textbook one
of the mean of their means: mean ± 1.96 · s / √n (``scipy.stats.sem``).
"""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ruie_core.analysis.frames import findings, findings_cohort, sides
from ruie_core.analysis.periods import Period
from ruie_core.analysis.sides import two_spans
from ruie_core.analysis.store import RunStore
from ruie_core.analysis.transitions import transition_table
from tests.tiny_store import tiny_store

Q95 = stats.norm.ppf(0.975)
PATH = ("feed", "feed", "search", "search") * 3
"""Of every user; so 3 moves stay in the feed, 3 lead to search, 3 stay there, 2 lead back."""


def log(users: int, **more: object) -> pd.DataFrame:
    rows = [(u, t, name) for u in range(users) for t, name in enumerate(PATH, 1)]
    frame = pd.DataFrame(rows, columns=["user", "t", "scenario"])
    frame["time"] = pd.Timestamp("2026-05-01", tz="UTC") + pd.to_timedelta(frame["t"], "D")
    return frame.assign(**more)


def ranked(steps: pd.DataFrame, hits: list[int]) -> pd.DataFrame:
    """A user's first events, so many as ``hits`` says, are ranked first; the others eleventh."""
    keys = steps[["user", "t", "scenario"]].assign(request_scenario="unknown")
    hit = keys["t"] <= keys["user"].map(dict(enumerate(hits)))
    return pd.concat(
        [
            keys.assign(model="ruie", rank=np.where(hit, 1, 11)),
            keys.assign(model="popularity", rank=11),
            keys.assign(model="scenario-popularity", rank=np.where(keys["t"] == 12, 3, 11)),
        ]
    )


def store_of(steps: pd.DataFrame, hits: list[int]) -> RunStore:
    """A store with the moves of the steps too, counted as ``ruie analyze`` does."""
    store = tiny_store(steps, ranked(steps, hits))
    codes = {name: code for code, name in enumerate(store.scenarios, 1)}
    sizes = steps.groupby("user").size().to_numpy()
    events = SimpleNamespace(
        n_events=len(steps), n_users=len(sizes), n_scenarios=2,
        offsets=np.append(0, np.cumsum(sizes)),
        scenarios=steps["scenario"].map(codes).to_numpy(),
        user_of_event=lambda: steps["user"].to_numpy(),
        vocabulary=SimpleNamespace(scenarios=store.scenarios),
    )  # fmt: skip
    made = transition_table(events, np.ones((2, 2)), resamples=200, seed=1)  # type: ignore[arg-type]
    store._connection.register("made", made)
    store._connection.execute("CREATE TABLE transitions AS SELECT * FROM made")
    return store


def holm(p: np.ndarray) -> np.ndarray:
    """Holm's rule as he wrote it, one p-value after the other."""
    adjusted, worst = np.empty_like(p), 0.0
    for place, at in enumerate(np.argsort(p)):
        worst = max(worst, (len(p) - place) * p[at])
        adjusted[at] = min(1.0, worst)
    return adjusted


def one(frame: pd.DataFrame, kind: str, scenario: str, to: str | None = None) -> pd.Series:
    found = frame[(frame["kind"] == kind) & (frame["scenario"] == scenario)]
    if to is not None:
        found = found[found["to"] == to]
    assert len(found) == 1
    return found.iloc[0]


def is_mean_of(row: pd.Series, means: list[float]) -> None:
    """The row's estimate is the mean of users' means, with its interval and p-value."""
    centre, half = np.mean(means), Q95 * stats.sem(means)
    assert row["value"] == pytest.approx(centre)
    assert (row["low"] + row["high"]) / 2 == pytest.approx(centre)
    assert (row["low"], row["high"]) == pytest.approx((centre - half, centre + half))
    z = (centre - row["null"]) / stats.sem(means)
    assert row["p"] == pytest.approx(2 * stats.norm.sf(abs(z)))


HITS = [3, 4, 6, 6, 8, 9]
GAPS = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
CHANCES = [0.50, 0.55, 0.60, 0.60, 0.65, 0.70]


@pytest.fixture(scope="module")
def run() -> RunStore:
    """Six users; Q is by GAPS too high, search is expected by CHANCES, gates differ by user."""
    steps = log(6)
    steps["return"] = 1.0 + (steps["t"] % 3)
    steps["q_taken"] = steps["return"] + steps["user"].map(dict(enumerate(GAPS)))
    steps["gate"] = np.where(steps["scenario"] == "feed", 0.6, 0.2) + 0.01 * steps["user"]
    steps["p_search"] = steps["user"].map(dict(enumerate(CHANCES)))
    steps["p_feed"] = 1 - steps["p_search"]
    return store_of(steps, HITS)


@pytest.fixture(scope="module")
def family(run: RunStore) -> pd.DataFrame:
    return findings.looked_at(run, 10)


def test_the_gain_is_over_the_better_baseline(family: pd.DataFrame) -> None:
    row = one(family, "ndcg", "all")
    # Popularity never ranks in ten; the scenario's once in twelve at rank 3: 1 / log2(4) = 0.5.
    is_mean_of(row, [hits / 12 - 0.5 / 12 for hits in HITS])
    assert row["value"] == pytest.approx(36 / 72 - 0.5 / 12)
    assert (row["first"], row["second"]) == pytest.approx((0.5, 0.5 / 12))
    assert (row["label"], row["n"], row["n_users"]) == ("scenario-popularity", 72, 6)
    # In the feed the 1st, 2nd, 5th, 6th, 9th and 10th events lie: of 3 hits two, of 8 four, …
    feed = one(family, "ndcg", "feed")
    is_mean_of(feed, [2 / 6, 2 / 6, 4 / 6, 4 / 6, 4 / 6, 5 / 6])
    assert (feed["second"], feed["n"]) == (0, 36)


def test_the_promise_is_q_less_what_came(family: pd.DataFrame) -> None:
    row = one(family, "promise", "all")
    is_mean_of(row, GAPS)
    assert row["value"] == pytest.approx(2.5)
    # Gaps about 2.5: 2 · (6.25 + 2.25 + 0.25) = 17.5; s² = 3.5; the error is √(3.5 / 6).
    assert row["high"] - row["value"] == pytest.approx(1.959964 * np.sqrt(3.5 / 6))
    assert row["second"] == pytest.approx(2.0), "returns are 2, 3 and 1 by turns"
    assert (row["n"], row["n_of"], row["n_users"]) == (72, 0, 6), "none of them is held out"


def test_a_misread_move_is_the_mean_chance_less_the_share(family: pd.DataFrame) -> None:
    row = one(family, "misread", "feed", "search")
    is_mean_of(row, [chance - 0.5 for chance in CHANCES])
    assert (row["first"], row["second"]) == pytest.approx((0.6, 0.5))
    assert (row["n"], row["n_of"], row["n_users"]) == (18, 36, 6)
    back = one(family, "misread", "search", "feed")
    is_mean_of(back, [1 - chance - 0.4 for chance in CHANCES])
    assert (back["n"], back["n_of"]) == (12, 30), "the last event of each user leads nowhere"


def test_a_lift_is_the_share_over_the_base_rate(family: pd.DataFrame) -> None:
    row = one(family, "lift", "feed", "search")
    # Of each user's 11 moves 6 lead to search.
    assert (row["first"], row["second"]) == pytest.approx((1 / 2, 6 / 11))
    assert row["value"] == pytest.approx(np.log(11 / 12))
    assert (row["n"], row["n_of"], row["n_users"]) == (18, 36, 6)
    # All users move alike, so drawing others changes nothing: no width, no p-value, no claim.
    assert (row["low"], row["high"]) == pytest.approx((row["value"], row["value"]))
    assert not row["told"]


def test_a_share_of_gate_is_set_against_traffic(family: pd.DataFrame) -> None:
    row = one(family, "gate", "feed")
    gates = np.array([0.6 + 0.01 * u for u in range(6)])
    overall = (gates.mean() + gates.mean() - 0.4) / 2
    assert row["value"] == pytest.approx(0.625 / 0.425)
    assert row["value"] == pytest.approx(gates.mean() / overall)
    error = gates.std(ddof=1) / np.sqrt(6) / overall  # the overall mean is taken as known
    assert (row["low"], row["high"]) == pytest.approx(
        (row["value"] - Q95 * error, row["value"] + Q95 * error)
    )
    assert (row["first"], row["second"]) == pytest.approx((0.625 / 0.85, 0.5))
    assert (row["n"], row["n_of"], row["n_users"]) == (36, 72, 6)


def test_the_slope_is_that_of_least_squares_with_errors_by_user(
    run: RunStore, family: pd.DataFrame
) -> None:
    row = one(family, "slope", "all")
    steps = run.sql('SELECT "user", q_taken AS q, "return" AS r FROM steps', [])
    line = stats.linregress(steps["q"], steps["r"])
    assert row["value"] == pytest.approx(line.slope)
    assert row["first"] == pytest.approx(line.rvalue**2)
    # The sandwich: bread (XᵀX)⁻¹, filled with the outer products of the users' scores.
    x = np.column_stack([np.ones(len(steps)), steps["q"]])
    left = steps["r"].to_numpy() - x @ [line.intercept, line.slope]
    scores = np.array([(x * left[:, None])[steps["user"] == u].sum(axis=0) for u in range(6)])
    bread = np.linalg.inv(x.T @ x)
    error = np.sqrt((bread @ scores.T @ scores @ bread)[1, 1] * 6 / 5)
    assert row["high"] - row["value"] == pytest.approx(Q95 * error)
    assert (row["n"], row["n_users"]) == (72, 6)


def test_the_family_is_corrected_as_one(family: pd.DataFrame) -> None:
    has = family["p"].notna().to_numpy()
    assert has.sum() > 8
    # A p-value that its own interval gives, and Holm's rule over all of them.
    spread = (family["high"] - family["low"]) / (2 * Q95)
    p = 2 * stats.norm.sf(np.abs((family["value"] - family["null"]) / spread))
    assert family["p"][has].to_numpy() == pytest.approx(p[has])
    assert family["p_holm"][has].to_numpy() == pytest.approx(holm(p[has]))
    assert family["told"].tolist() == [bool(h) and bool(q < 0.05) for h, q in
                                       zip(has, family["p_holm"], strict=True)]  # fmt: skip
    assert not family["told"].all()


def test_cells_of_few_events_or_users_are_not_compared() -> None:
    few = log(4).assign(q_taken=2.0)  # 48 events, of four users
    few["return"] = 1.0 + few["user"]
    found = findings.looked_at(store_of(few, [6] * 4), 10)
    assert set(found["kind"]) == {"ndcg"}, "a gain needs 30 events, the others 5 users too"
    short = log(6)[lambda rows: rows["t"] <= 4].assign(q_taken=2.0)  # 24 events
    assert findings.looked_at(store_of(short, [2] * 6), 10).empty


@pytest.fixture(scope="module")
def crowd() -> RunStore:
    """Twelve users; the first six are the cohort, with gates 0.3 higher on average."""
    steps = log(12)
    own = steps["user"] < 6
    steps["gate"] = np.where(own, 0.5, 0.2) + 0.02 * (steps["user"] % 6)
    return tiny_store(steps, ranked(steps, [5, 6, 7, 7, 8, 9, 1, 2, 3, 3, 4, 5]))


def test_a_cohort_is_compared_as_two_independent_groups(crowd: RunStore) -> None:
    among = crowd.keep_users('SELECT "user" FROM users WHERE "user" < 6', {})
    found = findings_cohort.looked_at(crowd, among, 10)
    for kind, own, rest in (
        ("cohort-gate", [0.5 + 0.02 * u for u in range(6)], [0.2 + 0.02 * u for u in range(6)]),
        ("cohort-ndcg", [h / 12 for h in (5, 6, 7, 7, 8, 9)], [h / 12 for h in (1, 2, 3, 3, 4, 5)]),
    ):
        row = one(found, kind, "all")
        error = np.hypot(stats.sem(own), stats.sem(rest))  # Welch's
        centre = np.mean(own) - np.mean(rest)
        assert row["value"] == pytest.approx(centre)
        assert (row["low"], row["high"]) == pytest.approx(
            (centre - Q95 * error, centre + Q95 * error)
        )
        assert (row["first"], row["second"]) == pytest.approx((np.mean(own), np.mean(rest)))
        assert (row["n"], row["n_users"]) == (72, 6)
        assert row["p"] == pytest.approx(2 * stats.norm.sf(centre / error))
    has = found["p"].notna().to_numpy()
    assert found["p_holm"][has].to_numpy() == pytest.approx(holm(found["p"][has].to_numpy()))


def test_two_periods_of_the_same_people_are_paired() -> None:
    steps = log(6)
    late = steps["t"] > 6
    early_means, late_means = np.arange(6) * 0.1, np.array([0.2, 0.2, 0.5, 0.3, 0.6, 0.7])
    steps["gate"] = np.where(late, late_means[steps["user"]], early_means[steps["user"]])
    store = tiny_store(steps, zone="UTC")
    table = two_spans(
        store,
        Period(date(2026, 5, 2), date(2026, 5, 7), "UTC"),
        Period(date(2026, 5, 8), date(2026, 5, 13), "UTC"),
    )
    row = sides.means(store, table, "gate").iloc[0]
    changes = late_means - early_means
    half = Q95 * stats.sem(changes)  # the paired interval, not that of two groups
    assert row["difference"] == pytest.approx(changes.mean())
    assert row["difference_low"] == pytest.approx(changes.mean() - half)
    assert row["difference_high"] == pytest.approx(changes.mean() + half)
    assert (row["n_1"], row["n_2"], row["users_1"], row["users_2"]) == (36, 36, 6, 6)
    alone = Q95 * np.hypot(stats.sem(late_means), stats.sem(early_means))
    assert half < alone / 2
