"""How a group's states move over the map: a mean place per window of time, with its uncertainty.

Every person counts once in a window, with the mean of their states there. The ellipse is the 95 %
confidence region of the mean over persons (Hotelling's T²), from sums that the query makes, so that
any number of persons answers at once; the tests compare it with a bootstrap over users.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ruie_core.analysis.contrast import FEW_USERS
from ruie_core.analysis.frames.cohorts import COHORT, REST
from ruie_core.analysis.frames.maps import STATES, kept, member_of
from ruie_core.analysis.narrow import events
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError

EVERYONE: Final = "everyone"
OWN, CALENDAR = "own events", "calendar"
"""How windows are cut: each person's own events in equal parts, or the log's time for all alike."""

_MOST_CUTS: Final = 8
"""Ways to cut windows that are remembered."""

_MOMENTS = """count(*) AS users, sum(n) AS states, avg(x) AS x, avg(y) AS y, var_samp(x) AS xx,
  var_samp(y) AS yy, covar_samp(x, y) AS xy"""


def centroids(
    store: RunStore, windows: int, clock: str = OWN, among: str | None = None
) -> pd.DataFrame:
    """Return the mean place of states per window, of a cohort and the rest, or of everyone.

    Args:
        store: the run.
        windows: how many.
        clock: ``OWN``: who has fewer states on the map than windows is left out; ``CALENDAR``:
            equal parts of the log's time, a person counts in those where they have a state.
        among: table of the cohort's users (``RunStore.keep_users``); none: everyone is one side.

    Returns:
        By ``side`` and ``window`` (from 1): ``users, states, x, y`` and the ellipse: half axes
        ``major`` and ``minor``, ``angle`` of the major one from the x axis (radians); null with
        fewer than 5 users. With ``CALENDAR`` also ``start`` and ``end`` of the window.

    Raises:
        UserError: the clock is unknown.
    """
    found = store.sql(
        f"""WITH {_own(store, windows, clock, among)}
           SELECT member, "window", {_MOMENTS} FROM own GROUP BY ALL
           ORDER BY member DESC, "window" """
    )
    found["side"] = _sides(found["member"], among)
    found = _with_ellipse(found)
    if clock == CALENDAR:
        log = store.sql(f"SELECT min(time) AS low, max(time) AS high FROM {events(store)}")
        bounds = log.iloc[0]
        width = (bounds["high"] - bounds["low"]) / windows
        found["start"] = bounds["low"] + (found["window"] - 1) * width
        found["end"] = found["start"] + width
    return found.drop(columns=["member", "xx", "yy", "xy"])


def drift(
    store: RunStore, windows: int, clock: str = OWN, among: str | None = None
) -> pd.DataFrame:
    """Return how far persons moved from the first window to the last, in units of the map.

    Args:
        store: the run.
        windows: how many.
        clock: as in ``centroids``; persons with states in both windows are asked.
        among: table of the cohort's users.

    Returns:
        By ``side``: ``users``, the mean move ``x, y``, its ``length`` with a 95 % interval ``low,
        high`` along its direction, and ``moved``, whether its 95 % confidence region leaves zero
        out (interval and verdict null with fewer than 5 users). With a cohort a third row
        ``difference``: cohort less rest.
    """
    found = store.sql(
        f"""WITH {_own(store, windows, clock, among)},
           ends AS (SELECT a.member, a."user", b.x - a.x AS x, b.y - a.y AS y, a.n + b.n AS n
             FROM own a JOIN own b ON b."user" = a."user"
             WHERE a."window" = 1 AND b."window" = {int(windows)})
           SELECT member, {_MOMENTS} FROM ends GROUP BY member ORDER BY member DESC"""
    )
    found["side"] = _sides(found["member"], among)
    means, spreads = _moments(found)
    users = found["users"].to_numpy(float)
    rows = [
        (side, int(n), *_move(mean, spread / n, n, _quantile(max(n, FEW_USERS)), n >= FEW_USERS))
        for side, n, mean, spread in zip(found["side"], users, means, spreads, strict=True)
    ]
    if len(rows) == 2:
        spread = spreads[0] / users[0] + spreads[1] / users[1]
        reach, enough = float(stats.chi2.ppf(0.95, 2)), bool(users.min() >= FEW_USERS)
        gap = _move(means[0] - means[1], spread, users.min(), reach, enough)
        rows.append(("difference", int(users.sum()), *gap))
    columns = ["side", "users", "x", "y", "length", "low", "high", "moved"]
    return pd.DataFrame(rows, columns=columns).astype({"moved": "boolean"})


def left_out(store: RunStore, windows: int) -> pd.DataFrame:
    """Return one row: ``users`` with fewer states on the map than windows, ``of`` all of the map.

    ``outside`` are the users of the run who have no state on the map at all.
    """
    return store.sql(
        f"""WITH each AS (SELECT "user", count(*) AS n FROM {kept(store, STATES)} GROUP BY "user")
           SELECT count(*) FILTER (WHERE n < {int(windows)}) AS users, count(*) AS "of",
             (SELECT count(*) FROM users) - count(*) AS outside FROM each"""
    )


def has_clock(store: RunStore) -> pd.DataFrame:
    """Return one row: ``clock``, whether the log's times differ."""
    return store.sql(f"SELECT coalesce(max(time) > min(time), false) AS clock FROM {events(store)}")


