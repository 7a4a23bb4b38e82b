"""Enclosures of σ and σ′, against 60 and 90 digits from an evaluator that shares nothing with the lab's."""

from math import e, inf, isfinite, isinf, nextafter

import mpmath as mp
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lab.activations.formula.formula import Formula
from lab.activations.formula.refusal import FormulaError
from lab.numerics import REALS, Interval
from lab.prover.intervals.enclosure import enclosed, evaluated, undecided
from lab.prover.intervals.exact_graph import exact_expression
from tests.exact import FORMULAS, NUMBERS, Undefined, Unknown, exact, grown, lies_in


def enclosed_slope(expression, z):
    """What holds the derivative over an interval; all reals where it or the expression may be undefined."""
    value = exact_expression(expression)
    slope = value.derivative()
    bounds = evaluated((value, slope), (z,))
    return REALS if bounds[value].values is None else bounds[slope].values or REALS


POINTS = st.one_of(
    st.floats(-5, 5), st.floats(-800, 800), st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e6, -1e6, 5e-324, 1e-9])
)
WIDTHS = st.one_of(st.sampled_from([0.0, inf, 1e-12]), st.floats(0, 3), st.floats(0, 1e3))


def as_written(text):
    """The formula, where it is none that the parser has simplified to other numbers than those written."""
    try:
        sigma = Formula(text)
    except FormulaError as error:
        assume("it must depend on z" not in str(error) and "not a finite number" not in str(error))
        raise
    numbers = {node.number for node in sigma.expression.graph._made.values()} - {None}
    assume(numbers <= {0.0, 1.0, -1.0, -2.0, -0.5, 1.5, *map(float, NUMBERS)})
    return sigma


def _check(text, z, left, right):
    sigma = as_written(text)
    box = Interval(z - left, z + right)
    values, slopes = enclosed(sigma.expression, box), enclosed_slope(sigma.expression, box)
    points = (z, box.low, box.high, z - 1, z + 7, box.low / 2 + box.high / 2)
    for point in {max(box.low, min(box.high, point)) for point in points if isfinite(point)}:
        try:
            assert lies_in(values, text, point, slopes=False), f"σ({point!r}) of {text} is outside {values!r}"
        except Undefined:
            if " - " not in text and "where" not in text:  # z - z and where(…, z, z) are simplified
                assert values == REALS, f"{text} is undefined at {point!r}, but has {values!r}"
                assert slopes == REALS, f"{text} is undefined at {point!r}, but has the slope {slopes!r}"
            continue
        except Unknown:
            continue
        try:
            assert lies_in(slopes, text, point, slopes=True), f"σ′({point!r}) of {text} is outside {slopes!r}"
        except (Unknown, Undefined):
            continue


