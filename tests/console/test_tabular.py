import pandas as pd
import pytest

from lab.console.tabular import text

TABLE = pd.DataFrame({"variant": ["a_b", "x|<y>"], "cost": [0.123456, float("nan")], "none": [None, ""]})


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("csv", "variant,cost,none\na_b,0.123456,\nx|<y>,,\n"),
        ("markdown", "| variant | cost |\n| --- | ---: |\n| a_b | 0.123 |\n| x&#124;&lt;y> | – |\n"),
    ],
)
def test_a_table_as_text(form, expected):
    assert text(TABLE, form) == expected


def test_latex_escapes_what_is_special():
    lines = text(TABLE, "latex").splitlines()
    assert lines[0] == r"\begin{tabular}{lr}"
    assert lines[4] == r"a\_b & 0.123 \\"
    assert lines[5] == r"x\textbar{}\textless{}y\textgreater{} & – \\"
    own = text(pd.DataFrame({"variant": ["σ(−z) if z > 0"]}), "latex")
    assert r"$\sigma$($-$z) if z \textgreater{} 0 \\" in own


def test_a_formula_in_markdown_is_not_taken_for_bold_or_for_a_tag():
    own = text(pd.DataFrame({"variant": ["z**2/(1 + z**2) if z<b else $z$"]}), "markdown")
    assert r"| z\*\*2/(1 + z\*\*2) if z&lt;b else \$z\$ |" in own


def test_html_escapes_what_is_special():
    assert '<td>x|&lt;y&gt;</td><td style="text-align: right">–</td>' in text(TABLE, "html")


@pytest.mark.parametrize(
    ("number", "cell"), [(-0.25, "$-$0.25"), (8.2e-7, "8.2e$-$07"), (-3, "$-$3"), (0.5, "0.5")]
)
def test_a_minus_in_latex_is_one(number, cell):
    table = pd.DataFrame({"variant": ["soft-floor"], "difference": [number]})
    assert f"soft-floor & {cell} \\\\" in text(table, "latex")


def test_of_a_table_without_rows_the_names_are_shown():
    assert text(TABLE[:0], "markdown").startswith("| variant | cost | none |")
