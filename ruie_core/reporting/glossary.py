"""The words of the app, each explained once: hovers and the glossary read this one dictionary."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Term(NamedTuple):
    """One word of the app.

    Attributes:
        meaning: what it is, in one or two plain sentences (Markdown).
        written: regular expression of how it is written in headings.
    """

    meaning: str
    written: str


GLOSSARY: Mapping[str, Term] = MappingProxyType(
    {
        "Scenario": Term(
            "The place in the product where a person meets items, such as the feed or the search "
            "page.",
            r"scenarios?",
        ),
        "Event": Term("One positive behaviour of a person with one item, at one time.", r"events?"),
        "Session": Term(
            "Events without a longer pause between them: half an hour, unless the run was trained "
            "with another one.",
            r"sessions?",
        ),
        "Cohort": Term("Users who are looked at together.", r"cohorts?"),
        "Reward": Term(
            "Every action of an event has a weight (click 1, like 3, follow 3 and share 2 unless "
            "the dataset says otherwise); the reward of an event is their sum.",
            r"rewards?",
        ),
        "Q": Term(
            "Expected engagement, in reward units: the reward of the next event and, discounted, "
            "of those after it, if the next event happens in a scenario.",
            r"Q",
        ),
        "Target network": Term(
            "A slow copy of the network that estimates Q. Double Q-learning chooses with the one "
            "and judges with the other; where they lie apart, Q is still moving.",
            r"target network",
        ),
        "Double Q": Term(
            "Chooses and judges the next scenario with two networks; single Q does both with one, "
            "which tends to promise too much.",
            r"(double|single) Q",
        ),
        "Gate": Term(
            "How strongly an event trains the model to predict the next item, from 0 (hardly) to 1 "
            "(fully): its confidence that the event was wanted. What it looks at is a setting of "
            "the run.",
            r"gates?",
        ),
        "Memory": Term(
            "Counts of training events, added to the model's score when it ranks: what followed a "
            "person's last items before, for anybody, and what anyone met shortly before the "
            "request (the trend). It is filled after training, so that validation during training "
            "is without it.",
            r"memor(y|ies)",
        ),
        "Gate mass": Term(
            "The sum of the gates of a scenario's events, as a share of all gates.", r"gate mass"
        ),
        "Gate collapse": Term(
            "At one event: the gate falls far below this person's usual one. Of a run: nearly all "
            "gates lie at 0 or at 1, so that the gate tells events apart no more.",
            r"gate collapse",
        ),
        "Next-scenario probability": Term(
            "How likely the model held each scenario for the next event, before it came.",
            r"next[- ]scenario( probability| probabilities)?|next scenario",
        ),
        "Rank of what came": Term(
            "Place, among all items of the catalogue, of the item that came; 1 is best, and ties "
            "count against it.",
            r"ranks? of (what came|next)|held-out rank",
        ),
        "Held out": Term(
            "An event that the model never saw in training. In-sample is the opposite: a step that "
            "it was trained on, where it must look good.",
            r"held[- ]out|in-sample",
        ),
        "NDCG": Term(
            "Normalised discounted cumulative gain with one right answer per list: 1 if what came "
            "next was ranked first, 0.63 if second, and 0 beyond rank K, the number after @. Every "
            "item of the catalogue is ranked.",
            r"NDCG(@\d+)?",
        ),
        "Interval": Term(
            "Where the figure would lie in 95 of 100 repetitions with other users (and seeds, "
            "where it says so).",
            r"intervals?",
        ),
        "Popularity": Term(
            "A reference without a model: the items with most training events, the same for "
            "everybody.",
            r"popularity",
        ),
        "Log-lift": Term(
            "The logarithm of how many times as often something happens as the reference says; 0 "
            "is as often.",
            r"log-lift",
        ),
        "Calibration": Term(
            "Whether what was promised is what came: Q against the realised return.",
            r"calibration|calibrated",
        ),
        "Realised return": Term(
            "The reward of an event and, discounted, of those after it, as they came.",
            r"(realised )?returns?",
        ),
        "Slope": Term(
            "How much more is realised, in reward units, where Q is one unit higher; 1 is exact.",
            r"slope",
        ),
        "Rank agreement": Term(
            "Spearman's correlation: 1 where two quantities put events in the same order, 0 where "
            "they have nothing to do with each other.",
            r"rank agreement|Spearman",
        ),
        "Category drift": Term(
            "How far the categories of a person's last ten events lie from those of the ten "
            "before: 0 the same mix, 1 none in common. The grey band is what the same events in "
            "random order would show.",
            r"category drift|drift",
        ),
        "Interest shift": Term(
            "One category gives way to another as what a person watches most.", r"interest shift"
        ),
        "Exposure bias": Term(
            "The ranking still serves an interest that the person has left, so that what is "
            "clicked reflects what was shown.",
            r"exposure bias",
        ),
        "Head and tail": Term(
            "Head: the most visited scenarios that together hold the configured share of traffic, "
            "four fifths unless set otherwise. Tail: all others.",
            r"head (and|against) tail",
        ),
        "Embedding": Term(
            "The place that the model gives an item: what it treats alike lies near.",
            r"embeddings?",
        ),
        "State": Term("What the model knows of a person after an event.", r"states?"),
        "UMAP": Term(
            "A flat picture of many dimensions in which near neighbours stay near; distances "
            "between far groups mean little.",
            r"UMAP",
        ),
        "Holm's correction": Term(
            "Makes p-values of several comparisons strict enough to be read together.", r"Holm"
        ),
        "Transfer": Term(
            "What training on all scenarios together gains for one of them, against training on "
            "it alone.",
            r"transfer",
        ),
        "Oracle": Term(
            "A gate that knows the truth of a generated log: the most that gating could gain.",
            r"oracle",
        ),
    }
)
"""Every word that a heading or a figure's label may hold, in the order of the glossary."""

_LONGEST_FIRST = sorted(GLOSSARY, key=lambda name: -len(name))


def terms_in(label: str) -> tuple[str, ...]:
    """Return the words of the glossary that a heading holds, in the glossary's order.

    A longer word hides the shorter ones that it is made of.

    >>> terms_in("Gate mass against traffic"), terms_in("Q minus what came"), terms_in("users")
    (('Gate mass',), ('Q',), ())
    """
    left, found = re.sub(r"[*`\\\\]", "", label), set()
    for name in _LONGEST_FIRST:
        flags = 0 if name == "Q" else re.IGNORECASE
        pattern = re.compile(rf"(?<![\w-])(?:{GLOSSARY[name].written})(?![\w-])", flags)
        if pattern.search(left):
            found.add(name)
            left = pattern.sub(" ", left)
    return tuple(name for name in GLOSSARY if name in found)


def meaning(name: str) -> str:
    """Return what a word means.

    Raises:
        KeyError: the glossary has no such word.
    """
    return GLOSSARY[name].meaning


def explained(*names: str) -> str:
    r"""Write words with their meanings, one a line, as Markdown.

    >>> explained("Cohort")
    '**Cohort**: Users who are looked at together.'
    """
    return "  \n".join(f"**{name}**: {meaning(name)}" for name in names)


def hover(label: str, help: str | None = None) -> str | None:
    """Return what a heading's help mark says: its own text, then the words that it holds.

    Args:
        label: the heading, Markdown.
        help: what is to be said of this heading alone.

    Returns:
        None where there is nothing to explain. A word that ``help`` explains is not repeated.
    """
    said = help or ""
    missing = [
        name for name in terms_in(label) if meaning(name) not in said and f"**{name}**" not in said
    ]
    return "  \n".join(filter(None, [said, explained(*missing)])) or None
