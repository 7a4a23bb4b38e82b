import tomllib

import numpy as np
import pytest

from lab.activations.design.template import KERNELS, Template
from lab.errors import PartError
from lab.experiment.specify import from_spec
from lab.numerics import REALS, Interval
from lab.testing import check_activation

Z = np.concatenate([np.linspace(-9, 9, 181) + 0.0123, [-700.0, 700.0]])


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_conformance_suite_holds(kernel):
    for sigma in (Template(kernel=kernel), Template(0.0, 2.5, kernel, 0.7, -0.3)):
        check_activation(sigma)


def test_a_line_of_toml_makes_it():
    line = 'sigma = {name = "template", floor = 0.2, height = 1, kernel = "gauss", width = 3, centre = -2}'
    assert from_spec(tomllib.loads(line)["sigma"]) == Template(0.2, 1.0, "gauss", 3.0, -2.0)
    assert from_spec("template") == Template(0.1, 1.0, "sech2", 1.0, 0.0)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_centre_moves_it_and_sigma_passes_through_0(kernel):
    z = np.array([1e-300, -1e-20, 1e-9])
    np.testing.assert_allclose(Template(kernel=kernel)(z), z, rtol=2e-9)
    moved, still = Template(0.1, 2.0, kernel, 0.75, 1.25), Template(0.1, 2.0, kernel, 0.75)
    assert abs(moved(0.0)) <= 1e-16
    np.testing.assert_allclose(moved.derivative(Z), still.derivative(Z - 1.25), rtol=1e-12)
    np.testing.assert_allclose(moved(Z), still(Z - 1.25) - still(-1.25), rtol=1e-13, atol=1e-14)


def test_the_floor_holds_in_the_tails_and_the_height_at_the_centre():
    for kernel in ("sech2", "logistic", "gauss", "box"):
        sigma = Template(0.1, 3.0, kernel, 2.0, 1.0)
        assert sigma.derivative(np.array([-700.0, -100.0, 100.0, 700.0])).tolist() == [0.1] * 4
        assert sigma.derivative(1.0) == pytest.approx(3.0, rel=2e-16)
        assert sigma.slope_range.high == 3.0
        assert sigma.steepest == 1.0


@pytest.mark.parametrize(
    ("sigma", "slope", "values"),
    [
        (Template(), Interval(0.1, 1.0), REALS),
        (Template(0.5, 0.5), Interval(0.5, 0.5), REALS),
        (Template(0.0, 2.0, "sech2", 3.0), Interval(0.0, 2.0), Interval(-6.0, 6.0)),
        (Template(0.0, 1.0, "logistic"), Interval(0.0, 1.0), Interval(-2.0, 2.0)),
        (Template(0.0, 1.0, "slow"), Interval(0.0, 1.0), REALS),
        (Template(0.0, 1.0, "box", 1.0, 0.25), Interval(0.0, 1.0), Interval(-0.75, 1.25)),
        (Template(0.0, 1.0, "box", 1.0, 5.0), Interval(0.0, 1.0), Interval(0.0, 2.0)),
    ],
    ids=str,
)
def test_claims(sigma, slope, values):
    assert (sigma.slope_range, sigma.range) == (slope, values)
    check_activation(sigma)


def test_kinks():
    """The edges of the box, where σ′ = M; at the peaks of softsign and slow only σ″ jumps."""
    box = Template(0.1, 1.0, "box", 2.0, 0.5)
    assert box.kinks == (-1.5, 2.5)
    assert box.derivative(np.array([-1.5, 2.5])).tolist() == [1.0, 1.0]
    assert box.derivative(np.array([-1.5 - 1e-15, 2.5 + 1e-15])).tolist() == [0.1, 0.1]
    assert all(Template(kernel=name, centre=0.3).kinks == () for name in KERNELS if name != "box")


@pytest.mark.parametrize("kernel", KERNELS)
def test_infinity_and_what_is_next_to_it(kernel):
    sigma = Template(0.1, 1.0, kernel, 0.5)
    far = np.array([-np.inf, -5e307, 5e307, np.inf])
    np.testing.assert_allclose(sigma(far), [-np.inf, -5e306, 5e306, np.inf])
    np.testing.assert_allclose(sigma.derivative(far), [0.1] * 4)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"kernel": "sech"}, r"unknown kernel 'sech'; did you mean 'sech2'\? \(known: box, cauchy, gauss, "),
        ({"floor": -0.1}, "floor must be >= 0 and finite, got -0.1"),
        ({"floor": float("nan")}, "floor must be >= 0 and finite, got nan"),
        ({"floor": 2.0}, "floor = 2 is above height = 1; expected a lower floor or a greater height"),
        ({"floor": 0.0, "height": 0.0}, "height must be > 0 and finite, got 0.0"),
        ({"height": float("inf")}, "height must be > 0 and finite, got inf"),
        ({"width": 0.0}, "width must be > 0 and finite, got 0.0"),
        ({"width": float("nan")}, "width must be > 0 and finite, got nan"),
        ({"centre": float("inf")}, "centre must be finite, got inf"),
    ],
    ids=str,
)
def test_parameters_are_checked(parameters, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        Template(**parameters)
    if "nan" not in message and "inf" not in message:
        with pytest.raises(PartError, match=f"^'template': {message}"):
            from_spec({"name": "template", **parameters})


def test_it_is_a_value(travels):
    sigma = Template(0.1, 1.0, "cauchy", 2.0, 1.0)
    for again in travels(sigma):
        assert again(Z).tolist() == sigma(Z).tolist()
