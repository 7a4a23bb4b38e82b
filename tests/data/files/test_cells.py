import numpy as np
import pandas as pd
import pytest

from lab.data.files.cells import MISSING, column, number


@pytest.mark.parametrize("text", ["1", " -2.5e-3 ", "+.5", "7.", "1E400", "-inf", "Infinity"])
def test_a_number_is_the_double_that_python_reads(text):
    assert number(text) == float(text)


@pytest.mark.parametrize("text", ["", "-", "1_000", "٣", "0x10", "1,5", "1 2", "nan", "1e", "a"])
def test_what_is_no_number(text):
    assert number(text) is None


def test_a_true_minus_is_one():
    assert column(pd.Series(["\u22121.5", "2", "-3"])).tolist() == [-1.5, 2, -3]


def test_a_decimal_comma_takes_the_place_of_the_point():
    assert number("-1,5e3", ",") == -1500
    assert number("1.5", ",") is None


@pytest.mark.parametrize("word", sorted(MISSING))
def test_missing_values_leave_numbers_numbers_and_are_no_texts(word):
    assert column(pd.Series(["1", word, "2"])).tolist()[::2] == [1, 2]
    assert np.isnan(column(pd.Series(["1", word]))[1])
    assert column(pd.Series(["a", f" {word} "])).tolist() == ["a", "None" if word == "None" else ""]


def test_more_words_and_a_minus_beside_a_plus():
    assert column(pd.Series(["a", "none"]), ["none"]).tolist() == ["a", ""]
    assert column(pd.Series(["+", "-"])).tolist() == ["+", "-"]


def test_numbers_truth_values_and_texts():
    assert column(pd.Series([1, None], dtype="Int64")).tolist()[0] == 1
    assert column(pd.Series([True, False])).tolist() == ["True", "False"]
    assert column(pd.Series(["1", "b"])).tolist() == ["1", "b"]
    assert column(pd.Series(["1", "2"]), texts=True).tolist() == ["1", "2"]