FUZZ = settings(
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@FUZZ
@given(FORMULAS, POINTS, WIDTHS, WIDTHS)
def test_the_enclosures_hold_the_truth(text, z, left, right):
    _check(text, z, left, right)


@pytest.mark.slow
@settings(FUZZ, max_examples=10_000)
@given(st.recursive(st.just("z"), grown, max_leaves=12), POINTS, WIDTHS, WIDTHS)
def test_the_enclosures_of_larger_formulas_hold_the_truth(text, z, left, right):
    _check(text, z, left, right)


DECAYING = (
    *("exp(-({}))", "exp(-abs({}))", "sech2({})", "phi({})"),
    *("sigmoid({})", "softplus({})", "Phi({})", "1/(1 + abs({}))"),
)
INNER = (
    *("z", "-z", "2*z", "z**2", "z**3", "z*sqrt(1 + z**2)"),
    *("z - 0.5", "softplus(z)", "z + sin(z)", "asinh(z)", "z**2/3 + z"),
)
FACTORS = (
    *("z", "z**2", "z**3", "(1 - z)", "abs(z)**1.5"),
    *("sqrt(1 + z**2)", "tanh(z)", "cosh(z)", "1/z", "3"),
)


@settings(FUZZ, max_examples=200)
@given(
    st.builds(
        "{}*{} {} {}".format,
        st.sampled_from(FACTORS),
        st.builds(str.format, st.sampled_from(DECAYING), st.sampled_from(INNER)),
        st.sampled_from("+-*/"),
        st.sampled_from(FACTORS),
    ),
    st.sampled_from([1.0, 1.5, 4.0, 30.0]),
    st.booleans(),
    st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
def test_the_enclosures_hold_in_the_tails_where_one_factor_grows_and_one_falls(text, start, left, steps):
    sigma = Formula(text)
    box = Interval(-inf, -start) if left else Interval(start, inf)
    values, slopes = enclosed(sigma.expression, box), enclosed_slope(sigma.expression, box)
    for point in [start, *(start + 10 * step**3 for step in steps), 300.0]:
        z = -point if left else point
        try:
            assert lies_in(values, text, z, slopes=False), f"σ({z!r}) of {text} is outside {values!r}"
            assert lies_in(slopes, text, z, slopes=True), f"σ′({z!r}) of {text} is outside {slopes!r}"
        except (Unknown, Undefined):
            continue


def value(text, low, high=None):
    return enclosed(Formula(text).expression, Interval(low, low if high is None else high))


def slope(text, low, high=None):
    return enclosed_slope(Formula(text).expression, Interval(low, low if high is None else high))


VALUES = [
    ("z + 1", -2, 3, Interval(-1, 4)),
    ("2 - z", -2, 3, Interval(-1, 4)),
    ("z*0.5", -3, 1, Interval(-1.5, 0.5)),
    ("z/4", -3, 1, Interval(-0.75, 0.25)),
    ("1/z", 2, 4, Interval(0.25, 0.5)),
    ("1/z", -4, -2, Interval(-0.5, -0.25)),
    ("1/z", 2, inf, Interval(0, 0.5)),
    ("z**2", -3, 2, Interval(0, 9)),
    ("z**3", -3, 2, Interval(-27, 8)),
    ("z**100", -1, 1, Interval(0, 1)),
    ("z**-2", 2, 4, Interval(0.0625, 0.25)),
    ("abs(z)**0.5", -4, 1, Interval(0, 2)),
    ("sqrt(z)", 0, 4, Interval(0, 2)),
    ("exp(z)", -inf, 0, Interval(0, 1)),
    ("tanh(z)", -inf, inf, Interval(-1, 1)),
    ("tanh(z)", -inf, 0, Interval(-1, 0)),
    ("sech2(z)", -1, inf, Interval(0, 1)),
    ("sigmoid(z)", -inf, 0, Interval(0, 0.5)),
    ("cos(z)", -100, 100, Interval(-1, 1)),
    ("cosh(z)", -inf, inf, Interval(1, inf)),
    ("abs(z)", -3, 2, Interval(0, 3)),
    ("sign(z)", -3, 0, Interval(-1, 0)),
    ("min(z, 1)", 0, 3, Interval(0, 1)),
    ("max(z, 1)", 0, 3, Interval(1, 3)),
    ("where(z > 1, 5*z, z)", 0, 1, Interval(0, 1)),
    ("where(z >= 1, 5*z, z)", 0, 1, Interval(0, 5)),
    ("where(z < 1, 5*z, z)", 1, 2, Interval(1, 2)),
    ("where(z > 0, log(z), z)", -2, -1, Interval(-2, -1)),
    ("z", -inf, inf, REALS),
    ("z**0.5", 0, 4, Interval(0, 2)),
]
SLOPES = [
    ("tanh(z) + 0.1*z", -inf, inf, Interval(0.1, 1.1)),
    ("sigmoid(z)", -inf, inf, Interval(0, 0.25)),
    ("1e300*z", -inf, inf, Interval(1e300, 1e300)),
    ("1e-320*z", -inf, inf, Interval(1e-320, 1e-320)),
    ("abs(z)", -1, 1, Interval(-1, 1)),
    ("abs(z)", 0, 0, Interval(0, 0)),
    ("abs(z)", 5e-324, 1, Interval(1, 1)),
    ("max(z, 0)", 0, 0, Interval(0, 0)),
    ("where(z > 0, 3*z, 2*z)", -1, 0, Interval(2, 2)),
    ("where(z > 0, 3*z, 2*z)", 0, 1, Interval(2, 3)),
    ("z + sign(z)", 1, 2, Interval(1, 1)),
    ("z**2", -1, 3, Interval(-2, 6)),
    ("z**where(z > 0, 2, 3)", 1, 3, Interval(2, 6)),
    *((text, 0, 4, REALS) for text in ("sqrt(z)", "z**0.5")),  # not bounded at 0
]


@pytest.mark.parametrize(
    ("found", "text", "low", "high", "expected"),
    [*((value, *row) for row in VALUES), *((slope, *row) for row in SLOPES)],
)
def test_what_is_exact_is_not_widened(found, text, low, high, expected):
    assert found(text, low, high) == expected


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.1*z", 0.1, 0.1),
        ("z/3", 1, 1),
        ("z + 0.1", 0.2, 0.2),
        ("exp(z)", 1, 1),
        ("sin(z)", 1, 1),
        ("Phi(z)", 1, 1),
        ("softplus(z)", -40, -40),
        ("z*1e-200", 1e-200, 1e-200),
        ("z*1e-160", 1e-160, 1e-160),
    ],
)
def test_what_is_not_exact_is_rounded_outwards_and_hardly(text, low, high):
    found = value(text, low, high)
    with mp.workdps(60):
        true, _ = exact(text, low, slopes=False)
        assert found.low < true < found.high
    assert found.high <= found.low + 8e-15 * abs(found.low) + 1e-323


