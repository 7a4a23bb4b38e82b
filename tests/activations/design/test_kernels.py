"""Every kernel against its closed form in 50 digits, with its tails."""

import mpmath as mp
import numpy as np
import pytest

from lab.activations.design.kernels import KERNELS
from lab.activations.design.template import Template

REFERENCES = {
    "sech2": (mp.tanh, lambda u: mp.sech(u) ** 2),
    "logistic": (lambda u: 2 * mp.tanh(u / 2), lambda u: mp.sech(u / 2) ** 2),
    "gauss": (lambda u: mp.sqrt(mp.pi) / 2 * mp.erf(u), lambda u: mp.exp(-(u**2))),
    "cauchy": (mp.atan, lambda u: 1 / (1 + u**2)),
    "softsign": (lambda u: u / (1 + abs(u)), lambda u: 1 / (1 + abs(u)) ** 2),
    "isru": (lambda u: u / mp.sqrt(1 + u**2), lambda u: (1 + u**2) ** mp.mpf(-1.5)),
    "slow": (lambda u: mp.sign(u) * mp.log1p(abs(u)), lambda u: 1 / (1 + abs(u))),
    "box": (lambda u: min(max(u, mp.mpf(-1)), mp.mpf(1)), lambda u: mp.mpf(abs(u) <= 1)),
}


def test_every_kernel_has_a_reference():
    assert set(REFERENCES) == set(KERNELS)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_kernel_alone(kernel, points, hold):
    """σ = K and σ′ = k, without a floor: nothing hides an error in the tails."""
    hold(Template(0.0, 1.0, kernel), points, *REFERENCES[kernel])


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_kernel_scaled_on_a_floor(kernel, points, hold):
    """ε = 1/8, M = 3/2, w = 1/2: numbers that no dtype rounds."""
    area, height = REFERENCES[kernel]
    floor, lift = mp.mpf(0.125), mp.mpf(1.375)
    hold(
        Template(0.125, 1.5, kernel, 0.5),
        points,
        lambda z: floor * z + lift / 2 * area(2 * z),
        lambda z: floor + lift * height(2 * z),
    )


def test_the_bell_of_gauss_keeps_its_precision_to_the_smallest_numbers(hold):
    """exp(−z²) with a rounded z² is off by z² units in the last place, 700 of them at z = 26."""
    z = np.concatenate([np.linspace(-28, -20, 201), np.linspace(20, 28, 201)])
    hold(Template(0.0, 1.0, "gauss"), z, *REFERENCES["gauss"])


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_total_is_the_limit(kernel):
    sigma = Template(0.0, 1.0, kernel)
    assert sigma(np.array([-np.inf, np.inf])).tolist() == [-KERNELS[kernel].total, KERNELS[kernel].total]
    assert sigma.derivative(np.array([-np.inf, np.inf])).tolist() == [0, 0]
    if kernel != "slow":
        np.testing.assert_allclose(sigma(np.array([-1e308, 1e308])), sigma(np.array([-np.inf, np.inf])))


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_kernel_is_even_with_its_peak_1_at_0(kernel):
    sigma, z = Template(0.0, 1.0, kernel), np.linspace(0, 9, 91)
    assert sigma.derivative(0.0) == 1.0
    np.testing.assert_allclose(sigma.derivative(-z), sigma.derivative(z), rtol=1e-15)
    np.testing.assert_allclose(sigma(-z), -sigma(z), rtol=1e-15)


@pytest.mark.parametrize("kernel", [name for name in KERNELS if KERNELS[name].analytic])
def test_an_analytic_kernel_takes_a_complex_step(kernel):
    sigma, z = Template(0.0, 1.0, kernel), np.linspace(-9, 9, 181) + 0.0123
    slope = sigma(z + 1e-30j).imag / 1e-30
    np.testing.assert_allclose(slope, sigma.derivative(z), rtol=1e-11, atol=1e-14)
