"""Training a stack of trials, and reading it."""