def _own(store: RunStore, windows: int, clock: str, among: str | None) -> str:
    """SQL of the CTE ``own``: a row per person and window, and whether they are of the cohort."""
    places = _places(store, windows, clock)
    return f"own AS (SELECT {member_of(store, STATES, among)} AS member, * FROM {places})"


def _places(store: RunStore, windows: int, clock: str) -> str:
    """Return the name of a table with the mean of everybody's states per window, kept."""
    if clock not in (OWN, CALENDAR):
        raise UserError(f"Windows cannot be cut by {clock!r}: choose {OWN} or {CALENDAR}.")
    points, k = kept(store, STATES), int(windows)
    if clock == OWN:
        cut = f"""SELECT "user", x, y, count(*) OVER (PARTITION BY "user") AS held,
            (row_number() OVER (PARTITION BY "user" ORDER BY t) - 1) * {k} // held + 1 AS "window"
          FROM {points} QUALIFY held >= {k}"""
    else:
        cut = f"""SELECT p."user", p.x, p.y, least((epoch_ms(s.time) - log.low) * {k}
            // greatest(log.high - log.low, 1), {k - 1}) + 1 AS "window"
          FROM {points} p JOIN {events(store)} s
            ON s."user" = p."user" AND s.t = p.t AND s.time IS NOT NULL,
          (SELECT min(epoch_ms(time)) AS low, max(epoch_ms(time)) AS high
            FROM {events(store)}) log"""
    query = f"""SELECT "user", "window"::INTEGER AS "window", avg(x) AS x, avg(y) AS y,
         count(*) AS n FROM ({cut}) GROUP BY "user", "window" """
    return store.keep(query, {}, "windows", _MOST_CUTS)


def _sides(member: "pd.Series[bool]", among: str | None) -> "pd.Series[str]":
    names = {True: COHORT, False: REST if among is not None else EVERYONE}
    return member.map(names).astype(str)


def _moments(found: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(G, 2) means and (G, 2, 2) covariances over persons."""
    columns = found[["xx", "xy", "xy", "yy"]].to_numpy(float).reshape(-1, 2, 2)
    return found[["x", "y"]].to_numpy(float), columns


def _quantile(n: float) -> float:
    """95 % quantile of Hotelling's T² in two dimensions, from n persons."""
    return float(2 * (n - 1) / (n - 2) * stats.f.ppf(0.95, 2, n - 2))


def _move(
    mean: npt.NDArray[np.float64],
    spread: npt.NDArray[np.float64],
    users: float,
    reach: float,
    enough: bool,
) -> tuple[float, float, float, float | None, float | None, bool | None]:
    """Return x, y, length, its interval, and whether zero lies outside the confidence region.

    Args:
        mean: (2,) mean move.
        spread: (2, 2) covariance of that mean.
        users: persons, for the interval's quantile.
        reach: 95 % quantile of the squared distance from zero.
        enough: there are enough persons to say more than the mean.
    """
    x, y = float(mean[0]), float(mean[1])
    length = float(np.hypot(x, y))
    if not enough or length == 0 or np.linalg.matrix_rank(spread) < 2:
        return x, y, length, None, None, None
    along = mean / length
    half = float(stats.t.ppf(0.975, users - 1) * np.sqrt(along @ spread @ along))
    moved = bool(mean @ np.linalg.solve(spread, mean) > reach)
    return x, y, length, max(0.0, length - half), length + half, moved


def _with_ellipse(found: pd.DataFrame) -> pd.DataFrame:
    users = found["users"].to_numpy(float)
    _, spreads = _moments(found)
    shapes = np.full((len(found), 3), np.nan)
    for place in np.flatnonzero(users >= FEW_USERS):
        n = users[place]
        values, vectors = np.linalg.eigh(spreads[place] / n)
        axes = np.sqrt(np.maximum(values, 0) * _quantile(n))
        shapes[place] = axes[1], axes[0], np.arctan2(vectors[1, 1], vectors[0, 1])
    return found.assign(major=shapes[:, 0], minor=shapes[:, 1], angle=shapes[:, 2])
