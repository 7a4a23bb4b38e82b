import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lab.runs.files import csv_files
from lab.runs.files.cells import guarded, unguarded

TEXTS = st.text(st.sampled_from("'=+-@\t\ra1,"), max_size=4)


@given(st.lists(TEXTS | st.none(), min_size=1))
def test_every_text_reads_back_as_it_was_and_none_begins_as_a_formula(texts):
    table = pd.DataFrame({"text": pd.Series(texts, dtype=object), "number": -1.0})
    safe = guarded(table)
    assert not any(str(text).startswith(tuple("=+-@\t\r")) for text in safe["text"])
    assert unguarded(safe).equals(table)
    assert (safe["number"] == -1.0).all()


def test_fault_77_a_formula_in_a_cell_is_no_formula_of_a_spreadsheet(tmp_path):
    texts = ['=HYPERLINK("http://a.b")', "@SUM(1)", "+1", "-tanh(z)", "relu"]
    path = tmp_path / "a.csv"
    path.write_bytes(csv_files.csv(pd.DataFrame({"variant": texts})))
    cells = [line.strip('"') for line in path.read_text().splitlines()[1:]]
    assert [cell[0] for cell in cells] == ["'", "'", "'", "'", "r"]
    assert list(csv_files.read(path)["variant"]) == texts
