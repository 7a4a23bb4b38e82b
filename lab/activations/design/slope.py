"""σ′ as an expression, of designs that are given by their slope."""

from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.formula.graph import Expression
from lab.parts import Activation


def slope_of(sigma: Activation) -> Expression | None:
    """σ′ of a class whose σ′ has a formula and σ has none; None where none is known."""
    return sigma.slope_expression if isinstance(sigma, Knots | ClippedSlope) else None
