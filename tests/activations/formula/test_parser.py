"""What is a formula, and what is none: hostile texts, ids by the number of their fault."""

import re
import time

import pytest

from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import below
from lab.activations.formula.parser import DEEPEST, LONGEST, FormulaError, parse
from lab.errors import PartError

NOT_ALLOWED = "not allowed in a formula"

REFUSED = [
    pytest.param("__import__('os')", 1, NOT_ALLOWED, id="fault-46-import"),
    pytest.param("__import__('os').system('true')", 1, NOT_ALLOWED, id="fault-46-call-of-attribute"),
    pytest.param("z + z.real", 5, NOT_ALLOWED, id="fault-46-attribute"),
    pytest.param("().__class__", 1, NOT_ALLOWED, id="fault-46-class"),
    pytest.param("2*(lambda: z)", 4, NOT_ALLOWED, id="fault-46-lambda"),
    pytest.param("f'{z}'", 1, NOT_ALLOWED, id="fault-46-f-string"),
    pytest.param("(z := 3)", 2, NOT_ALLOWED, id="fault-46-walrus"),
    pytest.param("z[0]", 1, NOT_ALLOWED, id="fault-46-subscript"),
    pytest.param("[z]", 1, NOT_ALLOWED, id="fault-46-list"),
    pytest.param("[z for z in z]", 1, NOT_ALLOWED, id="fault-46-comprehension"),
    pytest.param("tanh(x=z)", 1, NOT_ALLOWED, id="fault-46-keyword"),
    pytest.param("tanh(*z)", 6, NOT_ALLOWED, id="fault-46-starred"),
    pytest.param("tanh(z)(z)", 1, NOT_ALLOWED, id="fault-46-call-of-call"),
    pytest.param("z if z else 2", 1, NOT_ALLOWED, id="fault-46-conditional"),
    pytest.param("z and 2", 1, NOT_ALLOWED, id="fault-46-and"),
    pytest.param("not z", 1, NOT_ALLOWED, id="fault-46-not"),
    pytest.param("~z", 1, NOT_ALLOWED, id="fault-46-invert"),
    pytest.param("z // 2", 1, NOT_ALLOWED, id="fault-46-floor-division"),
    pytest.param("z % 2", 1, NOT_ALLOWED, id="fault-46-modulo"),
    pytest.param("z @ z", 1, NOT_ALLOWED, id="fault-46-matmul"),
    pytest.param("z, z", 1, NOT_ALLOWED, id="fault-46-tuple"),
    pytest.param("1 + 'z'", 5, NOT_ALLOWED, id="fault-46-string"),
    pytest.param("z*True", 3, NOT_ALLOWED, id="fault-46-bool"),
    pytest.param("z*1j", 3, NOT_ALLOWED, id="fault-46-complex"),
    pytest.param("z*...", 3, NOT_ALLOWED, id="fault-46-ellipsis"),
    pytest.param("await z", 1, NOT_ALLOWED, id="fault-46-await"),
    pytest.param("import os", 1, "not an expression: invalid syntax", id="fault-46-statement"),
    pytest.param("z; z", 2, "not an expression: invalid syntax", id="fault-46-two-statements"),
    pytest.param("z = 3", 3, "not an expression: invalid syntax", id="fault-46-assignment"),
    pytest.param("eval(z)", 1, "unknown function 'eval'; (known: Phi, abs, ", id="fault-46-eval"),
    pytest.param(
        "1 + tahn(z)", 5, "unknown function 'tahn'; did you mean 'tanh'? (known: ", id="fault-47-function"
    ),
    pytest.param("zz + 1", 1, "unknown name 'zz'; did you mean 'z'? (known: e, pi, z)", id="fault-47-name"),
    pytest.param("z*q", 3, "unknown name 'q'; (known: e, pi, z)", id="fault-47-parameter"),
    pytest.param("z + tanh", 5, "tanh is a function; write tanh(z)", id="fault-47-function-as-name"),
    pytest.param("exp(-x**2)", 6, "unknown name 'x'; the variable is called z", id="fault-48"),
    pytest.param("9**9**9*z", 1, "this is not a finite number", id="fault-51-tower"),
    pytest.param("z + 1/0", 5, "this is not a finite number", id="fault-51-division"),
    pytest.param("z*sqrt(-1)", 3, "this is not a finite number", id="fault-51-root"),
    pytest.param("1e400*z", 1, "this is not a finite number", id="fault-51-literal"),
    pytest.param(f"z*{'9' * 1500}", 3, "this is not a finite number", id="fault-51-1500-digits"),
    pytest.param(
        f"z*{'9' * 5000}", LONGEST + 1, f"longer than {LONGEST} characters", id="fault-51-5000-digits"
    ),
    pytest.param("z+" * 50_000 + "z", LONGEST + 1, f"longer than {LONGEST} characters", id="fault-52-long"),
    pytest.param(
        "(" * 300 + "z" + ")" * 300, 201, "not an expression: too many nested", id="fault-52-brackets"
    ),
    pytest.param(
        "abs(" * 150 + "z" + ")" * 150, 405, f"nested more than {DEEPEST} deep", id="fault-52-calls"
    ),
    pytest.param("-" * 1500 + "z", None, f"nested more than {DEEPEST} deep", id="fault-52-signs"),
    pytest.param("z+" * 500 + "z", 1, f"nested more than {DEEPEST} deep", id="fault-52-sum"),
    pytest.param("z**" * 500 + "z", None, f"nested more than {DEEPEST} deep", id="fault-52-powers"),
    pytest.param(
        "ｚ + 1", 1, "the character 'ｚ' is not allowed; write in plain ASCII", id="fault-53-full-width-z"
    ),
    pytest.param("2·z", 2, "the character '·' is not allowed; write in plain ASCII", id="fault-53-dot"),
    pytest.param("z − 1", 3, "the character '−' is not allowed; write in plain ASCII", id="fault-53-minus"),
    pytest.param("tanh(z) + ε*z", 11, "the character 'ε' is not allowed", id="fault-53-epsilon"),
    pytest.param("z\0", 2, "the character '\\x00' is not allowed", id="fault-53-nul"),
    pytest.param("z\x1b[31m", 2, "the character '\\x1b' is not allowed", id="fault-53-escape"),
    pytest.param("2 + 3", 1, "is the constant 5; it must depend on z", id="fault-54-number"),
    pytest.param("0*z", 1, "is the constant 0; it must depend on z", id="fault-54-zero"),
    pytest.param("z - z", 1, "is the constant 0; it must depend on z", id="fault-54-difference"),
    pytest.param("z**0", 1, "is the constant 1; it must depend on z", id="fault-54-power"),
    pytest.param("where(z > 0, 1, 1)", 1, "is the constant 1; it must depend on z", id="fault-54-where"),
    pytest.param("z +", 4, "not an expression: invalid syntax", id="unfinished"),
    pytest.param("(z", 1, "not an expression: '(' was never closed", id="open"),
    pytest.param("z)", 2, "not an expression: unmatched ')'", id="closed"),
    pytest.param("2z", 1, "not an expression: invalid decimal literal", id="2z"),
    pytest.param("z z", 3, "not an expression: invalid syntax", id="no-operator"),
    pytest.param("(z) ^ 2", 5, "'^' is not a power here; write '**'", id="caret-later"),
    pytest.param("z^2", 2, "'^' is not a power here; write '**'", id="caret"),
    pytest.param("tanh(z, z)", 1, "tanh takes 1 argument, not 2", id="too-many-arguments"),
    pytest.param("1 + min(z)", 5, "min takes 2 arguments, not 1", id="too-few-arguments"),
    pytest.param("tanh()", 1, "tanh takes 1 argument, not 0", id="no-argument"),
    pytest.param(
        "2*(z < 0)", 4, "a comparison may stand only as the first argument of where(…)", id="comparison"
    ),
    pytest.param(
        "where(z, 1, 0)", 7, "where(…) needs one comparison with <, <=, > or >=", id="no-comparison"
    ),
    pytest.param("where(0 < z < 1, z, 0)", 7, "where(…) needs one comparison", id="two-comparisons"),
    pytest.param("where(z == 0, z, 0)", 7, "where(…) needs one comparison", id="equality"),
]


