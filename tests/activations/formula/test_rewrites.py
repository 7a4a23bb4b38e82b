"""The stable rewrites: the same function of the reals, found wherever it stands, precise in both tails."""

import ast
import operator
import re
from functools import lru_cache

import mpmath as mp
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import Expression, below
from lab.activations.formula.operations import COMMUTATIVE
from lab.activations.formula.parser import FormulaError, parse, pattern
from lab.activations.formula.rewrites import PRECISE, REWRITES, stable
from tests.exact import Undefined, dual

EXACT = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": lambda x, c: x ** (int(c.real) if c == int(c.real) else c),
    "neg": operator.neg,
    "abs": lambda x: x if x.real >= 0 else -x,
    "sign": lambda x: mp.sign(x.real),
    "min": lambda x, y: x if x.real <= y.real else y,
    "max": lambda x, y: x if x.real >= y.real else y,
    "sinc": lambda x: mp.mpc(1) if x == 0 else mp.sin(x) / x,
    "less": lambda x, y: x.real < y.real,
    "where": lambda c, x, y: x if c else y,
    "arctan": mp.atan,
    "arccot": lambda x: mp.pi / 2 - mp.atan(x),
    "sech2": lambda x: 1 / mp.cosh(x) ** 2,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "sigmoid_slope": lambda x: mp.exp(-x) / (1 + mp.exp(-x)) ** 2,
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "Phi": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2,
    "phi": mp.npdf,
}
"""The operations that mpmath has by no name of ours."""

LEAST = {"log": 0, "log1p": -1, "sqrt": -1e-300}
"""What the arguments of these exceed."""


@lru_cache
def meant_by(digits: int) -> dict[float, mp.mpf]:
    """√2 and π with so many digits, by the float64 next to them and to what is 2^k as large."""
    times = [sign * mp.mpf(2) ** k for sign in (-1, 1) for k in range(-20, 21)]
    numbers = {2**0.5: mp.sqrt(2), 0.5**0.5: mp.sqrt(0.5), 1 / 2**0.5: mp.sqrt(0.5)}
    return numbers | {float(s * x): s * x for x in (+mp.pi, 1 / mp.pi) for s in times}


def exact(expression: Expression, z: mp.mpf, meant: bool = False) -> mp.mpc | None:
    """The value with mpmath's digits, √2 and π exactly if they are meant; None where it is undefined."""
    values, numbers = {}, meant_by(mp.mp.dps) if meant else {}
    for node in below(expression):
        name, number = node.operation, node.number
        if name == "z":
            values[node] = mp.mpc(z)
        elif name == "constant":
            values[node] = mp.mpc(numbers.get(number, number))
        else:
            arguments = [values[x] for x in node.arguments]
            if name in LEAST and not arguments[0].real > LEAST[name]:
                return None
            if name == "pow" and arguments[0].real < 0 and arguments[1].real % 1:
                return None
            try:
                values[node] = mp.mpc((EXACT.get(name) or getattr(mp, name))(*arguments))
            except ZeroDivisionError:
                return None
    return values[expression]


def are_the_same(before, after, relative):
    """Whether two values agree, or both are undefined."""
    if before is None or after is None:
        return before is after
    return mp.almosteq(before, after, relative, relative)


def substituted(text: str, x: str, a: str) -> str:
    meant = {"x": f"({x})", "a": f"({a})", "c": "3", "d": "0.25"}
    return re.sub(r"\b[xacd]\b", lambda found: meant[found[0]], text)


def written(expression: Expression) -> str:
    """The expression as nested calls, those that may change places in alphabetical order."""
    if expression.operation in ("z", "constant"):
        return "z" if expression.number is None else repr(expression.number)
    arguments = [written(argument) for argument in expression.arguments]
    if expression.operation in COMMUTATIVE:
        arguments.sort()
    return f"{expression.operation}({', '.join(arguments)})"


TEXTS = [f"x*({rewrite.written})" if rewrite.stable.isdigit() else rewrite.written for rewrite in REWRITES]


@pytest.mark.parametrize(
    ("x", "a"), [("z", "3"), ("-z", "z"), ("2.5*z", "sin(z)"), ("z/3 - 1", "-7"), ("tanh(z)*z", "z**2")]
)
def test_a_pattern_is_found_whatever_stands_in_it(x, a):
    for rewrite in REWRITES:
        _check_found(rewrite, x, a)


