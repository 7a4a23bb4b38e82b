"""LaTeX is read as plain signs."""

import time

import numpy as np
import pytest

from lab.activations.formula.dialect import LONGEST
from lab.activations.formula.latex import from_latex
from lab.activations.formula.parser import parse
from lab.activations.formula.refusal import FormulaError
from tests.activations.formula.test_notation import read

LATEX = [
    (r"\frac{z}{1 + e^{-z}}", "((z)/(1 + e**(-z)))", lambda z: z / (1 + np.exp(-z))),
    (r"\frac12z", "((1)/(2))*z", lambda z: z / 2),
    (r"e^{-z^{2}/2}", "e**(-z**2/2)", lambda z: np.exp(-z * z / 2)),
    (r"z^{2}(1 - z)", "z**2*(1 - z)", lambda z: z**2 * (1 - z)),
    (r"\sqrt{1 + z^2}z", "sqrt(1 + z**2)*z", lambda z: np.sqrt(1 + z * z) * z),
    (r"\sqrt2 z", "sqrt(2)*z", lambda z: np.sqrt(2) * z),
    (r"z\sigma(z)", "z*sigma(z)", lambda z: z / (1 + np.exp(-z))),
    (r"2\pi z", "2*pi*z", lambda z: 2 * np.pi * z),
    (r"\left( z + 1 \right)z", "( z + 1  )*z", lambda z: (z + 1) * z),
    (r"\left| z \right| \cdot z", "abs(z) * z", lambda z: abs(z) * z),
    (r"\max\{0, z\}", "max(0, z)", lambda z: np.maximum(z, 0)),
    (r"z\operatorname{tanh}(z)", "z*tanh(z)", lambda z: z * np.tanh(z)),
    (r"\tanh z", "tanh(z)", np.tanh),
    (r"z\left[1 + \tanh[2z]\right]", "z*(1 + tanh(2*z) )", lambda z: 2 * z / (1 + np.exp(-4 * z))),
    (
        r"\left\{\begin{array}{ll} z & z > 0 \\ 0.1z & z \le 0 \end{array}\right.",
        "where(z > 0, z, 0.1*z)",
        lambda z: np.where(z > 0, z, 0.1 * z),
    ),
    (r"\sin^2 z", "sin(z)**2", lambda z: np.sin(z) ** 2),
    (r"\log_2(1 + z^2)", "log_2(1 + z**2)", lambda z: np.log2(1 + z**2)),
    (r"\log_{10}(1 + z^2)", "log_10(1 + z**2)", lambda z: np.log10(1 + z**2)),
    (
        r"\begin{cases} z, & \text{if } z > 0 \\ 0.1z, & z \le 0. \end{cases}",
        "where(z > 0, z, 0.1*z)",
        lambda z: np.where(z > 0, z, 0.1 * z),
    ),
    (
        r"\begin{cases} 1 & z > 1 \\ -1 & z < -1 \\ z & \text{otherwise} \end{cases}",
        "where(z > 1, 1, where(z < -1, -1, z))",
        lambda z: np.clip(z, -1, 1),
    ),
    (
        r"\begin{cases} z & -1 < z \text{ and } z < 1 \\ 0 & \mbox{else} \end{cases}",
        "where(-1 < z   and   z < 1, z, 0)",
        lambda z: np.where((z > -1) & (z < 1), z, 0),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "plain", "function"), LATEX, ids=[row[0][:30] for row in LATEX])
def test_latex_is_read(text, plain, function, agrees):
    assert read(text) == plain
    agrees(text, function)


REFUSED = [
    (r"\sqrt[5]{z}", 6, "write a root of this degree as a power, x**(1/5)"),
    (r"\begin{cases}\end{cases}", 1, "a choice without rows"),
    *((rf"\begin{{cases}} z & z > 0 \\ 0 & {rest} \end{{cases}}", 1,
      r"the last row of a choice is for all the rest; write \text{otherwise} there")
      for rest in ("z < -1", "z < a")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "reason"), REFUSED)
def test_refused_with_the_reason(text, column, reason):
    with pytest.raises(FormulaError) as caught:
        from_latex(text)
    assert str(caught.value).endswith(f", column {column}: {reason}")


HOSTILE = {
    "fractions": r"\frac" * 400,
    "choices": r"\begin{cases}" * 150,
    "texts": r"\text{" * 330,
    "backslashes": "\\" * 1999,
    "groups": "{" * 990 + "z" + "}" * 990,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_refused_soon(text):
    begun = time.process_time()
    with pytest.raises(FormulaError):
        parse(text[:LONGEST], {})
    assert time.process_time() - begun < 2


def test_latex_becomes_plain_signs():
    assert from_latex(r"x\Phi(x)") == "x Phi(x)"
    assert from_latex(r"\lambda\cdot x \leq 3") == "lam* x <= 3"
    assert from_latex("{x} + 1") == "(x) + 1"
