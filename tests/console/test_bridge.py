"""The pages of ``lab export`` and ``lab audit``."""

import json
import math

import pandas as pd
import pytest

from lab.console.bridge import audit_page, export_page, told_apart
from lab.console.screen import Note
from lab.errors import LabError


def export(**given):
    return export_page(
        **{
            "words": (),
            "to": "numpy",
            "learn": False,
            "plain": False,
            "wide": False,
            "out": None,
            "allow_code": False,
            **given,
        }
    )


def audit(**given):
    return audit_page(
        **{
            "what": "lab",
            "only": ("tanh",),
            "formula": "",
            "dtypes": "float32",
            "csv": None,
            "plot": None,
            "allow_code": False,
            **given,
        }
    )


def test_a_source_is_shown_or_written(tmp_path):
    shown = export(name="tanh(z) + a*z", words=("a=0.1",))
    out = tmp_path / "sigma.py"
    written = export(name="tanh(z) + a*z", words=("a=0.1",), out=out)
    assert out.read_text(encoding="utf-8") == shown.value["source"]
    assert written.body == [f"written: {out}"]


def test_where_an_exported_function_is_wrong_is_noted(tmp_path):
    shown = export(name="z**3/(1 + exp(-z))")
    written = export(name="z**3/(1 + exp(-z))", out=tmp_path / "sigma.py")
    notes = [Note(line) for line in shown.value["lost"]]
    assert notes
    assert [*shown.body][1:] == [*written.body][1:] == notes


def test_an_audit_is_a_row_for_sigma_and_one_for_its_slope(tmp_path):
    page = audit(csv=tmp_path / "audit.csv", plot=tmp_path / "audit.png")
    assert [(row["of"], row["verdict"]) for row in page.value] == [
        ("value", "exact tails"),
        ("slope", "exact tails"),
    ]
    assert list(pd.read_csv(tmp_path / "audit.csv")["of"]) == ["value", "slope"]
    assert (tmp_path / "audit.png").stat().st_size > 1000
    assert page.exit_code == 0


def test_what_is_gravely_wrong_is_no_success(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(
        "import numpy as np\nf = np.tanh\ndef f_slope(z): return 1 - np.tanh(z)**2\n", encoding="utf-8"
    )
    page = audit(what=f"{path}:f", only=(), formula="tanh(z)", dtypes="float32,bfloat16", allow_code=True)
    assert page.body[-1] == "numpy has no bfloat16: f left out there"
    assert page.exit_code == 3
    assert "σ′ is 0 from" in page.value[1]["verdict"]
    assert json.dumps(page.value)


@pytest.mark.parametrize(("written", "wrong"), [("np.cos(z)", 1), ("1.7*np.tanh(z)", 1), ("np.tanh(z)", 0)])
def test_another_function_than_the_formula_s_is_no_success(tmp_path, written, wrong):
    path = tmp_path / "own.py"
    path.write_text(f"import numpy as np\ndef f(z): return {written}\n", encoding="utf-8")
    given = {"only": (), "formula": "tanh(z)", "dtypes": "float64", "allow_code": True}
    page = audit(what=f"{path}:f", **given)
    assert (page.exit_code != 0, f"{wrong} {'is' if wrong else 'are'} gravely wrong" in page.body[1]) == (
        bool(wrong),
        True,
    )


def test_numbers_that_differ_are_printed_so(tmp_path):
    path = tmp_path / "own.py"
    path.write_text("import numpy as np\ndef f(z): return np.tanh(z)*1.00001\n", encoding="utf-8")
    page = audit(what=f"{path}:f", only=(), formula="tanh(z)", dtypes="float64", allow_code=True)
    _, _, of, worst, _, got, due, _ = page.body[0].rows[0]
    assert (of, float(worst) > 1e9) == ("σ", True)
    assert got != due


@pytest.mark.parametrize(
    ("got", "due", "texts"),
    [
        (1.0, 1.0, ["1", "1"]),
        (-1.0001, -1.0, ["-1.0001", "-1"]),
        (0.0, 1e-17, ["0", "1e-17"]),
        (1 + 2**-52, 1.0, ["1.0000000000000002", "1"]),
        (math.nan, 2.0, [None, "2"]),
        (math.inf, 2.0, ["inf", "2"]),
    ],
)
def test_two_numbers_are_told_apart_in_few_digits(got, due, texts):
    assert told_apart(got, due) == texts


def test_an_audit_without_a_formula_says_that_one_is_needed(tmp_path):
    path = tmp_path / "own.py"
    path.write_text("import numpy as np\nmine = np.tanh\n", encoding="utf-8")
    with pytest.raises(LabError, match=r"'mine'.*; what mine is to compute is .* --formula \"z\*Phi\(z\)\""):
        audit(what=f"{path}:mine", only=(), allow_code=True)
