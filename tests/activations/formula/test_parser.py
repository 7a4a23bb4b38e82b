"""What is a formula, and what is none: hostile texts, ids by the number of their fault."""

import re
import time
from math import expm1, inf, log, nan

import pytest

from lab.activations.formula.dialect import LONGEST
from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import below
from lab.activations.formula.parser import DEEPEST, parse
from lab.activations.formula.refusal import FormulaError
from lab.errors import PartError

NOT_ALLOWED = {
    1: [
        *("__import__('os')", "__import__('os').system('true')", "().__class__", "f'{z}'", "z[0]", "[z]"),
        *("[z for z in z]", "tanh(x=z)", "not z", "~z", "z @ z"),
        "await z",
    ],
    2: ["(z := 3)"],
    3: ["z*True", "z*..."],
    4: ["2*(lambda: z)"],
    5: ["z + z.real", "1 + 'z'"],
    6: ["tanh(*z)"],
}
"""By the column of what is not allowed."""

TOO_DEEP = f"nested more than {DEEPEST} deep"
NOT_FINITE = "this is not a finite number"
REFUSED = [
    *(
        (46, text, column, "not allowed in a formula")
        for column in NOT_ALLOWED
        for text in NOT_ALLOWED[column]
    ),
    (46, "import os", 1, "a formula is an expression in z, no statement"),
    (46, "z; z", 2, "a ; is none of a formula"),
    (46, "z = 3", 3, "write what stands behind the = alone"),
    (46, "z*1j", 5, "unknown name 'j'; expected one of e, pi, z"),
    (46, "eval(z)", 1, "unknown function 'eval'; known are Phi, abs, "),
    (46, "quux(z)", 1, "unknown function 'quux'; known are Phi, abs, "),
    (47, "1 + tahn(z)", 5, "unknown function 'tahn'; did you mean 'tanh'"),
    (47, "zz + 1", 1, "unknown name 'zz'; did you mean 'z'? (known: e, pi, z)"),
    (47, "z*q", 3, "unknown name 'q'; expected one of e, pi, z"),
    (47, "z + tanh", 5, "tanh is a function; write tanh(z)"),
    (55, "tanh(z)/(2 - 2)", 10, "this is 0, by which nothing can be divided"),
    (48, "z + x", 5, "unknown name 'x'; the variable is called z"),
    *((51, text, 1, NOT_FINITE) for text in ("9**9**9*z", "1e400*z")),
    *((51, text, 3, NOT_FINITE) for text in ("z*sqrt(-1)", f"z*{'9' * 1500}")),
    (51, "z + 1/0", 7, "this is 0, by which nothing can be divided"),
    ("", "z - 3e-400*z", 5, "3e-400 would be read as 0; expected 0 or a size of at least 5e-324"),
    (51, f"z*{'9' * 5000}", LONGEST + 1, f"longer than {LONGEST} characters"),
    (52, "z+" * 50_000 + "z", LONGEST + 1, f"longer than {LONGEST} characters"),
    (52, "(" * 300 + "z" + ")" * 300, 201, "not an expression: too many nested"),
    (52, "abs(" * 150 + "z" + ")" * 150, 405, TOO_DEEP),
    (52, "z+" * 500 + "z", 1, TOO_DEEP),
    *((52, f"{500 * part}z", None, TOO_DEEP) for part in ("---", "z**")),
    (53, "ｚ + 1", 1, "the character 'ｚ' (fullwidth latin small letter z) is not allowed; write z"),
    (53, "z ∮ 1", 3, "the character '∮' (contour integral) is not allowed; `lab formulas` tells"),
    (53, "tanh(z) + ε*z", 11, "unknown name 'epsilon'; expected one of e, pi, z"),
    (53, "z\0", 2, "the character '\\x00' is not allowed"),
    (53, "z\x1b[31m", 2, "the character '\\x1b' is not allowed"),
    (54, "2 + 3", 1, "is the constant 5; it must depend on z"),
    *((54, text, 1, "is the constant 0; it must depend on z") for text in ("0*z", "z - z")),
    *((54, text, 1, "is the constant 1; it must depend on z") for text in ("z**0", "where(z > 0, 1, 1)")),
    ("", "z +", 3, "an operand is missing after this operator"),
    ("", "z, z", 1, "a comma stands between arguments only; σ is one formula"),
    ("", "z + 0,1*z", 1, "a comma stands between arguments only; write 0.1, with a point"),
    ("", "1,5z", 1, "a comma stands between arguments only; write 1.5, with a point"),
    ("", "tanh(z),", 1, "a comma at the end; leave it out"),
    ("", "elu(0.5)", 1, "z is missing, the first of (z, alpha); write elu(z, 0.5)"),
    ("", "elu(alpha=0.5)", 1, "elu takes (z, alpha=…), not 0 arguments; write elu(z, alpha=0.5)"),
    ("", "tanh(x) + 0,1*x", 1, "a comma stands between arguments only; write 0.1, with a point"),
    ("", "elu(z, 0,5)", 1, "elu takes (z, alpha=…), not 3 arguments; write 0.5, with a point"),
    ("", "tanh(0,5z)", 1, "tanh takes 1 argument, not 2; write 0.5, with a point"),
    ("", "exp -z", 1, "exp is a function; write exp(-…), or exp(z) - …"),
    ("", "elu(z, beta=2)", 1, "elu has no parameter 'beta'; expected one of alpha"),
    ("", "tanh[z]", 1, "not allowed in a formula; square brackets are for lists, write round ones"),
    ("", "arcsin(z)", 1, "arcsin is not offered, since it has no value where |z| > 1"),
    ("", "z + softmax(z)", 5, "softmax is not offered, since σ is elementwise"),
    (
        "",
        "floor*z",
        1,
        "unknown name 'floor'; expected one of e, pi, z; if it is a parameter, give it a value",
    ),
    ("", "inf*z", 1, "inf is no number that a formula can hold"),
    ("", r"\frac{1}{1+e^{-z}", 1, "1 brace } missing"),
    ("", "z > 0 ? z", 7, "a choice is written where(z > 0, z, 0.1*z), or z if z > 0 else 0.1*z"),
    ("", "(z", 1, "not an expression: '(' was never closed"),
    ("", "z)", 2, "not an expression: unmatched ')'"),
    ("", "z % 2", 3, "% is not offered, since it jumps at infinitely many z"),
    ("", "z // 2", 3, "// is not offered"),
    ("", "floor(z)", 1, "floor is not offered"),
    ("", "1/2z", 3, "this may mean (…/2)*z or …/(2*z); write the one that is meant"),
    ("", "e^2z", 3, "this may mean (…^2)*z or …^(2*z); write the one that is meant"),
    ("", "sin z^2", 6, "where does sin end? write its argument in brackets, sin(…)"),
    ("", "tanh⁻¹(z)", 1, "the inverse of tanh, or 1/tanh(…)? write the one that is meant"),
    ("", "z if z else 2", 7, "where(…) needs one comparison, as z > 0"),
    ("", "tanh(z, z)", 1, "tanh takes 1 argument, not 2"),
    ("", "1 + min(z)", 5, "min takes 2 arguments, not 1"),
    ("", "tanh()", 1, "tanh takes 1 argument, not 0"),
    ("", "where(z, z, 0)", 7, "where(…) needs one comparison"),
]


