"""One module per view: store in, frame out."""
