import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.runs.files.csv_files import csv, csv_by_python, guarded, read, unguarded

TEXTS = st.text(st.sampled_from("'=+-@\t\ra1,"), max_size=4)

TABLE = pd.DataFrame(
    {
        "variant": ["a, b", 'say "z"', "NaN"],
        "step": [0, 10, 20],
        "status": ["done", "diverged", "done"],
        "x": [1e-300, np.nan, 0.1 + 0.2],
        "y": [-np.inf, np.inf, 0.0],
        "n": pd.array([1, None, 3], "Int64"),
    }
)


def read_back(folder, content):
    (folder / "layers.csv").write_bytes(content)
    return read(folder / "layers.csv")


def test_a_table_as_csv_and_what_comes_back(tmp_path):
    assert csv_by_python(TABLE).decode() == (
        "variant,step,status,x,y,n\n"
        '"a, b",0,done,1e-300,-inf,1\n'
        '"say ""z""",10,diverged,,inf,\n'
        "NaN,20,done,0.30000000000000004,0.0,3\n"
    )
    for content in (csv(TABLE), csv_by_python(TABLE)):
        pd.testing.assert_frame_equal(
            read_back(tmp_path, content), TABLE, check_dtype=False, check_exact=True
        )


def test_csv_has_the_bytes_of_pandas_but_for_the_form_of_numbers():
    table = TABLE.assign(
        single=np.array([0.1, np.nan, 1e-30], np.float32),
        holds=[True, False, True],
        kind=pd.Categorical(["a", None, 'b"']),
        text=["", None, "two\nlines"],
    )
    for part in (table, table[["x"]], table[["text"]], table.iloc[:0], TABLE):
        assert csv_by_python(part) == part.to_csv(index=False, lineterminator="\n").encode()
    assert (
        csv_by_python(table, header=False)
        == table.to_csv(index=False, header=False, lineterminator="\n").encode()
    )
    assert csv_by_python(pd.DataFrame({"x": [1e-5, 1e-7, 1e16]})) == b"x\n0.00001\n1e-7\n1e+16\n"


def test_numbers_of_all_sizes_come_back_as_they_were(tmp_path):
    bits = np.random.default_rng(0).integers(0, 2**64, 20000, dtype=np.uint64).view(np.float64)
    table = pd.DataFrame({"x": bits, "y": np.nextafter(0, 1) * np.arange(20000), "z": -0.0})
    back = read_back(tmp_path, csv_by_python(table))
    pd.testing.assert_frame_equal(back, table, check_exact=True)
    assert np.signbit(back.z).all()


def test_csv_by_pyarrow_holds_the_same_numbers(tmp_path):
    pytest.importorskip("pyarrow")
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2**64, 20000, dtype=np.uint64).view(np.float64)
    table = pd.DataFrame({"x": bits, "y": rng.random(20000).astype(np.float32).astype(float)})
    fast, plain = csv(table), csv_by_python(table)
    assert fast != plain
    pd.testing.assert_frame_equal(read_back(tmp_path, fast), read_back(tmp_path, plain), check_exact=True)


def test_labels_that_are_numbers_stay_texts(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_bytes(csv(pd.DataFrame({"variant": ["10", "30"], "trial": [0, 0]})))
    assert read(path)["variant"].tolist() == ["10", "30"]
    path.write_bytes(csv(pd.DataFrame({"a": ["1"], "b": ["2"], "p": [0.5]})))
    assert read(path).to_dict("records") == [{"a": "1", "b": "2", "p": 0.5}]


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
    path.write_bytes(csv(pd.DataFrame({"variant": texts})))
    cells = [line.strip('"') for line in path.read_text().splitlines()[1:]]
    assert [cell[0] for cell in cells] == ["'", "'", "'", "'", "r"]
    assert list(read(path)["variant"]) == texts
