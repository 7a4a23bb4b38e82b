import mpmath as mp
import numpy as np
import pytest

from lab.activations.hyperbolic import LeCunTanh, Tanh, TanhLU, TwistedTanh
from lab.numerics import Interval


def test_tanh(points, hold):
    """σ(z) = tanh z, σ′(z) = sech² z."""
    hold(Tanh(), points, mp.tanh, lambda z: mp.sech(z) ** 2)


def test_tanh_slope_is_not_rounded_to_0_where_1_minus_a_squared_is():
    assert 1 - np.tanh(20.0) ** 2 == 0
    assert Tanh().derivative(20.0) == pytest.approx(1.699341702116635e-17, rel=1e-15)


@pytest.mark.parametrize("twist", [0.0, 0.125, 1.0])
def test_lecun_tanh(twist, points, hold):
    """σ(z) = 1.7159 tanh(2z/3) + twist·z, σ′(z) = 1.7159·⅔ sech²(2z/3) + twist; 1.7159 as a double."""
    scale, t = mp.mpf(1.7159), mp.mpf(twist)
    hold(
        LeCunTanh(twist),
        points,
        lambda z: scale * mp.tanh(2 * z / 3) + t * z,
        lambda z: scale * 2 / 3 * mp.sech(2 * z / 3) ** 2 + t,
        conditioning=0 if twist else 4 / 3 * float(np.abs(points).max()),
    )


def test_lecun_tanh_is_nearly_1_at_1():
    assert LeCunTanh()(1.0) == pytest.approx(1.0, abs=5e-5)
    assert LeCunTanh()(-1.0) == -LeCunTanh()(1.0)


def test_lecun_tanh_claims():
    assert LeCunTanh().slope_range == Interval(0.0, 1.7159 * 2 / 3)
    assert LeCunTanh().range == Interval(-1.7159, 1.7159)
    assert LeCunTanh(0.1).slope_range == Interval(0.1, 1.7159 * 2 / 3 + 0.1)
    assert LeCunTanh(0.1).range == Interval(-np.inf, np.inf)


@pytest.mark.parametrize("twist", [-0.1, float("nan")])
def test_lecun_tanh_needs_a_twist_of_0_or_more(twist):
    with pytest.raises(ValueError, match=rf"^twist must be >= 0, got {twist}$"):
        LeCunTanh(twist)


@pytest.mark.parametrize("twist", [0.125, 2.0])
def test_twisted_tanh(twist, points, hold):
    """σ(z) = tanh z + twist·z, σ′(z) = sech² z + twist."""
    hold(
        TwistedTanh(twist),
        points,
        lambda z: mp.tanh(z) + twist * z,
        lambda z: mp.sech(z) ** 2 + twist,
    )


@pytest.mark.parametrize(("alpha", "beta", "gamma"), [(1.0, 1.0, 0.125), (2.0, 0.5, 0.0), (0.25, 4.0, 1.0)])
def test_tanhlu(alpha, beta, gamma, points, hold):
    """σ(z) = α tanh(βz) + γz, σ′(z) = αβ sech²(βz) + γ."""
    hold(
        TanhLU(alpha, beta, gamma),
        points[np.abs(beta * points) <= 700],
        lambda z: alpha * mp.tanh(beta * z) + gamma * z,
        lambda z: alpha * beta * mp.sech(beta * z) ** 2 + gamma,
    )


def test_claims_with_a_line():
    reals = Interval(-np.inf, np.inf)
    assert TwistedTanh(0.25).slope_range == Interval(0.25, 1.25)
    assert TanhLU(2.0, 3.0, 0.25).slope_range == Interval(0.25, 6.25)
    assert TanhLU(2.0, 3.0, 0.0).slope_range == Interval(0, 6)
    assert TanhLU(2.0, 3.0, 0.0).range == Interval(-2, 2)
    assert TwistedTanh().range == TanhLU().range == reals


@pytest.mark.parametrize(
    ("part", "wrong", "message"),
    [
        (TwistedTanh, {"twist": 0.0}, "^twist must be > 0, got 0.0$"),
        (TanhLU, {"alpha": 0.0}, "^alpha must be > 0, got 0.0$"),
        (TanhLU, {"beta": float("nan")}, "^beta must be > 0, got nan$"),
        (TanhLU, {"gamma": -0.1}, "^gamma must be >= 0, got -0.1$"),
    ],
)
def test_parameters(part, wrong, message):
    with pytest.raises(ValueError, match=message):
        part(**wrong)
