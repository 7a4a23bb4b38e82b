import mpmath as mp
import numpy as np
import pytest

from lab.activations.jumping import Step, Threshold
from lab.numerics import Interval
from lab.testing import check_activation


@pytest.mark.parametrize(("t", "v"), [(0.5, 0.0), (-1.0, 20.0), (0.0, 0.0)])
def test_threshold(t, v, points, hold):
    """σ(z) = z for z > t, else v; σ′(z) = [z > t]."""
    hold(Threshold(t, v), points, lambda z: z if z > t else mp.mpf(v), lambda z: mp.mpf(z > t))


def test_threshold_needs_both():
    with pytest.raises(TypeError, match="'t' and 'v'"):
        Threshold()


def test_threshold_at_the_jump():
    """σ(t) = v, σ′(t) = 0."""
    sigma = Threshold(0.1, 5.0)
    z = np.array([np.nextafter(0.1, 0), 0.1, np.nextafter(0.1, 1)])
    assert sigma(z).tolist() == [5, 5, z[2]]
    assert sigma.derivative(z).tolist() == [0, 0, 1]
    assert sigma.kinks == sigma.jumps == (0.1,)
    assert Threshold(0.1, 0.1).jumps == ()


def test_step(points, hold):
    """σ(z) = [z > 0], σ′(z) = 0."""
    hold(Step(), points, lambda z: mp.mpf(z > 0), lambda z: mp.mpf(0))


def test_step_passes_no_error_on():
    assert Step().slope_range == Interval(0, 0)
    assert Step().jumps == Step().kinks == (0.0,)
    assert Step().derivative(np.array([-1.0, -0.0, 0.0, 1.0])).tolist() == [0] * 4


def test_claims():
    assert Threshold(0.5, 0.0).range == Interval(0, np.inf)
    assert Threshold(-1.0, 20.0).range == Interval(-1, np.inf)
    assert Threshold(0.5, 0.0).slope_range == Interval(0, 1)


def test_a_lifted_jump_is_a_jump():
    from lab.activations.floored import Floored

    assert Floored(Step(), 0.25).jumps == (0.0,)
    assert Floored(Step(), 1.0).jumps == ()
    check_activation(Floored(Step(), 0.25))