def _check_found(rewrite, x, a):
    if re.search(r"sigmoid\(-a|exp\(a|cosh\(a", rewrite.written) and a in ("3", "-7"):
        a += "*z"  # of a number it is a number
    if rewrite.written.startswith(("x + sqrt(a + x**2) + x*", "1 + x/(1 + abs(x)) + x*")) and x == "-z":
        x = "2*z"  # the mirror image is another pattern
    found = stable(parse(substituted(rewrite.written, x, a), {}))
    form = stable(pattern(substituted(rewrite.stable, x, a), "z"))
    assert written(found) == written(form), rewrite.written


@pytest.mark.parametrize("rewrite", REWRITES, ids=TEXTS)
@pytest.mark.parametrize("x", ["z", "-1.5*z", "z**3 - z"])
def test_pattern_and_form_are_the_same_function(rewrite, x):
    texts = (substituted(text, x, "cos(z)") for text in (rewrite.written, rewrite.stable))
    given, form = (pattern(text, "z") for text in texts)
    with mp.workdps(60):
        for z in ("-2.7", "-1", "-0.3", "0", "0.4", "1", "1.9"):
            before, after = (exact(each, mp.mpf(z), meant=True) for each in (given, form))
            if rewrite.written == "sin(x)/x" and before is None:
                before = mp.mpc(1)  # its limit at 0
            assert are_the_same(before, after, 1e-50)


@pytest.mark.parametrize("rewrite", PRECISE, ids=lambda rewrite: rewrite.written)
@pytest.mark.parametrize("x", ["z", "-1.5*z", "0.3*z"])
def test_a_precise_form_is_the_same_function_to_the_digits_of_a_float(rewrite, x):
    texts = (substituted(text, x, "1 + cos(z)**2") for text in (rewrite.written, rewrite.stable))
    given, form = (ast.parse(text, mode="eval") for text in texts)
    with mp.workdps(60):
        for z in ("-2.7", "-1", "-0.3", "0.001", "0.4", "1", "1.9"):
            before, after = (_value(tree, z) for tree in (given, form))
            assert before is after or abs(after - before) <= 1e-16 * abs(before)


@pytest.mark.parametrize(
    ("text", "z"), [("sqrt(1 + z) - sqrt(z**2 + z)", -1.0), ("sqrt(z + 2) - sqrt(abs(z + 1) - 1)", -2.0)]
)
def test_a_difference_of_roots_has_a_value_where_both_are_0(text, z):
    assert Formula(text)(np.array([z])).item() == 0.0


def _value(tree, z):
    """What a formula is at z; None where it has no value."""
    try:
        return dual(tree, mp.mpf(z), slopes=False)[0]
    except Undefined:
        return None


def _differences():
    """The patterns that are differences, and each the other way around, with z and 0.7 in them."""
    for rewrite in (*REWRITES, *PRECISE):
        text = substituted(rewrite.written, "z", "0.7")
        match ast.parse(text, mode="eval").body:
            case ast.BinOp(left=u, op=ast.Sub(), right=v):
                yield text, f"{ast.unparse(v)} - ({ast.unparse(u)})"


@pytest.mark.parametrize(("text", "turned"), [*_differences()])
def test_a_difference_is_as_precise_the_other_way_around(text, turned):
    """tanh² z − 1 was 0 from z = 19 on, where 1 − tanh² z was 4e^(−2z)."""
    sigma, negative = Formula(text), Formula(turned)
    z = np.concatenate([np.linspace(-30, 30, 241), np.geomspace(1e-9, 1e9, 19)])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(negative(z), -sigma(z))
        np.testing.assert_allclose(negative.derivative(z), -sigma.derivative(z), rtol=1e-13)


FAR = [700.0, 100.25, 37.5, 5.75, 0.3]
STEP = 40
"""Digits of the complex step."""


