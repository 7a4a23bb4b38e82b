import mpmath as mp
import numpy as np
import pytest

from lab.activations.gaussian import GELU, Bump, Erf, GELUTanh
from lab.numerics import Interval

ROOT = mp.sqrt(8 / mp.pi)
CUBIC = mp.mpf("0.044715")


def Phi(z):
    return mp.erfc(-z / mp.sqrt(2)) / 2


def gelu_slope(z):
    return Phi(z) + z * mp.npdf(z)


def twice_u(z):
    return ROOT * (z + CUBIC * z**3)


def s(z):
    return 1 / (1 + mp.exp(-z))


def gelu_tanh(z):
    return z * s(twice_u(z))


def gelu_tanh_slope(z):
    v = twice_u(z)
    return s(v) + z * s(v) * s(-v) * ROOT * (1 + 3 * CUBIC * z**2)


def bell(z):
    return mp.exp(-(z**2))


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
    assert GELU().slope_range.high == pytest.approx(float(gelu_slope(mp.sqrt(2))), rel=1e-15)
    assert GELU().slope_range.low == pytest.approx(float(gelu_slope(-mp.sqrt(2))), rel=1e-15)


def test_gelu_takes_a_complex_step():
    z = np.linspace(-37, 10, 471)
    slope = GELU()(z + 1e-30j).imag / 1e-30
    np.testing.assert_allclose(slope, GELU().derivative(z), rtol=1e-11, atol=1e-14)


def test_gelu_tanh(points, hold):
    """σ(z) = z s(2u), σ′(z) = s(2u) + 2zu′s(2u)s(−2u), u = √(2/π)(z + 0.044715z³).

    In the left tail s(2u) = e^{2u}, so the rounding of 2u to a number costs |2u| units. Left out is where
    both are smaller than the least normal number, but not yet 0.
    """
    below, lowest = (21.2, 708) if points.dtype == float else (10, 87)
    points = points[(points > -below) | (points < -22)]
    hold(GELUTanh(), points, gelu_tanh, gelu_tanh_slope, conditioning=2 * lowest)


def test_gelu_tanh_is_near_gelu():
    z = np.linspace(-8, 8, 1601)
    assert 4e-4 < np.abs(GELUTanh()(z) - GELU()(z)).max() < 5e-4


def test_gelu_tanh_extremes():
    least = mp.findroot(gelu_tanh_slope, -0.75)
    steepest = mp.findroot(lambda z: mp.diff(gelu_tanh_slope, z), 1.4)
    assert GELUTanh().range.low == pytest.approx(float(gelu_tanh(least)), rel=1e-15)
    assert GELUTanh().slope_range.high == pytest.approx(float(gelu_tanh_slope(steepest)), rel=1e-15)
    assert GELUTanh().slope_range.low == pytest.approx(float(gelu_tanh_slope(-steepest)), rel=1e-15)


def test_gelu_tanh_at_infinity():
    z = np.array([np.inf, 1e308, -1e308, -np.inf])
    assert GELUTanh()(z).tolist() == [np.inf, 1e308, 0, 0]
    assert GELUTanh().derivative(z).tolist() == [1, 1, 0, 0]


def test_erf(points, hold):
    """σ(z) = erf z, σ′(z) = 2e^{−z²}/√π."""
    hold(Erf(), points, mp.erf, lambda z: 2 / mp.sqrt(mp.pi) * bell(z))


def test_bump(points, hold):
    """σ(z) = e^{−z²}, σ′(z) = −2z e^{−z²}."""
    hold(Bump(), points, bell, lambda z: -2 * z * bell(z))


def test_erf_and_bump_far_out(hold):
    """Between |z| = 15 and |z| = 28 the bell falls to the smallest numbers, with no loss on the way."""
    z = np.linspace(15, 28, 131)
    hold(Erf(), z, mp.erf, lambda z: 2 / mp.sqrt(mp.pi) * bell(z))
    hold(Bump(), -z, bell, lambda z: -2 * z * bell(z))
    ends = np.array([-np.inf, -1e300, 1e300, np.inf])
    assert np.abs(Bump().derivative(ends)).tolist() == np.abs(Erf().derivative(ends)).tolist() == [0] * 4


def test_claims():
    assert Erf().slope_range == Interval(0, pytest.approx(float(2 / mp.sqrt(mp.pi)), rel=1e-15))
    assert Erf().range == Interval(-1, 1)
    assert (
        Bump().slope_range.high
        == -Bump().slope_range.low
        == pytest.approx(float(mp.sqrt(2 / mp.e)), rel=1e-15)
    )
    assert Bump().range == Interval(0, 1)
    assert GELU().kinks == GELUTanh().kinks == Erf().kinks == Bump().kinks == ()
