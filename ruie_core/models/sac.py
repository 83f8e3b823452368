"""SAC: SQN whose critic also weighs the next-item loss.

Xin et al., "Self-Supervised Reinforcement Learning for Recommender Systems", SIGIR 2020,
https://arxiv.org/abs/2006.05779, section 3.3: the loss of a behaviour is multiplied by the
Q-value of the item that was taken (gate ``item_q``), once the critic has had time to settle.
"""

from ruie_core.models.sqn import Sqn


class Sac(Sqn):
    """The network of SQN; only how it is trained differs."""

    default_gate = "item_q"
    default_warmup = 300
