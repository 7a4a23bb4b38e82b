"""The analytic continuation of formulas, against mpmath's complex numbers at 60 digits."""

import ast
import operator

import mpmath as mp
import pytest
from flint import acb, arb, ctx
from hypothesis import assume, given
from hypothesis import strategies as st

from lab.activations.formula.formula import Formula
from lab.activations.formula.operations import FUNCTIONS
from lab.activations.formula.refusal import FormulaError
from lab.numerics import Interval
from lab.prover.integrals.complex_balls import RULES, _branches, _switch_differences, ball_around, continued
from lab.prover.intervals.exact_graph import exact_expression
from lab.prover.intervals.ranges import RULES as REAL_RULES
from tests.exact import FORMULAS, LARGEST, SMOOTH, Undefined, Unknown, exact
from tests.prover.intervals.test_enclosure import FUZZ


def small(x):
    if abs(x) > LARGEST:
        raise Unknown
    return x


def _softplus(x):
    return x + mp.log1p(mp.exp(-small(x))) if x.real > 0 else mp.log1p(mp.exp(small(x)))


COMPLEX = {
    **{name: function for name, (function, _) in SMOOTH.items()},
    "log": mp.log,
    "log1p": mp.log1p,
    "sqrt": mp.sqrt,
    "sin": lambda x: mp.sin(small(x)),
    "cos": lambda x: mp.cos(small(x)),
    "erf": lambda x: 1 - mp.erfc(small(x)),
    "erfc": lambda x: mp.erfc(small(x)),
    "softplus": _softplus,
    "Phi": lambda x: mp.erfc(-small(x) / mp.sqrt(2)) / 2,
}
"""The functions that mpmath continues, as for real numbers where they need no care."""

COMPARED = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}
COMBINED = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def pair(tree, z, x):
    """The values at z and at the real x, whose side of every switch is continued to z."""
    match tree:
        case ast.Expression(body=body):
            return pair(body, z, x)
        case ast.Constant(value=value):
            return mp.mpf(value), mp.mpf(value)
        case ast.Name():
            return z, x
        case ast.UnaryOp(operand=operand):
            u, v = pair(operand, z, x)
            return -u, -v
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            (u, a), (c, d) = pair(left, z, x), pair(right, z, x)
            small(c * mp.log(abs(u) + 1))
            if c == d == int(d):
                return u ** int(d), a ** int(d)
            return mp.exp(c * mp.log(u)), mp.exp(d * mp.log(a)).real
        case ast.BinOp(left=left, op=op, right=right):
            (u, a), (v, b) = pair(left, z, x), pair(right, z, x)
            return COMBINED[type(op)](u, v), COMBINED[type(op)](a, b)
        case ast.Call(func=ast.Name(id="where"), args=[condition, yes, no]):
            a, b = pair(condition.left, z, x)[1], pair(condition.comparators[0], z, x)[1]
            return pair(yes if COMPARED[type(condition.ops[0])](a, b) else no, z, x)
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=[one, other]):
            one, other = pair(one, z, x), pair(other, z, x)
            return one if (one[1] <= other[1]) == (name == "min") else other
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            u, a = pair(argument, z, x)
            if name in ("abs", "sign"):
                side = mp.sign(a)
                return (side * u, side * a) if name == "abs" else (side, side)
            function = COMPLEX[FUNCTIONS[name]]
            return function(u), function(a).real
    raise AssertionError(ast.dump(tree))


def value(text, z):
    with mp.workdps(60):
        return pair(ast.parse(text, mode="eval"), mp.mpc(z), mp.mpf(z.real))[0]


def exactly(number):
    """The number that an exact ball is."""
    mantissa, exponent = number.man_exp()
    return mp.mpf(int(mantissa)) * mp.mpf(2) ** int(exponent)


