from datetime import date
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lab.data.files import parquet_file
from tests.data.conftest import refusal


def test_parquet(load):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"n": [1, 2, 3], "b": [True, False, True], "y": ["q", "p", "q"]})
    data = load(frame)
    assert data.x_train.tolist() == [[1, 1], [2, 0], [3, 1]]
    assert data.classes == ("p", "q")
    assert data.y_train.tolist() == [[1], [0], [1]]
    assert load(frame.astype({"y": "category"})).sha256 == data.sha256
    damaged = refusal(load, b"nothing of the kind", name="a.parquet")
    assert damaged.startswith("a.parquet is not a Parquet file that can be read")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x": ["1", "b"], "y": [1, 2]}, "a.parquet: row 2: column 'x': 'b' is not a number"),
        ({"x": [1.0, None], "y": [1, 2]}, "a.parquet: row 2: column 'x': the value is missing or NaN"),
        ({"x": [1, 2], "y": ["a", None]}, "a.parquet: row 2: column 'y': the value is missing or NaN"),
        ({"x": [[1], [2, 3]], "y": [1, 2]}, "a.parquet: column 'x': row 2 holds a list of another length"),
        ({"x": [["a"], ["b"]], "y": [1, 2]}, "a.parquet: column 'x' holds lists of"),
        ({"x": [b"a", b"b"], "y": [1, 2]}, "a.parquet: column 'x': row 1 is no image of PNG, JPEG"),
        (
            {"x": [date(2026, 1, day) for day in (1, 2)], "y": [1, 2]},
            "a.parquet has features that are texts: 'x' (dates); ",
        ),
        (
            {"x": [{"a": n} for n in range(4)], "y": [1, 2, 3, 4]},
            "a.parquet has features that are texts: 'x' (all texts are different); ",
        ),
        ({"x": [1, 2], "z": [1, 2]}, "a.parquet has no column 'y'"),
        ({"x": [], "y": []}, "a.parquet is empty: 0 rows of 2 columns"),
    ],
)
def test_64_parquet_that_cannot_be_used(load, columns, message):
    pytest.importorskip("pyarrow")
    assert refusal(load, pd.DataFrame(columns)).startswith(message)


def test_a_column_without_a_value_is_left_out_and_told(load):
    pytest.importorskip("pyarrow")
    data = load(pd.DataFrame({"x": [1.0, 2.0], "z": [None, None], "y": [0.5, 1.5]}), nan="mean")
    assert data.x_train.tolist() == [[1], [2]]
    assert data.notes == ("column 'z' has no values and is left out",)


def test_columns_that_are_called_alike_are_told(load, tmp_path):
    pa = pytest.importorskip("pyarrow")
    pa.parquet.write_table(pa.table([[1, 2], [3, 4], [0, 1]], names=["x", "x", "y"]), tmp_path / "a.parquet")
    assert refusal(load, None, name="a.parquet").startswith("a.parquet: several columns are called 'x'")


def test_62_parquet_without_pyarrow_tells_the_command(load, monkeypatch):
    monkeypatch.setattr(parquet_file, "pa", None)
    command = "pip install -e '.[parquet]' in the clone of the lab"
    assert refusal(load, b"", name="a.parquet") == f"a.parquet: to read Parquet, run: {command}"


@pytest.mark.parametrize("lists", [lambda x: x.tolist(), lambda x: [row.reshape(2, 2).tolist() for row in x]])
def test_lists_are_features(load, lists):
    pytest.importorskip("pyarrow")
    x = np.arange(12.0).reshape(3, 4) / 10
    data = load(pd.DataFrame({"features": lists(x), "label": [0, 1, 0]}), target=None)
    assert data.x_train.tolist() == x.tolist()
    assert data.classes == ("0", "1")
    assert data.notes == ("the target is 'label', by its name",)


def test_a_number_may_stand_for_a_missing_value(load):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"x": [-999, 1, 2, -999], "y": [0.5, 1.5, -999.0, 2.5]})
    data = load(frame, missing=["-999"], nan="mean")
    assert data.x_train.tolist() == [[1], [1], [1]]
    assert data.y_train.tolist() == [[0.5], [1.5], [2.5]]


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_images_are_their_pixels(load, kind):
    pytest.importorskip("pyarrow")
    pixels = np.array([[[0, 51], [102, 255]], [[255, 0], [0, 0]]], dtype=np.uint8)
    files = []
    for one in pixels:
        Image.fromarray(one).save(file := BytesIO(), kind)
        files.append({"bytes": file.getvalue(), "path": None})
    data = load(pd.DataFrame({"image": files, "label": ["a", "b"]}), target="label")
    assert data.x_train.tolist() == [[0, 0.2, 0.4, 1], [1, 0, 0, 0]]
    assert data.notes[0] == "column 'image': images of 2 × 2 pixels, which are divided by 255"


def test_69_values_that_repeat_are_not_unpacked_into_more_than_2_gib(tmp_path):
    pa = pytest.importorskip("pyarrow")
    target = pa.array([0, 1] * 1000)
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pa.table({"a": [[0.0] * 150_000] * 2000, "y": target}), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 2**16
    assert "expected at most 2 GiB" in refusal(parquet_file.read, tmp_path / "a.parquet", "a.parquet")
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), ["x" * 100_000])
    parquet.write_table(pa.table({"a": texts, "y": target}), tmp_path / "b.parquet", store_schema=False)
    before = pa.default_memory_pool().bytes_allocated()
    table = parquet_file.read(tmp_path / "b.parquet", "b.parquet")
    assert pa.default_memory_pool().bytes_allocated() - before < 2**25
    assert len({id(text) for text in table.columns["a"]}) == 1