def cases(rows):
    """The rows of a table as parameters of a test, named by their fault and their text."""
    return [pytest.param(*row, id=f"{fault and f'fault-{fault}'} {row[0][:40]!a}") for fault, *row in rows]


@pytest.mark.parametrize(("text", "column", "reason"), cases(REFUSED))
def test_refused(text, column, reason):
    begun = time.process_time()
    with pytest.raises(FormulaError) as caught:
        Formula(text)
    message = str(caught.value)
    place = r"\d+" if column is None else column
    assert re.match(rf"^formula .*, column {place}: {re.escape(reason)}", message)
    assert "\n" not in message
    assert message.isprintable()
    assert len(message) < 400
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_text(text):
    with pytest.raises(FormulaError, match=r"^the formula is empty$"):
        Formula(text)


NO_NAME, NO_NUMBER = "a parameter cannot be called", "the parameter 'a' must be"
REFUSED_PARAMETERS = [
    (49, "tanh(z)", {"a": 1.0}, "the parameter 'a' does not occur in it"),
    (49, "a*z", {"c": 1, "b": 1, "a": 1}, "the parameter 'b' does not occur in it"),
    *((50, "z", {x: 1.0}, f"{NO_NAME} '{x}'; that name is taken") for x in ("tanh", "z", "pi")),
    *((50, "z", {x: 1.0}, f"{NO_NAME} '{x}'; write a name") for x in ("lambda", "a b", "ε")),
    (59, "tanh(z) + a*z", {"a": nan}, f"{NO_NUMBER} finite"),
    *((59, "a*z", {"a": x}, f"{NO_NUMBER} finite") for x in (nan, inf, 10**5000)),
    *((59, "a*z", {"a": x}, f"{NO_NUMBER} a number, got {x!r}") for x in ("0.1", True, [0.1], None)),
]


