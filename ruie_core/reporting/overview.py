"""Sentences of the Overview: is the model worth looking at, and what should worry?"""

import pandas as pd

from ruie_core.figures.numbers import THIN, count, interval, number, percent
from ruie_core.figures.overview import model_name
from ruie_core.figures.rows import Record, records
from ruie_core.figures.user_hover import known_zone
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.text import escape, listed, plural, strong

ENOUGH = 30
"""Held-out events below which a model is not judged."""

LIGHT_NAMES = {
    "gate": "Gate collapse",
    "dominance": "Scenario dominance",
    "calibration": "Q calibration",
}


_IN_TEXT = {
    "gate": "gate collapse",
    "dominance": "scenario dominance",
    "calibration": "the calibration of Q",
}


def verdict(ndcg: pd.DataFrame, lights: pd.DataFrame, k: int = 10) -> str:
    """Answer the view's question from NDCG and the health lights.

    Args:
        ndcg: model, request_scenario, value, low, high, n_events, n_users, baseline.
        lights: light, on.
        k: cut-off of ``ndcg``.

    Example:
        >>> ndcg = pd.DataFrame({
        ...     "model": ["ruie", "popularity"], "request_scenario": "unknown",
        ...     "value": [0.18, 0.03], "low": [0.16, 0.02], "high": [0.20, 0.04],
        ...     "n_events": 500, "n_users": 500, "baseline": [False, True]})
        >>> lights = pd.DataFrame({"light": ["gate"], "on": [False]})
        >>> print(verdict(ndcg, lights).split(";")[0])
        **Worth looking at**: NDCG@10 is 0.180 (0.160 to 0.200, n = 500 held-out events) against
        0.030 (0.020 to 0.040) for popularity, the better baseline
    """
    return f"{_skill(ndcg, k)}; {_worries(lights)}"


def _skill(ndcg: pd.DataFrame, k: int) -> str:
    rows = _one_request(ndcg)
    own, baselines = rows[~rows["baseline"]], rows[rows["baseline"]]
    if own.empty:
        return "**Not evaluated yet**: no held-out event was ranked"
    model = records(own)[0]
    figure = (
        f"NDCG@{k} is {number(model['value'], 3)} ({_interval(model)}, "
        f"n = {count(model['n_events'])} held-out "
        f"{plural(int(model['n_events']), 'event')})"
    )
    if baselines.empty:
        return f"**No baseline to compare with**: {figure}"
    best = max(records(baselines), key=lambda row: row["value"])
    against = (
        f"against {number(best['value'], 3)} ({_interval(best)}) for "
        f"{model_name(str(best['model'])).lower()}, the better baseline"
    )
    return f"{_judgement(model, best)}: {figure} {against}"


def _judgement(model: Record, best: Record) -> str:
    """Compare the intervals, not only the values."""
    if model["low"] is None or best["high"] is None or model["n_events"] < ENOUGH:
        return "**Too few held-out events to judge**"
    if model["low"] > best["high"]:
        return "**Worth looking at**"
    if model["high"] < best["low"]:
        return "**Not worth it yet: popularity does better**"
    return "**Not told apart from popularity**"


def _interval(row: Record) -> str:
    return "no interval" if row["low"] is None else interval(row["low"], row["high"])


def _worries(lights: pd.DataFrame) -> str:
    lit = [_IN_TEXT[row["light"]] for row in records(lights) if row["on"]]
    if not lit:
        return "none of the three health checks calls for attention."
    return f"look at **{listed(lit)}** before you trust what it says."


def light(row: Record) -> tuple[str, str]:
    """Return a health light's name and what its figure says.

    Args:
        row: light, on, value, second, scenario, n.

    Example:
        >>> title, sentence = light({"light": "gate", "on": False, "value": 0.012})
        >>> title
        'Gate collapse'
    """
    name = str(row["light"])
    return LIGHT_NAMES[name], _LIGHTS[name](row)


def _gate(row: Record) -> str:
    return (
        f"{percent(row['value'], 1)} of gates lie below 0.05 or above 0.95. Such a gate trusts a "
        "behaviour not at all, or blindly."
    )


def _dominance(row: Record) -> str:
    if row["value"] is None:
        return "No gate was recorded."
    return (
        f"{strong(row['scenario'])} takes the most gate mass for its traffic: "
        f"{number(row['value'])} times its share of events."
    )


def _calibration(row: Record) -> str:
    if row["value"] is None:
        return "Too few finished returns to compare Q with."
    side = "above" if row["second"] >= 0 else "below"
    return (
        f"One more unit of Q comes with {number(row['value'])} units of realised return (1 is "
        f"exact). Q lies {number(abs(row['second']))} {side} it on average "
        f"(n = {count(row['n'])})."
    )


