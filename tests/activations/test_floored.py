import mpmath as mp
import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.rectifiers import LeakyReLU, ReLU
from lab.numerics import Interval

GELU = TABLE["gelu"]
SiLU = TABLE["silu"]

REALS = Interval(-np.inf, np.inf)


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
    assert slope.tolist() == [0.1] * 4


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
    assert sigma.slope_range == slope
    assert sigma.range == values


def test_claims_where_the_slope_of_the_inner_is_negative_somewhere():
    inner = GELU()
    sigma = Floored(inner, 0.1)
    assert sigma.slope_range.low == 0.9 * inner.slope_range.low + 0.1 < 0.1
    assert sigma.range == REALS
    parabola = Floored(Formula("z**2"), 0.5)
    assert parabola.range.low == pytest.approx(-0.125, abs=1e-12)
    assert parabola.range.high == np.inf


@pytest.mark.parametrize("floor", [-0.1, 1.5, float("nan")])
def test_the_floor_lies_between_0_and_1(floor):
    with pytest.raises(ValueError, match=rf"^floor must lie in \[0, 1\], got {floor}$"):
        Floored(Tanh(), floor)


def test_kinks_and_analyticity_are_those_of_the_inner():
    assert Floored(ReLU()).kinks == (0.0,)
    assert Floored(SiLU()).kinks == ()
    assert Floored(Tanh()).analytic
    assert Floored(Formula("abs(z)")).analytic


def test_into_buffers_that_hold_anything():
    z = np.linspace(-3, 3, 7)
    out = tuple(np.full_like(z, np.nan) for _ in range(3))
    sigma = Floored(Tanh(), 0.1)
    a, slope = sigma.with_derivative(z, out=out)
    assert a is out[0]
    assert slope is out[1]
    assert a.tolist() == sigma(z).tolist()
    assert slope.tolist() == sigma.derivative(z).tolist()
