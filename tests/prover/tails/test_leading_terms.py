"""The first terms of functions in a tail: small cases exactly, and all against an evaluator of the tests."""

import ast
from math import inf

import mpmath as mp
import pytest
from flint import fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lab.activations.formula.formula import Formula
from lab.activations.formula.refusal import FormulaError
from lab.numerics import Interval
from lab.prover.intervals.enclosure import evaluated
from lab.prover.intervals.exact_graph import exact_expression
from lab.prover.tails.leading_terms import terms_of
from lab.prover.tails.orders import Order
from tests.exact import Undefined, Unknown, dual, lies_in
from tests.prover.intervals.test_enclosure import FUZZ, enclosed_slope

RIGHT, LEFT = Interval(4.0, inf), Interval(-inf, -4.0)


def series(text, z):
    f = exact_expression(Formula(text).expression)
    return terms_of(evaluated((f,), (z,))[f].tail)


def terms(text, z):
    """Rate, power and factor of each term."""
    return [(float(rate), float(power), c) for (rate, power, _), c in series(text, z).terms]


@pytest.mark.parametrize(
    ("text", "z", "expected"),
    [
        ("z", LEFT, [(0, 1, -1)]),
        ("2*z**2 - 3*z", LEFT, [(0, 2, 2), (0, 1, 3)]),
        ("1/(z + 1)", RIGHT, [(0, -1, 1), (0, -2, -1), (0, -3, 1)]),
        ("(1 + z)**-2", RIGHT, [(0, -2, 1), (0, -3, -2), (0, -4, 3)]),
        ("z + sqrt(z**2 + 1)", LEFT, [(0, -1, fmpq(1, 2)), (0, -3, fmpq(-1, 8))]),
        ("sqrt(4*z**2 + z)", RIGHT, [(0, 1, 2), (0, 0, fmpq(1, 4)), (0, -1, fmpq(-1, 64))]),
        ("z/(1 + abs(z))", LEFT, [(0, 0, -1), (0, -1, 1), (0, -2, -1)]),
        ("z/sqrt(1 + z**2)", RIGHT, [(0, 0, 1), (0, -2, fmpq(-1, 2)), (0, -4, fmpq(3, 8))]),
        ("exp(-2*z + 1/z)", RIGHT, [(-2, 0, 1), (-2, -1, 1), (-2, -2, fmpq(1, 2))]),
        ("abs(tanh(z)/2)", RIGHT, [(0, 0, fmpq(1, 2)), (-2, 0, -1), (-4, 0, 1)]),
        ("expm1(z)", RIGHT, [(1, 0, 1), (0, 0, -1)]),
        ("sinh(z)", LEFT, [(1, 0, fmpq(-1, 2)), (-1, 0, fmpq(1, 2))]),
        ("cosh(z)", LEFT, [(1, 0, fmpq(1, 2)), (-1, 0, fmpq(1, 2))]),
        ("sigmoid(z)", RIGHT, [(0, 0, 1), (-1, 0, -1), (-2, 0, 1)]),
        ("sigmoid(z)", LEFT, [(-1, 0, 1), (-2, 0, -1), (-3, 0, 1)]),
        ("tanh(z)", LEFT, [(0, 0, -1), (-2, 0, 2), (-4, 0, -2)]),
        ("sech2(z)", RIGHT, [(-2, 0, 4), (-4, 0, -8), (-6, 0, 12)]),
        ("softplus(z)", RIGHT, [(0, 1, 1), (-1, 0, 1), (-2, 0, fmpq(-1, 2))]),
        ("softplus(z)", LEFT, [(-1, 0, 1), (-2, 0, fmpq(-1, 2))]),
        ("log1p(3*exp(z))", RIGHT, [(0, 1, 1)]),
        ("max(z, 0)*tanh(z) - z", RIGHT, [(-2, 1, -2), (-4, 1, 2)]),
        ("log(z)", RIGHT, []),
        ("z + arctan(z)", RIGHT, [(0, 1, 1)]),
        ("exp(z + 1)", RIGHT, []),
        ("sqrt(2*z)", RIGHT, []),
        ("(-z)**65", LEFT, []),
        ("(3*z)**65", RIGHT, []),
    ],
)
def test_the_first_terms(text, z, expected):
    expected = [(0, 65, 1)] if text == "(-z)**65" else expected
    assert terms(text, z) == expected


def test_next_to_0_they_are_powers_of_1_over_t():
    z = Interval(0.0, 0.25)
    f = exact_expression(Formula("1/z - 1/(z + z**2)").expression)
    found = terms_of(evaluated((f,), (z,), is_open=True)[f].tail)
    assert found.terms == ((Order(), fmpq(1)), (Order(power=fmpq(-1)), fmpq(-1)))


