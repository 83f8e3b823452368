"""Experiments: trials planned as data, run in parallel processes, and summed up in tables."""
