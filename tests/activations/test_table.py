"""Every row of the table, by what its formula says: 60 digits that share nothing with the lab."""

import ast
import pickle
import re
from math import inf

import mpmath as mp
import numpy as np
import pytest

from lab import plugins
from lab.activations.catalogue import ALIASES, CLASSES, EXAMPLES, TABLE
from lab.activations.formula.formula import Formula, Written, formula_of
from lab.activations.formula.operations import FUNCTIONS
from lab.activations.table import FORMULAS, ROWS, Row
from lab.errors import PartError
from lab.experiment.specify import from_spec
from lab.numerics import Interval
from lab.prover.certificate import certify
from tests.exact import dual

OTHER = {
    "acon-b": [{"beta": 2.0, "p": 0.5}, {"p": 0.0}],
    "bent-identity": [{"a": -0.5}, {"a": 0.0}, {"a": 0.875}],
    "celu": [{"alpha": 0.5}, {"alpha": 4.0}],
    "clipped-relu": [{"c": 0.5}],
    "damped-snake": [{"a": 2.0, "b": 0.25}, {"b": 1.0}],
    "derf": [{"alpha": 1.0, "shift": -0.25}],
    "dyt": [{"alpha": 2.0}],
    "elu": [{"alpha": 0.5}, {"alpha": 2.0}],
    "hard-shrink": [{"threshold": 1.25}],
    "hard-tanh": [{"low": -0.5, "high": 2.0}],
    "isigmoid": [{"slope": 0.5, "bound": 1.0}],
    "leaky-hard-sigmoid": [{"slope": 0.5}],
    "leaky-hard-tanh": [{"slope": 0.25, "low": -0.5, "high": 2.0}],
    "leaky-relu": [{"slope": 0.25}, {"slope": 2.0}, {"slope": -0.5}, {"slope": 0.0}],
    "leaky-softsign": [{"slope": 0.125}, {"slope": 1.0}],
    "lecun-tanh": [{"twist": 0.125}],
    "plu": [{"slope": 0.25, "bound": 2.0}],
    "reltanh": [{"low": -2.0, "high": 1.0}, {"low": 0.25, "high": 1.0}],
    "rrelu": [{"lower": 0.0, "upper": 1.0}],
    "siglin": [{"slope": 0.25}],
    "sine-relu": [{"epsilon": 0.25}],
    "sinlu": [{"a": 0.5, "b": 2.0}],
    "smelu": [{"beta": 0.5}],
    "smooth-leaky": [{"slope": 0.25}, {"slope": 1.0}],
    "snake": [{"a": 2.0}],
    "soft-shrink": [{"threshold": 1.25}],
    "softclip": [{"p": 2.0}],
    "softplus": [{"beta": 0.5}, {"beta": 4.0}],
    "squareplus": [{"b": 0.25}, {"b": 16.0}],
    "stac-tanh": [{"slope": 0.25, "bound": 2.0}],
    "star-relu": [{"scale": 2.0, "bias": 0.0}],
    "swish-beta": [{"beta": 2.0}],
    "tanhlu": [{"alpha": 2.0, "beta": 0.5, "gamma": 0.25}, {"gamma": 0.0}],
    "threshold": [{"t": -0.75, "v": 2.0}, {"t": 0.25, "v": 0.25}],
    "twisted-tanh": [{"twist": 0.25}],
    "xielu": [{"alpha_p": 0.25, "alpha_n": 0.5, "beta": 1.0}],
}
"""Parameters beside the defaults; numbers that no dtype rounds, where one could do harm."""

SETTINGS = [
    (row, {**({"t": 0.5, "v": -0.25} if row.name == "threshold" else {}), **others})
    for row in ROWS
    for others in ({}, *OTHER.get(row.name, []))
]
CASES = [(row, given, TABLE[row.name](**given)) for row, given in SETTINGS]
IDS = [", ".join([row.name, *(f"{k}={v:g}" for k, v in given.items())]) for row, given in SETTINGS]


def with_numbers(text: str, numbers: dict[str, float]) -> ast.expr:
    """The syntax tree of a formula with its parameters as numbers."""
    for name, value in numbers.items():
        text = re.sub(rf"\b{name}\b", f"({value!r})", text)
    return ast.parse(text, mode="eval")


def numbers_of(row: Row, given: dict[str, float]) -> dict[str, float]:
    return {name: given.get(name, default) for name, (default, _) in row.parameters.items()}


RELATIVE = {np.float64: 1e-13, np.float32: 5e-6}
"""The relative error that is allowed off the zeros, by dtype."""

