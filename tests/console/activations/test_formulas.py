import re

import numpy as np
import pytest

from lab.activations.formula.dialect import in_own_words
from lab.activations.formula.formula import Formula
from lab.activations.formula.operations import FUNCTIONS
from lab.activations.formula.rewrites import REWRITES
from lab.console.activations import formulas as formulas_page


@pytest.fixture
def page(printed) -> str:
    return printed(formulas_page.page())


@pytest.fixture
def tables(printed) -> dict:
    return printed(formulas_page.page(), as_json=True)


@pytest.mark.parametrize("example", formulas_page.EXAMPLES, ids=lambda example: example.formula)
def test_examples_are_formulas(example):
    sigma = Formula(example.formula, tuple(example.parameters.items()))
    a, slope = sigma.with_derivative(np.linspace(-50, 50, 101))
    assert np.isfinite([a, slope]).all()


@pytest.mark.parametrize("text", formulas_page.REFUSED)
def test_what_is_said_to_be_refused_is_refused_with_a_column(text):
    assert ", column " in formulas_page.refusal(text)


def test_a_formula_among_the_refused_would_be_found():
    with pytest.raises(AssertionError, match="'z' is a formula"):
        formulas_page.refusal("z")


def test_every_function_and_alias_is_told(page, tables):
    assert all(name in page for name in FUNCTIONS)
    told = {name for row in tables["functions"] for name in (row["name"], *row["aliases"])}
    assert told == set(FUNCTIONS)
    assert all(row["about"] for row in tables["functions"])


def test_every_function_can_be_called_as_told(tables):
    for row in tables["functions"]:
        arguments = ["z > 0" if argument == "comparison" else "z + 2" for argument in row["arguments"]]
        for name in (row["name"], *row["aliases"]):
            assert Formula(f"{name}({', '.join(arguments)}) + z").text


def test_operators_bind_as_told():
    assert (Formula("2**3**2*z")(1.0), Formula("-z**2")(3.0)) == (512, -9)


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("abs(z)", 0),
        ("max(z, 0)", 0),
        ("max(2*z, 3*z)", 2),
        ("where(z > 0, 2*z, 3*z)", 3),
        ("sign(z) + z", 1),
    ],
)
def test_the_slopes_at_kinks_are_as_told(text, slope):
    assert Formula(text).derivative(0.0) == slope


def test_the_page_tells_rewrites_refusals_and_limits(page, tables):
    assert all(rewrite.written in page and rewrite.stable in page for rewrite in REWRITES)
    assert "column 3: this may mean (…/2)*z or …/(2*z); write the one that is meant" in page
    assert "more than 2000 characters" in page
    assert tables["refused"][0]["message"].startswith("formula '1/2z', column 3: ")
    assert tables["constants"] == {"pi": np.pi, "e": np.e}


def test_what_is_also_read_is_told_in_the_words_of_the_lab(page, tables):
    assert [row["written"] for row in tables["also_read"]] == list(formulas_page.ALSO_READ)
    for row in tables["also_read"]:
        written, own = row["written"], row["read_as"]
        given = {name: 1.5 for name in formulas_page.OPEN if name in own}
        assert own != written
        assert in_own_words(own, given) == own
        assert Formula(written, tuple(given.items())) == Formula(own, tuple(given.items()))
        assert re.search(rf"^  {re.escape(written)} +{re.escape(own)}$", page, re.MULTILINE)


def test_lines_are_short_enough_to_read(page):
    assert max(map(len, page.splitlines())) <= 125
    assert not page.endswith("\n\n")
