import mpmath as mp
import numpy as np
import pytest

from lab.activations.continued import ISigmoid, ReLTanh, StacTanh
from lab.numerics import Interval

REALS = Interval(-np.inf, np.inf)


def s(z):
    return 1 / (1 + mp.exp(-z))


def s_slope(z):
    return s(z) * s(-z)


def tanh_slope(z):
    return mp.sech(z) ** 2


def clamped(z, low, high):
    return min(max(z, mp.mpf(low)), mp.mpf(high))


@pytest.mark.parametrize(("leak", "bound"), [(0.25, 2.0), (0.0625, 3.0)])
@pytest.mark.parametrize(
    ("part", "value", "slope"), [(ISigmoid, s, s_slope), (StacTanh, mp.tanh, tanh_slope)]
)
def test_straight_beyond_the_bound(part, value, slope, leak, bound, points, hold):
    """σ(z) = f(h) + α(z − h) with h = z clamped to ±b; σ′(z) = f′(z) for |z| ≤ b, else α."""

    def exact(z):
        h = clamped(z, -bound, bound)
        return value(h) + leak * (z - h)

    hold(part(leak, bound), points, exact, lambda z: slope(z) if abs(z) <= bound else mp.mpf(leak))


@pytest.mark.parametrize(("low", "high"), [(-1.5, 0.0), (-0.5, 2.0), (0.5, 1.0)])
def test_reltanh(low, high, points, hold):
    """σ(z) = tanh h + (z − h) sech² h, σ′(z) = sech² h with h = z clamped to [low, high]."""

    def exact(z):
        h = clamped(z, low, high)
        return mp.tanh(h) + (z - h) * tanh_slope(h)

    hold(ReLTanh(low, high), points, exact, lambda z: tanh_slope(clamped(z, low, high)))


def test_at_the_kinks():
    """At ±b the slope is that of the sigmoid, of the tanh."""
    for b in (-2.0, 2.0):
        assert ISigmoid().derivative(b) == pytest.approx(float(s_slope(mp.mpf(2))), rel=1e-15)
        assert ISigmoid().derivative(b + np.copysign(1e-15, b)) == 0.2
        assert StacTanh(0.1, 2.0).derivative(b) == pytest.approx(float(tanh_slope(mp.mpf(2))), rel=1e-15)
        assert StacTanh(0.1, 2.0).derivative(np.nextafter(b, 9 * b)) == 0.1
    assert ISigmoid().kinks == (-2.0, 2.0)
    assert StacTanh().kinks == (-1.0, 1.0)
    assert ReLTanh().kinks == ()


@pytest.mark.parametrize(
    ("sigma", "low", "high"),
    [
        (ISigmoid(), s_slope(mp.mpf(2)), 0.25),
        (ISigmoid(0.0625), 0.0625, 0.25),
        (ISigmoid(0.5, 1.0), s_slope(mp.mpf(1)), 0.5),
        (StacTanh(), 0.1, 1),
        (StacTanh(2.0, 0.5), tanh_slope(mp.mpf(0.5)), 2),
        (ReLTanh(), tanh_slope(mp.mpf(1.5)), 1),
        (ReLTanh(-0.5, 2.0), tanh_slope(mp.mpf(2)), 1),
        (ReLTanh(0.25, 1.0), tanh_slope(mp.mpf(1)), tanh_slope(mp.mpf(0.25))),
        (ReLTanh(-1.0, -0.25), tanh_slope(mp.mpf(1)), tanh_slope(mp.mpf(0.25))),
    ],
    ids=str,
)
def test_claims(sigma, low, high):
    assert sigma.slope_range == Interval(
        pytest.approx(float(low), rel=1e-15), pytest.approx(float(high), rel=1e-15)
    )
    assert sigma.range == REALS


@pytest.mark.parametrize("part", [ISigmoid, StacTanh])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"leak": 0.0}, "^slope must be > 0, got 0.0$"),
        ({"leak": float("nan")}, "^slope must be > 0, got nan$"),
        ({"bound": 0.0}, r"^bound must lie in \(0, 350\], got 0.0$"),
        ({"bound": 400.0}, r"^bound must lie in \(0, 350\], got 400.0$"),
    ],
    ids=str,
)
def test_parameters(part, wrong, message):
    with pytest.raises(ValueError, match=message):
        part(**wrong)


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (1.0, -1.0), (float("nan"), 1.0), (-400.0, 0.0)])
def test_reltanh_parameters(low, high):
    with pytest.raises(
        ValueError, match=rf"^must be -350 <= low < high <= 350, got low = {low}, high = {high}$"
    ):
        ReLTanh(low, high)
