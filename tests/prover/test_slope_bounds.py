"""What is known of a slope's bounds: proved for nearly all of the catalogue, and equal to what it claims."""

from dataclasses import dataclass

import pytest

from lab.activations.catalogue import TABLE, examples
from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.numerics import Interval
from lab.parts import Activation
from lab.prover.slope_bounds import slope_bounds

SiLU = TABLE["silu"]

JUMPING = {"threshold", "hard-shrink", "step", "sine-relu"}
UNDECIDED = {"gompertz", "cloglog", "golu", "telu", "pau", "gcu"}
"""Exponentials of exponentials, a quotient of polynomials, and a slope without bounds: no proof is found."""

LOOSE = {"atlu": 2e-6, "gelu-sinc": 2e-8}
"""How far an end that is approached in a tail may be enclosed from what it is, else 1e-9."""


@pytest.mark.parametrize(("name", "sigma"), examples().items(), ids=examples())
def test_the_bounds_of_the_catalogue_are_proved_and_are_those_claimed(name, sigma):
    known = slope_bounds(sigma)
    assert known.proved == (name not in JUMPING | UNDECIDED)
    close = LOOSE.get(name, 1e-9)
    assert known.slope.low == pytest.approx(
        sigma.slope_range.low, rel=close, abs=close if name in LOOSE else 1e-11
    )
    assert known.slope.high == pytest.approx(sigma.slope_range.high, rel=close, abs=1e-11)


def test_a_formula_whose_bounds_cannot_be_proved_has_measured_ones():
    known = slope_bounds(Formula("sin(z**2)"))
    assert not known.proved
    assert known.slope == Formula("sin(z**2)").slope_range


@dataclass(frozen=True)
class Doubled(Activation):
    """A class of one's own, which claims its slope."""

    slope_range = Interval(2.0, 2.0)

    def __call__(self, z):
        return 2 * z

    def derivative(self, z):
        return 2 + 0 * z


@pytest.mark.parametrize(
    ("sigma", "low", "high"),
    [
        (Knots((-3.0, -1.0, 0.5, 4.0), (0.25, 2.0, -0.5, 1.0)), -0.5, 2.0),
        (Knots((0.0, 1.0), (0.3, 0.3)), 0.3, 0.3),
        (ClippedSlope(Tanh(), 0.2), 0.2, 1.0),
        (ClippedSlope(SiLU(), 0.05), 0.05, 1.0998393201288668),
        (ClippedSlope(Floored(Tanh(), 0.3), 0.2), 0.3, 1.0),
    ],
    ids=str,
)
def test_the_bounds_of_slopes_that_were_put_together(sigma, low, high):
    known = slope_bounds(sigma)
    assert known.proved == (len({low, high}) > 1)  # a level slope has no formula, and needs none
    assert known.slope.low == pytest.approx(low, rel=1e-12)
    assert known.slope.high == pytest.approx(high, rel=1e-12)


def test_a_class_of_ones_own_is_believed():
    known = slope_bounds(Doubled())
    assert (known.slope, known.proved) == (Interval(2.0, 2.0), False)
