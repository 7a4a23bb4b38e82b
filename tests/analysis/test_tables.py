"""The tables that a run gets when it has ended, made of those that it recorded."""

import pandas as pd
import pytest

import lab
from lab.analysis.comparisons import comparisons
from lab.analysis.ledger import ledger
from lab.analysis.tables import causes, derived


def tables_of(small, root, *quantities, activations=("sigmoid", "tanh")):
    changed = {
        "record.quantities": list(quantities),
        'vary."network.activation"': list(activations),
        "training.epochs": 1,
    }
    return lab.run(small, changed, results=root, plots=False).tables


def test_all_three_as_they_are_made_alone(small, root):
    tables = tables_of(small, root, "all")
    made = derived(tables)
    assert list(made) == ["ledger", "causes", "comparisons"]
    pd.testing.assert_frame_equal(made["ledger"], ledger(tables))
    pd.testing.assert_frame_equal(made["causes"], causes(tables))
    pd.testing.assert_frame_equal(made["comparisons"], comparisons(tables))


@pytest.mark.parametrize(
    ("activations", "quantities", "expected"),
    [
        (["tanh"], ["delta_rms", "error_rms"], ["ledger"]),
        (["tanh"], ["cause_input_low"], ["causes"]),
        (["tanh"], ["a_mean"], []),
        (["tanh", "relu"], ["a_mean"], ["comparisons"]),
    ],
)
def test_what_has_no_rows_is_left_out(small, root, activations, quantities, expected):
    assert list(derived(tables_of(small, root, *quantities, activations=activations))) == expected
