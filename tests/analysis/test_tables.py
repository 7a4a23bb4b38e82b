"""The tables that a run gets when it has ended, made of those that it recorded."""

import numpy as np
import pandas as pd
import pytest

import lab
from lab.analysis.comparisons import comparisons
from lab.analysis.ledger import ledger
from lab.analysis.tables import causes, derived
from lab.figures import NotRecordedError
from lab.parts import KEYS
from lab.training.causes import LABELS
from lab.training.probes import Causes


def tables_of(small, root, *quantities, activations=("sigmoid", "tanh")):
    changed = {"record.quantities": list(quantities), "training.epochs": 1}
    changed |= {'vary."network.activation"': list(activations)}
    return lab.run(small, changed, results=root, plots=False).tables


def test_all_three_as_they_are_made_alone(small, root):
    tables = tables_of(small, root, "all")
    made = derived(tables)
    assert list(made) == ["ledger", "causes", "comparisons"]
    pd.testing.assert_frame_equal(made["ledger"], ledger(tables))
    pd.testing.assert_frame_equal(made["causes"], causes(tables))
    pd.testing.assert_frame_equal(made["comparisons"], comparisons(tables))
    shares = made["causes"][[f"cause_{label}" for label in LABELS]]
    assert len(shares) == len(tables["layers"])
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)
    assert made["causes"].query("layer == 1")["cause_input_low"].min() > 0  # pixels that are always 0
    assert made["ledger"]["reaches"].notna().all()


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


@pytest.mark.parametrize(
    ("columns", "rows"), [(Causes.columns, 2), (["cause_input_low"], 2), ([], 0)], ids=["all", "one", "none"]
)
def test_causes_have_the_keys_and_the_columns_of_the_probe_that_were_recorded(columns, rows):
    layers = pd.DataFrame([("a", 0, 0, 0.0, l, "done") for l in (1, 2)], columns=KEYS)
    found = causes({"layers": layers.assign(saturation=0.5, **dict.fromkeys(columns, 0.25))})
    assert list(found.columns) == [*KEYS, *columns]
    assert len(found) == rows


def test_causes_are_not_recorded_by_default(small, root):
    run = lab.run(small, results=root, plots=False)
    assert run.causes.empty
    with pytest.raises(NotRecordedError, match=r"did not record 'cause_input_low'; add it to"):
        run.plot("causes")