@pytest.mark.parametrize(("text", "parameters", "message"), cases(REFUSED_PARAMETERS))
def test_refused_parameters(text, parameters, message):
    name = message.partition("'")[2].partition("'")[0]
    column = f", column {found.start() + 1}" if (found := re.search(rf"\b{re.escape(name)}\b", text)) else ""
    with pytest.raises(FormulaError, match=rf"^formula '{re.escape(text)}'{column}: {re.escape(message)}"):
        Formula(text, tuple(parameters.items()))


def test_a_formula_error_is_an_error_of_parts():
    assert issubclass(FormulaError, PartError)
    assert FormulaError.exit_code == 2


def test_blanks_and_line_breaks_count_as_blanks_inside_and_not_at_the_ends():
    assert parse("  z +\n\t1 ", {}).number is None
    with pytest.raises(FormulaError, match=r"^formula '\(z \+  q\)', column 7: unknown name 'q'"):
        parse("\n(z +\n q)\n", {})


def test_a_long_text_is_cut_in_the_message():
    text = "q*" + "z*" * 40 + "z"
    with pytest.raises(FormulaError) as caught:
        parse(text, {})
    assert str(caught.value).startswith(f"formula '{text[:77]}…', column 1: ")


def test_the_nearest_name_may_be_a_parameter():
    with pytest.raises(FormulaError, match=r"did you mean 'floor'\? \(known: e, floor, pi, z\)$"):
        parse("flor*z", {"floor": 0.1})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+z", 0.5),
        ("-z**2", -0.25),
        ("2**-z", 2**-0.5),
        ("z**2**3", 0.5**8),
        ("1 - z - 1", -0.5),
        ("1/z/2", 1.0),
        ("e*z + pi", 2.718281828459045 * 0.5 + 3.141592653589793),
        ("1_000*z", 500.0),
        ("0x10*z", 8.0),
        ("1e3*z", 500.0),
        ("z # a remark", 0.5),
        ("(" * 150 + "z" + ")" * 150, 0.5),
        ("where(1 > 0, z, 2*z)", 0.5),
        ("where(z <= 0.5, z, 2)", 0.5),
    ],
)
def test_the_grammar_is_that_of_arithmetic(text, value):
    assert Formula(text)(0.5) == value


def test_a_parameter_may_be_left_open():
    expression = parse("a*tanh(z) + b*z", {"b": 2.0}, ["a"])
    (opened,) = (node for node in below(expression) if node.operation == "parameter")
    assert (opened.position, opened.derivative().number) == (1, 0)
    with pytest.raises(FormulaError, match="the parameter 'c' does not occur in it"):
        parse("a*z", {}, ["a", "c"])
    with pytest.raises(FormulaError, match="a parameter cannot be called 'tanh'; that name is taken"):
        parse("a*z", {"a": 1.0}, ["tanh"])


@pytest.mark.parametrize(("alpha", "value"), [(-0.5, 2 * log(1.75)), (0.0, 2.0), (0.5, 2 * expm1(1) + 0.5)])
def test_a_branch_that_a_parameter_never_takes_may_divide_by_it(alpha, value):
    """The soft exponential of Godfrey & Gashler (2015)."""
    text = "where(a < 0, -log(1 - a*(z + a))/a, where(a > 0, expm1(a*z)/a + a, z))"
    assert Formula(text, (("a", alpha),))(2.0) == pytest.approx(value)