@pytest.mark.parametrize("text", [substituted(text, "z", "1") for text in TEXTS], ids=TEXTS)
def test_the_tails_of_value_and_slope_keep_their_precision(text):
    """1e-13 for |z| ≤ 700, against digits enough for 1 − tanh² 700 ≈ 1e-608."""
    sigma = Formula(text)
    given = parse(text, {})
    normal = "erf" in text or "Phi" in text  # e^(−z²/2) is no float64 beyond
    for z in [side * point for point in FAR for side in (-1, 1) if point < 38 or not normal]:
        with mp.workdps(400 if normal else 110 + int(0.88 * abs(z))):
            value = exact(given, mp.mpc(z, mp.mpf(10) ** -STEP), meant=True)
            if value is None:
                continue
            expected = [float(value.real), float(value.imag * mp.mpf(10) ** STEP)]
            if all(np.isfinite(expected)):
                found = [float(sigma(z)), float(sigma.derivative(z))]
                np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-307, err_msg=f"z = {z}")


SMOOTH = ("exp", "tanh", "sigmoid", "softplus", "sinh", "cosh", "expm1", "log1p", "log", "sqrt", "sech2")
PARTS = (
    *("1 - {}", "{} - 1", "1 + {}", "2*{}", "{}**2", "1/{}", "-{}", "{}/2"),
    *("{}*{}", "{} - {}", "{}/{}", "{} + {}"),
)
PIECES = st.sampled_from(
    [substituted(text, "z", "z") for text in TEXTS if "erf" not in text]
    + ["z", "-z", "2*z", "abs(z)", "exp(-z)"]
)
FORMULAS = st.recursive(
    PIECES,
    lambda inner: st.one_of(
        st.builds("{}({})".format, st.sampled_from(SMOOTH), inner),
        st.builds(
            lambda form, x, y: re.sub("{}", lambda _: f"({x})", form, count=1).replace("{}", f"({y})"),
            st.sampled_from(PARTS),
            inner,
            inner,
        ),
    ),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(FORMULAS)
def test_no_rewrite_changes_a_random_formula(text):
    """Compared with 60 digits: what a rewrite changes is no rounding but another function."""
    try:
        raw = parse(text, {})
    except FormulaError as error:
        assume("finite number" not in str(error))
        raise
    assume(stable(raw).number is None)  # a number that is left is a float
    with mp.workdps(60):
        for z in ("-1.37", "0.61", "2.2"):
            try:
                before, after = (exact(each, mp.mpf(z), meant=True) for each in (raw, stable(raw)))
            except (OverflowError, MemoryError, ValueError):
                assume(False)
            huge = before is not None and after is not None and abs(before) >= 1e20
            assert huge or are_the_same(before, after, 1e-30)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1/(1 + exp(-z))", "sigmoid(z)"),
        ("z*(arctan(z)/pi + 0.5)", "z*(arccot(-z)/pi)"),
        ("0.5*(1 + arctan(3*z)*2/pi)", "0.5*(2*arccot(-3*z)/pi)"),
        ("1/(exp(-2*z) + 1)", "sigmoid(2*z)"),
        ("1/(1 + exp(-(z - 1)/3))", "sigmoid((z - 1)/3)"),
        ("z/(1 + exp(-z))", "z*sigmoid(z)"),
        ("2/(1 + exp(-2*z)) - 1", "tanh(z)"),
        ("1 - 1/(1 + exp(z))", "sigmoid(z)"),
        ("exp(-z)/(1 + exp(-z))", "sigmoid(-z)"),
        ("(exp(2*z) - 1)/(exp(2*z) + 1)", "tanh(z)"),
        ("(1 - exp(-2*z))/(1 + exp(-2*z))", "tanh(z)"),
        ("(exp(z) - exp(-z))/(exp(-z) + exp(z))", "tanh(z)"),
        ("4/(exp(z) + exp(-z))**2", "sech2(z)"),
        ("1 - tanh(z)*tanh(z)", "sech2(z)"),
        ("s(z)*(1 - s(z))", "sigmoid_slope(z)"),
        ("(1 - s(-z))*s(-z)", "sigmoid_slope(z)"),
        ("log(exp(3*z) + 1)/3", "softplus(3*z)/3"),
        ("z*tanh(log(1 + exp(z)))", "z*tanh(softplus(z))"),
        ("(1 + tanh(z/2))/2", "sigmoid(z)"),
        ("0.5*(1 + erf(z/sqrt(2)))", "Phi(z)"),
        ("z*0.5*(1 + erf(z/2**0.5))", "z*Phi(z)"),
        ("exp(z) - 1", "expm1(z)"),
        ("0.5 + 0.5*tanh(z)", "sigmoid(2*z)"),
        ("z*(0.5 + 0.5*erf(z/sqrt(2)))", "z*Phi(z)"),
        ("0.3 - 0.3*tanh(z/2)", "0.3*(2*sigmoid(-z))"),
        ("max(0, z) + log(1 + exp(-abs(z)))", "softplus(z)"),
        ("log(1 + exp(-abs(z))) - min(z, 0)", "softplus(-z)"),
        ("log(1 + exp(z)) - max(z, 0)", "softplus(-abs(z))"),
        ("log(1 + exp(z)) - z", "softplus(-z)"),
        ("exp(2*z)/(exp(2*z) + exp(-2*z))", "sigmoid(4*z)"),
        ("2*sin(3*z)/(3*z)", "2*sinc(3*z)"),
        ("sqrt(z**2)", "abs(z)"),
        ("4/(1 + exp(-z)) - 2", "4*(0.5*tanh(0.5*z))"),
        ("3 - 6*s(2*z)", "6*(-0.5*tanh(z))"),
        ("1 - 2/((1 + exp(z))**2 + 1)", "1 - 2/((1 + exp(z))**2 + 1)"),
        ("z - z/(1 + exp(-z)**3)", "z*(1 - 1/(1 + exp(-z)**3))"),
        ("1 + (tanh(z) + z)", "2*sigmoid(2*z) + z"),
        ("exp(z) + z - 1", "expm1(z) + z"),
        ("z*tanh(z/2)/2 + z/2", "0.5*(2*sigmoid(z)*z)"),
        ("z*arctan(z)/pi + z/2", "z*(arccot(-z)/pi)"),
        ("0.5*z + 0.5*z*erf(z/sqrt(2))", "z*Phi(z)"),
        ("sech2(z) - tanh(z)**2*sech2(z)", "sech2(z)**2"),
        ("sech2(z) - 3*tanh(z)**2*sech2(z)/3", "sech2(z)**2"),
        ("z + z*exp(z)", "z + z*exp(z)"),
        ("z/3 - tanh(z)/3", "(z - tanh(z))/3"),
        ("abs(z)**2", "z**2"),
    ],
)
def test_what_people_write(text, form):
    assert written(Formula(text).expression) == written(pattern(form, "z"))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "z - sin(z)",
            "sinh(z) - z",
            "exp(z) - 1 - z",
            "exp(-z) - 1 + z",
            "z - arctan(z)",
            "asinh(z) - z",
            "z - z/(1 + abs(z))",
        ),
        *("log((1 + exp(z))/2)", "log(sqrt(1 + z**2))", "3**z - 1", "z*(1 - 2**(-s(z)))", "2 - 2*cos(z)"),
        *("4/(1 + exp(-z)) - 2", "z*(1 - 2/((1 + exp(z))**2 + 1))", "abs(z + 1) - abs(1 - z)"),
        *("z - z/(1 + abs(z))", "1 - 1/(1 + abs(z))", "3 - 3/(1 + z**2)"),
        *("1 - 2/((1 + exp(z))**2 + 1)", "z - z/(1 + exp(-z)**3)"),
        *("sinh(z)/(1 + cosh(z))", "z*sinh(2*z)/(3 + cosh(2*z))", "cosh(z) + sinh(z)"),
        "log(1 + max(z, 0)) - log(1 + max(-z, 0))",
    ],
)
def test_what_is_written_as_a_difference_keeps_its_digits(text):
    sigma, tree = Formula(text), ast.parse(text, mode="eval")
    for z in [side * x for x in (1e-9, 1e-4, 0.2, 0.7, 4.0, 37.5, 300.0) for side in (-1, 1)]:
        with mp.workdps(450):
            value, slope = (float(x) for x in dual(tree, mp.mpf(z), slopes=True))
        assert sigma(z) == pytest.approx(value, rel=1e-13, abs=1e-307), z
        assert sigma.derivative(z) == pytest.approx(slope, rel=2e-13, abs=1e-307), z


