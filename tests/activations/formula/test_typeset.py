"""LaTeX of every formula that ships is read again as the same function."""

import numpy as np
import pytest

from lab import plugins
from lab.activations.catalogue import EXAMPLES
from lab.activations.formula.formula import Formula, formula_of
from lab.activations.formula.typeset import equation

SHIPPED = {name: EXAMPLES.get(name) or part() for name, part in plugins.usable("activations").items()}
UNREAD = {"hard-swish": "a choice in a choice", "xielu": "an index", "pau": "an index", "atlu": "arccot"}
"""Those whose LaTeX has what the parser of formulas does not take."""


def test_the_latex_of_a_shipped_formula_is_read_as_the_same_function():
    z, read = np.linspace(-6, 6, 49), set()
    for name, sigma in SHIPPED.items():
        written = formula_of(sigma)
        if written is None or name in UNREAD:
            continue
        right = equation(written)[:-1].partition(" = ")[2].partition(r", \quad ")[0]
        again = Formula(right, written.numbers)
        np.testing.assert_allclose(again(z), written(z), rtol=1e-12, atol=1e-14, err_msg=name)
        read.add(name)
    assert len(read) > 60


@pytest.mark.parametrize("name", UNREAD)
def test_the_braces_of_the_others_are_in_pairs(name):
    text = equation(formula_of(SHIPPED[name]))
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin") == text.count(r"\end")


@pytest.mark.parametrize(
    ("formula", "latex"),
    [
        ("z*0.5", r"0.5 \, z"),
        ("(z + 1)*2", r"2 \, \left(z + 1\right)"),
        ("2*exp(-z**2)", r"2 \, e^{-z^{2}}"),
        ("where(z > 1, 1, where(z < 0, 0, z))",
         r"\begin{cases} 1 & z > 1 \\ 0 & z < 0 \\ z & \text{else} \end{cases}"),
        ("s(z)", r"\frac{1}{1 + e^{-z}}"),
    ],
)  # fmt: skip
def test_numbers_come_first_and_choices_are_one(formula, latex):
    assert equation(Formula(formula)) == rf"$\displaystyle \sigma(z) = {latex}$"


def test_without_a_formula_there_is_no_equation():
    assert equation(None) is None
