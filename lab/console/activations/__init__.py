"""The pages about one σ, or about all."""
