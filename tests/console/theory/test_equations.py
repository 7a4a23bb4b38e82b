"""Equations of symbols and numbers, for the screen and for LaTeX."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from lab.console.theory.equations import MOST, WIDTH, latex, lowered, number, raised, text, total

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
TERMS = st.lists(
    st.one_of(
        st.sampled_from(["δ² =", "⊙", "=", "+", "(w³)ᵀ", "Σ′(z¹⁰)", "∂C/∂w¹₁,₁₂"]),
        arrays(float, array_shapes(min_dims=1, max_dims=2, max_side=9), elements=NUMBERS),
    ),
    min_size=1,
    max_size=8,
)


@given(TERMS)
def test_the_lines_of_a_block_are_of_its_highest_matrix_and_no_term_is_lost(terms):
    written = text(terms)
    for term in terms:
        assert term in written if isinstance(term, str) else number(term.flat[0]) in written
    assert all(line == line.rstrip() for line in written.splitlines())


@given(TERMS)
def test_latex_is_balanced_and_has_no_sign_that_it_does_not_know(terms):
    written = latex(terms)
    assert written.count("{") == written.count("}")
    assert (
        written.count(r"\begin{bmatrix}")
        == written.count(r"\end{bmatrix}")
        == sum(not isinstance(term, str) for term in terms)
    )
    assert written.isascii()


def test_a_column_stands_in_the_middle():
    assert text(["a =", np.array([1.0, 2.0, -3.0])]).splitlines() == ["    ⎡ 1⎤", "a = ⎢ 2⎥", "    ⎣−3⎦"]


def test_of_a_large_matrix_the_first_and_the_last_are_shown():
    lines = text([np.arange(100.0).reshape(10, 10)]).splitlines()
    assert len(lines) == MOST
    assert lines[0].split() == ["⎡", "0", "1", "2", "3", "⋯", "9⎤"]
    assert lines[-2].split() == ["⎢", *"⋮⋮⋮⋮⋱", "⋮⎥"]
    assert lines[-1].split()[-1] == "99⎦"
    assert r"\ddots" in latex([np.zeros((10, 10))])


def test_a_wide_equation_goes_on_below():
    wide = text(["x =", *[np.full((2, 5), -0.12345)] * 4, "=", np.zeros(2)])
    assert max(map(len, wide.splitlines())) <= WIDTH
    assert len(wide.splitlines()) > 2


def test_signs_of_the_book_in_latex():
    assert latex(["∂C/∂w¹²₁,₁₀ = 1e-05·(−2)"]) == (
        r"\partial C/\partial w^{12}_{1,10} = 1\cdot 10^{-5}\cdot (-2)"
    )
    assert latex(["by ⊙: Σ′(z³) ∇ₐC"]).startswith(r"\text{by }\odot")


@given(st.floats(-1e308, 1e308))  # a larger one may round to what is no float
def test_a_number_keeps_four_digits(value):
    assert abs(float(number(value).replace("−", "-")) - value) <= 5e-4 * abs(value)


def test_small_words():
    assert (raised(305), lowered(3), lowered(3, 12)) == ("³⁰⁵", "₃", "₃,₁₂")
    assert number(-0.0) == "0"
    assert total([f"{n}" for n in range(9)], "−7") == "0 + 1 + 2 + 3 + 4 + … − 7"
    assert re.fullmatch(r"[0-9+ ]+", total(["1", "2"]))