_LIGHTS = {"gate": _gate, "dominance": _dominance, "calibration": _calibration}


def traffic(frame: pd.DataFrame) -> str:
    """Say where the events happen.

    Example:
        >>> frame = pd.DataFrame({"scenario": ["feed", "search"], "events": [75, 25],
        ...                       "share": [0.75, 0.25]})
        >>> print(traffic(frame).replace(THIN, " "))
        **feed** holds 75 % of 100 events, **search** 25 %.
    """
    total = count(frame["events"].sum())
    rows = frame.sort_values("events", ascending=False)
    if frame.empty:
        return "There is no event."
    first = rows.iloc[0]
    text = f"{strong(first['scenario'])} holds {percent(first['share'])} of {total} events"
    if len(rows) > 1:
        second = rows.iloc[1]
        text += f", {strong(second['scenario'])} {percent(second['share'])}"
    return f"{text}."


def training(frame: pd.DataFrame, memory: bool = False) -> str:
    """Say when the kept epoch was and how to read the curves.

    Args:
        frame: epoch, ndcg and kept of every epoch.
        memory: whether the run ranks with memories, which no epoch knows of.

    Example:
        >>> frame = pd.DataFrame({"epoch": [1, 2, 3], "ndcg": [0.1, 0.2, 0.19],
        ...                       "kept": [False, True, False]})
        >>> training(frame).split(". ")[0]
        'Epoch 2 of 3 was kept: validation NDCG@10 0.200'
        >>> training(frame, memory=True).split(". ")[0]
        'Epoch 2 of 3 was kept: validation NDCG@10 0.200, before the memories were filled'
    """
    kept = frame[frame["kept"]]
    if kept.empty:
        return "No epoch has been finished yet."
    row = kept.iloc[0]
    without = ", before the memories were filled" if memory else ""
    return (
        f"Epoch {int(row['epoch'])} of {int(frame['epoch'].max())} was kept: validation NDCG@10 "
        f"{number(row['ndcg'], 3)}{without}. It is the marked point of each curve. Band: one "
        "standard deviation of Q to either side. Gates at an end lie below 0.05 or above 0.95."
    )


NDCG_HELP = explained("NDCG")


def ndcg(frame: pd.DataFrame, exclude_seen: bool) -> str:
    """Say how to read NDCG by model, under which protocol, over how many events.

    Args:
        frame: request_scenario, n_events, n_users.
        exclude_seen: whether items of the user's history were left unranked.
    """
    if frame.empty:
        return "No held-out event was ranked."
    row = frame.iloc[0]
    seen = "items seen before left out" if exclude_seen else "items seen before included"
    return (
        f"Dot: mean over {count(row['n_events'])} held-out events of "
        f"{count(row['n_users'])} users, every item ranked, {seen}. "
        f"Line: 95{THIN}% interval, resampling users. Right: the "
        "request says which scenario comes next."
    )


def period(row: Record, zone: str = "UTC") -> str:
    """Say from when to when the log goes.

    Args:
        row: first, last (UTC timestamps).
        zone: in which days are counted; it is named.
    """
    name = known_zone(zone)
    ends = (pd.to_datetime(row[end], utc=True).tz_convert(name) for end in ("first", "last"))
    return f"{' to '.join(f'{end:%Y-%m-%d}' for end in ends)} ({escape(name)})"


REWARD_HELP = explained("Reward")


def headline(frame: pd.DataFrame) -> tuple[str, str]:
    """Return the model's NDCG and, as its reference, the better baseline's.

    Args:
        frame: as for ``verdict``.

    Example:
        >>> headline(pd.DataFrame({
        ...     "model": ["ruie", "popularity"], "request_scenario": "unknown",
        ...     "value": [0.18, 0.03], "baseline": [False, True]}))
        ('0.180', 'popularity 0.030')
    """
    rows = records(_one_request(frame))
    own = next((row for row in rows if not row["baseline"]), None)
    best = max((row for row in rows if row["baseline"]), key=lambda row: row["value"], default=None)
    reference = f"{model_name(best['model']).lower()} {number(best['value'], 3)}" if best else ""
    return number(own["value"] if own else None, 3), reference


def held_out(row: Record) -> str:
    """Say how many users are scored.

    Args:
        row: users, heldout_users.
    """
    if row["heldout_users"] == row["users"]:
        return "all with held-out events"
    return f"{count(row['heldout_users'])} with held-out events"


def _one_request(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the stricter protocol: the request does not name its scenario."""
    request = "unknown" if (frame["request_scenario"] == "unknown").any() else "known"
    return frame[frame["request_scenario"] == request]
