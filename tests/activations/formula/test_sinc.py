"""sin x/x and its slope as floats."""

import mpmath as mp
import numpy as np
import pytest

from lab.activations.formula.formula import Formula

SIGMA = Formula("sinc(z)")
NEAR = np.array([-1.0, -0.9999, -0.3, -1e-8, 1e-3, 0.5, 0.9999])
FAR = np.concatenate([np.linspace(-40, 40, 97) + 0.0123, [-700.0, 1.0001, 700.0]])


def exact(z, n):
    """Sin z/z for n = 0 or its slope, −∫₀¹ t sin(zt) dt, for n = 1."""
    with mp.workdps(30):
        x = mp.mpf(float(z))
        if n == 0:
            return float(mp.sinc(x))
        if abs(x) >= 1:
            return float((mp.cos(x) - mp.sinc(x)) / x)
        return float(-mp.quad(lambda t: t * mp.sin(x * t), [0, 1]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("z", "absolute"), [(NEAR, 0), (FAR, 4)], ids=["near", "far"])
def test_value_and_slope(z, absolute, dtype):
    z, eps = z.astype(dtype), np.finfo(dtype).eps
    for n, found in enumerate((SIGMA(z), SIGMA.derivative(z))):
        assert found.dtype == dtype
        expected = np.array([exact(number, n) for number in z]).astype(dtype)
        np.testing.assert_allclose(found, expected, rtol=8 * eps, atol=absolute * eps)


def test_at_0_at_infinity_and_nan():
    z = np.array([0.0, -np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(SIGMA(z), [1, 0, 0, np.nan])
    np.testing.assert_array_equal(SIGMA.derivative(z), [0, 0, 0, np.nan])
    np.testing.assert_allclose(SIGMA.derivative(np.array([1e-300])), [-1e-300 / 3], rtol=1e-15)
