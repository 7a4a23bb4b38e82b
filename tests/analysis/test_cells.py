"""Statistics over steps, beside those of pandas' groups."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lab.analysis.cells import Cells

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 3)), unique=True, min_size=1, max_size=36
)
NUMBERS = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308])


@given(rows=ROWS, data=st.data())
def test_every_statistic_is_that_of_pandas_groups(rows, data):
    table = pd.DataFrame(rows, columns=["step", "trial", "layer"])
    step = st.sampled_from(sorted(set(table["step"])))
    first, last = sorted((data.draw(step), data.draw(step)))
    values = pd.Series(data.draw(st.lists(NUMBERS, min_size=len(rows), max_size=len(rows))))
    trials = pd.Series([2, 0, 1])
    cells = Cells(table, trials, 3)
    among = table["step"].between(first, last)
    groups = values.where(np.isfinite(values))[among].groupby([table["trial"], table["layer"]])
    for how in ("max", "min", "mean", "median", "count"):
        found = cells.over(cells.of(values), first, last, how)
        with np.errstate(over="ignore"):
            expected = groups.agg(how).unstack("layer").reindex(index=trials, columns=[1, 2, 3])
        expected = expected.fillna(0) if how == "count" else expected
        np.testing.assert_allclose(found, expected.to_numpy(float), rtol=1e-12, atol=1e-9, err_msg=how)


def test_rows_of_other_trials_are_left_out():
    table = pd.DataFrame({"step": [0, 0], "trial": [0, 7], "layer": [1, 1]})
    cells = Cells(table, pd.Series([0]), 1)
    assert cells.over(cells.of(pd.Series([1.0, 5.0])), 0, 0, "max").tolist() == [[1.0]]
