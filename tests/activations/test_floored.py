import mpmath as mp
import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.rectifiers import LeakyReLU, ReLU
from lab.numerics import REALS, Interval


def test_floored(points, hold):
    """σ = (1 − ε) tanh z + εz, σ′ = (1 − ε) sech² z + ε."""
    hold(
        Floored(Tanh(), 0.125),
        points,
        lambda z: mp.mpf(0.875) * mp.tanh(z) + mp.mpf(0.125) * z,
        lambda z: mp.mpf(0.875) * mp.sech(z) ** 2 + mp.mpf(0.125),
    )


def test_the_floor_holds_in_the_tails():
    slope = Floored(Tanh(), 0.1).derivative(np.array([-700.0, -50.0, 50.0, 700.0]))
    assert set(slope) == {0.1}


@pytest.mark.parametrize(
    ("sigma", "slope", "values"),
    [
        (Floored(Tanh(), 0.25), Interval(0.25, 1.0), REALS),
        (Floored(Tanh(), 0.0), Interval(0.0, 1.0), Interval(-1.0, 1.0)),
        (Floored(Tanh(), 1.0), Interval(1.0, 1.0), REALS),
        (Floored(ReLU(), 0.25), Interval(0.25, 1.0), REALS),
        (Floored(LeakyReLU(2.0), 0.5), Interval(1.0, 1.5), REALS),
        (Floored(Formula("exp(z)"), 1.0), Interval(1.0, 1.0), REALS),
        (Floored(Formula("-z"), 0.75), Interval(0.5, 0.5), REALS),
        (Floored(Formula("-z"), 0.5), Interval(0.0, 0.0), Interval(0.0, 0.0)),
        (Floored(Formula("-z"), 0.25), Interval(-0.5, -0.5), REALS),
    ],
    ids=str,
)
def test_claims(sigma, slope, values):
    assert (sigma.slope_range, sigma.range) == (slope, values)


def test_claims_where_the_slope_of_the_inner_is_negative_somewhere():
    inner = TABLE["gelu"]()
    sigma = Floored(inner, 0.1)
    assert sigma.slope_range.low == 0.9 * inner.slope_range.low + 0.1 < 0.1
    assert sigma.range == REALS
    found = Floored(Formula("z**2"), 0.5).range
    assert (found.low, found.high) == pytest.approx((-0.125, np.inf), abs=1e-12)


@pytest.mark.parametrize("floor", [-0.1, 1.5, float("nan")])
def test_the_floor_lies_between_0_and_1(floor):
    with pytest.raises(ValueError, match=rf"^floor must lie in \[0, 1\], got {floor}$"):
        Floored(Tanh(), floor)


def test_kinks_and_analyticity_are_those_of_the_inner():
    assert Floored(ReLU()).kinks == (0.0,)
    assert Floored(TABLE["silu"]()).kinks == ()
    assert Floored(Tanh()).analytic
    assert Floored(Formula("abs(z)")).analytic
