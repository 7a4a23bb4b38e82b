"""What is known of a slope's bounds: proved for nearly all of the catalogue, and equal to what it claims."""

import pytest

from lab.activations.catalogue import TABLE
from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.prover.slope_bounds import SlopeBounds, slope_bounds
from tests.prover.conftest import CATALOGUE, proved

JUMPING = {"threshold", "hard-shrink", "step", "sine-relu"}
LOOSE = {"atlu": 2e-6}
"""How far an end that is approached in a tail may be enclosed from what it is, else 1e-9."""


@pytest.mark.parametrize(("name", "sigma"), CATALOGUE.items(), ids=CATALOGUE)
def test_the_bounds_of_the_catalogue_are_proved_and_are_those_claimed(name, sigma):
    known = slope_bounds(sigma, proved(name))
    assert known.proved == (name not in JUMPING)
    close = LOOSE.get(name, 1e-9)
    claimed = sigma.slope_range
    assert known.slope.low == pytest.approx(claimed.low, rel=close, abs=LOOSE.get(name, 1e-11))
    assert known.slope.high == pytest.approx(claimed.high, rel=close, abs=1e-11)


def test_a_formula_whose_bounds_cannot_be_proved_has_measured_ones():
    sigma = Formula("where(z > 0, z**2, -1)")
    assert slope_bounds(sigma) == SlopeBounds(sigma.slope_range, "measured")


@pytest.mark.parametrize(
    ("sigma", "low", "high"),
    [
        (Knots((-3.0, -1.0, 0.5, 4.0), (0.25, 2.0, -0.5, 1.0)), -0.5, 2.0),
        (Knots((0.0, 1.0), (0.3, 0.3)), 0.3, 0.3),
        (ClippedSlope(Tanh(), 0.2), 0.2, 1.0),
        (ClippedSlope(TABLE["silu"](), 0.05), 0.05, 1.0998393201288668),
        (ClippedSlope(Floored(Tanh(), 0.3), 0.2), 0.3, 1.0),
        (ClippedSlope(Knots((-2.0, 0.3, 2.0), (0.1, 1.0, 0.2)), 0.3), 0.3, 1.0),
    ],
    ids=str,
)
def test_the_bounds_of_slopes_that_were_put_together(sigma, low, high):
    known = slope_bounds(sigma)
    assert known.proved
    assert (known.slope.low, known.slope.high) == pytest.approx((low, high), rel=1e-12)


def test_a_class_of_ones_own_is_believed(own):
    assert slope_bounds(own) == SlopeBounds(own.slope_range, "claimed")
