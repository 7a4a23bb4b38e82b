"""The pages that predict and explain, with numbers."""
