import numpy as np
import pytest

from tests.data.conftest import refusal


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


def test_43_unsigned_bytes_are_cast_before_they_are_centred(load):
    data = load({"x": np.array([[1], [3]], dtype=np.uint8), "y": np.array([0.5, 1.5])}, standardise=True)
    assert data.x_train.tolist() == [[-1], [1]]


def test_features_that_tell_no_rows_apart_are_told(load):
    note = "every feature is the same in all rows of the train part, which nothing tells apart"
    assert note in load("x,c,y\n1,5,0\n1,5,1\n1,5,0\n2,5,1\n", 3, 1).notes
    assert note not in load("x,c,y\n1,5,0\n1,5,1\n2,5,0\n2,5,1\n", 3, 1).notes


def test_a_constant_whose_mean_is_rounded_is_not_compared(load):
    data = load("x,c,y\n" + "".join(f"{n % 2},0.2,{n}\n" for n in range(30)))
    assert not any("standard deviations" in note for note in data.notes)


SPREADS = "the standard deviations of the features"
REMEDY = "not standardised; try standardise = true"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["0,0", "2,30"], f"{SPREADS} go from 1 in column 'x' to 15 in column 'z'"),
        (["-4,4", "4,-4"], "the features are large: their root mean square is 4"),
        (["-0.04,0.01", "0.02,-0.03"], "the features are small: none is larger than 0.04"),
        (["-1,-3", "1,3"], ""),
        (["0,0", "1,0.02"], ""),
        (["0,-1,0", "1,1,30"], f"{SPREADS} go from 1 in column 'z' to 15 in column 'w'"),
    ],
)
def test_features_that_are_large_or_unlike_are_told(load, rows, told):
    names = ("x,z", "x,z,w")[rows[0].count(",") - 1]
    content = f"{names},y\n{rows[0]},0.5\n{rows[1]},1.5\n"
    found = [note for note in load(content).notes if "standardise" in note]
    assert found == ([f"{told}; {REMEDY}"] if told else [])
    assert not any("standardise" in note for note in load(content, standardise=True).notes)
