"""Tails: small cases exactly, random formulas against an evaluator of the tests, and verdicts."""

from math import exp, inf, nextafter

import numpy as np
import pytest
from flint import fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lab.activations.formula.formula import Formula
from lab.activations.formula.refusal import FormulaError
from lab.api import activation
from lab.numerics import REALS, Interval
from lab.prover.certificate import certify
from lab.prover.intervals.enclosure import enclosed, evaluated
from lab.prover.provable import exact_form
from lab.prover.tails.leading_terms import line_of
from lab.prover.tails.orders import Order
from lab.prover.tails.rules import next_to, tail_of, variable
from tests.activations.formula.test_literature import CASES
from tests.exact import Undefined, Unknown, lies_in
from tests.prover.intervals.test_enclosure import FUZZ

FAR = Interval(4.0, inf)
Z = variable(FAR)


def of(name, values, *x):
    return tail_of(name, values, *x)


@pytest.mark.parametrize(
    ("z", "start", "order", "slope"),
    [
        (Interval(4.0, inf), 4, Order(power=fmpq(1)), 1),
        (Interval(-inf, -3.0), 3, Order(power=fmpq(1)), -1),
        (Interval(0.0, 0.25), 4, Order(power=fmpq(-1)), None),
        (Interval(-0.5, 0.0), 2, Order(power=fmpq(-1)), None),
    ],
)
def test_the_order_of_z_itself(z, start, order, slope):
    found = next_to(z, 0.0) if 0 in z else variable(z)
    sign = -1 if z.low < 0 else 1
    assert (found.start, found.order, found.lower) == (start, order, order)
    assert [float(end) for end in found.span] == [sign, sign]
    line = line_of(found)
    assert (line and line[0]) == slope
    assert (found.grows, found.vanishes) == (slope is not None, slope is None)
    assert found.values.low <= z.low < nextafter(z.low, inf) or sign > 0
    assert found.values.high >= z.high


def test_an_operation_without_a_rule_has_its_values_alone():
    unknown = of("sinc", Interval(-1.0, 1.0), (FAR, Z))
    assert unknown.values == Interval(-1.0, 1.0)


@pytest.mark.parametrize(
    ("name", "values", "rate", "power"),
    [
        ("exp", Interval(0.0, inf), 1, 0),
        ("sqrt", Interval(0.0, inf), 0, fmpq(1, 2)),
        ("softplus", Interval(0.0, inf), 0, 1),
        ("neg", REALS, 0, 1),
        ("sinh", REALS, 1, 0),
        ("sigmoid_slope", Interval(0.0, 0.25), -1, 0),
        ("sech2", Interval(0.0, 1.0), -2, 0),
        ("arccot", Interval(0.0, 3.2), 0, -1),
    ],
)
def test_the_order_of_a_function(name, values, rate, power):
    assert of(name, values, (FAR, Z)).order == Order(fmpq(rate), fmpq(power))


@pytest.mark.parametrize(
    ("text", "power", "logs"),
    [
        *(("log(z)", 0, 1), ("log1p(z**2)", 0, 1), ("asinh(z)", 0, 1), ("z/(1 + asinh(z)**2)", 1, -2)),
        *(("z*log(2 + z)**3", 1, 3), ("log(z*exp(z))", 1, 0), ("1/log(z**2/log(z))", 0, -1)),
    ],
)
def test_the_order_of_logarithms(text, power, logs):
    f, far = exact_form(Formula(text)).value, Interval(30.0, inf)
    found = evaluated((f,), (far,))[f].tail
    assert found.order == found.lower == Order(power=fmpq(power), logs=fmpq(logs))
    for t in 30.0 * np.geomspace(1, 1e200, 60):
        ratio = Formula(text)(t) / (t**power * (1 + np.log(t)) ** logs)
        assert float(found.span.low) <= ratio * (1 + 1e-9)
        assert ratio <= float(found.span.high) * (1 + 1e-9)


@pytest.mark.parametrize("text", ["log1p(0.01*z)", "log1p(0.001*sqrt(z))", "log1p(0.001*asinh(z))"])
@pytest.mark.parametrize("end", [60.0, 1e5, inf])
def test_the_logarithm_of_what_is_little_more_than_1(text, end):
    """On [2, 60] that of 1 + z/100 was bounded by [0.02, 0]: an interval of no number."""
    f, box = exact_form(Formula(text)).value, Interval(2.0, end)
    found = evaluated((f,), (box,))[f]
    for z in np.geomspace(2, min(end, 1e300), 50):
        for within in (found.values, found.tail.values):
            assert within.low <= Formula(text)(z) <= within.high
    assert found.tail.span is not None


