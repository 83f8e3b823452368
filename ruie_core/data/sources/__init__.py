"""Logs that can be prepared, one module per origin."""
