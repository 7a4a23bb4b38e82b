"""The pages of words and of parts."""
