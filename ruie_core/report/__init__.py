"""From a run's tables to what is shown in a meeting: statements, pictures, a page, slides."""
