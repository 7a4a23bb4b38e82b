import subprocess
import sys
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from lab.activations.hyperbolic import Tanh
from lab.experiment.variants import load
from lab.network.optimisers import Adam
from lab.runs import identity
from lab.runs.identity import Key, differences, key
from lab.runs.preparation import prepared
from tests.training.trainings import training

GIVEN = training((3, 4, 2))


def test_a_key_says_what_decides_the_numbers_and_comes_back_from_its_text():
    found = key(GIVEN, "abc")
    assert found == Key.read(found.text)
    assert {"data", "sizes", "activations", "cost", "eta", "seed", "engine", "dtype"} <= found.trained.keys()
    assert found.made_with["numpy"] == np.__version__
    assert {"BLAS", "CPU features"} <= found.made_with.keys()
    assert "BLAS" not in key(replace(GIVEN, engine="compiled"), "abc").made_with
    assert "0x" not in found.text
    no_texts = '{"trained": {"eta": [1]}, "made_with": {}}'
    for text in ("", "[]", "{}", '{"trained": 1, "made_with": {}}', no_texts):
        with pytest.raises(ValueError, match=r"damaged|Expecting"):
            Key.read(text)


def test_what_is_loaded_meanwhile_changes_no_key():
    code = "from lab.runs.identity import made_with as m; a = m('numpy'); import scipy.special as _"
    subprocess.run([sys.executable, "-c", f"{code}; assert a == m('numpy')"], check=True)


@pytest.mark.parametrize(
    "changed",
    [
        *({"eta": 0.6}, {"decay": 0.1}, {"batch": 3}, {"steps": 4}, {"seed": 1}, {"engine": "compiled"}),
        *({"optimiser": Adam()}, {"sigma": Tanh()}, {"columns": ("learning_speed",)}, {"every": 2}),
        *({"saturation_threshold": 0.1}, {"neurons": False}, {"dtype": "float32"}),
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_changes_the_numbers_changes_the_key(changed):
    other = key(training((3, 4, 2), **changed), "abc")
    assert other.trained != key(GIVEN, "abc").trained
    assert differences(key(GIVEN, "abc").trained, other.trained)


def test_the_examples_are_not_read_again_for_a_key(monkeypatch):
    """They may be many, and the sha256 of the data tells them."""
    hashed = []
    monkeypatch.setattr(identity, "sha256", lambda content: hashed.append(len(content)) or sha256(content))
    many = training((3, 4, 2), count=1000)
    assert key(many, "abc").trained["data"] == "abc in classes"
    assert sum(hashed) < 1000


def test_other_data_are_another_key():
    assert key(GIVEN, "abc") != key(GIVEN, "abd")


def test_what_changes_no_number_changes_no_key(small):
    """The name of a design, how a file spells a length or a name, the title, the number of seeds."""
    text = small.read_text()
    again = small.with_name("again.toml")
    changed = text.replace("soft", "mild").replace("epochs = 2", "steps = 6").replace('"A small one"', '"B"')
    again.write_text(changed.replace("seeds = 3", "seeds = 7").replace('"sigmoid"', '"logistic"'))
    one, other = ([key(given, "") for _, given in prepared(load(path)).made] for path in (small, again))
    assert one == other


def test_the_code_of_a_class_of_ones_own_is_in_its_key(small, mine, tmp_path):
    keys = []
    for body in ("np.sin(z)", "np.sin(1*z)"):
        mine("return np.sin(z)", f"return {body}")
        ready = prepared(load(small, {"vary": {"network.activation": ["mine.py:Mine"]}}, allow_code=True))
        keys.append(key(ready.made[0][1], ""))
    assert keys[0] != keys[1]
    assert identity.made_with("numpy") == keys[0].made_with or keys[0].trained["engine"] == "compiled"
