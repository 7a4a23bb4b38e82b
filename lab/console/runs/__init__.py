"""The pages about experiments and their runs."""
