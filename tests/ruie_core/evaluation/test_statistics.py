"""Intervals cover what they say, p-values and Holm against numbers worked out by hand."""

import numpy as np
import pytest

from ruie_core.evaluation.bootstrap import total_resamples
from ruie_core.evaluation.multiple import holm
from ruie_core.evaluation.statistics import (
    Sampled,
    differences,
    figures,
    over_seeds,
    ratio_of_totals,
    sample,
    shares,
    two_sided_p,
)

RESAMPLES, USERS, SEEDS = 300, 120, 5


def per_user(values: np.ndarray) -> list[np.ndarray]:
    """(U, S) one event's metric per user and seed → a table per seed."""
    return [np.column_stack([column, np.ones(len(column))]) for column in values.T]


def covers(draws: np.ndarray, truth: float = 0.0) -> bool:
    low, high = np.quantile(draws, [0.025, 0.975])
    return bool(low <= truth <= high)


WORLDS = {
    "people": (0.3, 0.0, 0.5),
    "people and training": (0.3, 0.1, 0.5),
    "training": (0.0, 0.1, 0.0),
}
"""Standard deviation over users, over seeds, and of both together, of each of two models."""


def coverage(world: str, trials: int = 250) -> dict[str, float]:
    """How often four ways cover the true difference of two equally good models: zero."""
    of_users, of_seeds, of_both = WORLDS[world]
    rng = np.random.default_rng(1)
    hits = {"ours": 0, "unpaired": 0, "users only": 0, "pigeonhole": 0}
    for trial in range(trials):
        shared = rng.normal(0, 1, (USERS, 1))  # a hard user is hard for both
        first, second = (
            shared
            + rng.normal(0, of_users, (USERS, 1))
            + rng.normal(0, of_seeds, (1, SEEDS))
            + rng.normal(0, of_both, (USERS, SEEDS))
            for _ in range(2)
        )
        blocks = {"first": per_user(first), "second": per_user(second)}
        found = sample(blocks, ratio_of_totals, resamples=RESAMPLES, seed=trial)
        hits["ours"] += covers(found["first"].draws[0] - found["second"].draws[0])
        other = sample(
            {"second": per_user(second)}, ratio_of_totals, resamples=RESAMPLES, seed=1_000 + trial
        )
        hits["unpaired"] += covers(found["first"].draws[0] - other["second"].draws[0])
        gap = np.column_stack([first - second, np.ones(USERS)])
        drawn = total_resamples(gap, ratio_of_totals, resamples=RESAMPLES, seed=trial)
        hits["users only"] += covers(drawn.mean(0))
        weights = rng.multinomial(SEEDS, np.full(SEEDS, 1 / SEEDS), RESAMPLES) / SEEDS
        hits["pigeonhole"] += covers((weights * drawn.T).sum(1))
    return {name: hit / trials for name, hit in hits.items()}


@pytest.mark.parametrize("world", WORLDS)
def test_an_interval_covers_as_often_as_it_says(world):
    """95 % ± three standard errors of 250 trials (0.014); each rival fails in some world."""
    found = coverage(world)
    assert 0.91 <= found["ours"] <= 0.99
    if world == "people":
        assert found["unpaired"] == 1.0  # three times too wide: nothing would ever be significant
        assert found["pigeonhole"] > 0.98  # counts the interaction three times
    if world == "training":
        assert found["users only"] < 0.5  # blind to what chance did in training
        assert found["pigeonhole"] < 0.91  # five seeds with replacement are too narrow


def test_what_two_models_share_cancels():
    """Each of a hundred users finds the second model worse by exactly 0.1, whoever is drawn."""
    hard = np.random.default_rng(0).random((100, 1))
    blocks = {"first": per_user(hard), "second": per_user(hard - 0.1)}
    found = sample(blocks, ratio_of_totals, resamples=200)
    gap = differences(found["first"], found["second"])[0]
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.1, 0.1, 0.1))
    level = figures(found["first"])[0]
    assert level.high - level.low > 0.05


def test_seeds_that_agree_in_everything_add_nothing():
    points, drawn = np.full((3, 1), 0.5), np.tile(np.linspace(0, 1, 11), (3, 1, 1))
    found = over_seeds(points, drawn, np.random.default_rng(0))
    assert found.draws[0] == pytest.approx(np.linspace(0, 1, 11))
    assert (found.value[0], found.seeds) == (0.5, 3)


def test_seeds_that_differ_for_all_users_alike_widen_the_interval():
    """Figures 0, 1 and 2, no user variance: √(1 / 3) · t of two degrees of freedom (4.303)."""
    points = np.array([[0.0], [1.0], [2.0]])
    drawn = np.repeat(points[:, :, None], 40_000, axis=2)
    figure = figures(over_seeds(points, drawn, np.random.default_rng(0)))[0]
    assert figure.value == 1.0
    assert figure.high - 1 == pytest.approx(4.303 / np.sqrt(3), rel=0.1)
    assert 1 - figure.low == pytest.approx(4.303 / np.sqrt(3), rel=0.1)


