"""What followed what: transitions between items, counted on training events."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TRAIN, Parts

Weights = npt.NDArray[np.float32]
"""(N,) in [0, 1], how much an event counts."""


def item_transitions(
    dataset: Dataset, split: Parts, lag: int = 1, trust: Weights | None = None
) -> sparse.csr_array:
    """(I, I) float32 training events of an item (column), ``lag`` events after another (row).

    With ``trust`` a transition counts as the product of its two events' trust, not as 1.

    >>> from tests.factories import make_dataset
    >>> log = make_dataset([[(1, 1), (2, 1), (1, 1)], [(1, 1), (2, 1)]])
    >>> item_transitions(log, np.full(5, TRAIN)).toarray().tolist()
    [[0.0, 2.0], [1.0, 0.0]]
    >>> item_transitions(log, np.full(5, TRAIN), lag=2).toarray().tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    user = dataset.user_of_event()
    train = split == TRAIN
    moves = np.flatnonzero(train[lag:] & train[:-lag] & (user[lag:] == user[:-lag]))
    n = dataset.n_items
    counts = np.ones(len(moves), np.float32)
    if trust is not None:
        counts = trust[moves] * trust[moves + lag]
    cells = (dataset.items[moves] - 1, dataset.items[moves + lag] - 1)
    return sparse.coo_array((counts, cells), shape=(n, n)).tocsr()  # equal cells are summed


def sequential_rules(
    dataset: Dataset, split: Parts, *, span: int, decay: float, trust: Weights | None = None
) -> sparse.csr_array:
    """(I, I) float32 Σ over lags 1..span of decay^(lag − 1) · transitions at that lag.

    Sequential rules of Ludewig and Jannach, "Evaluation of session-based recommendation
    algorithms", UMUAI 2018, https://arxiv.org/abs/1803.09587, with a geometric decay.
    """
    total = item_transitions(dataset, split, trust=trust)
    for lag in range(2, span + 1):
        total = total + decay ** (lag - 1) * item_transitions(dataset, split, lag, trust)
    return sparse.csr_array(total, dtype=np.float32)
