import tomllib

import numpy as np
import pytest

from lab.data.files.look import look
from tests.data.conftest import refusal

WEATHER = "day,number,wind,sun,state,kind\n" + "".join(
    f"2020-01-{n + 10},{n},{'' if n == 3 else n * 7 % 5 / 2},{100 * (n % 4)},s{n},{'abc'[n % 3]}\n"
    for n in range(20)
)


@pytest.fixture
def looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def at(content, name="a.csv"):
        path = tmp_path / name
        np.savez(path, **content) if isinstance(content, dict) else path.write_text(content)
        return look(path.relative_to(tmp_path))

    return at


def test_the_columns_are_told_and_the_table_reads_the_file(looked):
    found = looked(WEATHER)
    types = {row["column"]: row["type"] for row in found.columns}
    assert types == {"day": "dates", "number": "whole numbers", "wind": "numbers", "sun": "whole numbers",
                     "state": "texts", "kind": "texts"}  # fmt: skip
    assert found.columns[2] == {"column": "wind", "type": "numbers", "missing": 1, "different": 5,
                                "from … to": "0 … 2"}  # fmt: skip
    assert tomllib.loads(found.toml)["data"] == {
        "name": "a.csv",
        "target": "kind",
        "task": "classes",
        "ignore": ["day", "number", "state"],
        "nan": "drop",
        "test": 4,
        "shuffle": True,
        "standardise": True,
    }
    assert found.data.x_train.shape == (15, 2)


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        ("x,y\n" + "1,0.5\n2,1.5\n" * 5, {"target": "y", "task": "numbers"}),
        ("species,x\n" + "a,0.5\nb,1.5\n" * 5, {"target": "species", "task": "classes"}),
        ("x,z,day\n" + "1,0.5,2020-01-01\n2,1.5,2020-01-02\n" * 5, {"target": "z", "ignore": ["day"]}),
        ("x,z,y\n" + ",0,1.5\n1,0.5,2.5\n" * 5, {"nan": "mean"}),
        ("x,z,y\n" + "1,0,1.5\n0,0.5,2.5\n" * 9 + "inf,0,1.5\n", {"nan": "drop"}),
        ("x,z,y\n" + "1,0,1.5\n0,0.5,2.5\n" * 9 + "none,0,1.5\n", {"missing": ["none"], "nan": "drop"}),
    ],
)
def test_what_is_guessed(looked, content, keys):
    assert looked(content).settings.items() >= keys.items()


def test_why_a_column_is_left_out_is_told(looked):
    rows = [
        (
            *(f"2020-01-{n + 10}", n, f"s{n}", f"{n % 7 + 1}.{n + 100},50", f"{n * 7 % 5}.5"),
            *(f"?{n}" if n % 5 == 0 else n * 3 % 20, "ab"[n % 2]),
        )
        for n in range(20)
    ]
    lines = (";".join(map(str, row)) for row in (("day", "row", "name", "sum", "x", "slip", "kind"), *rows))
    found = looked("\n".join(lines))
    assert found.settings["ignore"] == [*found.left_out]
    assert found.left_out == {
        "day": "dates",
        "row": "rises by 1 from row to row, as a count of the rows does",
        "name": "all texts are different",
        "sum": "'1.100,50' is not read as a number: thousands separators",
        "slip": "4 different texts among its numbers, as '?0'",
    }


def test_a_number_that_stands_for_a_missing_value_is_taken_as_missing(looked):
    rows = "".join(f"{-999 if n % 15 == 0 else n / 10},{n % 2}\n" for n in range(1, 41))
    settings = looked(f"a,y\n{rows}").settings
    assert (settings["missing"], settings["nan"]) == (["-999"], "drop")


def test_words_for_a_missing_value_are_counted_in_all_columns(looked):
    rows = "".join(
        f"{'na' if n % 20 == 0 else n / 10},{'na' if n % 9 == 3 else 'uv'[n % 2]},{n % 2}\n"
        for n in range(60)
    )
    found = looked(f"a,kind,y\n{rows}")
    assert (found.settings["missing"], found.settings["nan"]) == (["na"], "mean")
    assert len(found.data.x_train) + len(found.data.x_test) == 60


@pytest.mark.parametrize(("others", "missing"), [((90, 100), None), ((-9, 9), ["99"]), ((0, 90), None)])
def test_a_usual_number_of_another_column_is_not_taken_as_missing(looked, others, missing):
    """What is missing is so in all columns: the rows with 99 % would go."""
    low, high = others
    rows = "".join(
        f"{99 if n % 15 == 0 else 20 + n % 20},{99 if n == 7 else low + n % (high - low)},{n % 2}\n"
        for n in range(1, 61)
    )
    found = looked(f"age,percent,y\n{rows}")
    assert found.settings.get("missing") == missing
    assert len(found.data.x_train) + len(found.data.x_test) == (55 if missing else 60)


