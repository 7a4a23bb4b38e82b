"""Data sets that are added once."""