CANCELLING = {"atlu": 1e10, "pau": 1e3}
"""Where digits cancel in the formula as it was published, and how many times the rounding that may cost."""

WITHIN = {
    **{name: {np.float64: 13.0, np.float32: 4.0} for name in ("gompertz", "cloglog", "golu", "telu")},
    "gelu-tanh": {np.float64: 200.0, np.float32: 80.0},
}
"""The |z| up to which exponentials of exponentials and of cubes are looked at, by dtype."""


def moved(tree: ast.expr, z: mp.mpf) -> list[mp.mpf]:
    """z times the derivative of the value, and of the slope: what rounding an argument costs."""
    h = mp.mpf(10) ** -30 * max(abs(z), mp.mpf(1))
    here, beside = (dual(tree, point, slopes=True) for point in (z, z + h))
    return [z * (other - one) / h for one, other in zip(here, beside, strict=True)]


@pytest.mark.parametrize(("row", "given", "sigma"), CASES, ids=IDS)
def test_values_and_slopes_are_those_of_the_formula(row, given, sigma, points):
    """Relative to the value, in both tails too; what is rounded on the way to them is allowed for."""
    tree = with_numbers(row.formula, numbers_of(row, given))
    dtype, limits = points.dtype.type, np.finfo(points.dtype)
    z = np.setdiff1d(points[::3], np.array(formula_of(sigma).switches))
    z = z[np.abs(z) <= WITHIN.get(row.name, {}).get(dtype, inf)]
    told = [*zip((sigma(z), sigma.derivative(z)), sigma.with_derivative(z), strict=True)]
    assert all(found.dtype == points.dtype for alike in told for found in alike)
    relative = RELATIVE[dtype] + CANCELLING.get(row.name, 0) * float(limits.eps)
    with mp.workdps(60):
        for at, *found in zip(
            map(mp.mpf, z.tolist()), *(zip(*alike, strict=True) for alike in told), strict=True
        ):
            for face, exact in enumerate(dual(tree, at, slopes=True)):
                for value in {*map(float, found[face])}:
                    error = abs(mp.mpf(value) - exact)
                    allowed = relative * abs(exact)
                    if abs(exact) < float(limits.tiny):  # no normal number of the dtype
                        allowed = float(limits.tiny)
                    elif not error <= allowed:
                        allowed += 6 * float(limits.eps) * abs(moved(tree, at)[face])
                    assert error <= allowed, (
                        f"{'σ′' if face else 'σ'}({at}) is {value!r}, not {mp.nstr(exact, 18)}"
                    )


@pytest.mark.parametrize(("row", "given", "sigma"), CASES, ids=IDS)
def test_the_slope_at_a_kink_is_as_the_row_says(row, given, sigma):
    if row.name in ("leaky-relu", "prelu", "rrelu", "plu") and not sigma.kinks:
        return  # both slopes are 1
    numbers, places = numbers_of(row, given), []
    for at, slope in row.at_kinks.items():
        place, value = (float(dual(with_numbers(text, numbers), mp.mpf(0), False)[0]) for text in (at, slope))
        places.append(place)
        for dtype in (np.float64, np.float32):
            np.testing.assert_allclose(sigma.derivative(dtype(place)), value, rtol=4 * np.finfo(dtype).eps)
    if (given == {} and row.name not in ("elu", "pau")) or row.name == "threshold":
        assert sorted(places) == pytest.approx(sorted(sigma.kinks), abs=1e-12)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_name_is_a_function_in_formulas(row):
    given = EXAMPLES[row.name] if row.name in EXAMPLES else TABLE[row.name]()
    numbers = ", ".join(f"{name}={value!r}" for name, value in numbers_of(row, {"t": 0.5, "v": 0.0}).items())
    z = np.linspace(-3, 3, 13) + 0.01
    spellings = {name for name in (row.name, *row.spellings) if name.isidentifier()} - FUNCTIONS.keys()
    called = [Formula(f"{name}(2*z{', ' if numbers else ''}{numbers}) + 0.25*z") for name in spellings]
    for formula in called[:1]:
        np.testing.assert_allclose(formula(z), given(2 * z) + 0.25 * z, rtol=1e-12, atol=1e-13)
    for other in called[1:]:
        assert repr(other.expression) == repr(called[0].expression)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("relu(z) + 0.1*z", "max(z, 0) + 0.1*z"),
        ("gelu(2*z)", "2*z*Phi(2*z)"),
        ("elu(z, 0.5)", "where(z > 0, z, 0.5*expm1(z))"),
        ("elu(z, alpha=0.5)", "where(z > 0, z, 0.5*expm1(z))"),
        ("leaky_relu(-z, slope=pi)", "where(-z >= 0, -z, -pi*z)"),
        ("silu(softsign(z))", "z/(1 + abs(z))*s(z/(1 + abs(z)))"),
    ],
)
def test_an_activation_in_a_formula(text, same):
    z = np.linspace(-5, 5, 41) + 0.01
    found, expected = (Formula(each).with_derivative(z) for each in (text, same))
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_a_parameter_of_a_formula_goes_into_an_activation():
    assert Formula("elu(z, alpha=a)", (("a", 0.5),)).slope_range == Interval(0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("relu()", "relu takes (z), not 0 arguments"),
        ("elu(z, 1, 2)", "elu takes (z, alpha=…), not 3 arguments"),
        ("elu(z, beta=1)", "elu has no parameter 'beta'"),
        ("threshold(z, 1)", "threshold needs a value for 'v'"),
        ("rellu(z)", "unknown function 'rellu'; did you mean 'relu'"),
    ],
)
def test_an_activation_that_is_called_wrongly(text, reason):
    with pytest.raises(PartError, match=re.escape(reason)):
        Formula(text)


