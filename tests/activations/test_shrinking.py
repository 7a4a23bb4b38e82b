import mpmath as mp
import numpy as np
import pytest

from lab.activations.shrinking import HardShrink, SoftShrink, TanhShrink
from lab.numerics import Interval

REALS = Interval(-np.inf, np.inf)


@pytest.mark.parametrize("threshold", [0.5, 2.0])
def test_soft_shrink(threshold, points, hold):
    """σ(z) = sign(z) max(|z| − λ, 0); σ′(z) = [|z| > λ]."""
    hold(
        SoftShrink(threshold),
        points,
        lambda z: mp.sign(z) * max(abs(z) - threshold, mp.mpf(0)),
        lambda z: mp.mpf(abs(z) > threshold),
    )


@pytest.mark.parametrize("threshold", [0.5, 2.0])
def test_hard_shrink(threshold, points, hold):
    """σ(z) = z for |z| > λ, else 0; σ′(z) = [|z| > λ]."""
    hold(
        HardShrink(threshold),
        points,
        lambda z: z if abs(z) > threshold else mp.mpf(0),
        lambda z: mp.mpf(abs(z) > threshold),
    )


def test_tanh_shrink(points, hold):
    """σ(z) = z − tanh z, σ′(z) = tanh² z."""
    hold(TanhShrink(), points, lambda z: z - mp.tanh(z), lambda z: mp.tanh(z) ** 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tanh_shrink_near_0_where_the_difference_cancels(dtype, hold):
    z = np.concatenate([np.geomspace(1e-6, 1, 60), [np.nextafter(0.5, 0), 0.5]]).astype(dtype)
    hold(TanhShrink(), np.concatenate([-z, z]), lambda z: z - mp.tanh(z), lambda z: mp.tanh(z) ** 2)
    assert 1e-5 - np.tanh(1e-5) != pytest.approx(TanhShrink()(1e-5), rel=1e-9, abs=0)


@pytest.mark.parametrize("part", [SoftShrink, HardShrink])
def test_at_the_kinks(part):
    """σ(±λ) = 0 and σ′(±λ) = 0."""
    sigma = part(0.3)
    ends = np.array([-0.3, 0.3])
    assert sigma.kinks == (-0.3, 0.3)
    assert sigma(ends).tolist() == sigma.derivative(ends).tolist() == [0, 0]
    assert sigma.derivative(np.nextafter(ends, 9 * ends)).tolist() == [1, 1]


def test_only_the_hard_one_jumps():
    assert HardShrink(0.3).jumps == (-0.3, 0.3)
    assert SoftShrink(0.3).jumps == ()


@pytest.mark.parametrize("sigma", [SoftShrink(), HardShrink(), TanhShrink()], ids=str)
def test_claims(sigma):
    assert sigma.slope_range == Interval(0, 1)
    assert sigma.range == REALS


@pytest.mark.parametrize("part", [SoftShrink, HardShrink])
@pytest.mark.parametrize("threshold", [0.0, -1.0, float("nan")])
def test_the_threshold_is_positive(part, threshold):
    with pytest.raises(ValueError, match=rf"^threshold must be > 0, got {threshold}$"):
        part(threshold)
