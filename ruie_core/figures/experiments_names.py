"""What the experiments' short names are called: models, changes, rewards, gates."""

import textwrap

from ruie_core.figures.numbers import plain

NAMES = {
    "ruie": "RUIE",
    "ruie-paper": "RUIE as in the paper",
    "popularity": "Popularity",
    "scenario-popularity": "Popularity in scenario",
    "markov": "Markov chain",
    "sequential-rules": "Sequential rules",
    "recent-popularity": "Recent popularity",
    "gru4rec": "GRU4Rec",
    "caser": "Caser",
    "sasrec": "SASRec",
    "nextitnet": "NextItNet",
    "din": "DIN",
    "pepnet": "PEPNet",
    "star": "STAR",
    "sqn": "SQN",
    "sac": "SAC",
    "gate constant": "gate = 1",
    "gate q": "gate from Q",
    "gate scenario_prob": "gate from scenario probability",
    "gate target": "gate from the TD target",
    "gate likelihood": "gate from likelihood",
    "gate engaged": "gate from engagement",
    "gate oracle": "oracle (knows the truth)",
    "joint, gate constant": "joint, gate = 1",
    "no memory": "without memories",
    "no memory, gate constant": "without memories, gate = 1",
    "transitions alone": "transitions alone, no trend",
    "trend alone": "trend alone, no transitions",
    "with taste": "with a taste, mean of past items",
    "gating": "what the gate adds to joint",
    "triplet": "triplet loss",
    "softmax": "softmax loss",
    "random": "random (control)",
    "yardstick": "defaults, seed against seed",
    "ndcg_spearman": "users' order by NDCG",
    "gate_spearman": "users' order by gate",
    "ndcg": "NDCG",
    "hr": "hit rate",
    "q_mean": "mean Q",
    "gate_mean": "mean gate",
    "auc": "AUC",
    "ece": "calibration error",
    "spearman": "Spearman",
    "all": "all events",
    "watched": "watched through",
    "head": "head scenarios",
    "tail": "tail scenarios",
}
"""Names as their authors write them; what is not here is shown as it is, dashes as blanks."""

_RANKING = ("ndcg", "hr")
_LINE = 28
_MEMORY = ", memory"


def experiment_name(name: str) -> str:
    """Return how a model, change, gate or metric is called in figures and sentences.

    >>> experiment_name("sasrec"), experiment_name("gate constant"), experiment_name("like 5")
    ('SASRec', 'gate = 1', 'like 5')
    >>> experiment_name("gru4rec, memory")
    'GRU4Rec with memories'
    """
    if has_memory(name):
        return f"{experiment_name(name.removesuffix(_MEMORY))} with memories"
    return NAMES.get(name, name.replace("-", " ").replace("_", " "))


def has_memory(variant: str) -> bool:
    """Tell whether a model was given the memories, which are not its own.

    >>> has_memory("gru4rec, memory"), has_memory("no memory")
    (True, False)
    """
    return variant.endswith(_MEMORY)


def is_oracle(gate: str) -> bool:
    """Tell whether a gate knows the truth: it is the ceiling, no rival.

    >>> is_oracle("gate oracle"), is_oracle("gate q")
    (True, False)
    """
    return "oracle" in gate


def metric_name(metric: str, k: int | None) -> str:
    """Return a metric's name, with the cut-off where it ranks.

    >>> metric_name("ndcg", 10), metric_name("slope", 10)
    ('NDCG@10', 'slope')
    """
    cut = f"@{k}" if k is not None and metric in _RANKING else ""
    return f"{experiment_name(metric)}{cut}"


def row_label(text: str) -> str:
    """Escape a name for an axis, on as many lines as it needs: it is never cut.

    >>> row_label("trained jointly with the gate of the <paper>")
    'trained jointly with the<br>gate of the &lt;paper&gt;'
    """
    return "<br>".join(plain(line) for line in textwrap.wrap(text, _LINE)) or " "
