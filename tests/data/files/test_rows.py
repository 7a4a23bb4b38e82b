import numpy as np
import pytest

from lab.data.files.rows import Rows, filled
from tests.data.conftest import refusal


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
        'nan = "drop" leaves such rows out, nan = "mean" puts the mean of the feature there'
    )


def test_64_rows_with_nan_are_dropped_when_asked(load):
    data = load("x,y\n1,0.5\nnan,2\n3,inf\n4,1.5\n", nan="drop")
    assert data.x_train.tolist() == [[1], [4]]
    assert data.notes[0] == "2 rows with a missing, NaN or infinite value left out"
    none = "a.csv: every row has a value that is missing, NaN or infinite"
    assert refusal(load, "x,z,y\nnan,1,1\n2,nan,2\n", nan="drop") == none


def test_with_means_infinite_features_and_missing_targets_are_left_out(load):
    data = load("x,y\n1,0.5\n,1.5\ninf,2.5\n3,\n5,3.5\n", nan="mean")
    assert data.x_train.tolist() == [[1], [3], [5]]
    assert "2 rows with an infinite value, or a missing target, left out" in data.notes
    assert "1 missing value set to the mean of the feature in the train part" in data.notes


def test_a_feature_without_a_value_in_the_train_part_has_no_mean():
    x = np.array([[np.nan, 1.0], [2.0, 3.0]])
    rows = Rows("a.csv", "line", np.array([2, 3]), ("'x'", "'z'"), ("'y'",), x, np.zeros((2, 1)))
    message = "a.csv: column 'x' has no value in the train part, so it has no mean"
    assert refusal(filled, rows, x[:1], x[1:]) == message
