"""One experiment per file: what is trained, as a list of trials."""
