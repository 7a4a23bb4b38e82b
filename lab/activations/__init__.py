"""What an activation function is, those the lab ships, and formulas of one's own."""

from lab.activations.activation import Activation, InPlace, Interval
from lab.activations.formula.formula import Formula
from lab.activations.specify import from_spec

__all__ = ["Activation", "Formula", "InPlace", "Interval", "from_spec"]
