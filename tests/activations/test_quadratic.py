import mpmath as mp
import numpy as np
import pytest

from lab.activations.quadratic import HardSwish, SparsePlus
from lab.numerics import Interval


def test_sparse_plus(points, hold):
    """σ(z) = 0, (z + 1)²/4, z; σ′(z) = (z + 1)/2 clamped to [0, 1]."""
    hold(
        SparsePlus(),
        points,
        lambda z: mp.mpf(0) if z < -1 else z if z > 1 else (z + 1) ** 2 / 4,
        lambda z: min(max((z + 1) / 2, mp.mpf(0)), mp.mpf(1)),
    )


def test_hard_swish(points, hold):
    """σ(z) = z·hardsigmoid(z); σ′(z) = 0, (2z + 3)/6, 1."""
    hold(
        HardSwish(),
        points,
        lambda z: mp.mpf(0) if z < -3 else z if z > 3 else z * (z + 3) / 6,
        lambda z: mp.mpf(0) if z < -3 else mp.mpf(1) if z > 3 else (2 * z + 3) / 6,
    )


def test_hard_swish_at_the_kinks():
    """σ′(−3) = 0 and σ′(3) = 1."""
    assert HardSwish().derivative(np.array([-3.0, 3.0])).tolist() == [0, 1]
    inside = np.array([np.nextafter(-3, 0), np.nextafter(3, 0)])
    np.testing.assert_allclose(HardSwish().derivative(inside), [-0.5, 1.5], rtol=1e-15)


def test_claims():
    assert HardSwish().slope_range == Interval(-0.5, 1.5)
    assert HardSwish().range.low == HardSwish()(-1.5) == -0.375
    assert HardSwish().kinks == (-3.0, 3.0)
    assert SparsePlus().slope_range == Interval(0, 1)
    assert SparsePlus().kinks == ()


@pytest.mark.parametrize("sigma", [SparsePlus(), HardSwish()], ids=str)
def test_at_infinity(sigma):
    z = np.array([-np.inf, -1e308, 1e308, np.inf])
    assert sigma(z).tolist() == [0, 0, 1e308, np.inf]
    assert sigma.derivative(z).tolist() == [0, 0, 1, 1]