def test_the_largest_slope_with_a_logarithm_of_what_is_little_more_than_1():
    found = certify(activation(derivative="log(1 + 0.01*abs(z))*exp(-z**2/100)")).sup
    assert 0.04145126205560232 < found.low <= 0.0414512620556024 <= found.high  # at z = 6.95…


@pytest.mark.parametrize(
    "text",
    ["z*exp(-z**2/log(2 + abs(z)))", "exp(-abs(z)**1.1/log(9 + z**2))", "z*exp(-z**2/log(2 + abs(z))**3)"],
)
def test_what_grows_faster_than_a_line_does_so_over_a_logarithm(text):
    found = certify(Formula(text))
    assert all(end.high - end.low < 1e-6 for end in (found.inf, found.sup))


@pytest.mark.parametrize(
    "text",
    ["z/log(2 + abs(z))", "z/(1 + asinh(z)**2)", "z/(1 + log(1 + z**2))", "sign(z)*log(1 + abs(z))**2"],
)
def test_a_slope_that_falls_as_a_logarithm_rises_has_the_limit_0(text):
    found = certify(Formula(text))
    assert (found.inf, found.monotone) == (Interval(0.0, 0.0), "CERTIFIED")


def test_the_line_of_a_logarithm_of_an_exponential():
    grown = of("exp", Interval(0.0, inf), (FAR, Z))
    found = of("log", REALS, (Interval(exp(4), inf), grown))
    slope, rest = line_of(found)
    assert (slope, rest.low, rest.high) == (1, 0, 0)


def test_lines_that_cancel_leave_their_rest():
    more = of("add", Interval(6.0, inf), (FAR, Z), (Interval(2.0, 3.0), None))
    found = of("sub", REALS, (Interval(6.0, inf), more), (FAR, Z))
    assert found.order == Order()
    assert [float(end) for end in found.span] == [2.0, 3.0]


def slopes(text, z, is_open=False):
    form = exact_form(Formula(text))
    known = evaluated((form.value, form.slope), (z,), is_open=is_open)
    return known[form.value], known[form.slope]


@pytest.mark.parametrize(
    ("text", "z", "low", "high"),
    [
        ("z*exp(-z**2)", FAR, 0.0, 1e-5),
        ("(z**3 + z)/(1 + z**2)", FAR, 3.0, inf),
        ("z*exp(-z)", FAR, 0.0, 4 * exp(-4) * 1.0001),
        ("z/(z + 1)", FAR, 0.79, 1.0),
        ("exp(z)/(exp(z) + 1)", FAR, 0.98, 1.0),
        ("z**2*exp(-exp(z))", FAR, 0.0, 1e-8),
        ("sqrt(z)*exp(z/2)/exp(z)", FAR, 0.0, 0.28),
        ("log(1 + exp(z)) - z", FAR, 0.0, 0.7),
        ("where(exp(z) > z**2, exp(-z), sin(z))", FAR, 0.0, 0.02),
        ("max(z, z**3) - z**3", FAR, 0.0, 0.0),
        ("min(1/z, exp(-z))*exp(z)", FAR, 1.0, 1.0),
        ("z/(1 + abs(z))", Interval(1e77, 1e154), 0.99, 1.0),
        ("abs(z)/sqrt(1 + log(1 + z**2))/(1 + abs(z))", Interval(1e77, 1e154), 0.03, 0.06),
    ],
)
def test_what_an_interval_alone_does_not_see(text, z, low, high):
    found = enclosed(Formula(text).expression, z)
    assert low <= found.low <= found.high <= high


@pytest.mark.parametrize("text", ["z/(1 + log(1 + abs(z)))", "z/sqrt(1 + log(1 + z**2))"])
def test_a_slope_of_slow_logarithms_is_proved_positive_on_few_boxes(text):
    found = certify(Formula(text), 0.0)
    assert found.verdict == "CERTIFIED"


@pytest.mark.parametrize(
    ("text", "z", "grows", "vanishes"),
    [
        ("1/z", Interval(0.0, 0.5), True, False),
        ("1/z", Interval(-0.5, 0.0), True, False),
        ("z*sqrt(abs(z))", Interval(0.0, 0.5), False, True),
        ("z**2/z", Interval(0.0, 0.5), False, True),
    ],
)
def test_next_to_0(text, z, grows, vanishes):
    value, _ = slopes(text, z, is_open=True)
    assert (value.tail.grows, value.tail.vanishes) == (grows, vanishes)


@pytest.mark.parametrize("text", ["max(z, exp(z) - 1)", "max(z, z**3)", "-min(z, z**3)"])
def test_where_the_larger_of_two_outgrows_every_bound_so_does_its_slope(text):
    value, slope = slopes(text, FAR if text[0] == "m" else Interval(-inf, -4.0))
    assert value.tail.grows
    assert slope.tail.grows


