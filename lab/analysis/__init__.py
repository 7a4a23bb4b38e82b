"""What a run means: from its tables to sentences and short tables."""
