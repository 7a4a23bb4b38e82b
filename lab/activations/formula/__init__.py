"""Formulas: from text to a graph, from the graph to σ, σ′ and bounds."""
