import numpy as np
import pandas as pd
import pytest

from lab.runs import table_files

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


def without_pyarrow(monkeypatch):
    monkeypatch.setattr(table_files, "has_parquet", lambda: False)


def test_csv_by_pandas(monkeypatch):
    without_pyarrow(monkeypatch)
    assert table_files.csv(TABLE).decode() == (
        "variant,step,status,x,y,n\n"
        '"a, b",0,done,1e-300,-inf,1\n'
        '"say ""z""",10,diverged,,inf,\n'
        "NaN,20,done,0.30000000000000004,0.0,3\n"
    )


def read_back(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    return table_files.read_csv(path)


def test_csv_comes_back_by_either_writer(tmp_path, monkeypatch):
    written = [table_files.csv(TABLE)]
    without_pyarrow(monkeypatch)
    written.append(table_files.csv(TABLE))
    for content in written:
        pd.testing.assert_frame_equal(
            read_back(tmp_path, content), TABLE, check_dtype=False, check_exact=True
        )


def test_csv_by_pyarrow_holds_the_same_numbers(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2**64, 20000, dtype=np.uint64).view(np.float64)
    table = pd.DataFrame({"x": bits, "y": rng.random(20000).astype(np.float32).astype(float)})
    by_pyarrow = table_files.csv(table)
    without_pyarrow(monkeypatch)
    by_pandas = table_files.csv(table)
    assert by_pyarrow != by_pandas
    pd.testing.assert_frame_equal(
        read_back(tmp_path, by_pyarrow), read_back(tmp_path, by_pandas), check_exact=True
    )


def test_parquet_comes_back(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "table.parquet"
    path.write_bytes(table_files.parquet(TABLE))
    pd.testing.assert_frame_equal(pd.read_parquet(path), TABLE, check_exact=True)
