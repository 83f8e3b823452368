"""A real log that says which clicks were watched through: do gates know, and would it help?

KuaiRand marks every play that was long enough to count (``long_view``). No model sees the mark but
the gate ``oracle``, which trains on watched clicks alone: the most that gating could bring on this
log, if being watched through is what makes a click worth believing.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ruie_core.data.beside import noise_of
from ruie_core.data.sample.truth import read_events
from ruie_core.data.watched import write_watched
from ruie_core.experiments.context import Context
from ruie_core.experiments.plans.memory import WITHOUT
from ruie_core.experiments.trials import Trial

NAME: Final = "watched"
GATES: Final = ("constant", "q", "likelihood", "engaged", "oracle")


def plan(context: Context) -> Iterator[Trial]:
    """Plan the gates, leave-one-out, where the options name the log; the axis x: its share."""
    logs = context.settings.watched
    if not logs:
        return
    place = context.settings.artefacts.parent / NAME / context.dataset.hash[:12]
    folder = place if place.exists() else write_watched(context.dataset, logs, place)
    share = float(noise_of(context.dataset, read_events(folder)).mean())
    own = replace(context, truth=folder)
    for gate in GATES:
        yield from own.trials(
            NAME, f"gate {gate}", "ruie", {**WITHOUT, "objective.gate": gate}, x=round(share, 3),
            tables=("transitions",),
        )  # fmt: skip