def holds(ball, true):
    """Whether a ball holds a number, but for the rounding of the reference."""
    with mp.workdps(60):
        slack = abs(true) * mp.mpf(10) ** -40 + mp.mpf(10) ** -50
        parts = ((ball.real, true.real), (ball.imag, true.imag))
        return all(
            exactly(part.lower()) - slack <= wanted <= exactly(part.upper()) + slack for part, wanted in parts
        )


def functions(text, z=None):
    """The continuations of a formula's value and slope; with the switches settled as they are over z."""
    try:
        sigma = Formula(text)
    except FormulaError:
        assume(False)
    value = exact_expression(sigma.expression)
    slope = value.derivative()
    known = _branches(_switch_differences((value, slope)), z) if z else {}
    both = continued((value, slope), known)
    return lambda ball: both(ball)[0], lambda ball: both(ball)[1]


def around(x, radius):
    return acb(arb(x, radius), arb(0, radius))


CENTRES = st.one_of(st.floats(-5, 5), st.floats(-100, 100))
DIRECTIONS = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


@FUZZ
@given(FORMULAS, CENTRES, st.sampled_from([1e-9, 0.01, 0.3, 1.0, 4.0]), st.lists(DIRECTIONS, min_size=3))
def test_a_finite_ball_holds_the_continuation_at_all_of_its_points(text, x, radius, points):
    ball = functions(text)[0](around(x, radius))
    assume(ball.is_finite())
    for right, up in points:
        try:
            true = mp.mpc(value(text, complex(x + radius * right * 0.99, radius * up * 0.99)))
        except (Unknown, OverflowError):
            continue
        assert holds(ball, true), f"{text} at {x} + {radius}·({right}, {up})"


@FUZZ
@given(FORMULAS, CENTRES)
def test_at_real_points_it_is_the_value_and_the_slope(text, x):
    sigma, slope = functions(text)
    for found, slopes in ((sigma(acb(x)), False), (slope(acb(x)), True)):
        assume(found.is_finite())
        try:
            true, doubt = exact(text, x, slopes)
        except (Unknown, Undefined):
            return
        assert found.imag.contains(0)
        with mp.workdps(60):
            slack = doubt + abs(true) * mp.mpf(10) ** -15  # numbers that the parser has put together
            assert exactly(found.real.lower()) - slack <= true <= exactly(found.real.upper()) + slack


def test_every_operation_of_an_exact_graph_has_a_rule():
    assert set(RULES) == {*REAL_RULES, "where"}


@pytest.mark.parametrize(
    ("text", "x", "radius"),
    [
        ("log(z)", 1, 1.01),
        ("log(z)", -3, 1),
        ("sqrt(z)", -3, 1),
        ("sqrt(z)", 0, 0),
        ("z**0.5", -3, 1e-9),
        ("z**z", -3, 1e-9),
        ("log1p(z)", -1, 0.1),
        ("1/z", 0, 0.1),
        ("1/(1 + z**2)", 0, 1.01),
        ("arctan(z)", 0, 1.01),
        ("asinh(z)", 0, 1.5),
        ("z/sqrt(1 + z**2)", 0, 1.5),
        ("tanh(z)", 0, 1.6),
        ("sech2(z)", 0, 1.6),
        ("sigmoid(z)", 0, 3.2),
        ("softplus(z)", 0, 3.2),
        ("abs(z)", 0, 1e-9),
        ("sign(z)", 0, 1e-9),
        ("z/(1 + abs(z))", 0, 1e-9),
        ("max(z, 1)", 1, 1e-9),
        ("min(z, 1)", 1, 1e-9),
        ("where(z > 1, z, 2*z)", 1, 1e-9),
        ("where(log(z) > 0, z, 2*z)", -1, 0.1),
        ("abs(z**2)", 0.1, 0.2),
    ],
)
def test_where_it_may_not_be_analytic_there_is_no_number(text, x, radius):
    assert not functions(text)[0](around(x, radius)).is_finite()


