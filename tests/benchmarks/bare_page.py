"""The least that Streamlit can show with a chart: what any first view costs. Run by first_view."""

import plotly.graph_objects as go
import streamlit as st

st.title("One line")
st.plotly_chart(go.Figure(go.Scatter(x=[0, 1], y=[0, 1])))
