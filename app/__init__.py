"""The app: views over the tables of a run. Streamlit lives here and nowhere else."""