@pytest.mark.parametrize(
    ("text", "low", "high", "branch"),
    [
        ("abs(z)", 0, 5, "z"),
        ("abs(z)", -5, 0, "-z"),
        ("max(z, 0)", 0, 5, "z"),
        ("min(z, 0)", 0, 5, "0*z + 0"),
        ("z/(1 + abs(z))", -5, 0, "z/(1 - z)"),
        ("where(z > 1, log(z), z)", 1, 5, "log(z)"),
        ("where(z > 1, log(z), z)", -1, 1, "z"),
        ("z + sign(z)", -1, 0, "z - 1"),
    ],
)
def test_a_settled_switch_is_continued_beyond_its_interval(text, low, high, branch):
    beyond = complex(high + 1, 0.5) if low == 0 or low == 1 else complex(low - 1, 0.5)
    found = functions(text, Interval(low, high))[0](acb(beyond))
    assert holds(found, mp.mpc(value(branch, beyond)))


def test_far_out_nothing_is_lost():
    for text, x, expected in (
        ("sigmoid(z)", -700.0, mp.exp(-700)),
        ("softplus(z)", -700.0, mp.exp(-700)),
        ("Phi(z)", -30.0, mp.ncdf(-30)),
        ("sech2(z)", 300.0, 4 * mp.exp(-600)),
    ):
        with ctx.workprec(128):
            found = functions(text)[0](acb(x)).real
            assert float(found) == pytest.approx(float(expected), rel=1e-12)
            assert found.rel_accuracy_bits() > 80


def test_a_ball_around_an_interval():
    third = ball_around(Interval(0.3, 0.4)).real
    assert third.lower() <= 0.3
    assert third.upper() >= 0.4
    assert ball_around(Interval(0.3, 0.3)).is_exact()
    assert not ball_around(None).is_finite()
    assert not ball_around(Interval(0.0, float("inf"))).is_finite()


def test_a_wrong_rule_would_be_seen(monkeypatch):
    monkeypatch.setitem(RULES, "sin", lambda x: x.sin() * (1 + arb(2) ** -40))
    ball = functions("sin(z)")[0](acb(1.0, 0.5))
    assert not holds(ball, mp.mpc(value("sin(z)", complex(1.0, 0.5))))


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("abs(z)", 0, 2, {"abs": 1}),
        ("abs(z)", -2, 0, {"abs": -1}),
        ("abs(z)", -1, 2, {}),
        ("max(z, 1)", 1, 2, {"max": 1}),
        ("max(z, 1)", 0.5, 2, {}),
        ("min(z, 1)", 0, 1, {"min": -1}),
        ("z/(1 + abs(z))", -3, 0, {"softsign": -1}),
        ("where(z > 1, z**2, z)", 1, 2, {"greater": 1}),
        ("where(z <= 1, z**2, z)", 1, 2, {"less_equal": 1}),
        ("where(3*z > 1, z**2, z)", 0.3, 0.4, {}),
        ("sign(z**3 - z)", 0, 1, {}),
        ("sign(z**3 + z)", 0, 1, {"sign": 1}),
        ("max(z**2, z)", 1, 2, {"max": 1}),
        ("log(abs(z) - 2)", 0, 1, {"abs": 1}),
        ("max(log(z), -5)", -1, 1, {}),  # undefined
        ("where(abs(z) - z > 0, z, 2*z)", 1, 2, {"abs": 1}),
        ("where(abs(z) - z >= 0, z, 2*z)", 0, 2, {"abs": 1}),
    ],
)
def test_a_branch_is_known_where_it_is_proved(text, low, high, expected):
    """In the last two abs(z) − z is 0 all along: greater does not hold there, though greater_equal does."""
    differences = _switch_differences([exact_expression(Formula(text).expression)])
    found = _branches(differences, Interval(low, high))
    assert {node.operation: branch for node, branch in found.items()} == expected
