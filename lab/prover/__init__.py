"""The prover: certified bounds of σ, σ′ and their moments."""
