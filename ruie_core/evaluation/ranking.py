"""Exact ranks over the whole catalogue, in memory that does not grow with it.

A batch of queries meets the items block by block. Each block is scored once, its best items join
a running top-K, and the items that score at least as high as the target are counted. The largest
thing in memory is one batch times one block.
"""

from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from ruie_core.data.dataset import Dataset
from ruie_core.errors import UserError
from ruie_core.evaluation.top import RunningTop

BLOCK = 16_384
"""Items scored at a time."""
_CELLS = 1 << 20
"""Scores held at a time (4 MiB): stays in a core's cache, which is what makes counting cheap."""
_CELLS_CUDA = 1 << 27
_CHUNK = 1 << 16
"""Targets whose queries are held at a time."""


class Targets(NamedTuple):
    """Events to be ranked, each seen from the events before it.

    Attributes:
        users: (B,) int64 user codes.
        positions: (B,) int64 index of the target event in the dataset's flat arrays.
    """

    users: Tensor
    positions: Tensor


class Ranking(NamedTuple):
    """Where the targets came, in the order of the targets.

    Attributes:
        ranks: (B,) int64, 1 is best.
        top_items: (B, K) int64 best items, best first; 0 where fewer than K items were ranked.
        top_scores: (B, K) float32 their scores; -inf beside an item 0.
        target_scores: (B,) float32.
    """

    ranks: Tensor
    top_items: Tensor
    top_scores: Tensor
    target_scores: Tensor


class History(NamedTuple):
    """Items that a row's user has met: ``items[first[b]:last[b]]``.

    Attributes:
        items: (N,) item codes of all events.
        first: (B,) int64.
        last: (B,) int64, exclusive.
    """

    items: Tensor
    first: Tensor
    last: Tensor


class BlockScorer(Protocol):
    """Scores blocks of items for encoded queries."""

    @property
    def n_items(self) -> int:
        """Items in the catalogue; their codes are 1..n_items (0 is padding and never ranked)."""

    def scores(self, queries: Tensor, first: int, last: int) -> Tensor:
        """Score items ``first..last-1`` for (B, k) queries: (B, last-first) float32.

        The caller may overwrite the result, and it is valid only until the next call.
        """


class Scorer(BlockScorer, Protocol):
    """Anything that can rank items for a user at a moment."""

    def encode(self, targets: Targets) -> Tensor:
        """Turn (B,) targets into (B, k) queries from nothing but the events before each target."""


@torch.inference_mode()
def rank_targets(
    scorer: Scorer,
    dataset: Dataset,
    targets: Targets,
    *,
    exclude_seen: bool = False,
    top_k: int = 0,
    block: int = BLOCK,
) -> Ranking:
    """Rank every target's item among all items.

    The rank is 1 + the number of other items that score at least as high: a tie counts against
    the target, so that a scorer that gives every item the same score comes last, not first.

    Args:
        scorer: what ranks.
        dataset: where the targets' items and histories are.
        targets: (B,) events to rank.
        exclude_seen: leave the items of the user's events before the target unranked. A target
            that is itself among them stays rankable: what came is always a candidate.
        top_k: how many best items to return, K.
        block: items scored at a time.

    Returns:
        Ranks, top-K and target scores, on the CPU, in the order of ``targets``.

    Raises:
        UserError: a score is not a number.
    """
    items = torch.from_numpy(dataset.items)
    offsets = torch.from_numpy(dataset.offsets)
    parts = []
    for start in range(0, len(targets.users), _CHUNK):
        part = Targets(*(column[start : start + _CHUNK].cpu() for column in targets))
        history = None
        if exclude_seen:
            history = History(items, offsets[part.users], part.positions)
        queries = scorer.encode(part)
        wanted = items[part.positions].long()
        parts.append(
            rank_queries(scorer, queries, wanted, history=history, top_k=top_k, block=block)
        )
    if not parts:
        nothing = torch.zeros(0)
        return Ranking(
            nothing.long(), nothing.long().view(0, top_k), nothing.view(0, top_k), nothing
        )
    return Ranking(*(torch.cat(columns) for columns in zip(*parts, strict=True)))


