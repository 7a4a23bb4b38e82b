import sys
import zipfile
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from lab.data import source
from tests.data.conftest import refusal

IRIS = "length,width,species\n5.1,3.5,setosa\n7.0,3.2,versicolor\n6.3,3.3,virginica\n4.9,3.0,setosa\n"


@pytest.fixture
def load(tmp_path):
    def loaded(content, train=None, test=None, seed=0, name="a.csv", **parameters):
        if isinstance(content, dict):
            name = "a.npz"
            np.savez(tmp_path / name, **content)
        elif isinstance(content, pd.DataFrame):
            name = "a.parquet"
            content.to_parquet(tmp_path / name)
        elif content is not None:
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        if name != "a.npz":
            parameters = {"target": "y", **parameters}
        return source(name, parameters).load(train, test, seed, tmp_path)

    return loaded


def numbered(values):
    """A table whose x is 0 and whose y are these."""
    return "x,y\n" + "".join(f"0,{value}\n" for value in values)


def test_csv_of_classes(load):
    data = load(IRIS, 3, 1, target="species")
    assert data.name == "a.csv"
    assert data.x_train.tolist() == [[5.1, 3.5], [7.0, 3.2], [6.3, 3.3]]
    assert data.y_train.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert data.x_test.tolist() == [[4.9, 3.0]]
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.notes == (
        "labels 'setosa', 'versicolor', 'virginica' mapped to outputs 0…2",
        "2 of 3 classes are missing in the test part: 'versicolor', 'virginica'",
    )


def test_all_rows_train_unless_some_are_asked_to_test(load):
    for asked in (None, 1):
        data = load(IRIS, None, asked, target="species")
        assert [len(data.x_train), len(data.x_test)] == [4 - (asked or 0), asked or 0]


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        (5, None, "a.csv: train = 5 asks for more than the 4 rows there are"),
        (3, 2, "a.csv: train = 3 and test = 2 make 5 rows, but there are 4"),
        (None, 4, "a.csv: test = 4 leaves nothing to train on: there are 4 rows"),
    ],
)
def test_too_few_rows(load, train, test, message):
    assert refusal(load, IRIS, train, test, target="species") == message


@pytest.mark.parametrize(
    ("content", "task", "classes", "y"),
    [
        ("x,y\n1,3\n2,1\n3,3\n", "auto", ("1", "3"), [[1], [0], [1]]),
        ("x,y\n1,3\n2,1\n3,3\n", "regression", (), [[3], [1], [3]]),
        ("x,y\n1,0.5\n2,1\n", "auto", (), [[0.5], [1]]),
        ("x,y\n1,0.5\n2,1\n", "classification", ("0.5", "1"), [[0], [1]]),
        ("x,y\n1,7\n2,7\n", "auto", (), [[7], [7]]),
        ("x,y\n1,7\n", "auto", (), [[7]]),
        ("x,y\n1,no\n2,yes\n", "auto", ("no", "yes"), [[0], [1]]),
        ("x,y\n1,1\n2,a\n", "auto", ("1", "a"), [[0], [1]]),
    ],
)
def test_67_what_a_target_means(load, content, task, classes, y):
    data = load(content, task=task)
    assert data.classes == classes
    assert data.y_train.tolist() == y


def test_67_labels_from_1_are_mapped_by_size_and_told(load):
    data = load(numbered(range(10, 0, -1)))
    assert data.y_train.argmax(axis=1).tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert data.notes == ("labels 1…10 mapped to outputs 0…9",)


def test_twenty_whole_numbers_are_classes_and_twenty_one_are_not(load):
    assert len(load(numbered(range(20))).classes) == 20
    assert load(numbered(range(21))).classes == ()


def test_several_targets_are_regression(load):
    data = load("p,x,q\n1,2,3\n4,5,6\n", target=["q", "p"])
    assert data.x_train.tolist() == [[2], [5]]
    assert data.y_train.tolist() == [[3, 1], [6, 4]]


