"""Finding people by what they did: a description, a small language for it, and its one query."""