@torch.inference_mode()
def rank_queries(
    scorer: BlockScorer,
    queries: Tensor,
    items: Tensor,
    *,
    history: History | None = None,
    top_k: int = 0,
    block: int = BLOCK,
) -> Ranking:
    """Rank item ``items[b]`` for query b among all items; see ``rank_targets``.

    Args:
        scorer: what ranks.
        queries: (B, k) encoded queries on the scorer's device.
        items: (B,) int64 target item codes; 0 where only the best items are wanted (rank 0).
        history: items to leave out, or none.
        top_k: how many best items to return, K.
        block: items scored at a time, at most 2²⁴ (counts are exact in float32 up to there).

    Returns:
        Ranking on the CPU.
    """
    n = len(queries)
    wide = min(block, scorer.n_items)
    cells = _CELLS_CUDA if queries.is_cuda else _CELLS
    rows = max(1, cells // wide)
    result = Ranking(
        torch.empty(n, dtype=torch.int64),
        torch.zeros((n, top_k), dtype=torch.int64),
        torch.full((n, top_k), -torch.inf),
        torch.empty(n),
    )
    # Rows with neighbouring targets share a batch: with several blocks, the pass that gathers the
    # targets' scores then needs one or two blocks a batch instead of all of them.
    for part in torch.split(torch.argsort(items, stable=True), rows):
        seen = None
        if history is not None:
            seen = _seen_cells(history, part, items)
        where = part.to(queries.device)
        ranked = _rank_rows(scorer, queries[where], items[part], seen, top_k, block)
        for whole, piece in zip(result, ranked, strict=True):
            whole[part] = piece.cpu()
    return result


def _rank_rows(
    scorer: BlockScorer,
    queries: Tensor,
    items: Tensor,
    seen: tuple[Tensor, Tensor] | None,
    top_k: int,
    block: int,
) -> Ranking:
    """Rank one batch; ``items`` is sorted, ``seen`` holds rows and items of cells to leave out."""
    end = scorer.n_items + 1
    blocks = [(first, min(first + block, end)) for first in range(1, end, block)]
    device = queries.device
    on_device = items.to(device)
    target = None if len(blocks) == 1 else _gather_targets(scorer, queries, items, blocks)
    ranks = torch.zeros(len(items), dtype=torch.int64, device=device)
    best = RunningTop(len(items), top_k, device)
    for first, last in blocks:
        scores = scorer.scores(queries, first, last)
        if target is None:
            target = scores.gather(1, (on_device - first).clamp(min=0)[:, None])[:, 0]
        _refuse_nan(scores)
        if seen is not None:
            inside = (seen[1] >= first) & (seen[1] < last)
            cell = (seen[0][inside].to(device), (seen[1][inside] - first).to(device))
            scores[cell] = -torch.inf
        best.add(scores, first)
        # Overwritten by ones and zeros and summed as floats: the cheapest exact count on a CPU.
        ranks += scores.ge_(target[:, None]).sum(1).long()
    assert target is not None
    return Ranking(ranks.masked_fill(on_device == 0, 0), *best.padded(), target)


def _gather_targets(
    scorer: BlockScorer, queries: Tensor, items: Tensor, blocks: list[tuple[int, int]]
) -> Tensor:
    """Return (B,) scores of the targets from the very products that they will be compared with.

    A dot product computed on its own may differ from the block's in the last bit, and a tie
    would then fall either way.
    """
    lowest, highest = int(items[0]), int(items[-1])
    target = torch.full((len(items),), torch.nan, device=queries.device)
    on_device = items.to(queries.device)
    for first, last in blocks:
        if last <= lowest or first > highest:
            continue
        scores = scorer.scores(queries, first, last)
        inside = (on_device >= first) & (on_device < last)
        column = (on_device - first).clamp(0, last - first - 1)
        target = torch.where(inside, scores.gather(1, column[:, None])[:, 0], target)
    return target


def _seen_cells(history: History, part: Tensor, items: Tensor) -> tuple[Tensor, Tensor]:
    """Return (M,) rows of ``part`` and (M,) items met by their users, the targets left out."""
    first, lengths = history.first[part], (history.last - history.first)[part]
    rows = torch.repeat_interleave(torch.arange(len(part)), lengths)
    steps = torch.arange(len(rows)) - (lengths.cumsum(0) - lengths)[rows]
    met = history.items[first[rows] + steps].long()
    keep = met != items[part][rows]
    return rows[keep], met[keep]


def _refuse_nan(scores: Tensor) -> None:
    # One sum costs a tenth of isnan; opposite infinities also sum to NaN, so look again.
    if bool(scores.sum().isnan()) and bool(scores.isnan().any()):
        raise UserError(
            "The model gives scores that are not a number: its training has diverged; train "
            "again with a smaller --train.learning-rate."
        )
