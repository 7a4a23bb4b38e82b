"""The error of a text that is no formula: its message and the place that it points at."""

import pytest

from lab.activations.formula.parser import parse
from lab.activations.formula.refusal import FormulaError, refused, shown
from lab.errors import PartError


def test_the_message_has_the_text_the_column_and_the_reason():
    error = refused("z + q", 5, "unknown name 'q'")
    assert str(error) == "formula 'z + q', column 5: unknown name 'q'"
    assert isinstance(error, FormulaError)
    assert isinstance(error, PartError)


def test_the_pointer_is_the_text_with_a_caret_under_the_column():
    text, caret = refused("z + q", 5, "").pointer.splitlines()
    assert (text, caret) == ("  z + q", "      ^")
    assert text[caret.index("^")] == "q"


@pytest.mark.parametrize("text", ["z" * 81, "z\x1b[31m", "z\0"])
def test_nothing_points_into_a_text_that_is_long_or_cannot_be_printed(text):
    assert refused(text, 2, "").pointer == ""
    assert refused("z" * 80, 2, "").pointer != ""


def test_an_error_without_a_place_points_nowhere():
    with pytest.raises(FormulaError) as caught:
        parse("", {})
    assert caught.value.pointer == ""


@pytest.mark.parametrize(
    ("text", "whole"), [("z", "'z'"), ("z" * 80, repr("z" * 80)), ("z" * 81, repr("z" * 77 + "…"))]
)
def test_a_long_text_is_cut(text, whole):
    assert shown(text) == whole


@pytest.mark.parametrize(("text", "under"), [("z + tahn(z)", "tahn"), ("2x + 1/2x", "2x"), ("z + y", "y")])
def test_the_caret_stands_under_what_is_refused(text, under):
    with pytest.raises(FormulaError) as caught:
        parse(text, {})
    line, caret = caught.value.pointer.splitlines()
    assert line[caret.index("^") :].startswith(under)


@pytest.mark.parametrize(
    ("text", "read_from"),
    [("tahn(z)", False), ("2x + y", True), ("1/2x", False), ("e^{-x} + y", True), (r"\frac12/2x", True)],
)
def test_the_text_as_it_was_written_is_told_where_another_is_shown(text, read_from):
    with pytest.raises(FormulaError) as caught:
        parse(text, {})
    assert str(caught.value).endswith(f" (read from {text!r})") == read_from