def test_numbers_that_only_a_derivative_makes_are_not_rounded_either():
    """0.1 times 3 is no float, ln 2 and 2/√π are none, and (10¹⁶ + 1) − 10¹⁶ is lost in one."""
    for text in ("0.1*(3*z)", "2**z", "erf(z)", "z**0.1"):
        found = slope(text, 3)
        assert found.low < exact(text, 3, slopes=True)[0] < found.high
    assert 1.0 in slope("(1e16*z + z) - 1e16*z", -inf, inf)
    assert slope("1e-200*(1e-200*z)", 0, 1).high > 0


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("log(z)", -1, 1),
        ("log(z)", 0, 1),
        ("log1p(z)", -1, 1),
        ("sqrt(z)", -1e-300, 1),
        ("1/z", -1, 1),
        ("1/z", 0, 1),
        ("1/z", -inf, inf),
        ("z**-1", -1, 0),
        ("z**0.5", -1, 1),
        ("z**-0.5", 0, 1),
        ("z**z", -1, 1),
        ("tanh(1/z)", -1, 1),
        ("sigmoid(log(z))", -2, -1),
        ("z + sign(log(z))", -2, -1),
        ("min(z, tanh(log(z)))", -2, -1),
        ("where(log(z) > 0, z, 2*z)", -2, -1),
        ("where(z > 0, log(z), z)", -1, 1),
        ("where(z < 0, z, log(z))", -1, 1),
        ("cos(sqrt(z))", -2, -1),
    ],
)
def test_where_a_formula_is_undefined_nothing_is_known_whatever_stands_around_it(text, low, high):
    """Tanh of something undefined does not lie in [−1, 1]."""
    assert value(text, low, high) == REALS
    assert slope(text, low, high) == REALS


def test_numbers_beyond_the_floats():
    """What is too large or too small for a float is still enclosed."""
    largest = nextafter(inf, 0)
    for text, z, expected in (
        ("exp(z)", 1000, Interval(largest, inf)),
        ("-exp(z)", 1000, Interval(-inf, -largest)),
        ("z*z", 1e200, Interval(largest, inf)),
        ("exp(z)", -1000, Interval(0, 5e-324)),
        ("exp(z) - exp(z + 1)", 1000, REALS),
    ):
        assert value(text, z) == expected
    found = value("1/(1 + exp(z))", 1000)
    assert 0 == found.low <= found.high < 1e-307
    assert value("tanh(1e300*z)", 5e-324).high < 1e-20


@pytest.mark.parametrize(
    ("name", "at_minus", "at_plus"),
    [
        ("exp", 0, inf),
        ("expm1", -1, inf),
        ("sinh", -inf, inf),
        ("cosh", inf, inf),
        ("tanh", -1, 1),
        ("sech2", 0, 0),
        ("sigmoid", 0, 1),
        ("softplus", 0, 1e300),
        ("erf", -1, 1),
        ("Phi", 0, 1),
        ("phi", 0, 0),
        ("arctan", -1.5707963267948966, 1.5707963267948966),
        ("asinh", -691.4686750787736, 691.4686750787736),
    ],
)
def test_functions_at_the_ends_of_the_floats(name, at_minus, at_plus):
    for z, limit in ((-1e300, at_minus), (1e300, at_plus)):
        found = value(f"{name}(z)", z)
        assert limit in found
        assert isinf(limit) or found.high - found.low <= 1e-15 * max(1, abs(limit))


