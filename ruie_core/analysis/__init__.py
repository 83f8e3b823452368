"""The tables that the app reads: written once by analyze, read through DuckDB."""
