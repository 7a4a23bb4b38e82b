"""The experiment file: from its text to a checked plan of variants."""
