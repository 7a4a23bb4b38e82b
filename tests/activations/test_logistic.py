import mpmath as mp
import numpy as np
import pytest

from lab.activations.logistic import LogSigmoid, SigLin, Sigmoid, SiLU, SmoothLeaky, Softplus
from lab.numerics import Interval


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


def test_log_sigmoid(points, hold):
    """σ(z) = −ln(1 + e^{−z}), σ′(z) = s(−z)."""
    hold(LogSigmoid(), points, lambda z: -mp.log1p(mp.exp(-z)), lambda z: s(-z))


@pytest.mark.parametrize("leak", [0.3125, 1.0])
def test_smooth_leaky(leak, points, hold):
    """σ(z) = αz + (1 − α) ln(1 + e^z), σ′(z) = α + (1 − α)s(z)."""
    hold(
        SmoothLeaky(leak),
        points,
        lambda z: leak * z + (1 - leak) * mp.log1p(mp.exp(z)),
        lambda z: leak + (1 - leak) * s(z),
    )


@pytest.mark.parametrize("slope", [0.0625, 2.0])
def test_siglin(slope, points, hold):
    """σ(z) = s(z) + αz, σ′(z) = s(z)s(−z) + α."""
    hold(SigLin(slope), points, lambda z: s(z) + slope * z, lambda z: s(z) * s(-z) + slope)


def test_straight_to_infinity():
    z = np.array([-np.inf, -1e300, 1e300, np.inf])
    assert LogSigmoid()(z).tolist() == [-np.inf, -1e300, 0, 0]
    assert LogSigmoid().derivative(z).tolist() == [1, 1, 0, 0]
    assert SmoothLeaky(0.25).derivative(z).tolist() == [0.25, 0.25, 1, 1]
    assert SmoothLeaky(0.25)(z).tolist() == [-np.inf, -2.5e299, 1e300, np.inf]
    assert SigLin(0.25).derivative(z).tolist() == [0.25] * 4


@pytest.mark.parametrize("leak", [0.0, 1.5, float("nan")])
def test_smooth_leaky_needs_a_leak_up_to_1(leak):
    with pytest.raises(ValueError, match=rf"^slope must lie in \(0, 1\], got {leak}$"):
        SmoothLeaky(leak)


@pytest.mark.parametrize("leak", [0.0, float("nan")])
def test_siglin_needs_a_slope(leak):
    with pytest.raises(ValueError, match=rf"^slope must be > 0, got {leak}$"):
        SigLin(leak)


def test_silu(points, hold):
    """σ(z) = z s(z), σ′(z) = s(z)(1 + z s(−z))."""
    hold(SiLU(), points, lambda z: z * s(z), lambda z: s(z) * (1 + z * s(-z)))


def test_silu_extremes():
    """Inf σ at σ′ = 0, inf σ′ and sup σ′ at σ″ = 0, found with 50 digits."""
    slope = lambda z: s(z) * (1 + z * s(-z))  # noqa: E731
    least = mp.findroot(slope, -1.28)
    steepest = mp.findroot(lambda z: mp.diff(slope, z), 2.4)
    assert float(SiLU().range.low) == pytest.approx(float(least * s(least)), rel=1e-15)
    assert float(SiLU().slope_range.high) == pytest.approx(float(slope(steepest)), rel=1e-15)
    assert float(SiLU().slope_range.low) == pytest.approx(float(1 - slope(steepest)), rel=1e-15)


def test_claims():
    assert Sigmoid().slope_range == Interval(0.0, 0.25)
    assert Sigmoid().range == Interval(0.0, 1.0)
    assert Softplus(3.0).slope_range == Interval(0.0, 1.0)
    assert SiLU().range.high == np.inf
    assert LogSigmoid().slope_range == Interval(0.0, 1.0)
    assert LogSigmoid().range == Interval(-np.inf, 0.0)
    assert SmoothLeaky(0.25).slope_range == Interval(0.25, 1.0)
    assert SigLin(0.25).slope_range == Interval(0.25, 0.5)
    assert SmoothLeaky().range == SigLin().range == Interval(-np.inf, np.inf)
    assert Sigmoid().kinks == Softplus().kinks == SiLU().kinks == ()
