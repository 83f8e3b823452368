"""``health.json``: the failure signatures that readers of the paper warn of, with their limits."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ruie_core.config import HIGH_GATE, LOW_GATE

THRESHOLDS: Final[dict[str, float]] = {
    "gate_low": LOW_GATE,
    "gate_high": HIGH_GATE,
    "collapse_share": 0.2,
    "dominance_ratio": 1.5,
    "dominance_gap": 0.05,
    "slope_low": 0.5,
    "slope_high": 2.0,
    "overestimation_share": 0.25,
}
"""Gate collapse: more than ``collapse_share`` of the gates lie under ``gate_low`` or over
``gate_high``. Dominance: a scenario's share of gate mass is more than ``dominance_ratio`` times its
share of traffic and more than ``dominance_gap`` above it. Miscalibration: the slope of realised
return on Q leaves ``slope_low .. slope_high``, or mean Q differs from mean return by more than
``overestimation_share`` of the mean return."""


def gate_health(gates: npt.NDArray[np.float32], mode: str) -> dict[str, Any]:
    """Shares of gates at the ends of their range.

    Args:
        gates: (M,) gates of all transitions.
        mode: the registered gate; a ``constant`` one cannot collapse.
    """
    if not len(gates):
        return {"mode": mode, "low_share": 0.0, "high_share": 0.0, "collapsed": False, "n": 0}
    low = float((gates < THRESHOLDS["gate_low"]).mean())
    high = float((gates > THRESHOLDS["gate_high"]).mean())
    collapsed = mode != "constant" and low + high > THRESHOLDS["collapse_share"]
    return {
        "mode": mode,
        "n": len(gates),
        "mean": float(gates.mean(dtype=np.float64)),
        "std": float(gates.std(dtype=np.float64)),
        "low_share": low,
        "high_share": high,
        "collapsed": collapsed,
    }


def dominance(
    gates: npt.NDArray[np.float32],
    scenarios: npt.NDArray[np.int32],
    names: tuple[str, ...],
) -> tuple[dict[str, dict[str, float]], bool]:
    """Each scenario's share of gate mass beside its share of traffic.

    Args:
        gates: (M,) gates of all transitions.
        scenarios: (M,) int32 code of the scenario that each went to, from 1.
        names: of the scenarios.

    Returns:
        ``mass_share``, ``traffic_share`` and their ``ratio`` per scenario, and whether one
        dominates.
    """
    mass = np.bincount(scenarios, gates, len(names) + 1)[1:]
    traffic = np.bincount(scenarios, minlength=len(names) + 1)[1:]
    mass = mass / max(mass.sum(), np.finfo(float).tiny)
    share = traffic / max(1, traffic.sum())
    ratio = np.divide(mass, share, out=np.ones_like(mass), where=share > 0)
    far = (ratio > THRESHOLDS["dominance_ratio"]) & (mass - share > THRESHOLDS["dominance_gap"])
    table = {
        name: {
            "mass_share": float(mass[code]),
            "traffic_share": float(share[code]),
            "ratio": float(ratio[code]),
        }
        for code, name in enumerate(names)
    }
    return table, bool(far.any())


def miscalibrated(figures: dict[str, dict[str, float | None]]) -> bool:
    """Tell whether Q over all scenarios is off, by the stated thresholds."""
    of = figures.get("all")
    if of is None:
        return False
    slope, over, mean = of["slope"], of["overestimation"], of["return_mean"]
    if slope is not None and not THRESHOLDS["slope_low"] <= slope <= THRESHOLDS["slope_high"]:
        return True
    assert over is not None
    assert mean is not None
    return abs(over) > THRESHOLDS["overestimation_share"] * abs(mean)