@pytest.mark.parametrize(
    ("content", "parameters", "message"),
    [
        ("", {}, "a.csv is empty, expected a line with the names of the columns and rows after it"),
        ("x,y\n", {}, "a.csv has a header but no rows"),
        ("x,y\n1,a\n", {}, "a.csv: target 'y': 'a' is the only class, expected at least 2"),
        ("x,y\n1,4\n2,4\n", {"task": "classification"},
         "a.csv: target 'y': '4' is the only class, expected at least 2"),
        ("x,y\n1,a\n2,b\n", {"task": "regression"}, "a.csv: line 2: column 'y': 'a' is not a number"),
        ("x,y,z\n1,2,3\n", {"target": ["y", "z"], "task": "classification"},
         "a.csv: 2 targets, expected one target for classification"),
        ("y\n1\n", {}, "a.csv has no column but the target, expected at least one feature"),
        (IRIS, {"target": "speces"},
         "a.csv has no column 'speces'; did you mean 'species'? (known: length, species, width)"),
        (IRIS, {"target": None},
         'a.csv needs target = "…", the column to be learnt; expected one of length, species, width'),
        ("x;y\n1;2\n", {}, "a.csv: the columns are separated by ;, expected commas"),
        ("x\ty\n1\t2\n", {}, "a.csv: the columns are separated by tabs, expected commas"),
        ("1,2\n3,4\n", {}, "a.csv: the first line holds '1, 2', expected the names of the columns"),
        (",y\n3,4\n", {}, "a.csv: column 1 has no name; name it, or leave it out if it counts the rows"),
        ("y,y\n3,4\n", {}, "a.csv: two columns are called 'y'"),
        ("x,y\n1,2\n3,4,5\n", {}, "a.csv: line 3: 3 fields, expected 2 as in the header"),
        ("x,y\n1,2\n\n3\n", {}, "a.csv: line 4: 1 fields, expected 2 as in the header"),
        ("x,y\n1,2\nabc,4\n", {}, "a.csv: line 3: column 'x': 'abc' is not a number"),
        ('x,z,y\n1,"a\nb",2\nc,3,4\n', {}, "a.csv: line 4: column 'x': 'c' is not a number"),
        ('x,y\n1,"2\n', {}, "a.csv: line 2: unexpected end of data"),
        (numbered([*range(30), "oops"]), {}, "a.csv: line 32: column 'y': 'oops' is not a number"),
    ],
)  # fmt: skip
def test_63_66_csv_that_cannot_be_used_is_told_by_line_and_column(load, content, parameters, message):
    assert refusal(load, content, **parameters) == message


def test_many_texts_are_classes_only_when_said_so(load):
    content = numbered(f"t{n:02}" for n in range(21))
    few = "a.csv: target 'y' holds 21 different texts; if they are classes, say task"
    assert refusal(load, content) == f'{few} = "classification"'
    assert len(load(content, task="classification").classes) == 21


@pytest.mark.parametrize(
    ("content", "column", "kind", "rows"),
    [
        *((f"x,z,y\n1,2,1\n3,{missing},2\n5,{missing},2\n", "z", "missing or NaN", "2 such rows")
          for missing in ("", "NA", "nan", "null", " N/A ")),
        ("x,y\n1,1\n-inf,2\n", "x", "infinite", "1 such row"),
        ("x,y\n1,1\n2,\n", "y", "missing or NaN", "1 such row"),
        ("x,y\n1,a\n2,\n", "y", "missing or NaN", "1 such row"),
    ],
)  # fmt: skip
def test_64_missing_and_infinite_values_are_told_by_line_and_column(load, content, column, kind, rows):
    assert refusal(load, content) == (
        f"a.csv: line 3: column '{column}': the value is {kind}, expected a finite one ({rows}); "
        'nan = "drop" leaves such rows out'
    )


def test_64_rows_with_nan_are_dropped_when_asked(load):
    data = load("x,y\n1,0.5\nnan,2\n3,inf\n4,1.5\n", nan="drop")
    assert data.x_train.tolist() == [[1], [4]]
    assert data.notes == ("2 rows with a missing, NaN or infinite value left out",)
    none = "a.csv: every row has a value that is missing, NaN or infinite"
    assert refusal(load, "x,y\nnan,1\n", nan="drop") == none


def test_65_standardised_by_the_train_part_and_constant_features_are_told(load):
    data = load("x,c,y\n1,0.1,0\n2,0.1,1\n3,0.1,0\n6,5,1\n", 3, 1, standardise=True)
    deviation = (2 / 3) ** 0.5
    assert np.allclose(data.x_train, [[-1 / deviation, 0], [0, 0], [1 / deviation, 0]], rtol=1e-15)
    assert np.allclose(data.x_test, [[4 / deviation, 0]], rtol=1e-15)
    assert "constant feature 'c' set to 0" in data.notes
    names = ",".join("abcdefg")
    data = load(f"{names},y\n{'1,' * 7}0\n{'1,' * 7}1\n", standardise=True)
    assert data.notes == ("7 constant features set to 0: 'a', 'b', 'c', 'd', 'e', …",)


