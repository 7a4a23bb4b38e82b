from hashlib import sha256
from pathlib import Path
from shutil import copy

import numpy as np
import pytest

import lab
from lab.data import loaded
from lab.data.counts import check_size, of_both, of_part
from lab.data.dataset import assembled, classified, mapping_note, outputs
from lab.errors import LabError
from lab.parts import DataSource
from tests.data.conftest import refusal


def made(x, y, x_test=((0.0,),), y_test=((0.0,),), name="a"):
    return assembled(name, (x, y), (x_test, y_test))


def test_arrays_are_float64_contiguous_and_read_only_but_the_callers_own_are_not():
    x = np.asfortranarray(np.arange(6, dtype=np.uint8).reshape(3, 2))
    data = made(x, np.zeros((3, 1)), np.zeros((0, 2)), np.zeros((0, 1)))
    for array in (data.x_train, data.y_train, data.x_test, data.y_test):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1
    own = np.zeros((1, 1))
    made(own, [[0.0]])
    own[0, 0] = 1.0


def test_sha256_is_of_shapes_and_bytes_in_a_fixed_order_and_tells_where_rows_are_split():
    expected = sha256()
    for value in (1.0, 2.0, 3.0, 4.0):
        expected.update(b"(1, 1)" + np.array(value, "<f8").tobytes())
    assert made([[1.0]], [[2.0]], [[3.0]], [[4.0]]).sha256 == expected.hexdigest()
    assert made([[1.0]], [[2.0]], [[3.0]], [[4.0]], name="b").sha256 == expected.hexdigest()
    rows = np.arange(4.0).reshape(4, 1)
    one, other = (made(rows[:n], rows[:n], rows[n:], rows[n:]) for n in (2, 3))
    assert one.sha256 != other.sha256


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([[0.0]], [[0.0], [0.0]]), "the train part has 1 row of x but 2 of y"),
        (([[0.0]], [[0.0]], [[0.0, 1.0]]), "1 features to train on but 2 to be tested on"),
        (([[0.0]], [[0.0]], [[0.0]], [[0.0, 1.0]]), "1 outputs to train on but 2 to be tested on"),
        (([0.0], [[0.0]]), "an array of shape (1,), expected (examples, features or outputs)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arrays, message):
    assert refusal(made, *arrays) == f"a: {message}"


def test_two_classes_are_one_column_and_three_are_one_hot():
    labels = np.array([1, 0, 1])
    assert outputs(labels, 2).tolist() == [[1.0], [0.0], [1.0]]
    assert outputs(labels, 3).tolist() == [[0, 1, 0], [1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    ("classes", "note"),
    [
        (("0", "1", "2"), ""),
        (tuple(str(n) for n in range(1, 11)), "labels 1…10 mapped to outputs 0…9"),
        (("1", "2"), "labels 1…2 mapped to 0 and 1 of one output"),
        (("no", "yes"), "labels 'no', 'yes' mapped to 0 and 1 of one output"),
        (("0", "2", "5"), "labels '0', '2', '5' mapped to outputs 0…2"),
        (("--1", "9" * 5000), f"labels '--1', '{'9' * 5000}' mapped to 0 and 1 of one output"),
        (("-1", "0", "1"), "labels -1…1 mapped to outputs 0…2"),
        (tuple("abcdefghijkl"), "12 labels 'a'…'l', in their order, mapped to outputs 0…11"),
    ],
)
def test_67_mapping_of_labels_is_told(classes, note):
    assert mapping_note(classes) == note


def test_63_classes_missing_in_a_part_are_noted():
    x = np.zeros((2, 1))
    data = classified("a", (x, np.array([0, 2])), (x, np.array([1, 1])), ("p", "q", "r"), ("first",))
    assert data.notes == (
        "first",
        "class 'q' is missing in the train part",
        "2 of 3 classes are missing in the test part: 'p', 'r'",
    )
    nothing = np.zeros((0, 1)), np.zeros(0, int)
    assert classified("a", (x, np.array([0, 1])), nothing, ("p", "q")).notes == ()


def test_the_test_part_takes_what_the_train_part_leaves_and_a_part_may_have_no_limit():
    assert (of_part("a", "train", None, 7), of_part("a", "train", 10**9, 7)) == (7, 10**9)
    assert of_both("a", None, None, (10, 5), 20) == (10, 5)
    assert of_both("a", 18, None, (10, 5), 20) == (18, 2)
    assert of_both("a", 20, 0, (10, 5), 20) == (20, 0)


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        (21, None, "a: train = 21 asks for more than the 20 rows there are"),
        (15, 6, "a: train = 15 and test = 6 make 21 rows, but there are 20"),
        (0, 1, "a: train = 0, expected at least 1"),
        (1, -1, "a: test = -1, expected at least 0"),
    ],
)
def test_more_rows_than_there_are_is_refused_with_both_numbers(train, test, message):
    assert refusal(of_both, "a", train, test, (10, 5), 20) == message


def test_sizes_above_2_gib_are_refused_with_the_number():
    check_size("a", 2**31)
    assert refusal(check_size, "a", 5 * 2**30) == "a: 5.0 GiB, expected at most 2 GiB"


OWN = Path(lab.__file__).parents[1] / "experiments" / "own_data.py"
EXPERIMENT = """\
[data]
name = "own_data.py:Rings"
width = 1.5
train = 200
test = 100
[network]
hidden = [8]
[training]
eta = 3.0
epochs = 150
[trials]
seeds = 2
"""


def test_the_shipped_data_set_of_ones_own_trains_and_its_code_is_recorded(tmp_path):
    copy(OWN, tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text(EXPERIMENT)
    run = lab.run(path, allow_code=True, plots=False, results=tmp_path / "results")
    assert (run.trials["final_accuracy"] > 0.85).all()
    assert run.info["data"][0]["name"] == "rings"
    assert run.info["code"] == {"own_data.py": sha256(OWN.read_bytes()).hexdigest()}
    again = lab.run(path, allow_code=True, plots=False, results=tmp_path / "results", workers=2)
    assert again.info["data"] == run.info["data"]
    assert again.steps.equals(run.steps)
    with pytest.raises(LabError, match=r"mine\.toml: data\.width: .*width = -1, expected more than 0"):
        lab.run(path, ["data.width=-1.0"], allow_code=True, plots=False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (3, "'own.py:Own' loads a value of type int, expected a lab.data.Dataset"),
        (KeyError(5), "'own.py:Own' fails to load: KeyError: 5"),
        (SystemExit(5), "'own.py:Own' fails to load: SystemExit: 5"),
    ],
)
def test_a_source_of_ones_own_that_gives_no_data_is_refused(given, message, tmp_path):
    class Own(DataSource):
        def load(self, train, test, seed, folder):
            if isinstance(given, BaseException):
                raise given
            return given

    assert refusal(loaded, Own(), "own.py:Own", 1, 1, 5, tmp_path) == message


@pytest.mark.parametrize(("of_the_first", "told"), [(9, True), (8, False), (10, False)])
def test_a_class_that_most_examples_have_is_told(of_the_first, told):
    labels = np.array([0] * of_the_first + [1] * (10 - of_the_first))
    nothing = np.zeros((0, 1)), np.zeros(0, dtype=np.int64)
    notes = classified("a", (np.zeros((10, 1)), labels), nothing, ("no", "yes")).notes
    note = "90 % of the train part are of class 'no': so accurate is an answer that never changes"
    assert (note in notes) == told
