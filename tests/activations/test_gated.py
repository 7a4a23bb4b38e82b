import mpmath as mp
import numpy as np
import pytest

from lab.activations.gated import AconB, LiSHT, Mish
from lab.activations.logistic import SiLU
from lab.numerics import Interval

REALS = Interval(-np.inf, np.inf)


def s(z):
    return 1 / (1 + mp.exp(-z))


def gate(z):
    return mp.tanh(mp.log1p(mp.exp(z)))


def mish(z):
    return z * gate(z)


def mish_slope(z):
    return gate(z) + z * mp.sech(mp.log1p(mp.exp(z))) ** 2 * s(z)


def lisht_slope(z):
    return mp.tanh(z) + z * mp.sech(z) ** 2


def test_mish(points, hold):
    """σ(z) = z tanh(ln(1 + e^z)), σ′(z) = t + z(1 − t²)s(z)."""
    with mp.workdps(350):
        hold(Mish(), points, mish, mish_slope)


def test_mish_far_left(hold):
    """Down to the least normal numbers: the references need 350 digits to see 1 + e^z."""
    with mp.workdps(350):
        hold(Mish(), np.linspace(-714, -690, 49), mish, mish_slope)


def test_mish_extremes():
    least, low, high = (
        mp.findroot(mish_slope, -1.19),
        *(mp.findroot(lambda z: mp.diff(mish_slope, z), z) for z in (-2.26, 1.49)),
    )
    assert Mish().range.low == pytest.approx(float(mish(least)), rel=1e-15)
    assert Mish().slope_range.low == pytest.approx(float(mish_slope(low)), rel=1e-15)
    assert Mish().slope_range.high == pytest.approx(float(mish_slope(high)), rel=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_mish_at_infinity(dtype):
    z = np.array([-np.inf, -1e30, 1e30, np.inf], dtype)
    assert Mish()(z).tolist() == [0, 0, z[2], np.inf]
    assert Mish().derivative(z).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(("beta", "p"), [(1.0, 0.25), (2.0, 0.5), (1.0, 0.0)])
def test_acon_b(beta, p, points, hold):
    """σ(z) = (1 − p)z s(u) + pz, σ′(z) = (1 − p)s(u)(1 + u s(−u)) + p, u = β(1 − p)z."""
    rate, rest = mp.mpf(beta * (1 - p)), mp.mpf(1 - p)
    hold(
        AconB(beta, p),
        points,
        lambda z: rest * z * s(rate * z) + p * z,
        lambda z: rest * s(rate * z) * (1 + rate * z * s(-rate * z)) + p,
        conditioning=4,
    )


def test_acon_b_without_a_line_is_the_silu_and_claims_as_much():
    z = np.linspace(-30, 30, 121)
    np.testing.assert_array_equal(AconB(p=0.0)(z), SiLU()(z))
    assert AconB(p=0.0).slope_range == SiLU().slope_range
    assert AconB(beta=2.0, p=0.0).range == Interval(SiLU().range.low / 2, np.inf)
    assert AconB().range == REALS


def test_acon_b_is_floored_from_a_ninth_or_so_on():
    """inf σ′ = 0 at p = m/(1 + m) with m = −inf of the SiLU's slope: p = 0.09078."""
    assert AconB(p=0.0907).slope_range.low < 0 < AconB(p=0.0908).slope_range.low
    assert AconB().slope_range.low == pytest.approx(0.17512, abs=5e-6)
    assert AconB().slope_range.high == pytest.approx(1.07488, abs=5e-6)


def test_lisht(points, hold):
    """σ(z) = z tanh z, σ′(z) = tanh z + z sech² z."""
    hold(LiSHT(), points, lambda z: z * mp.tanh(z), lisht_slope)


def test_lisht_extremes():
    steepest = mp.findroot(lambda z: mp.diff(lisht_slope, z), 1.2)
    assert (
        LiSHT().slope_range.high
        == -LiSHT().slope_range.low
        == pytest.approx(float(lisht_slope(steepest)), rel=1e-15)
    )
    assert LiSHT().range == Interval(0, np.inf)
    z = np.array([-np.inf, -1e300, 1e300, np.inf])
    assert LiSHT()(z).tolist() == np.abs(z).tolist()
    assert LiSHT().derivative(z).tolist() == [-1, -1, 1, 1]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"beta": 0.0}, r"^beta must be > 0, got 0.0$"),
        ({"p": 1.0}, r"^p must lie in \[0, 1\), got 1.0$"),
        ({"p": -0.1}, r"^p must lie in \[0, 1\), got -0.1$"),
        ({"p": float("nan")}, r"^p must lie in \[0, 1\), got nan$"),
    ],
    ids=str,
)
def test_acon_b_parameters(wrong, message):
    with pytest.raises(ValueError, match=message):
        AconB(**wrong)