@pytest.mark.parametrize(
    ("columns", "target"),
    [
        ({"a": "1.5 2.5 0.1 4.5", "c": "7 7 7 7"}, "a"),
        ({"b": "3 1 2 5", "a": "1.5 2.5 0.1 4.5", "c": "DE DE DE DE"}, "a"),
        ({"a": "1.5 2.5 0.1 4.5", "u": "1 0 0 1", "v": "0 1 0 0", "w": "0 0 1 0"}, ["u", "v", "w"]),
        ({"a": "1.5 2.5 0.1 4.5", "u": "1 0 0 1", "v": "0 1 0 0", "w": "0 0 1 1"}, "w"),
        (
            {
                "a": "1.5 2.5 0.1 4.5",
                "s": "1 0 0 1",
                "t": "0 1 1 0",
                "u": "1 0 0 1",
                "v": "0 1 0 0",
                "w": "0 0 1 0",
            },
            "w",
        ),
        ({"k": "1 2 2 1", "a": "1.5 2.5 0.1 4.5", "u": "1 0 0 1", "v": "0 1 0 0", "w": "0 0 1 0"}, "k"),
        ({"id": "7 3 9 1", "a": "1.5 2.5 0.1 4.5", "u": "x y x y", "v": "s t t s", "w": "9.5 8 7 6"}, "w"),
        ({"a": "1.5 2.5 0.1 4.5", "u": "x y x y", "v": "s t t s", "left": "0 1 1 0"}, "left"),
        ({"u": "x y x y", "a": "1.5 2.5 0.1 4.5", "v": "s t t s", "w": "9.5 8 7 6"}, "u"),
        ({"a": "7 3 9 1", "u": "x y x y", "w": "9.5 8 7 6"}, "u"),
        ({"class": "a b a b", "u": "1 0 0 1", "v": "0 1 0 0", "w": "0 0 1 0"}, "class"),
    ],
)
def test_the_target_differs_and_may_be_one_hot(looked, columns, target):
    rows = zip(*(cells.split() for cells in columns.values()), strict=True)
    found = looked("\n".join(map(",".join, (columns, *rows))))
    assert found.settings["target"] == target


def test_arrays(looked):
    found = looked({"X": np.zeros((10, 2, 2)), "y": np.arange(10) % 2}, "a.npz")
    assert [(row["column"], row["type"]) for row in found.columns] == [
        ("X", "lists of 4 numbers"),
        ("y", "whole numbers"),
    ]
    assert found.settings == {"name": "a.npz", "task": "classes", "test": 2, "shuffle": True}


def test_arrays_that_lack_values(looked):
    x = np.ones((40, 2))
    x[3, 1] = np.nan
    labels = np.array([b"no", b"yes"] * 20)
    found = looked({"xtrain": x, "ytrain": labels, "xtest": x, "ytest": labels}, "a.npz")
    assert found.settings["nan"] == "drop"
    assert found.data.classes == ("no", "yes")
    assert len(found.data.x_test) == 39
    x[::2] = np.nan
    y = np.linspace([0, 1], [1, 2], 40)
    y[0] = np.nan
    assert looked({"inputs": x, "outputs": y}, "a.npz").settings["nan"] == "mean"


def test_what_is_no_file_of_data(looked, tmp_path):
    assert refusal(look, tmp_path / "a.foo").startswith(f"unknown data set '{tmp_path}/a.foo'; ")
    message = refusal(looked, "name,y\nAnn,0.5\nBob,1.5\nEve,2.5\n")
    assert message.startswith("a.csv has features that are texts: 'name' (all texts are different); ")
    assert refusal(look, "digits").startswith("digits is no file, expected one of the kinds .csv, ")


def test_the_first_column_of_a_file_without_a_header_may_number_the_classes(looked):
    rows = [f"{row % 3 + 1},{row * 1.5},{row * row}\n" for row in range(30)]
    assert looked("".join(rows)).settings["target"] == "c0"
    assert looked("".join(f"{row[:-1]},{at % 2}\n" for at, row in enumerate(rows))).settings["target"] == "c3"
    assert looked("rooms,area,price\n" + "".join(rows)).settings["target"] == "price"


def test_one_hot_columns_of_true_and_false_are_the_targets(looked):
    rows = "".join(f"{row * 1.5},{row % 3 == 0},{row % 3 == 1},{row % 3 == 2}\n" for row in range(30))
    assert looked("x,cat,dog,fox\n" + rows).settings["target"] == ["cat", "dog", "fox"]


def test_an_id_is_no_feature_though_its_rows_are_in_no_order(looked):
    rows = "".join(f"{row * 7 % 30 + 842300},{row * 1.5},{'BM'[row % 2]}\n" for row in range(30))
    for title in ("id", "PassengerId", "patient_ID"):
        found = looked(f"{title},x,diagnosis\n{rows}")
        assert found.left_out == {title: "is called an id, and is another number in every row"}
    assert looked(f"grid,x,diagnosis\n{rows}").left_out == {}
