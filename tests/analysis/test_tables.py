"""The tables that a run gets when it has ended, made of those that it recorded."""

import numpy as np
import pandas as pd
import pytest

import lab
from lab.analysis.comparisons import comparisons
from lab.analysis.ledger import KEYS, ledger
from lab.analysis.tables import causes, derived
from lab.figures import NotRecordedError
from lab.training.causes import LABELS
from lab.training.probes import Causes


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


# Causes.


def layers(columns):
    keys = pd.DataFrame([("a", 0, 0, 0.0, 1, "done"), ("a", 0, 0, 0.0, 2, "done")], columns=KEYS)
    return keys.assign(saturation=0.5, **dict.fromkeys(columns, 0.25))


@pytest.mark.parametrize("columns", [Causes.columns, ("cause_input_low",)], ids=len)
def test_causes_have_the_keys_and_the_columns_of_the_probe_that_were_recorded(columns):
    found = causes({"layers": layers(columns)})
    assert list(found.columns) == [*KEYS, *columns]
    assert len(found) == 2


def test_where_no_cause_was_recorded_there_are_none():
    assert causes({"layers": layers([])}).empty


def test_a_run_that_records_all_has_causes(small, root):
    run = lab.run(small, {"record.quantities": ["all"]}, results=root, plots=False)
    shares = run.causes[[f"cause_{label}" for label in LABELS]]
    assert len(shares) == len(run.layers)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)
    assert run.causes.query("layer == 1")["cause_input_low"].min() > 0  # pixels that are always 0
    assert run.ledger["reaches"].notna().all()


def test_causes_are_not_recorded_by_default(small, root):
    run = lab.run(small, results=root, plots=False)
    assert run.causes.empty
    with pytest.raises(NotRecordedError, match=r"did not record 'cause_input_low'; add it to"):
        run.plot("causes")
