"""What can be said before any training: mean field theory of wide networks, for any σ."""