FORMULAS = {
    "neg": "-(z + sqrt(1 + z**2))",
    "sub": "z**2 - (z + 0.5)",
    "div": "(z + 1)/(z**2 - z)",
    "abs": "abs(z + 1 + exp(-abs(z)))",
    "exp": "exp(0.5*z + 1/z)",
    "log": "log(5*exp(z) + 2*exp(-z) + exp(-2*z))",
    "log1p": "log1p(exp(0.5*z))",
    "sigmoid_slope": "sigmoid(z - 1/z)*sigmoid(1/z - z)",
    "softsign": "(z + 1/z)/(1 + abs(z + 1/z))",
    "isru": "(2*z - 1)/sqrt(1 + (2*z - 1)**2)",
    "tanh": "tanh(0.25*z)",
    "sech2": "sech2(0.5*z)",
    "pow": "(z**2 + z + 1)**1.5",
    "sinh": "sinh(0.5*z)",
    "expm1": "expm1(0.5*z)",
    "arctan": "arctan(1/z)",
    "arccot": "pi/2 - arctan(abs(z) + 1)",
}


@pytest.mark.parametrize("text", FORMULAS.values(), ids=FORMULAS)
@pytest.mark.parametrize("side", [RIGHT, LEFT], ids=["right", "left"])
def test_terms_and_rest_make_the_function(text, side):
    found = series(text, side)
    assert found.terms
    for t in (4.0, 4.5, 7.0, 20.0, 150.0):
        with mp.workdps(400):
            z = mp.mpf(t if side == RIGHT else -t)
            left = dual(ast.parse(text, mode="eval"), z, slopes=False)[0]
            for order, c in found.terms:
                left -= mp.mpf(int(c.p)) / int(c.q) * value_of(order, t)
            low, high = (0, 0) if found.rest is None else ends(found.rest[1])
            size = mp.mpf(0) if found.rest is None else value_of(found.rest[0], t)
            slack = mp.mpf(10) ** -15 * size * max(abs(low), abs(high)) + mp.mpf(10) ** -200
            assert low * size - slack <= left <= high * size + slack


def value_of(order, t):
    rate, power, logs = (mp.mpf(int(x.p)) / int(x.q) for x in order)
    return mp.mpf(t) ** power * mp.exp(rate * t) * (1 + mp.log(t)) ** logs


def ends(span):
    return float(span.low.lower()), float(span.high.upper())


def test_the_slope_that_is_left_of_two_that_cancel_falls_like_its_third_power():
    found = enclosed_slope(Formula("z*(z + sqrt(z**2 + 1))").expression, Interval(-inf, -1e3))
    assert 0 <= found.low <= 2.5e-10 <= found.high < 1e-9


def test_a_formula_as_deep_as_any_has_terms():
    text = "z"
    for _ in range(48):
        text = f"({text} - 1/z)"
    assert terms(text, RIGHT) == [(0, 1, 1), (0, -1, -48)]
    enclosed_slope(Formula(text.replace("1/z", "exp(-z)")).expression, RIGHT)


LARGE = (
    *("z", "z**2", "exp(z)", "(exp(2*z) + 3)", "cosh(z)", "sqrt(1 + z**2)", "z*exp(z)", "2**z"),
    *("sp(z)", "sinh(z)", "expm1(z)", "abs(z)", "exp(-z)"),
)
SMALL = (
    *("1", "0.5", "z", "tanh(z)", "sigmoid(z)", "exp(-z)", "sech2(z)", "1/(1 + z**2)", "exp(z)"),
    *("z/(1 + abs(z))", "sqrt(abs(z))", "sin(z)", "arctan(z)"),
)
CANCELLING = (
    "z*({0} + {1})/({0} + {2})",
    "sqrt({0}**2 + {1}) - {0}",
    "z*({3} + sqrt({0}**2 + {1}))",
    "({0} + {1})*{3}/({0} + {2}) - {3}",
    "log({0} + {1}) - log({0} + {2})",
    "z*tanh({0} - {1})",
    "z*sigmoid({0}) - {1}*sigmoid({3})",
)
TEXTS = st.builds(
    lambda form, *parts: form.format(*parts),
    st.sampled_from(CANCELLING),
    *map(st.sampled_from, (LARGE, SMALL, SMALL, LARGE)),
)


@settings(FUZZ, max_examples=200)
@given(TEXTS, st.floats(0, 2), st.booleans(), st.lists(st.floats(0, 2), min_size=3, max_size=3))
def test_what_is_left_of_sums_that_cancel_holds_the_truth(text, start, left, steps):
    start = 10**start
    box = Interval(-inf, -start) if left else Interval(start, inf)
    try:
        f = exact_expression(Formula(text).expression)
    except FormulaError:
        assume(False)
    values = evaluated((f,), (box,))[f].values
    assume(values is not None)
    slopes = enclosed_slope(Formula(text).expression, box)
    for more in (0.0, *steps):
        z = -start * 10**more if left else start * 10**more
        try:
            assert lies_in(values, text, z, slopes=False), f"σ({z!r}) of {text} is outside {values!r}"
            assert lies_in(slopes, text, z, slopes=True), f"σ′({z!r}) of {text} is outside {slopes!r}"
        except (Unknown, Undefined):
            continue
