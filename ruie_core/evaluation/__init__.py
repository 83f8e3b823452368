"""How well a run ranks what came next: full ranking, metrics, intervals, baselines."""
