"""The signs that people write, beside those of Python: ``2z²``, ``|z|``, ``sin 2z``."""

import time

import numpy as np
import pytest

from lab.activations.formula.dialect import LONGEST
from lab.activations.formula.formula import Formula
from lab.activations.formula.libraries import CALLED
from lab.activations.formula.notation import LETTERS, SIGNS, as_python
from lab.activations.formula.parser import parse
from lab.activations.formula.refusal import FormulaError

GREEK = ("alpha", "beta", "lam")


def read(text: str) -> str:
    return as_python(text, {"z", "x", "e", "pi", *GREEK}, CALLED)


def cube(z):
    return z**3


READ = [
    ("z.^2./(1 + z.^2)", "z**2./(1 + z**2)", lambda z: z**2 / (1 + z**2)),
    ("1./(1 + exp.(-2 .* z))", "1./(1 + exp(-2 * z))", lambda z: 1 / (1 + np.exp(-2 * z))),
    ("e⁻ᶻ", "e**(-z)", lambda z: np.exp(-z)),
    ("std::exp(-z)", "exp(-z)", lambda z: np.exp(-z)),
    ("2z", "2*z", lambda z: 2 * z),
    ("3z/1 + z", "3*z/1 + z", lambda z: 4 * z),
    ("2z²", "2*z**2", lambda z: 2 * z**2),
    ("-z²", "-z**2", lambda z: -(z**2)),
    ("-2z^2", "-2*z**2", lambda z: -2 * z**2),
    ("z^-2", "z**-2", lambda z: z**-2),
    ("2^z^2", "2**z**2", lambda z: 2 ** (z**2)),
    ("z¹⁰", "z**10", lambda z: z**10),
    ("z⁻¹", "z**(-1)", lambda z: 1 / z),
    ("z²(1 - z)", "z**2*(1 - z)", lambda z: z**2 * (1 - z)),
    ("z(1 - z)", "z*(1 - z)", lambda z: z * (1 - z)),
    ("(1 - z)(1 + z)", "(1 - z)*(1 + z)", lambda z: 1 - z * z),
    ("2e^z", "2*e**z", lambda z: 2 * np.exp(z)),
    ("1e-3z", "1e-3*z", lambda z: z / 1000),
    ("0x10z + .5z + 5.z", "0x10*z + .5*z + 5.*z", lambda z: 21.5 * z),
    ("0b11*z + 0o10z", "0b11*z + 0o10*z", lambda z: 11 * z),
    ("½z", "0.5*z", lambda z: z / 2),
    ("tanh ½z", "tanh(0.5*z)", lambda z: np.tanh(z / 2)),
    ("(1 + z²)^½", "(1 + z**2)**0.5", lambda z: np.sqrt(1 + z * z)),
    ("z·z × 2 ÷ 3", "z*z * 2 / 3", lambda z: z * z * 2 / 3),
    ("z − 1", "z - 1", lambda z: z - 1),
    ("2πz", "2*pi*z", lambda z: 2 * np.pi * z),
    ("zσ(z)", "z*sigma(z)", lambda z: z / (1 + np.exp(-z))),
    ("|z|", "abs(z)", abs),
    ("2|z|z", "2*abs(z)*z", lambda z: 2 * abs(z) * z),
    ("|z||z - 1|", "abs(z)*abs(z - 1)", lambda z: abs(z) * abs(z - 1)),
    ("||z| - 1|", "abs(abs(z) - 1)", lambda z: abs(abs(z) - 1)),
    ("|z - |z||", "abs(z - abs(z))", lambda z: abs(z - abs(z))),
    ("|z + 1| - 2|z| + 1", "abs(z + 1) - 2*abs(z) + 1", lambda z: abs(z + 1) - 2 * abs(z) + 1),
    ("|sin z|", "abs(sin(z))", lambda z: abs(np.sin(z))),
    ("1 + |√|z||", "1 + abs(sqrt(abs(z)))", lambda z: 1 + np.sqrt(abs(z))),
    ("|√2|z", "abs(sqrt(2))*z", lambda z: np.sqrt(2) * z),
    (
        "|2 sin(|z|) + cos 2z|",
        "abs(2*sin(abs(z)) + cos(2*z))",
        lambda z: abs(2 * np.sin(abs(z)) + np.cos(2 * z)),
    ),
    ("√(1 + z²)", "sqrt(1 + z**2)", lambda z: np.sqrt(1 + z * z)),
    ("2√|z| + 1", "2*sqrt(abs(z)) + 1", lambda z: 2 * np.sqrt(abs(z)) + 1),
    ("√2 z", "sqrt(2)*z", lambda z: np.sqrt(2) * z),
    ("√2*z/2", "sqrt(2)*z/2", lambda z: z / np.sqrt(2)),
    ("sin z", "sin(z)", np.sin),
    ("sin 2z", "sin(2*z)", lambda z: np.sin(2 * z)),
    ("sin z cos z", "sin(z)*cos(z)", lambda z: np.sin(z) * np.cos(z)),
    ("sin z + 1", "sin(z) + 1", lambda z: np.sin(z) + 1),
    ("sin²z", "sin(z)**2", lambda z: np.sin(z) ** 2),
    ("sin^2 z", "sin(z)**2", lambda z: np.sin(z) ** 2),
    ("sin^2(2z)", "sin(2*z)**2", lambda z: np.sin(2 * z) ** 2),
    ("sin(z)²", "sin(z)**2", lambda z: np.sin(z) ** 2),
    ("sin z²", "sin(z**2)", lambda z: np.sin(z * z)),
    ("f(x) = x³", "x**3", cube),
    ("y = x³", "x**3", cube),
    ("f = x³  # a cube", "x**3", cube),
    ("$x^{3}$", "x**3", cube),
    ("y <- x³", "x**3", cube),
    ("sin（2z）－1", "sin(2*z)-1", lambda z: np.sin(2 * z) - 1),
    ("z — 1", "z - 1", lambda z: z - 1),
    ("z^1/(1 + z^2)", "z**1/(1 + z**2)", lambda z: z / (1 + z**2)),
    ("z**-1/3", "z**-1/3", lambda z: 1 / (3 * z)),
]


