import mpmath as mp
import numpy as np
import pytest

from lab.activations.linear import Identity, LeakyReLU, PReLU, ReLU, RReLU
from lab.numerics import Interval

REALS = Interval(-np.inf, np.inf)


def test_identity(points, hold):
    """σ(z) = z, σ′(z) = 1."""
    hold(Identity(), points, lambda z: z, lambda z: mp.mpf(1))


def test_relu(points, hold):
    """σ(z) = max(z, 0); σ′(z) = 1 for z > 0, else 0."""
    hold(ReLU(), points, lambda z: max(z, mp.mpf(0)), lambda z: mp.mpf(z > 0))


@pytest.mark.parametrize("leak", [0.01, 0.25, 0.0, -0.5, 2.0])
def test_leaky_relu(leak, points, hold):
    """σ(z) = z for z > 0, else αz; σ′(z) = 1 for z ≥ 0, else α."""
    alpha = mp.mpf(float(points.dtype.type(leak)))
    hold(
        LeakyReLU(leak),
        points,
        lambda z: z if z > 0 else alpha * z,
        lambda z: mp.mpf(1) if z >= 0 else alpha,
    )


@pytest.mark.parametrize(
    ("sigma", "leak"),
    [(PReLU(), 0.25), (PReLU(-0.5), -0.5), (RReLU(), 11 / 48), (RReLU(0.0, 1.0), 0.5)],
    ids=str,
)
def test_prelu_and_rrelu_are_leaky_with_a_leak_of_their_own(sigma, leak):
    """rrelu's is (l + u)/2, torch's when it is not training."""
    z = np.linspace(-3, 3, 61)
    assert sigma.leak == pytest.approx(leak, rel=1e-15)
    np.testing.assert_array_equal(sigma(z), LeakyReLU(sigma.leak)(z))
    np.testing.assert_array_equal(sigma.derivative(z), LeakyReLU(sigma.leak).derivative(z))
    assert (sigma.slope_range, sigma.range) == (
        LeakyReLU(sigma.leak).slope_range,
        LeakyReLU(sigma.leak).range,
    )


@pytest.mark.parametrize(("lower", "upper"), [(0.5, 0.25), (-0.1, 0.5), (float("nan"), 0.5)])
def test_rrelu_needs_its_bounds_in_order(lower, upper):
    told = rf"^lower and upper must be 0 <= lower <= upper, got {lower}, {upper}$"
    with pytest.raises(ValueError, match=told):
        RReLU(lower, upper)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_at_the_kink(zero):
    """The conventions σ′(0) = 0 of ReLU and σ′(0) = 1 of leaky ReLU, for either zero."""
    assert ReLU().derivative(zero) == 0
    assert LeakyReLU().derivative(zero) == 1
    assert ReLU()(zero) == LeakyReLU()(zero) == 0


def test_exact_beside_the_kink():
    least = np.nextafter(0, 1)
    assert ReLU().derivative(np.array([-least, least])).tolist() == [0, 1]
    assert LeakyReLU(0.3).derivative(np.array([-least, least])).tolist() == [0.3, 1]


@pytest.mark.parametrize(
    ("leak", "slope", "values"),
    [
        (0.01, Interval(0.01, 1), REALS),
        (2.0, Interval(1, 2), REALS),
        (0.0, Interval(0, 1), Interval(0, np.inf)),
        (-0.5, Interval(-0.5, 1), Interval(0, np.inf)),
    ],
)
def test_leaky_relu_claims(leak, slope, values):
    assert LeakyReLU(leak).slope_range == slope
    assert LeakyReLU(leak).range == values


def test_claims():
    assert Identity().slope_range == Interval(1, 1)
    assert Identity().range == REALS
    assert Identity().kinks == ()
    assert ReLU().slope_range == Interval(0, 1)
    assert ReLU().range == Interval(0, np.inf)
    assert ReLU().kinks == LeakyReLU().kinks == (0.0,)
