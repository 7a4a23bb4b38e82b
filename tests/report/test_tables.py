import numpy as np
import pandas as pd
import pytest

from lab.report.tables import table


def test_a_number_is_read_short_and_kept_whole():
    page = table(pd.DataFrame({"x": [0.12345678901]}), "c", "n")
    assert '<data value="0.12345678901">0.1235</data>' in page


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA])
def test_what_is_missing_is_empty(missing):
    assert "<td></td>" in table(pd.DataFrame({"x": pd.Series([missing], dtype=object)}), "c", "n")


def test_whole_numbers_words_and_truth():
    page = table(pd.DataFrame({"trial": [3], "ok": [True], "at": pd.array([7], dtype="Int64")}), "c", "n")
    assert '<data value="3">3</data>' in page
    assert "<td>yes</td>" in page
    assert '<data value="7">7</data>' in page


def test_texts_stay_texts():
    page = table(pd.DataFrame({"<b>": ["<i>"]}), "<u>", '"')
    assert not any(tag in page for tag in ("<b>", "<i>", "<u>"))
    assert 'data-name="&quot;"' in page


def test_long_words_are_broken_into_lines():
    page = table(pd.DataFrame({"x": ["64-30-30-30-10", "w " * 21]}), "c", "n")
    assert page.count('<td class="long">') == 1
    assert "<td>64-30-30-30-10</td>" in page


def test_a_number_has_the_minus_sign_of_the_figures_and_its_head_stands_over_it():
    page = table(pd.DataFrame({"x": [-2.5e-7], "word": ["a-b"], "ok": [True]}), "c", "n")
    assert '<data value="-2.5e-07">−2.5e−07</data>' in page
    assert '<th scope="col" class="number">x</th><th scope="col">word</th><th scope="col">ok</th>' in page
    assert "<td>a-b</td>" in page


def test_no_rows_no_table():
    assert table(pd.DataFrame({"x": []}), "c", "n") == ""


def test_a_bound_is_shown_as_its_column_has_it_and_kept_with_all_digits():
    rows = pd.DataFrame({"sup": [1.09983932, float("inf")]})
    assert '<data value="1.09983932">1.1</data>' in table(rows, "Bounds", "bounds")
    shown = table(rows, "Bounds", "bounds", {"sup": lambda x: f"≤ {x:.3g}"})
    assert '<data value="1.09983932">≤ 1.1</data>' in shown
    assert '<data value="inf">≤ inf</data>' in shown
    assert '<data value="inf">∞</data>' in table(rows, "Bounds", "bounds")
