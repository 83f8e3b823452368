"""What Streamlit does not report of a Plotly chart: zoom and pan, and the outline of a selection.

Streamlit hands on which points were selected, each with all its fields: of a map of a hundred
thousand points that is megabytes a lasso. This listens to Plotly's own events instead and sends the
numbers that matter: the visible ranges, or the corners of what was drawn.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

_JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const own = (parentElement.listener ??= { plot: null, timer: null })
  own.tell = (value) => setTriggerValue("event", value)
  const relayout = (changed) => {
    const keys = Object.keys(changed)
    if (keys.some((key) => key.endsWith(".autorange"))) return own.tell({ kind: "all" })
    if (!keys.some((key) => /^[xy]axis\\.range/.test(key))) return
    const { xaxis, yaxis } = own.plot._fullLayout
    own.tell({ kind: "window", x: [...xaxis.range], y: [...yaxis.range] })
  }
  const selected = (event) => {
    const drawn = event?.lassoPoints ?? event?.range
    const kind = event?.lassoPoints ? "lasso" : "box"
    if (drawn?.x && drawn?.y) own.tell({ kind, x: [...drawn.x], y: [...drawn.y] })
  }
  // A chart that changes is a new element: look for it now and then.
  own.timer ??= setInterval(() => {
    const plot = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`)
    if (!plot?.on || plot === own.plot) return
    own.plot = plot
    plot.on("plotly_relayout", relayout)
    plot.on("plotly_selected", selected)
    plot.dataset.heard = "true"
  }, 200)
  return () => {
    clearInterval(own.timer)
    own.timer = own.plot = null
  }
}
"""


@functools.cache
def _listener() -> Callable[..., Any]:
    return st.components.v2.component("plot_events", js=_JS)


def plot_events(chart: str, heard: Callable[[Mapping[str, Any]], None]) -> None:
    """Listen to a chart.

    Args:
        chart: its key.
        heard: called, before the script runs again, with ``kind`` and, unless the kind is ``all``
            (the whole map was asked for), ``x`` and ``y``: of a ``window`` or a ``box`` the two
            ends, of a ``lasso`` the corners.
    """
    key = f"{chart}_events"

    def changed() -> None:
        event = st.session_state[key].event
        if event:
            heard(event)

    _listener()(key=key, data={"chart": chart}, on_event_change=changed, height=1)
