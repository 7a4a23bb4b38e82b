"""The kernels that numpy has not, held to mpmath."""

import mpmath as mp
import numpy as np
import pytest
from scipy import special

from lab.activations.formula.formula import Formula
from lab.activations.formula.special import erfcx

X = np.concatenate([np.linspace(0, 8, 400), np.geomspace(8, 1e6, 100), [1e-300, 1e-8]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_erfcx_is_right_to_a_few_units_of_precision(dtype):
    z = X.astype(dtype)
    out = np.empty_like(z)
    erfcx(z, out)
    for value, point in zip(out[:400], z[:400], strict=True):
        x = mp.mpf(float(point))
        true = mp.exp(x * x) * mp.erfc(x)
        assert abs(mp.mpf(float(value)) / true - 1) < 6 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(out, special.erfcx(z.astype(float)), rtol=8 * np.finfo(dtype).eps)


def test_the_buffer_may_be_the_argument():
    x, out = X.copy(), np.empty_like(X)
    erfcx(X, out)
    erfcx(x, x)
    assert (x == out).all()


def test_nan_stays_and_infinity_gives_nothing():
    out = np.empty(2)
    erfcx(np.array([np.nan, np.inf]), out)
    np.testing.assert_array_equal(out, [np.nan, 0])


def test_a_complex_step_passes_through():
    """d/dx erfcx x = 2x erfcx x − 2/√π."""
    x = np.linspace(0, 6, 50)
    out = np.empty(50, complex)
    erfcx(x + 1e-30j, out)
    np.testing.assert_allclose(
        out.imag / 1e-30, 2 * x * special.erfcx(x) - 2 / np.sqrt(np.pi), rtol=1e-9, atol=1e-14
    )


def test_a_number_has_its_bits_wherever_it_stands():
    x = np.linspace(0, 10, 5001)
    whole, parts = np.empty_like(x), np.empty_like(x)
    erfcx(x, whole)
    for part, out in zip(np.array_split(x, 97), np.array_split(parts, 97), strict=True):
        erfcx(part, out)
    assert whole.tobytes() == parts.tobytes()


SIGMA = Formula("sinc(z)")
NEAR = np.array([-1.0, -0.9999, -0.3, -1e-8, 1e-3, 0.5, 0.9999])
FAR = np.concatenate([np.linspace(-40, 40, 97) + 0.0123, [-700.0, 1.0001, 700.0]])


def sinc(z, n):
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
def test_sinc_and_its_slope(z, absolute, dtype):
    z, eps = z.astype(dtype), np.finfo(dtype).eps
    for n, found in enumerate((SIGMA(z), SIGMA.derivative(z))):
        assert found.dtype == dtype
        expected = np.array([sinc(number, n) for number in z]).astype(dtype)
        np.testing.assert_allclose(found, expected, rtol=8 * eps, atol=absolute * eps)


def test_sinc_at_0_at_infinity_and_nan():
    z = np.array([0.0, -np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(SIGMA(z), [1, 0, 0, np.nan])
    np.testing.assert_array_equal(SIGMA.derivative(z), [0, 0, 0, np.nan])
    np.testing.assert_allclose(SIGMA.derivative(np.array([1e-300])), [-1e-300 / 3], rtol=1e-15)