@pytest.mark.parametrize("size", ["1e308", "1e-300"])
def test_features_too_large_or_too_small_to_standardise(load, size):
    message = "a.csv: column 'x': too large or too small to be standardised"
    assert refusal(load, f"x,y\n{size},0\n-{size},1\n", standardise=True) == message


def test_numbers_are_the_nearest_doubles(load):
    data = load("x,y\n0.1234567890123456789,1\n1e-320,2\n")
    assert data.x_train.tolist() == [[0.1234567890123456789], [1e-320]]


def test_a_byte_order_mark_and_windows_lines_are_accepted_but_no_other_encoding(load):
    assert load(b"\xef\xbb\xbfy,x\r\n2,1\r\n4,3\r\n").x_train.tolist() == [[1], [3]]
    other = refusal(load, "x,y\n1,2\n".encode("utf-16"))
    assert other == "a.csv is not UTF-8 text (byte 0); save it as UTF-8"


def test_shuffled_by_the_seed_before_the_rows_are_counted(load):
    content = "x,y\n" + "".join(f"{n},{n / 7}\n" for n in range(50))
    one, same, other = (load(content, 30, 20, seed, shuffle=True) for seed in (1, 1, 2))
    assert one.sha256 == same.sha256 != other.sha256
    rows = np.concatenate([one.x_train, one.x_test])[:, 0]
    assert rows.tolist() != list(range(50))
    assert sorted(rows) == list(range(50))
    assert np.array_equal(one.x_train / 7, one.y_train)


def test_62_a_file_that_is_not_there(load, tmp_path):
    (tmp_path / "iris.csv").mkdir()
    near = f"there is no file {tmp_path / 'irs.csv'}; did you mean 'iris.csv'?"
    assert refusal(load, None, name="irs.csv") == near
    nowhere = f"there is no file {tmp_path / 'nowhere/irs.csv'}"
    assert refusal(load, None, name="nowhere/irs.csv") == nowhere
    folder = f"{tmp_path / 'iris.csv'} is not a file, expected one of the kinds .csv, .npz, .parquet"
    assert refusal(load, None, name="iris.csv") == folder


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("file", {"path": "a.txt"},
         "'file': path = 'a.txt', expected a file of one of the kinds .csv, .npz, .parquet"),
        ("file", {}, "'file' needs a value for 'path'"),
        ("a.npz", {"target": "y"},
         "'a.npz': target is for .csv and .parquet; in an .npz file the target is the array y"),
        ("a.csv", {"target": []}, "'a.csv': target = [], expected one or more different columns"),
        ("a.csv", {"target": ["y", "y"]},
         "'a.csv': target = ['y', 'y'], expected one or more different columns"),
        ("a.csv", {"task": "guess"},
         "'a.csv': task = 'guess': expected 'auto', 'classification' or 'regression'"),
        ("a.csv", {"nan": "keep"}, "'a.csv': nan = 'keep': expected 'refuse' or 'drop'"),
        ("a.csv", {"shuffle": 1}, "'a.csv': shuffle = 1: expected a valid boolean"),
        ("a.csv", {"path": "b.csv"}, "'a.csv' is a path already, path = 'b.csv' is one too many"),
    ],
)  # fmt: skip
def test_parameters_are_checked(name, parameters, message):
    assert refusal(source, name, parameters) == message


def test_npz_of_x_and_y(load):
    images = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    data = load({"x": images, "y": np.array(["b", "a", "b"])}, 2, 1)
    assert data.x_train.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert data.classes == ("a", "b")
    assert data.y_train.tolist() == [[1], [0]]


def test_43_unsigned_bytes_are_cast_before_they_are_centred(load):
    data = load({"x": np.array([[1], [3]], dtype=np.uint8), "y": np.array([0.5, 1.5])}, standardise=True)
    assert data.x_train.tolist() == [[-1], [1]]


