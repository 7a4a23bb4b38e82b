import numpy as np
import pandas as pd
import pytest

import lab
from lab.analysis.tables import causes
from lab.figures import NotRecordedError
from lab.training.causes import LABELS
from lab.training.probes import Causes

KEYS = ["variant", "trial", "step", "epoch", "layer", "status"]


def layers(columns):
    keys = pd.DataFrame([("a", 0, 0, 0.0, 1, "done"), ("a", 0, 0, 0.0, 2, "done")], columns=KEYS)
    return keys.assign(saturation=0.5, **dict.fromkeys(columns, 0.25))


@pytest.mark.parametrize("columns", [Causes.columns, ("cause_input_low",)], ids=len)
def test_it_has_the_keys_and_the_columns_of_the_probe_that_were_recorded(columns):
    found = causes({"layers": layers(columns)})
    assert list(found.columns) == [*KEYS, *columns]
    assert len(found) == 2


def test_without_causes_it_is_empty():
    assert causes({"layers": layers([])}).empty


def test_a_run_that_records_all_has_them(small, root):
    run = lab.run(small, {"record.quantities": ["all"]}, results=root, plots=False)
    shares = run.causes[[f"cause_{label}" for label in LABELS]]
    assert len(shares) == len(run.layers)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)
    assert run.causes.query("layer == 1")["cause_input_low"].min() > 0  # pixels that are always 0
    assert run.ledger["reaches"].notna().all()


def test_it_is_not_recorded_by_default(small, root):
    run = lab.run(small, results=root, plots=False)
    assert run.causes.empty
    with pytest.raises(NotRecordedError, match=r"did not record 'cause_input_low'; add it to"):
        run.plot("causes")
