"""What is known of a slope's bounds: proved for nearly all of the catalogue, and equal to what it claims."""

from dataclasses import dataclass

import pytest

from lab.activations import Activation, Formula, Interval
from lab.activations.bounds import slope_bounds
from lab.activations.catalogue import examples

WITHOUT_FORMULA = {"knots", "clipped-slope"}
JUMPING = {"threshold", "hard-shrink", "step"}


@pytest.mark.parametrize(("name", "sigma"), examples().items(), ids=examples())
def test_the_bounds_of_the_catalogue_are_proved_and_are_those_claimed(name, sigma):
    known = slope_bounds(sigma)
    assert known.proved == (name not in WITHOUT_FORMULA | JUMPING)
    assert known.slope.low <= sigma.slope.low
    assert known.slope.high >= sigma.slope.high
    assert known.slope.low == pytest.approx(sigma.slope.low, rel=1e-9, abs=1e-11)
    assert known.slope.high == pytest.approx(sigma.slope.high, rel=1e-9, abs=1e-11)


def test_a_formula_whose_bounds_cannot_be_proved_has_measured_ones():
    known = slope_bounds(Formula("sin(z**2)"))
    assert not known.proved
    assert known.slope == Formula("sin(z**2)").slope


@dataclass(frozen=True)
class Doubled(Activation):
    """A class of one's own, which claims its slope."""

    slope = Interval(2.0, 2.0)

    def __call__(self, z):
        return 2 * z

    def derivative(self, z):
        return 2 + 0 * z


def test_a_class_of_ones_own_is_believed():
    known = slope_bounds(Doubled())
    assert (known.slope, known.proved) == (Interval(2.0, 2.0), False)