def test_a_large_argument_of_a_wave_is_reduced():
    found = value("sin(z)", 1e300)
    with mp.workdps(400):
        assert found.low < mp.sin(mp.mpf(1e300)) < found.high
    assert found.high - found.low < 1e-14


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("z*exp(-z)", 1, inf),
        ("z*exp(z)", -inf, -2),
        ("z**3*sech2(z)", 2, inf),
        ("z*phi(z)", -inf, -1),
        ("z**2*exp(-z**2)", 1, inf),
        ("z*Phi(z)", -inf, -3),
        ("z*sigmoid(z)", -inf, -3),
        ("z*softplus(z)", -inf, -3),
        ("z/(1 + abs(z))", 1, inf),
        ("z/sqrt(1 + z**2)", -inf, -1),
        ("z*sech2(softplus(z))", 1, inf),
    ],
)
def test_a_product_of_growing_and_falling_factors_is_bounded_in_a_tail(text, low, high):
    """The bound is at most five times the true supremum, and falls with the interval."""
    found = value(text, low, high)
    end = low if isfinite(low) else high
    true = max(abs(exact(text, end * (1 + step / 8), slopes=False)[0]) for step in range(60))
    assert true * (1 - 1e-15) <= found.magnitude <= 5 * true


def test_exact_suprema_in_a_tail():
    assert value("z/(1 + abs(z))", 1, inf).high == 1.0
    assert value("z/(1 + abs(z))", -inf, -1).low == -1.0
    assert slope("z/(1 + abs(z))", 1, inf).low == 0.0
    assert slope("(z + sqrt(z**2 + 4))/2", -inf, -1).low == 0.0
    for text, start, supremum in (
        ("z**3*exp(-z)", 1, 27 / e**3),
        ("z**3*exp(-z)", 8, 512 / e**8),
        ("z*exp(-3*z)", 1, 1 / e**3),
        ("(z**2 + z)*exp(-z)", 30, 930 / e**30),
        ("z*(exp(-z) + z*exp(-2*z))", 3, 3 / e**3 + 9 / e**6),
    ):
        assert value(text, start, inf).high == pytest.approx(supremum, rel=1e-13)


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("tanh(z)", -1, 1, True),
        ("abs(z)", -1, 1, True),
        ("sign(z)", 1, 2, True),
        ("sign(z)", -1, 2, False),
        ("where(z > 1, z, 2)", -1, 1, True),
        ("where(z > 1, z, 2)", -1, 1.5, False),
        ("where(z > 1, sign(z), 2)", -1, 0.5, False),
        ("z + sign(log(z))", -2, -1, False),
    ],
)
def test_undecided(text, low, high, expected):
    bounds = evaluated((exact_expression(Formula(text).expression),), (Interval(low, high),))
    assert undecided(bounds) is not expected


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("z", 0, 1, 1),
        ("z", -1, 0, -1),
        ("3*z + 6", -2, 1, 1),
        ("-tanh(z)", 0, 2, -1),
        ("abs(z)", 0, 2, 1),
        ("abs(z)", -2, 0, 1),
        ("z - 1", 1, inf, 1),
    ],
)
def test_a_box_without_its_ends_decides_what_switches_at_them(text, low, high, expected):
    sigma = exact_expression(Formula(text).expression).call("sign")
    box = (Interval(low, high),)
    assert evaluated((sigma,), box, is_open=True)[sigma].values == Interval(expected, expected)
    closed = evaluated((sigma,), box)[sigma].values
    assert closed == Interval(min(expected, 0), max(expected, 0))


@pytest.mark.parametrize("text", ["z**2", "sin(z)", "min(z, 1)", "abs(z)"])
def test_what_need_not_rise_strictly_decides_nothing(text):
    """The values of the first are 0 at 0 only, but that is not looked at."""
    sigma = exact_expression(Formula(text).expression).call("sign")
    assert 0 in evaluated((sigma,), (Interval(-1.0, 1.0),), is_open=True)[sigma].values


@pytest.mark.parametrize(
    ("text", "most"),
    [("log1p(z)/z**2", 1), ("log(z)/z**2", 1), ("max(z, 2*z - 3)/z**2", 6), ("min(z, 9 - z)/z", 10)],
)
def test_what_grows_no_faster_than_its_divisor_is_bounded_in_the_tail(text, most):
    assert value(text, 4, inf).high <= most
