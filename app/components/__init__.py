"""Pieces that the views share: headers, charts with their downloads, empty states, errors."""
