"""What autograd makes of the forms that are written for it."""

import numpy as np
import pytest

import lab
from lab.activations.formula.formula import Formula
from lab.activations.formula.lowering import lowered
from lab.activations.formula.rewrites import precise
from lab.bridge.export import source_of
from lab.bridge.export_autograd import BY_SIDES, HARMLESS, computed, gradients, sheltered
from lab.bridge.export_forms import DTYPES, Function

Z = np.concatenate([np.linspace(-760, 760, 1522), np.linspace(-95, 95, 761), np.geomspace(800, 1e6, 20)])


def differentiated(text, **numbers):
    sigma = Formula(text, tuple(numbers.items()))
    return sigma, Function(sigma.expression, (), (sigma.slope_expression,), sigma.kinks)


def plain(sigma, **special):
    return lowered(precise(sigma.expression), **special)[0]


RIGHT = [
    *(
        "where(z > 0, z, 0.5*expm1(z))",
        "softplus(z)",
        "softplus(-z)",
        "tanh(z)",
        "sigmoid(z)",
        "z*sigmoid(z)",
    ),
    *("Phi(z)", "erfc(z)", "z*Phi(z)", "z*tanh(softplus(z))", "min(exp(z), 5)", "max(exp(-z), z)"),
    *("where(z > 1, log(z), z - 1)", "where(abs(z) < 1, z, z*exp(-2*abs(z)))", "where(z >= 0, z, z/10)"),
    *(
        "where(z > 0, where(z > 2, z, exp(z)), where(z < -2, z*exp(z), z))",
        "expm1(min(z, 0))",
        "log1p(exp(z))",
    ),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("text", RIGHT)
def test_autograd_has_the_slope(text, dtype):
    sigma, function = differentiated(text)
    z = np.unique(np.concatenate([Z, [0.0, 1.0]]).astype(dtype))
    z = z[~np.isin(z, sigma.kinks)]
    limits = np.finfo(dtype)
    with np.errstate(all="ignore"):
        (found,) = gradients(function.form.kernels, z)
        due = sigma.derivative(z.astype(float))
    normal = np.abs(due) <= limits.max
    np.testing.assert_allclose(
        found[normal], due[normal], rtol=1e-11 if dtype == "float64" else 1e-5, atol=limits.tiny
    )
    places = [one for places in function.form.wrong_slopes[0].values() for one in places]
    assert all(min(abs(one.low), abs(one.high)) > 1e30 for one in places)


def test_in_the_form_that_the_lab_computes_nothing_through_an_unused_branch_is_a_number():
    sigma, _ = differentiated("where(z > 0, z, 0.5*expm1(z))")
    with np.errstate(all="ignore"):
        (found,) = gradients(plain(sigma), np.array([-800.0, 2.0, 800.0]))
    np.testing.assert_array_equal(found, [0.0, 1.0, np.nan])


@pytest.mark.parametrize("text", RIGHT)
def test_a_sheltered_function_is_the_same(text):
    sigma, _ = differentiated(text)
    z = np.concatenate([Z, np.array(HARMLESS), [np.nan]])
    with np.errstate(all="ignore"):
        for kernels in (plain(sigma), plain(sigma, special=BY_SIDES)):
            found, before = (computed(one, z) for one in (sheltered(kernels, [Z]), kernels))
            np.testing.assert_array_equal(found, before)


def test_the_slopes_by_open_parameters_are_right_too():
    found = source_of(lab.activation("where(z > 0, z, a*expm1(b*z))", a=0.5, b=2.0), learn=True, plain=True)
    assert found.lost == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("z/(1 + abs(z))", "in float32 σ′ by autograd has lost digits for z in "),
        ("exp(-z**4)*z", "in float32 σ′ by autograd is NaN for z in "),
        ("where(z > 0, z/(1 + z), z)", "in float32 σ′ by autograd is computed as 0 for z in "),
    ],
)
def test_what_autograd_loses_all_the_same_is_told(text, line):
    found = source_of(lab.activation(text), plain=True)
    (told,) = [one for one in found.lost if one.startswith(line)]
    assert told in found.text
    assert not any("autograd" in one for one in source_of(lab.activation(text)).lost)


def test_numbers_of_parameters_that_are_not_open_have_no_slope():
    assert source_of(lab.activation("elu", alpha=0.5), plain=True).lost == []
