"""A run: a plan made ready, trained chunk by chunk, and kept."""
