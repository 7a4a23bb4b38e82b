"""The figures of a run's tables."""
