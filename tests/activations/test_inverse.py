import mpmath as mp
import numpy as np
import pytest

from lab.activations.inverse import Arctan, Asinh, Symlog
from lab.numerics import Interval

REALS = Interval(-np.inf, np.inf)


def test_asinh(points, hold):
    """σ(z) = asinh z, σ′(z) = (1 + z²)^{−1/2}."""
    hold(Asinh(), points, mp.asinh, lambda z: 1 / mp.sqrt(1 + z**2))


def test_symlog(points, hold):
    """σ(z) = sign(z) ln(1 + |z|), σ′(z) = 1/(1 + |z|)."""
    hold(Symlog(), points, lambda z: mp.sign(z) * mp.log1p(abs(z)), lambda z: 1 / (1 + abs(z)))


def test_arctan(points, hold):
    """σ(z) = arctan z, σ′(z) = 1/(1 + z²)."""
    hold(Arctan(), points, mp.atan, lambda z: 1 / (1 + z**2))


@pytest.mark.parametrize("sigma", [Asinh(), Symlog(), Arctan()], ids=str)
def test_at_0_and_at_infinity(sigma):
    """σ′(0) = 1, also of symlog, whose pieces have no derivative there."""
    assert sigma.derivative(0.0) == sigma.derivative(-0.0) == 1
    with np.errstate(all="ignore"):
        assert sigma.derivative(np.array([-np.inf, np.inf])).tolist() == [0, 0]
    assert sigma(np.inf) == -sigma(-np.inf) == sigma.range.high
    assert sigma.slope_range == Interval(0, 1)


def test_claims():
    assert Asinh().range == Symlog().range == REALS
    assert Arctan().range == Interval(-np.pi / 2, np.pi / 2)
