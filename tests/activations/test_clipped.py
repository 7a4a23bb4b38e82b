import mpmath as mp
import numpy as np
import pytest

from lab.activations.clipped import (
    PLU,
    HardSigmoid,
    HardTanh,
    LeakyHardSigmoid,
    LeakyHardTanh,
    ReLU6,
    SparseSigmoid,
)
from lab.numerics import Interval

REALS = Interval(-np.inf, np.inf)
UNIT = Interval(0, 1)


def clamped(z, low, high):
    return min(max(z, mp.mpf(low)), mp.mpf(high))


@pytest.mark.parametrize(
    ("sigma", "low", "high", "rise", "middle"),
    [
        (ReLU6(), 0, 6, 1, 0),
        (HardTanh(), -1, 1, 1, 0),
        (HardTanh(-0.25, 20.0), -0.25, 20, 1, 0),
        (HardSigmoid(), -3, 3, mp.mpf(1) / 6, 0.5),
        (SparseSigmoid(), -1, 1, mp.mpf(1) / 2, 0.5),
    ],
    ids=str,
)
def test_flat_beyond_the_bends(sigma, low, high, rise, middle, points, hold):
    """σ(z) = middle + rise·h with h = z clamped to [low, high]; σ′(z) = rise inside, else 0."""
    points = points[points != low]
    hold(
        sigma,
        points,
        lambda z: middle + rise * clamped(z, low, high),
        lambda z: mp.mpf(rise if low < z < high else 0),
    )


@pytest.mark.parametrize(
    ("sigma", "bound", "rise", "leak"),
    [
        (PLU(0.125), 1, 1, 0.125),
        (PLU(0.5, 3.0), 3, 1, 0.5),
        (LeakyHardTanh(0.03125), 1, 1, 0.03125),
        (LeakyHardTanh(1.0, -2.0, 2.0), 2, 1, 1),
    ],
    ids=str,
)
def test_leaking_beyond_the_bends(sigma, bound, rise, leak, points, hold):
    """σ(z) = h + α(z − h) with h = z clamped to ±c; σ′(z) = 1 for |z| ≤ c, else α."""

    def exact(z):
        h = clamped(z, -bound, bound)
        return rise * h + leak * (z - h)

    hold(sigma, points, exact, lambda z: mp.mpf(rise if abs(z) <= bound else leak))


def test_plu_is_as_it_was_written(points, hold):
    """σ(z) = max(α(z + c) − c, min(α(z − c) + c, z))."""
    a, c = mp.mpf(0.125), mp.mpf(2)
    hold(
        PLU(0.125, 2.0),
        points,
        lambda z: max(a * (z + c) - c, min(a * (z - c) + c, z)),
        lambda z: mp.mpf(1) if abs(z) <= c else a,
    )


def test_leaky_hard_sigmoid(points, hold):
    """σ(z) = (h + 3)/6 + α(z − h) with h = z clamped to ±3; σ′(z) = 1/6 for |z| ≤ 3, else α."""

    def exact(z):
        h = clamped(z, -3, 3)
        return (h + 3) / 6 + (z - h) / 32

    hold(LeakyHardSigmoid(1 / 32), points, exact, lambda z: mp.mpf(1) / (6 if abs(z) <= 3 else 32))


@pytest.mark.parametrize(
    ("sigma", "convention"),
    [
        (ReLU6(), 0),
        (HardTanh(), 1),
        (HardTanh(0.0, 0.3), 1),
        (HardSigmoid(), 0),
        (SparseSigmoid(), 0.25),
        (PLU(), 1),
        (LeakyHardTanh(), 1),
        (LeakyHardSigmoid(), 1 / 6),
    ],
    ids=str,
)
def test_at_the_kinks(sigma, convention):
    """relu6′(0) = relu6′(6) = 0, hardtanh′(±1) = 1, hardsigmoid′(±3) = 0, sparse_sigmoid′(±1) = ¼."""
    low, high = sigma.kinks
    outer = sigma.slope_range.low
    assert sigma.derivative(np.array([low, high])).tolist() == [convention] * 2
    beyond = np.array([np.nextafter(low, -9), np.nextafter(high, 9)])
    assert sigma.derivative(beyond).tolist() == [outer] * 2
    inside = np.array([np.nextafter(low, 9), np.nextafter(high, -9)])
    assert sigma.derivative(inside).tolist() == [sigma.slope_range.high] * 2


def test_claims():
    assert ReLU6().slope_range == HardTanh(-0.5, 2.0).slope_range == UNIT
    assert HardSigmoid().slope_range == Interval(0, 1 / 6)
    assert SparseSigmoid().slope_range == Interval(0, 0.5)
    assert PLU(0.25).slope_range == LeakyHardTanh(0.25).slope_range == Interval(0.25, 1)
    assert LeakyHardSigmoid(0.5).slope_range == Interval(1 / 6, 0.5)
    assert ReLU6().range == Interval(0, 6)
    assert HardTanh(-0.5, 2.0).range == Interval(-0.5, 2)
    assert HardSigmoid().range == SparseSigmoid().range == UNIT
    assert PLU().range == LeakyHardTanh().range == LeakyHardSigmoid().range == REALS
    assert PLU(bound=2.0).kinks == (-2.0, 2.0)
    assert HardTanh(-0.5, 2.0).kinks == LeakyHardTanh(low=-0.5, high=2.0).kinks == (-0.5, 2.0)


@pytest.mark.parametrize(
    ("part", "wrong", "message"),
    [
        (HardTanh, {"low": 1.0}, "^low must be < high, got 1.0 and 1.0$"),
        (HardTanh, {"low": float("nan")}, "^low must be < high, got nan and 1.0$"),
        (LeakyHardTanh, {"high": -2.0}, "^low must be < high, got -1.0 and -2.0$"),
        (LeakyHardTanh, {"leak": 0.0}, r"^slope must lie in \(0, 1\], got 0.0$"),
        (PLU, {"leak": 1.5}, r"^slope must lie in \(0, 1\], got 1.5$"),
        (PLU, {"bound": 0.0}, "^bound must be > 0, got 0.0$"),
        (LeakyHardSigmoid, {"leak": 0.0}, "^slope must be > 0, got 0.0$"),
    ],
)
def test_parameters(part, wrong, message):
    with pytest.raises(ValueError, match=message):
        part(**wrong)