def test_one_seed_says_nothing_about_seeds():
    users = np.random.default_rng(2).random((50, 1))
    found = sample({"only": per_user(users)}, ratio_of_totals, resamples=200, seed=3)["only"]
    drawn = total_resamples(per_user(users)[0], ratio_of_totals, resamples=200, seed=3)
    assert found.draws == pytest.approx(drawn)
    assert found.seeds == 1


def test_variants_may_have_different_numbers_of_seeds():
    rng = np.random.default_rng(0)
    blocks = {"many": per_user(rng.random((30, 4))), "counted": per_user(rng.random((30, 1)))}
    found = sample(blocks, ratio_of_totals, resamples=100)
    assert [one.seeds for one in found.values()] == [4, 1]
    expected = blocks["many"], blocks["counted"]
    means = [np.mean([table[:, 0].mean() for table in tables]) for tables in expected]
    gap = differences(found["many"], found["counted"])[0]
    assert gap.value == pytest.approx(means[0] - means[1])


def test_tables_of_other_users_are_refused():
    blocks = {"a": [np.ones((5, 2))], "b": [np.ones((6, 2))]}
    with pytest.raises(ValueError, match="unpaired"):
        sample(blocks, ratio_of_totals, resamples=10)


def test_a_single_user_has_a_value_and_no_interval():
    found = sample({"a": [np.array([[0.5, 1.0]])] * 2}, ratio_of_totals, resamples=10)["a"]
    figure = figures(found)[0]
    assert figure.value == 0.5
    assert np.isnan([figure.low, figure.high, figure.p]).all()


def test_p_counts_the_smaller_side_twice():
    draws = np.concatenate([np.full(97, 1.0), np.full(3, -1.0)])
    assert two_sided_p(draws) == pytest.approx(2 * (1 + 3) / 101)
    assert two_sided_p(-draws) == two_sided_p(draws)
    assert two_sided_p(np.full(99, 2.0)) == pytest.approx(0.02)  # never zero
    assert two_sided_p(np.zeros(50)) == 1.0  # ties are on both sides


def test_p_is_uniform_where_nothing_differs():
    """Of 400 null comparisons, 5 % should fall below 0.05: two standard errors are 2.2 %."""
    rng = np.random.default_rng(5)
    low = 0
    for trial in range(400):
        blocks = {name: per_user(rng.normal(size=(60, 1))) for name in "ab"}
        found = sample(blocks, ratio_of_totals, resamples=199, seed=trial)
        low += differences(found["a"], found["b"])[0].p <= 0.05
    assert 0.028 <= low / 400 <= 0.08


def test_holm_by_hand():
    """Sorted .005 .01 .03 .04 times 4, 3, 2, 1: .02 .03 .06 .04, and never falling: .06."""
    assert holm([0.04, 0.005, 0.03, 0.01]) == pytest.approx([0.06, 0.02, 0.06, 0.03])
    assert holm([0.9, 0.6]) == pytest.approx([1.0, 1.0])
    assert len(holm([])) == 0


def test_holm_leaves_out_what_was_not_tested():
    adjusted = holm([0.02, np.nan, 0.03])
    assert adjusted[[0, 2]] == pytest.approx([0.04, 0.04])
    assert np.isnan(adjusted[1])


def constant(value: float, draws: list[float]) -> Sampled:
    return Sampled(np.array([value]), np.array([draws]), 1)


def test_share_of_what_could_be_gained():
    base, whole = constant(1.0, [1.0, 1.0]), constant(3.0, [3.0, 5.0])
    share = shares(constant(2.0, [2.0, 2.0]), base, whole)[0]
    assert share.value == 0.5
    assert (share.low, share.high) == pytest.approx((0.25 + 0.00625, 0.5 - 0.00625))


def test_no_share_where_nothing_can_be_gained():
    base = constant(1.0, [1.0] * 20)
    nothing = shares(constant(2.0, [2.0] * 20), base, constant(0.9, [0.9] * 20))[0]
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()
    perhaps = shares(constant(2.0, [2.0] * 20), base, constant(1.1, [1.2] * 19 + [0.9]))[0]
    assert np.isnan([perhaps.value, perhaps.low, perhaps.high]).all()  # 1 of 20 sees a loss
    surely = shares(constant(2.0, [2.0] * 20), base, constant(1.1, [1.1] * 20))[0]
    assert surely.value == pytest.approx(10.0)  # 1.0 / 0.1
