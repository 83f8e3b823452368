"""Ranks against a naive sort, ties, blocks, histories and scores that are not numbers."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ruie_core.errors import UserError
from ruie_core.evaluation.ranking import Targets, rank_targets
from ruie_core.evaluation.top import block_top
from tests.factories import make_dataset


class TableScorer:
    """Scores that do not depend on the user; a padding column of huge value is a decoy."""

    def __init__(self, scores):
        self.table = torch.cat([torch.tensor([1e9]), torch.as_tensor(scores, dtype=torch.float32)])
        self.n_items = len(self.table) - 1

    def encode(self, targets):
        return torch.zeros(len(targets.users), 1)

    def scores(self, queries, first, last):
        return self.table[first:last].expand(len(queries), -1).clone()


class ProductScorer:
    def __init__(self, queries, table):
        self.queries, self.table = queries, table
        self.n_items = len(table) - 1

    def encode(self, targets):
        return self.queries[targets.positions]

    def scores(self, queries, first, last):
        return queries @ self.table[first:last].T


def one_user(*items, n_items=6):
    return make_dataset([[(item, 1) for item in items]], n_items=n_items)


def last_event(dataset):
    return Targets(torch.arange(dataset.n_users), torch.from_numpy(dataset.offsets[1:] - 1))


def test_rank_is_one_plus_the_number_of_better_items():
    dataset = one_user(1, 4)
    ranking = rank_targets(
        TableScorer([0.5, 0.1, 0.9, 0.3, 0.2, 0.4]), dataset, last_event(dataset), top_k=3
    )
    assert ranking.ranks.tolist() == [4]  # items 3 (.9), 1 (.5) and 6 (.4) beat item 4 (.3)
    assert ranking.top_items.tolist() == [[3, 1, 6]]
    assert ranking.top_scores[0].tolist() == pytest.approx([0.9, 0.5, 0.4])
    assert ranking.target_scores.tolist() == pytest.approx([0.3])


@pytest.mark.parametrize("block", [2, 6])
def test_ties_count_against_the_target(block):
    dataset = one_user(2, 1)
    constant = TableScorer([1.0] * 6)
    assert rank_targets(constant, dataset, last_event(dataset), block=block).ranks.tolist() == [6]


@pytest.mark.parametrize("block", [5, 64, 1000])
def test_a_copy_of_the_target_always_ranks_before_it(block):
    """Rounding must not split two items whose vectors are the same, whatever block they are in."""
    generator = torch.Generator().manual_seed(3)
    half = torch.randn(60, 16, generator=generator)
    table = torch.cat([torch.full((1, 16), 9.0), half, half])  # item i + 60 is a copy of item i
    dataset = make_dataset(n_users=30, n_items=120, length=6, seed=2)
    queries = torch.randn(dataset.n_events, 16, generator=generator)
    targets = last_event(dataset)
    ranks = rank_targets(ProductScorer(queries, table), dataset, targets, block=block).ranks
    exact = queries[targets.positions].double() @ table.double()[1:].T
    wanted = torch.from_numpy(dataset.items)[targets.positions].long() - 1
    own = exact.gather(1, wanted[:, None])
    assert torch.equal(ranks, (exact > own - 1e-9).sum(1))  # the item and its copy, and all above


@pytest.mark.parametrize("block", [1, 7, 30, 1000])
@pytest.mark.parametrize("exclude_seen", [False, True])
def test_blocks_and_histories_agree_with_a_naive_ranking(block, exclude_seen):
    generator = torch.Generator().manual_seed(1)
    dataset = make_dataset(n_users=40, n_items=30, length=(2, 12), seed=4)
    table = torch.randn(31, 8, generator=generator)
    queries = torch.randn(dataset.n_events, 8, generator=generator)
    targets = last_event(dataset)
    ranking = rank_targets(
        ProductScorer(queries, table),
        dataset,
        targets,
        exclude_seen=exclude_seen,
        top_k=5,
        block=block,
    )
    for row, (user, position) in enumerate(zip(*targets, strict=True)):
        scores = (queries[position] @ table.T).double().numpy()
        wanted = dataset.items[position]
        seen = set(dataset.items[dataset.offsets[user] : position]) if exclude_seen else set()
        candidates = [i for i in range(1, 31) if i == wanted or i not in seen]
        assert ranking.ranks[row] == sum(scores[i] >= scores[wanted] for i in candidates)
        assert ranking.top_items[row].tolist() == sorted(candidates, key=lambda i: -scores[i])[:5]


def test_a_target_in_its_own_history_stays_rankable():
    dataset = one_user(3, 2, 3)
    scorer = TableScorer([0.0, 0.9, 0.5, 0.1, 0.2, 0.3])
    ranking = rank_targets(scorer, dataset, last_event(dataset), exclude_seen=True, top_k=2)
    assert ranking.ranks.tolist() == [1]  # item 2 scores higher but was seen
    assert ranking.top_items.tolist() == [[3, 6]]


def test_fewer_items_than_k_are_padded_with_item_zero():
    dataset = one_user(1, 2, 1, n_items=2)
    ranking = rank_targets(
        TableScorer([0.0, 1.0]), dataset, last_event(dataset), exclude_seen=True, top_k=4, block=1
    )
    assert ranking.top_items.tolist() == [[1, 0, 0, 0]]
    assert ranking.top_scores.tolist() == [[0.0] + [-np.inf] * 3]


@pytest.mark.parametrize("block", [2, 6])
def test_nan_scores_are_an_error(block):
    dataset = one_user(1, 2)
    with pytest.raises(UserError, match="not a number"):
        rank_targets(
            TableScorer([0.1, 0.2, float("nan"), 0, 0, 0]),
            dataset,
            last_event(dataset),
            block=block,
        )


def test_infinite_scores_are_not_mistaken_for_nan():
    dataset = one_user(1, 2)
    scorer = TableScorer([float("inf"), 0.2, -float("inf"), 0, 0, 0])
    assert rank_targets(scorer, dataset, last_event(dataset)).ranks.tolist() == [2]


def test_no_targets_give_an_empty_ranking():
    dataset = one_user(1, 2)
    nothing = Targets(torch.zeros(0, dtype=torch.int64), torch.zeros(0, dtype=torch.int64))
    ranking = rank_targets(TableScorer([0.0] * 6), dataset, nothing, top_k=3)
    assert ranking.ranks.shape == (0,)
    assert ranking.top_items.shape == (0, 3)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 900), st.integers(1, 12), st.integers(0, 2**31 - 1))
def test_block_top_is_top_k(width, k, seed):
    scores = torch.randn(3, width, generator=torch.Generator().manual_seed(seed))
    values, columns = block_top(scores, k)
    plain = scores.topk(min(k, width), 1)
    assert torch.equal(values, plain.values)
    assert torch.equal(scores.gather(1, columns), plain.values)
