"""Category drift by hand: distances of small mixes, the level of chance, what was served."""

import numpy as np
import pytest

from ruie_core.analysis import drift
from ruie_core.figures import user_layers


def test_the_figure_names_the_width_that_is_measured() -> None:
    assert user_layers.WIDTH == drift.WIDTH


def test_drift_is_half_the_sum_of_the_differences_of_shares() -> None:
    # Ten of a, then 5 b + 3 a + 2 c: |0.3 - 1| + |0.5 - 0| + |0.2 - 0| = 1.4; half is 0.7.
    codes = np.array([0] * 10 + [1] * 5 + [0] * 3 + [2] * 2)
    found = drift.category_drift(codes, 3)
    assert np.isnan(found[:15]).all(), "six events before the last ten are the least"
    assert found[19] == pytest.approx(0.7)
    # At event 16 the last ten are 5 a + 5 b and the six before are all a.
    assert found[15] == pytest.approx(0.5)


def test_events_without_a_category_are_passed_over() -> None:
    known = np.array([0] * 10 + [1] * 10)
    gaps = np.insert(known, [3, 12, 20], -1)
    found = drift.category_drift(gaps, 2)
    assert found[-1] == 1.0, "the last event has no category: what was known still holds"
    assert found[-2] == 1.0


def test_the_same_interest_throughout_never_drifts() -> None:
    assert np.nanmax(drift.category_drift(np.zeros(30, np.int64), 1)) == 0


def test_a_move_lies_above_what_random_orders_show() -> None:
    codes = np.array([0] * 15 + [1] * 15)
    level = drift.chance_level(codes, 2, np.random.default_rng(0))
    assert 0.2 < level < 0.9
    assert np.nanmax(drift.category_drift(codes, 2)) == 1.0 > level
    assert np.isnan(drift.chance_level(codes[:15], 2, np.random.default_rng(0))), "too short"
    again = drift.chance_level(codes, 2, np.random.default_rng(0))
    assert again == level, "the same generator, the same level"


def test_what_was_served_is_measured_against_what_was_watched_before() -> None:
    mix, held = drift.trailing_mix(np.zeros(8, np.int64), 2)
    served = np.full((9, 2), np.nan)
    served[7] = [0.25, 0.5]  # for event 8; a quarter is of a category never watched
    served[8] = [1.0, 0.0]  # the forecast
    served[3] = [0.0, 1.0]
    gap = drift.exposure_gap(mix, held, served)
    assert gap[7] == pytest.approx(0.75)
    assert gap[8] == 0.0
    assert np.isnan(gap[3]), "three events are too few to be a mix"
    assert np.isnan(gap[0])