@pytest.mark.parametrize(
    ("text", "least"),
    [("sin(z) + z > z", 0.0), ("z**2 > z**2 - exp(-z)*sin(z)", 0.0), ("z**2 > z**2 - exp(-z)", 4.0)],
)
def test_what_is_not_known_to_be_larger_is_not_compared(text, least):
    assert enclosed(Formula(f"where({text}, 1, 0)*z").expression, FAR).low == least


def test_the_slope_of_a_root_outgrows_every_bound_next_to_0():
    value, slope = slopes("sqrt(max(z, 0))", Interval(0.0, 0.5), is_open=True)
    assert value.tail.vanishes
    assert slope.tail.grows
    assert slope.values.low == pytest.approx(0.5 / 0.5**0.5, rel=1e-12)


FUNCTIONS = (
    *("exp", "expm1", "log", "log1p", "sqrt", "sinh", "cosh", "tanh", "sech2", "arctan", "asinh"),
    *("erf", "sigmoid", "softplus", "Phi", "phi", "abs", "sin", "cos"),
)
LEAVES = st.sampled_from(
    ["z", "z", "z", "-z", "2*z", "z/3", "0.5*z", "z - 1", "z + 2", "1", "2", "0.5", "10"]
)


def grown(inner):
    return st.one_of(
        st.builds("{}({})".format, st.sampled_from(FUNCTIONS), inner),
        st.builds("({}) {} ({})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds(
            "({})**{}".format, inner, st.sampled_from(["2", "3", "-1", "0.5", "-2", "1.5", "4", "-0.5"])
        ),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), inner, inner),
    )


FORMULAS = st.recursive(LEAVES, grown, max_leaves=5)


@st.composite
def tails(draw):
    """An interval of z on one side of 0, many times as long as it is far out; and points of it."""
    start = 10 ** draw(st.floats(0, 5))
    end = draw(st.one_of(st.just(inf), st.floats(0.7, 4).map(lambda more: start * 10**more)))
    points = [start * 10**more for more in draw(st.lists(st.floats(0, 4), min_size=2, max_size=2))]
    side = draw(st.sampled_from([-1, 1]))
    points = [side * min(point, end) for point in (start, *points)]
    return (Interval(start, end) if side > 0 else Interval(-end, -start)), points


def check(text, box, points):
    try:
        sigma = Formula(text)
    except FormulaError:
        assume(False)
    form = exact_form(sigma)
    known = evaluated((form.value, form.slope), (box,))
    if known[form.value].values is None:
        return
    for slope, found in ((False, known[form.value].values), (True, known[form.slope].values or REALS)):
        for z in points if found != REALS else ():
            try:
                inside = lies_in(found, sigma.text, z, slope, slack=1e-14)  # the parser's numbers are rounded
            except (Unknown, Undefined):
                continue
            assert inside, f"{text} at {z}: {found}"


@settings(FUZZ, max_examples=150)
@given(FORMULAS, tails())
def test_the_bounds_of_a_tail_hold_the_truth(text, tail):
    check(text, *tail)


@pytest.mark.slow
@settings(FUZZ, max_examples=5000)
@given(st.recursive(LEAVES, grown, max_leaves=8), tails())
def test_the_bounds_of_a_tail_of_larger_formulas_hold_the_truth(text, tail):
    check(text, *tail)


LARGE = 1e3
"""A slope on the grid beyond which it is taken to have no bound."""

_FAR = np.geomspace(1e-3, 1e4, 1000)
GRID = np.concatenate([-_FAR[::-1], np.linspace(-15, 15, 1501), _FAR])


def decided(name):
    """Whether a claim 2 % of the span outside of what σ′ is on a grid is decided on both sides."""
    text, numbers = CASES[name]
    sigma = Formula(text, tuple(numbers.items()))
    with np.errstate(all="ignore"):
        slopes = sigma.derivative(GRID)
    low, high = (float(extreme(slopes[np.isfinite(slopes)])) for extreme in (np.min, np.max))
    margin = 0.02 * (high - low) or 0.02 * max(abs(high), 1.0)
    sides = (
        {"at_least": low - margin if low > -LARGE else -1e6},
        {"at_most": high + margin if high < LARGE else 1e6},
    )
    if -LARGE < low <= high < LARGE:  # both sides at once
        return certify(sigma, low - margin, high + margin).verdict != "UNDECIDED"
    return all(certify(sigma, **side).verdict != "UNDECIDED" for side in sides)


NAMES = list(CASES)


@pytest.mark.parametrize("name", NAMES[::3])
def test_claims_beside_the_extremes_of_published_activations_are_decided(name):
    assert decided(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_claims_beside_the_extremes_of_all_published_activations_are_decided(name):
    assert decided(name)