def test_npz_of_parts_uses_all_of_both(load):
    content = {"x_train": np.zeros((3, 2)), "x_test": np.ones((2, 2)), "y_train": [1, 2, 3], "y_test": [3, 1]}
    data = load(content)
    assert data.y_train.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert data.y_test.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert data.x_test.tolist() == [[1, 1], [1, 1]]
    assert len(load(content, 2, 1).x_test) == 1
    assert load(content, shuffle=True).x_train.tolist() == [[0, 0]] * 3
    assert refusal(load, content, 2, 3) == "a.npz: test = 3 asks for more than the 2 rows there are"
    narrow, texts = {"x_test": np.ones((2, 1))}, {"y_test": np.array(["1", "2"])}
    assert refusal(load, content | narrow) == "a.npz: x_train has 2 columns but x_test has 1"
    mixed = "a.npz: one of y_train and y_test holds numbers and the other texts"
    assert refusal(load, content | texts) == mixed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": [1]}, " holds a, expected the arrays x and y, or x_train, y_train, x_test and y_test"),
        ({"x": [[1.0]], "y": [1, 2]}, ": array y has shape (2,), expected (1,) or (1, outputs)"),
        ({"x": np.zeros((0, 2)), "y": np.zeros(0)}, ": array x is empty: its shape is (0, 2)"),
        ({"x": [[1j]], "y": [1]}, ": array x holds complex128, expected numbers"),
        ({"x": [[1.0]], "y": [1j]}, ": array y holds complex128, expected numbers or texts"),
        ({"x": [[1.0]], "y": [["a", "b"]]}, ": array y holds 2 texts a row, expected one label"),
        ({"x": [[0, 1, 2], [3, 4, np.nan]], "y": [0, 1]},
         ": row 2: column 3 of x: the value is missing or NaN"),
    ],
)  # fmt: skip
def test_63_64_npz_that_cannot_be_used(load, content, message):
    assert refusal(load, content).startswith(f"a.npz{message}")


def packed(members):
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def header(shape, dtype="<f8"):
    content = BytesIO()
    np.lib.format.write_array_header_1_0(content, {"shape": shape, "fortran_order": False, "descr": dtype})
    return content.getvalue()


def test_68_pickled_objects_are_refused_unopened(load, monkeypatch):
    opened = []
    monkeypatch.setattr("pickle.load", lambda *_, **__: opened.append("load"))
    message = refusal(load, {"x": [[1.0]], "y": np.array([object], dtype=object)})
    assert "array y holds Python objects (pickled), which are never loaded" in message
    assert opened == []


ARRAY = header((1,)) + bytes(8)


def test_69_an_array_of_more_than_its_bytes_or_than_2_gib_is_refused_by_the_size_it_states(load):
    content = packed({"x.npy": header((10**12, 2)), "y.npy": ARRAY})
    damage = "a.npz: array x is damaged: shape (1000000000000, 2) of float64 does not fit"
    assert refusal(load, content, name="a.npz").startswith(damage)
    content = bytearray(packed({"x.npy": ARRAY, "y.npy": ARRAY}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (3 * 2**30).to_bytes(4, "little")
    large = "a.npz: array x: 3.0 GiB, expected at most 2 GiB"
    assert refusal(load, bytes(content), name="a.npz") == large


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a zip", " is not an .npz file: File is not a zip file"),
        (packed({"x.npy": b"nothing", "y.npy": b""}), " is damaged or of an unknown kind: "),
        (packed({"x.npy": ARRAY, "y.npy": ARRAY})[:150], " is not an .npz file: File is not a zip file"),
    ],
    ids=["no-zip", "no-array", "cut-off"],
)
def test_damaged_archives(load, content, message):
    assert refusal(load, content, name="a.npz").startswith(f"a.npz{message}")


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
        ({"x": [[1], [2]], "y": [1, 2]}, "a.parquet: column 'x' holds object, expected numbers or texts"),
        ({"x": [1, 2], "z": [1, 2]}, "a.parquet has no column 'y'"),
        ({"x": [], "y": []}, "a.parquet is empty: 0 rows of 2 columns"),
    ],
)
def test_64_parquet_that_cannot_be_used(load, columns, message):
    pytest.importorskip("pyarrow")
    assert refusal(load, pd.DataFrame(columns)).startswith(message)


def test_62_parquet_without_pyarrow_tells_the_command(load, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    command = "pip install 'activation-lab[parquet]'"
    assert refusal(load, b"", name="a.parquet") == f"a.parquet: to read Parquet, run: {command}"
