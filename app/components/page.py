"""The head of a view and its row of figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from ruie_core.reporting.glossary import hover

MOST_METRICS = 5


@dataclass(frozen=True)
class Metric:
    """One figure of a metric row.

    Attributes:
        label: what it is (Markdown-safe text).
        value: as it is to be read.
        reference: the population's figure, or n and interval: a grey line under the value.
        help: what is to be said of it; the glossary's words in the label are added.
    """

    label: str
    value: str
    reference: str = ""
    help: str | None = None


def header(title: str, sentence: str, question: str | None = None) -> None:
    """Write a view's title and, under it, its answer.

    Args:
        title: Markdown, names from the data escaped.
        sentence: Markdown; the first sentence answers the view's question.
        question: the view's question, behind the title's help mark with the title's words.
    """
    st.subheader(title, help=hover(title, question), anchor=False)
    st.markdown(sentence)


def metric_row(metrics: Sequence[Metric], key: str) -> None:
    """Write at most five figures beside each other, each with its reference."""
    if len(metrics) > MOST_METRICS:
        raise ValueError(f"a metric row holds {MOST_METRICS} figures at most, not {len(metrics)}")
    columns = st.columns(len(metrics), gap="small")
    for place, (column, metric) in enumerate(zip(columns, metrics, strict=True)):
        with column.container(border=True, key=f"{key}_{place}", height="stretch", gap="xxsmall"):
            st.metric(metric.label, metric.value, help=hover(metric.label, metric.help))
            st.caption(metric.reference or " ")
