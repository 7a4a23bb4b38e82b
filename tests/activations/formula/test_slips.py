"""Texts with a common slip: the place, and what to write instead."""

import pytest

from lab.activations.formula.dialect import in_own_words
from lab.activations.formula.formula import Formula
from lab.activations.formula.refusal import FormulaError
from lab.activations.formula.slips import slip

A_VALUE = (
    "unknown function 'a'; known are Phi, abs, arcsinh and 26 others; if it is a parameter, give it a value"
)

SLIPS = [
    *((f"{name}(z)", 1, f"{name} is not offered, since it jumps") for name in ("ceiling", "int", "frac")),
    ("lg(1 + z**2)", 1, "lg is to base 10 for some and to base 2 for others; write log10"),
    *((text, 1, "quotes are no part of a formula") for text in ("'tanh(z)'", '"tanh(z)"', "`z`", "“z”")),
    ("1'000*z", 2, "write the number without a sign between its digits"),
    *((text, 2, "no prime stands in a formula") for text in ("σ'(z)", "σ′(z)", "z'", "f'(z) = 1")),
    ("1.5.2z", 1, "a number has one point"),
    ("1..5*z", 1, "a number has one point"),
    ("where(z => 0, z, 0)", 9, "write >="),
    ("z =< 0", 3, "write <="),
    ("if z>0 then z", 1, "a choice is written z if z > 0 else 0.1*z"),
    ("print(z)", 1, "a formula is an expression in z, no statement"),
    ("np.piecewise(z, z<0)", 1, "piecewise is not offered; write where(z > 0, z, 0.1*z)"),
    ("np.select([z<0], z)", 1, "select is not offered; write where(z > 0, z, 0.1*z)"),
    ("my.gelu(z)", 1, "my is no library that is known; write gelu(…) alone"),
    ("x > 0 ? x : a*x", 17, "unknown name 'a'"),
    ("=IF(A1>0;FOO(A1);0)", 14, "unknown function 'FOO'"),
    ("tanh(t)", 6, "unknown name 't'; the variable is called z"),
    ("ztanh(z)", 1, "unknown function 'ztanh'; did you mean z*tanh?"),
    ("max(0,1*z, z)", 1, "of how many is this the max? write 0.1, with a point, or put a blank"),
    ("tanh(z", 5, "not an expression: '(' was never closed; write tanh(z)"),
    ("tanh(z))", 8, "not an expression: unmatched ')'; write tanh(z)"),
    ("tanh(z) + az", 11, "unknown name 'az'; did you mean a*z?"),
    ("where(z > 0, z, a(e^z - 1))", 17, A_VALUE),
    ("for z", 1, "a formula is an expression in z, no statement"),
    ("max(0; z)", 6, "a ; is none of a formula; a comma stands between arguments"),
    ("lambda*z", 1, "lambda is a word of Python; call the parameter lam, or λ"),
    ("z^^2", 3, "two operators follow each other"),
    ("z***2", 4, "two operators follow each other"),
    ("z +* 2", 4, "two operators follow each other"),
    ("* z", 1, "an operand is missing before this operator"),
    ("z **", 3, "an operand is missing after this operator"),
    ("5%*z", 2, "write a share as a number, 0.05 for 5 %"),
    ("z + ()", 5, "there is nothing between these brackets"),
    ("max(,z)", 5, "an argument is missing before this comma"),
    ("z = 2", 3, "write what stands behind the = alone"),
    ("z mod 2", 3, "mod is not offered, since it jumps"),
    ("∞z", 1, "∞ is no number that a formula can hold"),
    ("z ± 1", 3, "± makes two formulas"),
    ("⌊z⌋", 1, "rounding is not offered"),
    ("z₁", 2, "names have no subscripts"),
]


@pytest.mark.parametrize(("text", "column", "reason"), SLIPS)
def test_what_was_meant_is_told(text, column, reason):
    with pytest.raises(FormulaError) as caught:
        Formula(text)
    assert f", column {column}: {reason}" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *("z**-2", "z//2", "e^-z", "2^-z", "||z||", "z if z > 0 else 0", "lambda x: x**2", "z - -z"),
        *(
            "F.gelu(x, approximate='none')",
            "σ(z) = tanh(z)",
            "elu(z, alpha=2)",
            "where(z >= 0, z, 0)",
            "z.tanh()",
        ),
    ],
)
def test_what_is_written_rightly_is_no_slip(text):
    assert slip(text) is None
    in_own_words(text)