@pytest.mark.parametrize(("text", "column", "reason"), REFUSED)
def test_refused(text, column, reason):
    begun = time.perf_counter()
    with pytest.raises(FormulaError) as caught:
        Formula(text)
    message = str(caught.value)
    place = r"\d+" if column is None else column
    assert re.match(rf"^formula .*, column {place}: {re.escape(reason)}", message)
    assert "\n" not in message
    assert message.isprintable()
    assert len(message) < 400
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_text(text):
    with pytest.raises(FormulaError, match=r"^the formula is empty$"):
        Formula(text)


@pytest.mark.parametrize(
    ("text", "parameters", "message"),
    [
        pytest.param("tanh(z)", {"a": 1.0}, "the parameter 'a' does not occur in it", id="fault-49"),
        pytest.param(
            "a*z", {"c": 1, "b": 1, "a": 1}, "the parameter 'b' does not occur in it", id="fault-49-first"
        ),
        pytest.param(
            "z", {"tanh": 1.0}, "a parameter cannot be called 'tanh'; that name is taken", id="fault-50-tanh"
        ),
        pytest.param(
            "z", {"z": 1.0}, "a parameter cannot be called 'z'; that name is taken", id="fault-50-z"
        ),
        pytest.param(
            "z", {"pi": 3.0}, "a parameter cannot be called 'pi'; that name is taken", id="fault-50-pi"
        ),
        pytest.param(
            "z", {"lambda": 1.0}, "a parameter cannot be called 'lambda'; write a name", id="fault-50-keyword"
        ),
        pytest.param(
            "z", {"a b": 1.0}, "a parameter cannot be called 'a b'; write a name", id="fault-50-blank"
        ),
        pytest.param("z", {"ε": 1.0}, "a parameter cannot be called 'ε'; write a name", id="fault-50-letter"),
        pytest.param("a*z", {"a": float("nan")}, "the parameter 'a' must be finite", id="fault-59-nan"),
        pytest.param(
            "tanh(z) + a*z", {"a": float("nan")}, "the parameter 'a' must be finite", id="fault-59-column"
        ),
        pytest.param("a*z", {"a": float("inf")}, "the parameter 'a' must be finite", id="fault-59-inf"),
        pytest.param("a*z", {"a": 10**5000}, "the parameter 'a' must be finite", id="fault-59-huge"),
        pytest.param(
            "a*z", {"a": "0.1"}, "the parameter 'a' must be a number, got '0.1'", id="fault-59-string"
        ),
        pytest.param("a*z", {"a": True}, "the parameter 'a' must be a number, got True", id="fault-59-bool"),
        pytest.param(
            "a*z", {"a": [0.1]}, "the parameter 'a' must be a number, got [0.1]", id="fault-59-list"
        ),
        pytest.param("a*z", {"a": None}, "the parameter 'a' must be a number, got None", id="fault-59-none"),
    ],
)
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
