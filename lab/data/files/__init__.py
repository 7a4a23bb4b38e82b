"""Data sets in files of one's own."""
