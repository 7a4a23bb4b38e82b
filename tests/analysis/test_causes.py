import numpy as np
import pandas as pd
import pytest

import lab
from lab.analysis.causes import causes
from lab.figures import NotRecordedError
from lab.training.causes import LABELS
from lab.training.probes import Causes

KEYS = ["variant", "trial", "step", "epoch", "layer", "status"]


def layers(columns):
    keys = pd.DataFrame([("a", 0, 0, 0.0, 1, "done"), ("a", 0, 0, 0.0, 2, "done")], columns=KEYS)
    return keys.assign(saturation=0.5, **dict.fromkeys(columns, 0.25))


def test_it_has_the_keys_and_the_columns_of_the_probe():
    found = causes({"layers": layers(Causes.columns)})
    assert list(found.columns) == [*KEYS, *Causes.columns]
    assert len(found) == 2


def test_it_has_what_was_recorded_and_nothing_else():
    found = causes({"layers": layers(["cause_input_low"])})
    assert list(found.columns) == [*KEYS, "cause_input_low"]


def test_without_causes_it_is_empty():
    assert causes({"layers": layers([])}).empty


def test_a_run_that_records_all_has_them(tmp_path):
    (tmp_path / "small.toml").write_text(
        '[data]\nname = "digits"\ntrain = 40\n[network]\nhidden = [5, 4]\n[training]\nepochs = 2\n'
        '[trials]\nseeds = 2\n[record]\nquantities = ["all"]\n',
        encoding="utf-8",
    )
    run = lab.run(tmp_path / "small.toml", results=tmp_path, plots=False)
    shares = run.causes[[f"cause_{label}" for label in LABELS]]
    assert len(shares) == 3 * 2 * 3
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)
    assert run.causes.query("layer == 1")["cause_input_low"].min() > 0  # pixels that are always 0
    assert run.ledger["reaches"].notna().all()


def test_it_is_not_recorded_by_default(tmp_path):
    (tmp_path / "small.toml").write_text(
        '[data]\nname = "xor"\n[network]\nhidden = [3]\n[training]\nepochs = 2\n[trials]\nseeds = 1\n',
        encoding="utf-8",
    )
    run = lab.run(tmp_path / "small.toml", results=tmp_path, plots=False)
    assert run.causes.empty
    with pytest.raises(NotRecordedError, match=r"did not record 'cause_input_low'; add it to"):
        run.plot("causes")
