"""Activations designed by their slope: from a template, through knots, or by clipping another's σ′."""
