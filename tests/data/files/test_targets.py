import numpy as np
import pytest

from tests.data.conftest import refusal
from tests.data.files.conftest import numbered


@pytest.mark.parametrize(
    ("content", "task", "classes", "y"),
    [
        ("x,y\n1,3\n2,1\n3,3\n", "auto", ("1", "3"), [[1], [0], [1]]),
        ("x,y\n1,3\n2,1\n3,3\n", "numbers", (), [[3], [1], [3]]),
        ("x,y\n1,0.5\n2,1\n", "auto", (), [[0.5], [1]]),
        ("x,y\n1,0.5\n2,1\n", "classes", ("0.5", "1"), [[0], [1]]),
        ("x,y\n1,7\n2,7\n", "auto", (), [[7], [7]]),
        ("x,y\n1,7\n", "auto", (), [[7]]),
        ("x,y\n1,no\n2,yes\n", "auto", ("no", "yes"), [[0], [1]]),
        ("x,y\n1,1\n2,a\n", "auto", ("1", "a"), [[0], [1]]),
        (
            "x,y\n" + "1,5 mg\n2,7 mg\n3,9 mg\n" * 3,
            "auto",
            ("5 mg", "7 mg", "9 mg"),
            [*np.eye(3).tolist()] * 3,
        ),
    ],
)
def test_67_what_a_target_means(load, content, task, classes, y):
    data = load(content, task=task)
    assert data.classes == classes
    assert data.y_train.tolist() == y


def test_67_labels_from_1_are_mapped_by_size_and_told(load):
    data = load(numbered([*range(10, 0, -1)] * 3))
    assert data.y_train.argmax(axis=1).tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] * 3
    assert data.notes[0] == "labels 1…10 mapped to outputs 0…9"


@pytest.mark.parametrize(
    ("different", "each", "classes"), [(20, 3, 20), (21, 3, 0), (16, 1, 0), (16, 3, 16), (2, 1, 2), (3, 2, 0)]
)
def test_whole_numbers_are_classes_where_they_are_few_and_come_again(load, different, each, classes):
    data = load(numbered([*range(60_000, 60_000 + 10 * different, 10)] * each))
    assert len(data.classes) == classes
    if not classes:
        told = f"target 'y' holds {different} different whole numbers in {different * each} rows"
        assert data.notes[0] == f'{told}: taken as numbers; for classes try task = "classes"'


def test_classes_that_differ_only_in_case_are_told(load):
    told = "classes 'Ja' and 'ja' differ only in upper and lower case: each is a class of its own"
    for last, speaks in (("Ja", True), ("ja", False)):
        data = load(f"x,y\n0.5,ja\n1.5,nein\n2.5,{last}\n")
        assert len(data.classes) == 2 + speaks
        assert (told in data.notes) == speaks


def test_either_word_says_the_task(load):
    for task, other in (("classes", "classification"), ("numbers", "regression")):
        assert load(numbered([1, 2, 1]), task=task).sha256 == load(numbered([1, 2, 1]), task=other).sha256


def test_targets_of_which_one_is_1_are_classes(load):
    content = "x,p,q,r\n1,0,1,0\n2,1,0,0\n3,0,0,1\n"
    data = load(content, target=["p", "q", "r"])
    assert data.classes == ("p", "q", "r")
    assert data.y_train.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert load(content, target=["p", "q", "r"], task="numbers").classes == ()
    for other in ("3,1,0,1", "3,0.5,0,0.5", "3,0,0,0"):
        assert load(content.replace("3,0,0,1", other), target=["p", "q", "r"]).classes == ()


def test_many_texts_are_classes_only_when_said_so(load):
    content = numbered(f"t{n:02}" for n in range(21))
    few = "a.csv: target 'y' holds 21 different texts; if they are classes, say task"
    assert refusal(load, content) == f'{few} = "classes"'
    assert len(load(content, task="classes").classes) == 21


@pytest.mark.parametrize("form", ["${}.50", "{} %", "1,{:03}"])
def test_a_target_of_nearly_numbers_is_told_as_that(load, form):
    told = refusal(load, "x,y\n" + "".join(f'{row / 2},"{form.format(row)}"\n' for row in range(40)))
    assert told.startswith(f"a.csv: target 'y': '{form.format(0)}' is not read as a number: ")


@pytest.mark.parametrize(
    ("prices", "reason"),
    [
        ([f"${n}.50" for n in range(12)], "'$0.50' is not read as a number: a sign or unit stands beside it"),
        ([f'"1,{n}00"' for n in range(1, 9)], "'1,100' is not read as a number: thousands separators"),
    ],
)
def test_numbers_with_signs_that_do_not_come_again_are_no_classes(load, prices, reason):
    assert refusal(load, numbered(prices)) == f"a.csv: target 'y': {reason}"
    assert len(load(numbered(prices), task="classes").classes) == len(prices)


def test_the_classes_of_one_hot_arrays_count_from_0(load):
    data = load({"x": np.arange(6.0).reshape(6, 1), "y": np.eye(3)[[0, 1, 2] * 2]})
    assert data.classes == ("0", "1", "2")
