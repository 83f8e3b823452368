"""Windows, steps and the loop that trains a run."""
