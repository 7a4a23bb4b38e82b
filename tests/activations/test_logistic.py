import mpmath as mp
import numpy as np
import pytest

from lab.activations import Interval
from lab.activations.hyperbolic import LeCunTanh, Tanh
from lab.activations.logistic import Sigmoid, SiLU, Softplus


def s(z):
    return 1 / (1 + mp.exp(-z))


def test_sigmoid(points, hold):
    """σ(z) = 1/(1 + e^{−z}), σ′(z) = s(z)s(−z)."""
    hold(Sigmoid(), points, s, lambda z: s(z) * s(-z))


def test_sigmoid_slope_is_not_rounded_to_0_where_a_times_1_minus_a_is():
    a = Sigmoid()(40.0)
    assert a * (1 - a) == 0
    assert Sigmoid().derivative(40.0) == pytest.approx(4.248354255291589e-18, rel=1e-15)
    assert Sigmoid().derivative(-40.0) == pytest.approx(4.248354255291589e-18, rel=1e-15)


@pytest.mark.parametrize("beta", [1.0, 0.25, 2.5, 100.0])
def test_softplus(beta, points, hold):
    """σ(z) = ln(1 + e^{βz})/β, σ′(z) = s(βz)."""
    points = points[np.abs(beta * points) <= (700 if points.dtype == float else 80)]
    b = mp.mpf(beta)
    rounding = 0 if beta == 1 else 80
    hold(Softplus(beta), points, lambda z: mp.log1p(mp.exp(b * z)) / b, lambda z: s(b * z), rounding)


def test_softplus_is_the_line_far_right_and_never_overflows():
    z = np.array([800.0, 1e300, -800.0, -1e300])
    assert Softplus()(z).tolist() == [800.0, 1e300, 0.0, 0.0]
    assert Softplus().derivative(z).tolist() == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("beta", [0.0, -1.0, float("nan")])
def test_softplus_needs_a_positive_beta(beta):
    with pytest.raises(ValueError, match=rf"^beta must be > 0, got {beta}$"):
        Softplus(beta)


def test_silu(points, hold):
    """σ(z) = z s(z), σ′(z) = s(z)(1 + z s(−z))."""
    hold(SiLU(), points, lambda z: z * s(z), lambda z: s(z) * (1 + z * s(-z)))


def test_silu_extremes():
    """Inf σ at σ′ = 0, inf σ′ and sup σ′ at σ″ = 0, found with 50 digits."""
    slope = lambda z: s(z) * (1 + z * s(-z))  # noqa: E731
    least = mp.findroot(slope, -1.28)
    steepest = mp.findroot(lambda z: mp.diff(slope, z), 2.4)
    assert float(SiLU().range.low) == pytest.approx(float(least * s(least)), rel=1e-15)
    assert float(SiLU().slope.high) == pytest.approx(float(slope(steepest)), rel=1e-15)
    assert float(SiLU().slope.low) == pytest.approx(float(1 - slope(steepest)), rel=1e-15)


def test_claims():
    assert Sigmoid().slope == Interval(0.0, 0.25)
    assert Sigmoid().range == Interval(0.0, 1.0)
    assert Softplus(3.0).slope == Interval(0.0, 1.0)
    assert SiLU().range.high == np.inf
    assert Sigmoid().kinks == Softplus().kinks == SiLU().kinks == ()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sigma", [Sigmoid(), Softplus(), SiLU(), Tanh(), LeCunTanh()], ids=str)
def test_few_and_many_numbers_have_the_same_bits(sigma, dtype):
    """A number has its bits wherever it stands in an array, among few or many."""
    z = np.concatenate([np.linspace(-120, 120, 6001), [0.0, -0.0, np.nan, np.inf, -np.inf]]).astype(dtype)
    with np.errstate(all="ignore"):
        many = sigma.with_derivative(z)
        few = [sigma.with_derivative(part) for part in np.array_split(z, 100)]

    for whole, parts in zip(many, zip(*few, strict=True), strict=True):
        assert whole.tobytes() == np.concatenate(parts).tobytes()
