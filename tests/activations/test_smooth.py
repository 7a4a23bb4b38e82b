import mpmath as mp
import numpy as np
import pytest

from lab.activations import Interval
from lab.activations.smooth import ELU, GELU, Softsign


@pytest.mark.parametrize("alpha", [1.0, 0.25, 1.75])
def test_elu(alpha, points, hold):
    """σ(z) = z for z > 0, else α(e^z − 1); σ′(z) = 1 for z > 0, else αe^z."""
    a = mp.mpf(alpha)
    hold(
        ELU(alpha),
        points,
        lambda z: z if z > 0 else a * mp.expm1(z),
        lambda z: mp.mpf(1) if z > 0 else a * mp.exp(z),
    )


def test_elu_keeps_its_precision_beside_0():
    assert ELU()(-1e-20) == -1e-20


def test_elu_at_the_kink():
    """σ′(0) = α."""
    assert ELU(1.7).derivative(0.0) == 1.7
    assert ELU(1.7).kinks == (0.0,)
    assert ELU().kinks == ()


def test_elu_claims():
    assert ELU(0.5).slope == Interval(0, 1)
    assert ELU(1.7).slope == Interval(0, 1.7)
    assert ELU(1.7).range == Interval(-1.7, np.inf)


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan")])
def test_elu_needs_a_positive_alpha(alpha):
    with pytest.raises(ValueError, match=rf"^alpha must be > 0, got {alpha}$"):
        ELU(alpha)


def Phi(z):
    return mp.erfc(-z / mp.sqrt(2)) / 2


def gelu_slope(z):
    return Phi(z) + z * mp.npdf(z)


def test_gelu(points, hold):
    """σ(z) = zΦ(z), σ′(z) = Φ(z) + zφ(z)."""
    hold(GELU(), points, lambda z: z * Phi(z), gelu_slope)


def test_gelu_far_left(hold):
    """Between z = −40 and z = −30 both fall to the smallest numbers, with no loss on the way."""
    hold(GELU(), np.linspace(-40, -30, 301), lambda z: z * Phi(z), gelu_slope)
    hold(GELU(), np.linspace(-15, -8, 301, dtype=np.float32), lambda z: z * Phi(z), gelu_slope)


def test_gelu_at_infinity():
    z = np.array([np.inf, 1e308, -1e308, -np.inf])
    assert GELU()(z).tolist() == [np.inf, 1e308, 0, 0]
    assert GELU().derivative(z).tolist() == [1, 1, 0, 0]


def test_gelu_extremes():
    """σ″ = 0 at z = ±√2."""
    least = mp.findroot(gelu_slope, -0.75)
    assert GELU().range.low == pytest.approx(float(least * Phi(least)), rel=1e-15)
    assert GELU().slope.high == pytest.approx(float(gelu_slope(mp.sqrt(2))), rel=1e-15)
    assert GELU().slope.low == pytest.approx(float(gelu_slope(-mp.sqrt(2))), rel=1e-15)


def test_gelu_takes_a_complex_step():
    z = np.linspace(-37, 10, 471)
    slope = GELU()(z + 1e-30j).imag / 1e-30
    np.testing.assert_allclose(slope, GELU().derivative(z), rtol=1e-11, atol=1e-14)


def test_softsign(points, hold):
    """σ(z) = z/(1 + |z|), σ′(z) = 1/(1 + |z|)²."""
    hold(Softsign(), points, lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2)


def test_softsign_claims():
    assert Softsign().slope == Interval(0, 1)
    assert Softsign().range == Interval(-1, 1)
    assert Softsign().kinks == GELU().kinks == ()
