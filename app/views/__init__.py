"""One module per view: filters, then a frame, then a figure."""
