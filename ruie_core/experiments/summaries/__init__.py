"""One summary per experiment: finished trials in, rows of the tidy table out."""
