"""Where the Ibis expressions of a preparation run."""
