import numpy as np
import pytest

from lab.activations.pieces import add_line, between, clamp, straighten


def buffers(z):
    return np.full_like(z, 7), np.full_like(z, 7), np.full_like(z, 7)


def test_clamp_also_in_place_and_for_complex_steps():
    z = np.array([-np.inf, -1.0, 0.5, 2.0, np.inf, np.nan])
    clamp(z, -1.0, 2.0, z)
    np.testing.assert_array_equal(z, [-1, -1, 0.5, 2, 2, np.nan])
    step = np.array([0.5 + 1e-30j, 3 + 1e-30j])
    clamp(step, -1.0, 2.0, step)
    assert step.tolist() == [0.5 + 1e-30j, 2]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_between_is_exact_beside_its_ends(dtype):
    low, high = dtype(0.3), dtype(3)
    points = (
        low,
        high,
        np.nextafter(low, high),
        np.nextafter(high, low),
        np.nextafter(low, -high),
        dtype(np.inf),
    )
    z = np.array([*points, np.nan], dtype)
    out, scratch, _ = buffers(z)
    between(z, 0.3, 3.0, out, scratch)
    np.testing.assert_array_equal(out, [0.5, 0.5, 1, 1, 0, 0, np.nan])


def test_add_line():
    z = np.array([-2.0, 0.0, 4.0])
    a, slope, scratch = buffers(z)
    add_line(z, 0.25, a, slope, scratch)
    assert a.tolist() == [6.5, 7, 8]
    assert slope.tolist() == [7.25] * 3


@pytest.mark.parametrize("rate", [0.25, 0.0])
def test_straighten_leaves_the_inside_as_it_was_and_goes_straight_on(rate):
    z = np.array([-3.0, -1.0, 0.5, 2.0, 4.0, np.nan])
    a, slope, scratch = buffers(z)
    straighten(z, -1.0, 2.0, rate, a, slope, scratch)
    np.testing.assert_array_equal(a, [7 - 2 * rate, 7, 7, 7, 7 + 2 * rate, np.nan])
    np.testing.assert_array_equal(slope, [rate, 7, 7, 7, rate, np.nan])
