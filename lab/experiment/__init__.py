"""The experiment: its file, its data, its training and its results."""