def test_slopes_are_rewritten_too():
    """1 − sech² z is tanh² z, which is precise near 0; and softsign's keeps its precision far out."""
    assert Formula("z - tanh(z)").derivative(1e-8) == pytest.approx(1e-16, rel=1e-13)
    assert Formula("z/(1 + abs(z))").derivative(-1e6) == pytest.approx((1 + 1e6) ** -2, rel=1e-14)
    assert Formula("z/sqrt(1 + z**2)").derivative(700.0) == pytest.approx((1 + 700.0**2) ** -1.5, rel=1e-13)


def test_a_formula_that_becomes_a_number_is_refused_as_one():
    with pytest.raises(FormulaError, match=r"column 1: is the constant 0; it must depend on z$"):
        Formula("1 - s(z) - 1/(1 + exp(z))")


@pytest.mark.parametrize(
    ("text", "slope", "kinks"),
    [
        ("max(0, z) + min(0, exp(z) - 1)", 1.0, ()),
        ("max(0, z) + min(0, 1.5*(exp(z/1.5) - 1))", 1.0, ()),
        ("1.05*(max(0, z) + min(0, 1.67*(exp(z) - 1)))", 1.05 * 1.67, (0.0,)),
        ("max(0, z) + 0.01*min(0, z)", 0.01, (0.0,)),
        ("exp(min(z, 0)) - 1 + max(z, 0)", 1.0, ()),
        ("max(z, 0) + 0.5*sinh(tanh(min(2*z, 0)))", 1.0, ()),
        ("max(z, 0) - 0.1*max(-z, 0)", 0.1, (0.0,)),
        ("relu(z) - relu(-z)", 1.0, ()),
        ("log(1 + relu(z)) - log(1 + relu(-z))", 1.0, ()),
        ("relu(z) + tanh(3*z) + min(sinh(z), 0)", 4.0, ()),
    ],
)
def test_what_is_0_left_of_0_and_what_is_0_right_of_it_are_the_two_sides_of_one_choice(text, slope, kinks):
    sigma = Formula(text)
    assert sigma.derivative(0.0) == pytest.approx(slope, rel=1e-15)
    assert sigma.kinks == kinks


