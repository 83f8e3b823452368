"""Frame in, plain English out."""
