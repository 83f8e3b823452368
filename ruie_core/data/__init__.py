"""From a raw log to flat arrays: sources, preparation, the prepared dataset, its split."""
