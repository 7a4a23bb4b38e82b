"""The form of an exported function: the one that is wrong less often, and where it is wrong yet."""

import numpy as np
import pytest

from lab.activations.formula.formula import Formula
from lab.activations.formula.lowering import lowered
from lab.activations.formula.parser import parse
from lab.activations.formula.rewrites import precise, stable
from lab.bridge.export_autograd import computed
from lab.bridge.export_forms import DTYPES, Function


def plain(function):
    return lowered(precise(function.root))[0]


def written(text):
    sigma = Formula(text)
    return [Function(sigma.expression), Function(sigma.slope_expression)]


@pytest.mark.parametrize("text", ["tanh(z)", "z*Phi(z)", "z/(1 + abs(z))", "softplus(z)", "log(cosh(z))"])
def test_what_is_never_wrong_is_written_as_the_lab_computes_it(text):
    for function in written(text):
        assert (str(function.form.kernels), function.form.wrong) == (str(plain(function)), {})


NEAR = np.concatenate([np.linspace(-760, 760, 1521), np.linspace(-95, 95, 761)])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "text",
    [
        *(
            "z/cosh(z)",
            "exp(z)*tanh(z)/(1 + exp(2*z))",
            "sinh(z)/cosh(z)**2",
            "log(2*cosh(z))",
            "z*tanh(softplus(z))",
        ),
        *("z/(1 + exp(-z))", "sqrt(1 + exp(2*z))", "asinh(exp(z))", "log(1 + exp(z))/(1 + exp(z))"),
    ],
)
def test_where_no_number_a_false_0_or_infinity_was_there_is_what_is_due(text, dtype):
    limits, z = np.finfo(dtype), np.unique(NEAR.astype(dtype))
    seen = 0
    for function in written(text):
        with np.errstate(all="ignore"):
            found, before = (computed(form, z) for form in (function.form.kernels, plain(function)))
        due = function.due(z.astype(float))
        normal = (np.abs(due) >= limits.tiny) & (np.abs(due) <= limits.max)
        np.testing.assert_allclose(found[normal], due[normal], rtol=1e-12 if dtype == "float64" else 1e-5)
        assert not np.isnan(found).any()
        seen += np.sum(np.isnan(before) | (normal & (np.isinf(before) | (before == 0))))
    assert seen > 0


def test_what_is_wrong_in_either_form_is_told_by_dtype_and_kind():
    _, slope = written("z**3/(1 + exp(-z))")
    assert set(slope.form.wrong) == {("float64", "NaN"), ("float32", "NaN")}
    (place,) = [one for one in slope.form.wrong["float32", "NaN"] if one.low > 0]
    assert 1e10 < place.low < 1e13


def test_the_parameters_of_a_function_have_their_values_at_first():
    sigma = Formula("z/cosh(a*z)", (("a", 0.5),))
    left_open = stable(parse(sigma.formula, {}, ("a",)))
    z = np.array([-1400.0, -3.0, 0.5, 1400.0])
    function = Function(left_open, (0.5,))
    np.testing.assert_allclose(computed(function.form.kernels, z, (0.5,)), sigma(z), rtol=1e-12)
    assert np.all(sigma(z) != 0)
    by_a = Function(stable(left_open.derivative(1)), (0.5,))
    due = -z * z * np.exp(-np.abs(z) / 2) * 2 * np.tanh(z / 2) / (1 + np.exp(-np.abs(z)))
    np.testing.assert_allclose(computed(by_a.form.kernels, z, (0.5,)), due, rtol=1e-12)
