import gzip
import json

import numpy as np
import pytest

from lab.data import source
from lab.data.files.kinds import KINDS, SUFFIXES
from tests.data.conftest import refusal
from tests.data.files.conftest import IRIS


def test_csv_of_classes(load):
    data = load(IRIS, 3, 1, target="species")
    assert data.name == "a.csv"
    assert data.x_train.tolist() == [[5.1, 3.5], [7.0, 3.2], [6.3, 3.3]]
    assert data.y_train.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert data.x_test.tolist() == [[4.9, 3.0]]
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.notes == (
        "labels 'setosa', 'versicolor', 'virginica' mapped to outputs 0…2",
        "the features are large: their root mean square is 4.97; not standardised; try standardise = true",
        "not shuffled, and a part lacks a class; try shuffle = true",
        "2 of 3 classes are missing in the test part: 'versicolor', 'virginica'",
    )


def test_all_rows_train_unless_some_are_asked_to_test(load):
    for asked in (None, 1):
        data = load(IRIS, None, asked, target="species")
        assert [len(data.x_train), len(data.x_test)] == [4 - (asked or 0), asked or 0]
    assert len(load(IRIS, 3, target="species").x_test) == 0


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        (5, None, "a.csv: train = 5 asks for more than the 4 rows there are"),
        (3, 2, "a.csv: train = 3 and test = 2 make 5 rows, but there are 4"),
        (None, 4, "a.csv: test = 4 leaves nothing to train on, of 4 rows"),
    ],
)
def test_too_few_rows(load, train, test, message):
    assert refusal(load, IRIS, train, test, target="species") == message


def test_several_targets_are_regression(load):
    data = load("p,x,q\n1,2,3\n4,5,6\n", target=["q", "p"])
    assert data.x_train.tolist() == [[2], [5]]
    assert data.y_train.tolist() == [[3, 1], [6, 4]]


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
    folder = f"{tmp_path / 'iris.csv'} is a folder, expected a file of one of the kinds {KINDS}"
    assert refusal(load, None, name="iris.csv") == folder


UNNAMED = (
    "a.csv has no column 'y'; expected one of c0, c1 (read so: no line names the columns: they are c0 … c1, "
    "line 1 holds texts where others have numbers and is left out)"
)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("file", {"path": "a.foo"}, f"'file': path = 'a.foo', expected a file of one of the kinds {KINDS}"),
        ("file", {}, "'file' needs a value for 'path'"),
        ("a.npz", {"target": "y"},
         "'a.npz': target is for tables; an .npz file holds the features x and the target y"),
        ("a.npz", {"header": False}, "'a.npz': header is for text files, not for .npz"),
        ("a.parquet", {"separator": ";"}, "'a.parquet': separator is for text files, not for .parquet"),
        ("a.csv", {"separator": "::"},
         "'a.csv': separator = '::', expected one letter, such as ; or a blank"),
        ("a.csv", {"target": []}, "'a.csv': target = [], expected one or more different columns"),
        ("a.csv", {"target": ["y", "y"]},
         "'a.csv': target = ['y', 'y'], expected one or more different columns"),
        ("a.csv", {"task": "guess"},
         "'a.csv': task = 'guess': expected 'auto', 'classes', 'numbers', 'classification' or 'regression'"),
        ("a.csv", {"nan": "keep"}, "'a.csv': nan = 'keep': expected 'refuse', 'drop' or 'mean'"),
        ("a.csv", {"shuffle": 1}, "'a.csv': shuffle = 1: expected true or false"),
        ("a.csv", {"path": "b.csv"}, "'a.csv' is a path already, path = 'b.csv' is one too many"),
    ],
)  # fmt: skip
def test_parameters_are_checked(name, parameters, message):
    assert refusal(source, name, parameters) == message


@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if suffix not in (".npz", ".parquet")])
def test_every_kind_of_text_file_is_read(load, suffix):
    content = IRIS.encode()
    data = load(gzip.compress(content) if suffix.endswith(".gz") else content, name=f"A{suffix.upper()}",
                target="species")  # fmt: skip
    assert data.sha256 == load(IRIS, target="species").sha256


@pytest.mark.parametrize("name", ["wine.xlsx", "wine.XLS", "wine.ods"])
def test_a_spreadsheet_is_refused_with_the_line_that_converts_it(name):
    line = f"import pandas; pandas.read_excel('{name}').to_csv('wine.csv', index=False)"
    kind = name.lower().removeprefix("wine")
    told = f"'{name}': {kind} is not read; this line makes a .csv of it: python -c \"{line}\""
    assert refusal(source, name, {}) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.jsonl", "import pandas; pandas.read_json('a.jsonl', lines=True).to_csv('a.csv', index=False)"),
        ("b/a.dta", "import pandas; pandas.read_stata('b/a.dta').to_csv('b/a.csv', index=False)"),
        ("a.npy", "numpy.savez('data.npz', x=numpy.load('x.npy'), y=numpy.load('y.npy'))"),
        ("a.csv.zip", ".zip is not read; unpack it, and name a file of it"),
    ],
)
def test_a_file_of_a_known_kind_is_refused_with_what_makes_it_one_that_is_read(name, told):
    assert told in refusal(source, name, {})


def test_a_folder_is_told_with_a_file_in_it(tmp_path):
    (tmp_path / "birds").mkdir()
    (tmp_path / "birds/train.csv").touch()
    told = (
        f"'birds' is a folder, expected a file of one of the kinds {KINDS}; did you mean 'birds/train.csv'?"
    )
    assert refusal(source, "birds", {}, folder=tmp_path) == told


def test_the_files_of_mnist_are_told_as_that(tmp_path):
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz"):
        (tmp_path / name).touch()
        told = refusal(source, name, {}, folder=tmp_path)
        assert told.endswith(f"for MNIST's files: lab data add mnist --from {tmp_path}")


def test_a_shuffled_file_is_told_nothing_of_shuffling(load):
    data = load(IRIS, 3, 1, target="species", shuffle=True)
    assert not any("shuffle" in note for note in data.notes)
    assert any("missing in the test part" in note for note in data.notes)


def test_means_are_of_the_train_part(load):
    data = load("x,z,y\n1,1,0.5\n,1,1.5\n3,1,2.5\n,1,3.5\n9,1,4.5\n", 3, 2, nan="mean")
    assert data.x_train[:, 0].tolist() == [1, 2, 3]
    assert data.x_test[:, 0].tolist() == [2, 9]
    assert "2 missing values set to the mean of the feature in the train part" in data.notes


@pytest.mark.parametrize(
    ("content", "given", "told"),
    [
        (
            "x,y\n1,2\n",
            {"separator": ";"},
            "a.csv has no column 'y'; expected one of 'x,y' "
            "(read so: the columns are separated by ;, numbers have a decimal comma)",
        ),
        ("x;z;y\n1,5;2,5;3\n", {"separator": ","}, "a.csv: line 2: 3 fields, expected 1 as in the header"),
        (
            "x,y\n1,2\n",
            {"header": False},
            UNNAMED,
        ),
    ],
)
def test_a_form_that_is_given_and_wrong_is_told_where_the_file_is_read_without_it(load, content, given, told):
    ((key, value),) = given.items()
    wrong = f"{key} = {json.dumps(value)} is wrong, the columns are there without it"
    assert refusal(load, content, **given) == f"{told}; {wrong}"
    assert refusal(load, content, target="w", **given).startswith(told.replace("'y'", "'w'", 1))
    assert "is wrong" not in refusal(load, content, target="w", **given)
