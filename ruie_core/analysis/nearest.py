"""Exact nearest neighbours by cosine, block by block."""

import torch
from torch import Tensor

from ruie_core.errors import UserError
from ruie_core.evaluation.top import block_top

_CELLS = 1 << 20
_CELLS_CUDA = 1 << 27


def unit_rows(vectors: Tensor, what: str) -> Tensor:
    """Divide each row by its length; a zero row stays zero.

    Args:
        vectors: (M, d).
        what: their name, for the message.

    Raises:
        UserError: a value is not finite.
    """
    if not bool(vectors.isfinite().all()):
        raise UserError(
            f"The run's {what} hold values that are not numbers: its training has diverged; train "
            "again with a smaller --train.learning-rate."
        )
    return torch.nn.functional.normalize(vectors.float(), dim=1)


@torch.inference_mode()
def nearest(
    queries: Tensor, base: Tensor, k: int, own: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """The k rows of ``base`` with the largest dot product, for every query.

    The largest thing in memory is one block of queries times ``base``.

    Args:
        queries: (Q, d) unit rows.
        base: (M, d) unit rows, M ≥ 1.
        k: neighbours wanted; at most M (M − 1 with ``own``) are returned.
        own: (Q,) int64 row of ``base`` that is the query itself and is not its own neighbour.

    Returns:
        (Q, k) cosines, falling, and (Q, k) int64 rows of ``base``, on the CPU.
    """
    k = min(k, len(base) - (own is not None))
    cells = _CELLS_CUDA if base.is_cuda else _CELLS
    rows = max(1, cells // len(base))
    cosines = torch.empty((len(queries), k))
    neighbours = torch.empty((len(queries), k), dtype=torch.int64)
    # One buffer for all blocks: fresh memory for each costs more than the product itself.
    buffer = torch.empty((min(rows, len(queries)), len(base)), device=base.device)
    for at in range(0, len(queries), rows):
        part = slice(at, at + rows)
        block = queries[part]
        scores = torch.mm(block, base.T, out=buffer[: len(block)])
        if own is not None:
            scores[torch.arange(len(scores), device=scores.device), own[part]] = -torch.inf
        values, columns = block_top(scores, k)
        cosines[part], neighbours[part] = values.cpu(), columns.cpu()
    return cosines.clamp_(-1, 1), neighbours
