"""What goes into a sequence model and what comes out."""

from typing import NamedTuple, Protocol

from torch import Tensor


class SequenceBatch(NamedTuple):
    """Windows of events, padded on the right with code 0.

    Attributes:
        items: (B, L) int64, item codes 1..I, 0 is padding.
        scenarios: (B, L) int64, scenario codes 1..S, 0 is padding.
    """

    items: Tensor
    scenarios: Tensor


class Outputs(NamedTuple):
    """One state and its estimates per event; position t has read events 1..t only.

    Attributes:
        embedded: (B, L, d) item and scenario embedding of each event side by side is (B, L, 2d).
        hidden: (B, L, d) state h_t of the backbone.
        context: (B, L, d) contextual state u_t.
        q: (B, L, S) expected discounted engagement per next scenario, reward units.
        scenario_logits: (B, L, S) logits of the next scenario; their softmax is p_t.
        intent: (B, L, d) predicted intent v_t; the score of item i is v_t · E[i].
    """

    embedded: Tensor
    hidden: Tensor
    context: Tensor
    q: Tensor
    scenario_logits: Tensor
    intent: Tensor


class SequenceModel(Protocol):
    """What training, evaluation and analysis ask of a registered model."""

    n_items: int
    n_scenarios: int
    context: int

    @property
    def item_table(self) -> Tensor:
        """(I + 1, d) item embeddings; row 0 is padding."""
        ...

    def __call__(self, batch: SequenceBatch, request: Tensor | None = None) -> Outputs:
        """Read a batch; ``request`` (B, L) int64 names the next event's scenario where known."""
        ...
