"""What the memories add to scores, against sums written out by hand."""

import numpy as np
import pytest
import torch
from scipy import sparse

from ruie_core.config import ModelConfig
from ruie_core.models.memory import TransitionMemory

ITEMS = 30
CONFIG = ModelConfig(memory=6, memory_span=3, memory_decay=0.5)


@pytest.fixture
def rules():
    """(I, I) counts: most items are followed by few others, one by none, one by many."""
    random = np.random.default_rng(0)
    counts = random.integers(1, 9, (ITEMS, ITEMS)) * (random.random((ITEMS, ITEMS)) < 0.2)
    counts[4] = 0
    counts[7] = random.permutation(ITEMS) + 1
    return sparse.csr_array(counts.astype(np.float32))


def memory_of(rules, **settings):
    memory = TransitionMemory(CONFIG.model_copy(update=settings), ITEMS)
    memory.learn(rules)
    memory.set(weight=1.5, scale=10.0)
    return memory


def by_hand(rules, recent, decay=0.5):
    dense = np.vstack([np.zeros(ITEMS), rules.toarray()])  # row 0: no item, nothing followed
    counts = np.array(
        [sum(decay**age * dense[item] for age, item in enumerate(row)) for row in recent]
    )
    return torch.from_numpy(1.5 * np.log1p(10.0 * counts)).float()


RECENT = torch.tensor([[1, 2, 3], [8, 8, 8], [5, 0, 0], [30, 12, 8], [6, 5, 0]])


def test_followers_of_the_last_items_are_lifted_by_what_was_counted(rules):
    memory = memory_of(rules, memory=ITEMS)
    scores = torch.randn(len(RECENT), ITEMS)
    lifted = scores.clone()
    memory.add_to(lifted, RECENT, 1)
    torch.testing.assert_close(lifted - scores, by_hand(rules, RECENT), atol=1e-5, rtol=1e-5)
    assert torch.equal(lifted[2], scores[2])  # nothing ever followed item 5


def test_blocks_of_items_are_lifted_as_the_whole(rules):
    memory = memory_of(rules)
    whole = torch.zeros(len(RECENT), ITEMS)
    memory.add_to(whole, RECENT, 1)
    for width in (1, 7, 16):
        parts = []
        for first in range(1, ITEMS + 1, width):
            part = torch.zeros(len(RECENT), min(width, ITEMS + 1 - first))
            memory.add_to(part, RECENT, first)
            parts.append(part)
        assert torch.equal(torch.cat(parts, 1), whole)


def test_only_the_strongest_followers_are_kept(rules):
    memory = memory_of(rules)
    kept = memory.followers[8].tolist()
    assert kept == (np.argsort(-rules.toarray()[7])[:6] + 1).tolist()
    assert memory.strength[8].tolist() == [30, 29, 28, 27, 26, 25]
    assert memory.strength[0].sum() == memory.strength[5].sum() == 0


def test_of_equally_strong_followers_the_lower_codes_are_kept():
    rules = sparse.csr_array(np.ones((ITEMS, ITEMS), np.float32))
    assert memory_of(rules, memory=3).followers[9].tolist() == [1, 2, 3]


def test_what_was_learnt_before_is_forgotten(rules):
    memory = memory_of(rules)
    memory.learn(sparse.csr_array((ITEMS, ITEMS), dtype=np.float32))
    assert not memory.strength.any()


def test_an_empty_memory_adds_nothing():
    scores = torch.randn(2, ITEMS)
    lifted = scores.clone()
    TransitionMemory(CONFIG, ITEMS).add_to(lifted, RECENT[:2], 1)
    assert torch.equal(lifted, scores)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device; torch finds none")
def test_a_gpu_adds_the_same_to_an_item_in_every_block(rules):
    memory = memory_of(rules).cuda()
    recent = RECENT.repeat(400, 1).cuda()
    whole = torch.zeros(len(recent), ITEMS, device="cuda")
    memory.add_to(whole, recent, 1)
    for first in range(1, ITEMS + 1, 7):
        part = torch.zeros(len(recent), min(7, ITEMS + 1 - first), device="cuda")
        memory.add_to(part, recent, first)
        assert torch.equal(part, whole[:, first - 1 : first + 6])