@pytest.mark.parametrize(
    ("text", "plain", "function"), READ, ids=lambda one: one[:30] if isinstance(one, str) else "value"
)
def test_signs_are_read(text, plain, function, agrees):
    assert read(text) == plain
    agrees(text, function)


def test_every_sign_and_letter_is_read_as_ascii():
    assert all(sign.isascii() for sign in SIGNS.values())
    assert all(name.isidentifier() for name in LETTERS.values())
    assert [read(f"z{sign}2") for sign in "·×−÷"] == ["z*2", "z*2", "z-2", "z/2"]
    assert read("αz + zβ + λ") == "alpha*z + z*beta + lam"


TWO = "this may mean {}; write the one that is meant"
REFUSED = [
    ("1/2z", 3, TWO.format("(…/2)*z or …/(2*z)")),
    ("1/2(z)", 3, TWO.format("(…/2)*(…) or …/(2*(…))")),
    ("1/2 sin z", 3, TWO.format("(…/2)*sin or …/(2*sin)")),
    ("1/|z|z", 3, TWO.format("(…/|z|)*z or …/(|z|*z)")),
    ("e^2z", 3, TWO.format("(…^2)*z or …^(2*z)")),
    ("e^-2z", 4, TWO.format("(…^2)*z or …^(2*z)")),
    ("z**2z", 4, TWO.format("(…^2)*z or …^(2*z)")),
    ("1/1 + e^-z", 3, "…/1 does nothing; write …/(1 + …) if that is meant, or leave it out"),
    ("z^1/3", 3, "…^1 does nothing; write …^(1 / …) if that is meant, or leave it out"),
    *((text, at, "an operator is missing before this number") for text, at in (
        ("z 2", 3), ("(z + 1)2", 8), ("z²2", 6), ("1 000z", 3), ("2½z", 3), ("α1z", 7)
    )),
    *((text, at, f"where does {name} end? write its argument in brackets, {name}(…)") for text, at, name in (
        ("sin z^2", 6, "sin"), ("sin z/2", 6, "sin"), ("sin 2*z", 6, "sin"), ("sin z(1 - z)", 6, "sin"),
        ("sin 2 3z", 7, "sin"), ("√z²", 3, "sqrt"), ("√z^2", 3, "sqrt"), ("√2z", 3, "sqrt"),
        ("√z(1 - z)", 3, "sqrt"), ("√|z|z", 5, "sqrt"),
        ("|z| + sin z|z|", 12, "sin"), ("(sin z|z|)", 7, "sin"), ("|1 + (√z|z|)|", 9, "sqrt"),
    )),
    *((f"{name}{power}(z)", 1, f"the inverse of {name}, or 1/{name}(…)? write the one that is meant")
      for name, power in (("tanh", "⁻¹"), ("sin", "^-1"), ("sin", "^{-1}"))),
    *((text, at, "a power of a power; write brackets around the one that comes first")
      for text, at in (("z³^2", 6), ("z³**2", 6), (r"z^{3}^{2}", 6), ("sin³(z)^2", 11), ("sin³(z)²", 11))),
    ("|z|z|z|", 5, "which bars belong together? write abs(…)"),
    ("2|z|(z)|z|", 8, "which bars belong together? write abs(…)"),
    *((text, 1, f"this makes a layer, which is then applied; write the function, as {own}(x, …)")
      for text, own in (
        ("nn.LeakyReLU(0.1)(x)", "leakyrelu"), ("torch.nn.GELU()(x)", "gelu"), ("GELU()(x)", "gelu"),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "reason"), REFUSED, ids=lambda one: str(one)[:20])
def test_what_may_mean_two_things_is_refused(text, column, reason):
    with pytest.raises(FormulaError) as caught:
        read(text)
    assert str(caught.value).endswith(f", column {column}: {reason}")


@pytest.mark.parametrize("text", [*("(z", "z)", "|z", "z|", "z = 3"), *(1999 * sign for sign in "{(√|")])
def test_what_does_not_close_is_left_to_the_parser(text):
    assert read(text) == text
    with pytest.raises(FormulaError, match=r"^formula "):
        Formula(text)


HOSTILE = {
    "digits": "1" * 1990 + "..",
    "powers": "z^" * 999 + "z",
    "raised": "z" + "^{z" * 600 + "}" * 600,
    "sines": "sin " * 499 + "z",
    "products": "z " * 1000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_refused_soon(text):
    begun = time.process_time()
    with pytest.raises(FormulaError):
        parse(text[:LONGEST], {})
    assert time.process_time() - begun < 2
