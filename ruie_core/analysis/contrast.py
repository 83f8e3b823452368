"""Ratios of two sides and their difference, with intervals over users.

Every figure that is compared is a ratio of two totals over users (a mean is a sum over a count).
Its variance is that of a ratio estimator with users as clusters, by linearisation (Cochran,
Sampling Techniques, 3rd ed., eq. 6.12: Σ (yᵤ − r xᵤ)² is summed in the query), so that any number
of users answers at once. Where users have events on both sides, these vary together: the covariance
of the two ratios is taken off the variance of the difference. Cohort and rest have no user in
common, so for them it is nought.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ruie_core.analysis.store import RunStore

FEW_USERS: Final = 5
"""A side with fewer users has no interval."""

FEW_EVENTS: Final = 30
"""A side with fewer events has no interval: a handful may be all alike."""

Z: Final = 1.959963984540054
"""Normal quantile of a two-sided 95 % interval."""

Floats = npt.NDArray[np.float64]

PARTS: Final = ("y1", "x1", "y2", "x2")
"""Totals of a cell: y and x of side 1 (side true) and of side 2."""
PRODUCTS: Final = tuple((one, two) for place, one in enumerate(PARTS) for two in PARTS[place:])
"""Pairs of which the sum of products over users is needed, for variances and covariance."""


def standard_error(
    y: Floats, x: Floats, yy: Floats, yx: Floats, xx: Floats, users: Floats
) -> Floats:
    """Standard error of Σy / Σx where users are drawn, not events.

    Args:
        y: Σ yᵤ over users.
        x: Σ xᵤ.
        yy: Σ yᵤ².
        yx: Σ yᵤ xᵤ.
        xx: Σ xᵤ².
        users: users with xᵤ > 0.

    Returns:
        NaN with fewer than two users.

    >>> one = np.ones(1)  # two users with 1 of 2 and 3 of 4
    >>> standard_error(4 * one, 6 * one, 10 * one, 14 * one, 20 * one, 2 * one).round(4).tolist()
    [0.1111]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        r = y / x
        squares = np.maximum(yy - 2 * r * yx + r * r * xx, 0.0)
        found = np.sqrt(squares * users / (users - 1)) / x
    return np.where(users > 1, found, np.nan)


def ratios(store: RunStore, cells: str, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Return the two ratios of every cell, their standard errors and their covariance.

    Args:
        store: the run.
        cells: a query of ``user, side, cell, y, x``: what a user adds to both totals of a cell on
            a side, in one row or several. A user without events on a side has no row or zeros.
        params: its values.

    Returns:
        As ``estimated``, with ``cell``.
    """
    sums = ", ".join(
        f"coalesce(sum({part[0]}) FILTER ({'' if part[1] == '1' else 'NOT '}side), 0)::DOUBLE "
        f"AS {part}"
        for part in PARTS
    )
    products = ", ".join(f"sum({one} * {two}) AS {one}{two}" for one, two in PRODUCTS)
    return estimated(
        store.sql(
            f"""
            WITH cells AS ({cells}),
            per_user AS (SELECT "user", cell, {sums} FROM cells GROUP BY "user", cell)
            SELECT cell, {", ".join(f"sum({part}) AS {part}" for part in PARTS)}, {products},
                count(*) FILTER (x1 > 0) AS users_1, count(*) FILTER (x2 > 0) AS users_2,
                count(*) FILTER (y1 > 0) AS movers_1, count(*) FILTER (y2 > 0) AS movers_2,
                count(*) FILTER (x1 > 0 AND x2 > 0) AS users_both
            FROM per_user GROUP BY cell
            """,
            params or {},
        )
    )


def estimated(sums: pd.DataFrame) -> pd.DataFrame:
    """Return the two ratios of every row, their standard errors and their covariance.

    Args:
        sums: over users, the totals ``PARTS``, their products ``PRODUCTS``, ``users_1``,
            ``users_2`` and ``users_both`` (with x > 0), ``movers_1`` and ``movers_2`` (with y > 0);
            other columns name the row.

    Returns:
        What names the row, users and movers, and for i of 1 (side true) and 2: y_i, x_i (totals),
        value_i, se_i; and cov.
    """
    counted = ["users_1", "users_2", "movers_1", "movers_2"]
    read = [*PARTS, *(one + two for one, two in PRODUCTS), "users_both"]
    made = {name: sums[name].to_numpy(float) for name in (*read, *counted)}
    frame = sums.drop(columns=read)
    for side in ("1", "2"):
        y, x = f"y{side}", f"x{side}"
        total = np.where(made[x] > 0, made[x], np.nan)
        frame[f"y_{side}"], frame[f"x_{side}"] = made[y], made[x]
        frame[f"value_{side}"] = made[y] / total
        frame[f"se_{side}"] = standard_error(
            made[y], total, made[y + y], made[y + x], made[x + x], made[f"users_{side}"]
        )
    frame["cov"] = _covariance(made)
    return frame


def _covariance(made: Mapping[str, Floats]) -> Floats:
    """Covariance of the two ratios over the users that have events on both sides."""
    both = made["users_both"]
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = made["y1"] / made["x1"], made["y2"] / made["x2"]
        products = (
            made["y1y2"] - second * made["y1x2"] - first * made["x1y2"]
            + first * second * made["x1x2"]
        )  # fmt: skip
        found = products * both / np.maximum(both - 1, 1) / (made["x1"] * made["x2"])
    return np.where(both > 0, found, 0.0)


def contrasted(
    frame: pd.DataFrame, bounds: tuple[float, float] | None = None, few_events: int = FEW_EVENTS
) -> pd.DataFrame:
    """Add the intervals of both ratios and the difference, first less second.

    Args:
        frame: as from ``ratios``.
        bounds: between which the ratio lies by its nature; none: anywhere.
        few_events: below so many (``x``) a side has no interval.

    Returns:
        cell and, for both sides, value_i, low_i, high_i, n_i (``x``), y_i, users_i; difference,
        difference_low, difference_high; small (a side has few events). Intervals are null where a
        side is small or has fewer than 5 users.
    """
    made = frame[["cell"]].copy()
    sure = {}
    least, most = bounds or (-np.inf, np.inf)
    for side in ("1", "2"):
        few = frame[f"x_{side}"] < few_events
        sure[side] = ~few & (frame[f"users_{side}"] >= FEW_USERS)
        value, half = frame[f"value_{side}"], Z * frame[f"se_{side}"].where(sure[side])
        made[f"value_{side}"] = value
        made[f"low_{side}"] = (value - half).clip(lower=least)
        made[f"high_{side}"] = (value + half).clip(upper=most)
        made[f"n_{side}"] = frame[f"x_{side}"].astype("int64")
        made[f"y_{side}"] = frame[f"y_{side}"]
        made[f"users_{side}"] = frame[f"users_{side}"].astype("int64")
    variance = frame["se_1"] ** 2 + frame["se_2"] ** 2 - 2 * frame["cov"]
    half = (Z * variance.clip(lower=0.0) ** 0.5).where(sure["1"] & sure["2"])
    made["difference"] = frame["value_1"] - frame["value_2"]
    made["difference_low"] = made["difference"] - half
    made["difference_high"] = made["difference"] + half
    made["small"] = (frame["x_1"] < few_events) | (frame["x_2"] < few_events)
    return made