@pytest.mark.parametrize("text", ["max(0, {u}) + 0.3*min(0, {u})", "max({u}, 0) - 0.3*max(-({u}), 0)"])
@pytest.mark.parametrize("u", ["2 - z", "1 + z", "z - 3", "-z", "2*(z + 1)", "tanh(z - 1)"])
def test_a_choice_is_made_where_its_line_is_0(text, u):
    sigma, bent = Formula(text.format(u=u)), Formula(u)
    z = np.array([-2.5, -0.9, 0.4, 1.3, 3.5])
    values = np.asarray(bent(z))
    assert np.allclose(sigma(z), np.where(values > 0, values, 0.3 * values), rtol=1e-15)
    factor = np.where(values > 0, 1.0, 0.3)
    assert np.allclose(sigma.derivative(z), factor * bent.derivative(z), rtol=1e-14)
    assert sigma.slope_range.low * sigma.slope_range.high >= 0
    assert abs(sigma.derivative(sigma.kinks[0])) > 0


@pytest.mark.parametrize("sign", [1, -1])
def test_a_logarithm_of_a_sum_in_which_1_stands_is_right_where_the_rest_is_next_to_nothing(sign):
    sigma = Formula(f"log(exp(2*z) + (1 + {sign}*exp(z)))")
    z = np.array([-700.0, -40.0, -1.0, 1e-8, 1.0, 300.0, 800.0])
    with mp.workdps(700):
        exact = [float(mp.log(mp.exp(2 * mp.mpf(x)) + 1 + sign * mp.exp(mp.mpf(x)))) for x in z.tolist()]
    assert np.allclose(sigma(z), exact, rtol=1e-14, atol=0)


@pytest.mark.parametrize("z", [-1e8, -1e4, -1000.0, -5.0, 0.5, 1000.0])
def test_a_half_stands_before_a_sum_wherever_it_was_written(z):
    for text in ("0.5*z*(z + sqrt(z**2 + 1))", "z*(z + sqrt(z**2 + 1))/2"):
        assert Formula(text).derivative(z) == pytest.approx(
            Formula("z*(z + sqrt(z**2 + 1))").derivative(z) / 2
        )
    gate = Formula("z*(1 + z/sqrt(1 + z**2))/2")
    for text in (
        "z/2 + z**2/(2*sqrt(1 + z**2))",
        "(z + z**2/sqrt(1 + z**2))/2",
        "-(-z - z**2/sqrt(1 + z**2))/2",
    ):
        sigma = Formula(text)
        assert (sigma(z), sigma.derivative(z)) == pytest.approx(
            (gate(z), gate.derivative(z)), rel=1e-13, abs=0
        )
