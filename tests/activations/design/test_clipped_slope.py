import mpmath as mp
import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.design.template import Template
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import LeakyReLU, ReLU
from lab.experiment.specify import from_spec
from lab.numerics import REALS, Interval
from lab.testing import check_activation

SiLU, GELU, Identity = TABLE["silu"], TABLE["gelu"], TABLE["identity"]
WAVES = Formula("sin(z)*exp(-z**2/20)")
INNER = (
    *(
        TABLE[name]()
        for name in ("identity", "sigmoid", "tanh", "relu", "gelu", "silu", "softsign", "softplus")
    ),
    *(LeakyReLU(0.05), TABLE["elu"](1.7), WAVES, Knots(), Template(0.0, 1.0, "box", 1.0, 0.3)),
    Floored(Sigmoid(), 0.05),
)
SIGMAS = (
    *(ClippedSlope(inner, (0.1, 0.3)[at % 2]) for at, inner in enumerate(INNER)),
    *(ClippedSlope(Tanh(), 0.0), ClippedSlope(SiLU(), 0.0), ClippedSlope(Tanh(), 2.0)),
)


@pytest.mark.parametrize("sigma", SIGMAS, ids=str)
def test_the_conformance_suite_holds(sigma):
    check_activation(sigma)


def straight_beyond(inner, x, floor):
    """The inner σ for |z| ≤ x, and straight on."""

    def value(z):
        inside = min(max(z, -x), x)
        return inner(inside) + floor * (z - inside)

    return value


def test_tanh(points, hold):
    """σ′ crosses ε = 1/8 at x = arcosh(1/√ε): tanh between, and straight on beyond."""
    floor = mp.mpf(0.125)
    value = straight_beyond(mp.tanh, mp.acosh(1 / mp.sqrt(floor)), floor)
    hold(ClippedSlope(Tanh(), 0.125), points, value, lambda z: max(mp.sech(z) ** 2, floor))


def test_sigmoid_keeps_its_value_at_0(points, hold):
    """σ(0) = ½; σ′ = 1/8 at R/(1 + R)² = 1/8, R = e^x. σ itself has a zero at −2.93."""
    floor = mp.mpf(0.125)
    value = straight_beyond(lambda z: 1 / (1 + mp.exp(-z)), mp.log(3 + 2 * mp.sqrt(2)), floor)
    sigma, z = ClippedSlope(Sigmoid(), 0.125), points[np.abs(points + 2.93) > 0.5]
    hold(sigma, z, value, lambda z: max(mp.sech(z / 2) ** 2 / 4, floor))
    assert sigma(0.0) == 0.5


def test_where_zero_is_under_the_floor():
    """Tanh with its middle moved to 4: around 0 the line f(0) + εz."""
    inner = Formula("tanh(z - 4)")
    sigma = ClippedSlope(inner, 0.25)
    z = np.linspace(-3, 2, 51)
    np.testing.assert_allclose(sigma(z), inner(0.0) + 0.25 * z, rtol=1e-14)
    x = float(4 - mp.acosh(2))
    np.testing.assert_allclose(sigma(4.0), inner(0.0) + 0.25 * x - inner(x), rtol=1e-13)


def test_relu_becomes_leaky():
    sigma, leaky = ClippedSlope(ReLU(), 0.125), LeakyReLU(0.125)
    z = np.array([-700.0, -1.5, -1e-300, 1e-300, 2.5, 1e300])
    assert sigma(z).tolist() == leaky(z).tolist()
    assert sigma.derivative(z).tolist() == leaky.derivative(z).tolist()
    assert sigma.kinks == (0.0,)


def test_kinks_are_the_crossings_and_what_is_not_under_the_floor():
    x = float(mp.acosh(1 / mp.sqrt(mp.mpf(0.1))))
    assert ClippedSlope(Tanh(), 0.1).kinks == pytest.approx((-x, x), rel=1e-15)
    assert ClippedSlope(Identity(), 0.1).kinks == ()
    assert ClippedSlope(Tanh(), 2.0).kinks == ()
    small = Formula("where(z > 3, 0.05*z, where(z > 1, 0.02*z + 0.09, 0.01*z + 0.1)) + max(z, 5)")
    assert ClippedSlope(small, 0.3).kinks == pytest.approx((5.0,))
    assert ClippedSlope(LeakyReLU(0.5), 0.1).kinks == (0.0,)


def test_every_crossing_is_found():
    """σ′ of the waves crosses 0.1 three times on either side at least; the pieces add up to the integral."""
    sigma = ClippedSlope(WAVES, 0.1)
    assert len(sigma.kinks) >= 6
    np.testing.assert_allclose(WAVES.derivative(np.array(sigma.kinks)), 0.1, atol=1e-15)
    pieces = [0, *[kink for kink in sigma.kinks if 0 < kink < 9], 9]
    area = mp.quad(lambda z: max(float(WAVES.derivative(float(z))), 0.1), pieces)
    np.testing.assert_allclose(sigma(9.0), float(area), rtol=1e-12)


@pytest.mark.parametrize("floor", [1e-9, 1e-30, 1e-120])
def test_a_crossing_far_out_is_found(floor):
    """asinh′ = 1/√(1 + z²) comes down to ε near 1/ε."""
    kinks = ClippedSlope(Formula("asinh(z)"), floor).kinks
    assert kinks == pytest.approx((-1 / floor, 1 / floor), rel=1e-14)


@pytest.mark.parametrize(
    ("sigma", "slope", "values"),
    [
        (ClippedSlope(Tanh(), 0.25), Interval(0.25, 1.0), REALS),
        (ClippedSlope(Tanh(), 0.0), Interval(0.0, 1.0), Interval(-1.0, 1.0)),
        (ClippedSlope(Tanh(), 2.0), Interval(2.0, 2.0), REALS),
        (ClippedSlope(LeakyReLU(0.3), 0.1), Interval(0.3, 1.0), REALS),
        (ClippedSlope(GELU(), 0.1), Interval(0.1, GELU().slope_range.high), REALS),
    ],
    ids=str,
)
def test_claims(sigma, slope, values):
    assert (sigma.slope_range, sigma.range) == (slope, values)


def test_a_floor_of_0_takes_the_falling_part_away():
    sigma = ClippedSlope(SiLU(), 0.0)
    assert sigma.slope_range.low == 0.0
    assert sigma.range.low == pytest.approx(SiLU().range.low, rel=1e-12)
    assert sigma.range.high == np.inf


def test_infinity():
    sigma = ClippedSlope(Tanh(), 0.1)
    assert sigma(np.array([-np.inf, np.inf])).tolist() == [-np.inf, np.inf]
    assert sigma.derivative(np.array([-np.inf, np.inf])).tolist() == [0.1, 0.1]


@pytest.mark.parametrize("floor", [-0.1, float("inf"), float("nan")])
def test_the_floor_is_checked(floor):
    with pytest.raises(ValueError, match=rf"^floor must be >= 0 and finite, got {floor}$"):
        ClippedSlope(Tanh(), floor)


def test_it_is_a_value_that_a_line_makes(travels):
    sigma = from_spec({"name": "clipped-slope", "inner": "tanh", "floor": 0.2})
    assert sigma == ClippedSlope(Tanh(), 0.2)
    travels(sigma)