@pytest.mark.parametrize(
    ("name", "parameters", "reason"),
    [
        ("elu", {"alpha": 0.0}, "'elu': alpha must lie in (0, inf), got 0"),
        ("acon-b", {"p": 1.0}, "'acon-b': p must lie in [0, 1), got 1"),
        ("leaky-softsign", {"slope": 1.5}, "'leaky-softsign': slope must lie in (0, 1], got 1.5"),
        ("rrelu", {"lower": 0.5}, "'rrelu': must be lower <= upper, got 0.5 and 0.333333"),
        ("hard-tanh", {"low": 2.0}, "'hard-tanh': must be low < high, got 2 and 1"),
        ("threshold", {"t": 0.5}, "'threshold' needs a value for 'v'"),
        ("softplus", {"alpha": 2.0}, "'softplus' has no parameter 'alpha'; its parameters: beta"),
        ("reltanh", {"low": 1.0}, "'reltanh': must be low < high, got 1 and 0"),
        ("squareplus", {"b": 0.0}, "'squareplus': b must lie in (0, inf), got 0"),
        ("bent-identity", {"a": 1.0}, "'bent-identity': a must lie in (-1, 1), got 1"),
        ("soft-shrink", {"threshold": 0.0}, "'soft-shrink': threshold must lie in (0, inf), got 0"),
    ],
)
def test_parameters_out_of_range(name, parameters, reason):
    with pytest.raises(PartError, match=f"^{re.escape(reason)}$"):
        from_spec({"name": name, **parameters})


def test_there_are_many_and_each_has_a_source():
    assert len(ROWS) >= 75
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert all(row.source and row.about and row.formula for row in ROWS)
    assert CLASSES.keys() <= FORMULAS.keys()


def test_no_name_means_two_things():
    spellings = [spelling for row in ROWS for spelling in row.spellings]
    assert len(set(spellings)) == len(spellings)
    assert not {*spellings, *ALIASES} & set(TABLE)
    for alias, name in ALIASES.items():
        assert plugins.find("activations", alias) is TABLE[name]


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_computes_what_its_formula_says(name):
    """What is proved of the formula then holds for the class."""
    sigma = TABLE[name]()
    formula = formula_of(sigma)
    z = np.concatenate(
        [np.linspace(-12, 12, 961) + 0.0007, np.geomspace(12, 300, 40), -np.geomspace(12, 300, 40)]
    )
    assert not isinstance(sigma, Written)
    np.testing.assert_allclose(formula(z), sigma(z), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(formula.derivative(z), sigma.derivative(z), rtol=1e-11, atol=1e-13)
    found = certify(sigma)
    claimed = sigma.slope_range
    assert (claimed.low, claimed.high) == pytest.approx((found.inf.low, found.sup.high), rel=1e-9, abs=1e-11)


def test_a_row_is_a_value():
    sigma = TABLE["elu"](0.5)
    assert sigma == TABLE["elu"](0.5) != TABLE["elu"](0.25)
    assert str(sigma) == "elu(alpha=0.5)"
    assert str(TABLE["gelu"]()) == "gelu()"
    assert "Clevert" in (TABLE["elu"].__doc__ or "")
    assert pickle.loads(pickle.dumps(sigma)) == sigma
