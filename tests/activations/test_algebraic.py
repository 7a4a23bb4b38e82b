import mpmath as mp
import numpy as np
import pytest

from lab.activations.algebraic import ISRU, BentIdentity, LeakySoftsign, Softsign, Squareplus
from lab.numerics import Interval

REALS = Interval(-np.inf, np.inf)


def test_softsign(points, hold):
    """σ(z) = z/(1 + |z|), σ′(z) = 1/(1 + |z|)²."""
    hold(Softsign(), points, lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2)


@pytest.mark.parametrize("leak", [0.125, 1.0])
def test_leaky_softsign(leak, points, hold):
    """σ(z) = (1 − α)z/(1 + |z|) + αz, σ′(z) = (1 − α)/(1 + |z|)² + α."""
    a = mp.mpf(leak)
    hold(
        LeakySoftsign(leak),
        points,
        lambda z: (1 - a) * z / (1 + abs(z)) + a * z,
        lambda z: (1 - a) / (1 + abs(z)) ** 2 + a,
    )


@pytest.mark.parametrize("b", [4.0, 0.25, 16.0])
def test_squareplus(b, points, hold):
    """σ(z) = (z + √(z² + b))/2, σ′(z) = (1 + z/√(z² + b))/2."""
    hold(
        Squareplus(b),
        points,
        lambda z: (z + mp.sqrt(z**2 + b)) / 2,
        lambda z: (1 + z / mp.sqrt(z**2 + b)) / 2,
    )


def test_isru(points, hold):
    """σ(z) = z/√(1 + z²), σ′(z) = (1 + z²)^{−3/2}."""
    hold(ISRU(), points, lambda z: z / mp.sqrt(1 + z**2), lambda z: (1 + z**2) ** mp.mpf("-1.5"))


@pytest.mark.parametrize("a", [0.5, -0.5, 0.0, 0.875])
def test_bent_identity(a, points, hold):
    """σ(z) = a(√(z² + 1) − 1) + z, σ′(z) = 1 + az/√(z² + 1)."""
    hold(
        BentIdentity(a),
        points,
        lambda z: a * (mp.sqrt(z**2 + 1) - 1) + z,
        lambda z: 1 + a * z / mp.sqrt(z**2 + 1),
    )


@pytest.mark.parametrize(
    ("sigma", "values", "slopes"),
    [
        (Squareplus(), [0, 0, 1e160, np.inf], [0, 0, 1, 1]),
        (ISRU(), [-1, -1, 1, 1], [0, 0, 0, 0]),
        (BentIdentity(), [-np.inf, -5e159, 1.5e160, np.inf], [0.5, 0.5, 1.5, 1.5]),
    ],
    ids=str,
)
def test_where_the_square_overflows(sigma, values, slopes):
    z = np.array([-np.inf, -1e160, 1e160, np.inf])
    np.testing.assert_allclose(sigma(z), values, rtol=1e-15)
    assert sigma.derivative(z).tolist() == slopes


def test_claims():
    assert Softsign().slope_range == ISRU().slope_range == Squareplus().slope_range == Interval(0, 1)
    assert Softsign().range == ISRU().range == Interval(-1, 1)
    assert Squareplus().range == Interval(0, np.inf)
    assert LeakySoftsign(0.25).slope_range == Interval(0.25, 1)
    assert BentIdentity(0.25).slope_range == BentIdentity(-0.25).slope_range == Interval(0.75, 1.25)
    assert LeakySoftsign().range == BentIdentity().range == REALS
    assert Softsign().kinks == Squareplus().kinks == ()


@pytest.mark.parametrize("leak", [0.0, 1.5, float("nan")])
def test_the_leak_lies_above_0_and_up_to_1(leak):
    with pytest.raises(ValueError, match=rf"^slope must lie in \(0, 1\], got {leak}$"):
        LeakySoftsign(leak)


@pytest.mark.parametrize("b", [0.0, float("nan")])
def test_squareplus_needs_a_positive_b(b):
    with pytest.raises(ValueError, match=rf"^b must be > 0, got {b}$"):
        Squareplus(b)


@pytest.mark.parametrize("a", [1.0, -1.0, float("nan")])
def test_bent_identity_needs_a_small_bend(a):
    with pytest.raises(ValueError, match=rf"^a must lie in \(-1, 1\), got {a}$"):
        BentIdentity(a)
