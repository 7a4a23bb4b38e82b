"""Small real runs for the tests of what is said about them."""

from dataclasses import fields
from itertools import pairwise
from math import nan
from unittest.mock import patch

from lab.experiment.variants import load
from lab.results.run import Run
from lab.runs import runner
from lab.runs.forecast import prediction
from lab.runs.preparation import prepared
from lab.theory.prediction import LayerPrediction

HEALTHY = """\
[data]
name = "digits"
train = 500
test = 100

[network]
hidden = [30, 30]
activation = "tanh"
initialiser = "glorot-uniform"

[training]
batch = 10
epochs = 10

[trials]
seeds = 1

[record]
on = "probe"
every = 50
"""
"""A network that learns well, on real data."""


_OF_BUILT_IN_DATA: dict[str, Run] = {}


def unpredicted(training):
    """Nothing of any layer."""
    unknown = dict.fromkeys([field.name for field in fields(LayerPrediction)], nan)
    fans = enumerate(pairwise(training.network.sizes), 1)
    return [LayerPrediction(**unknown | {"layer": l, "n_in": m, "n_out": n}) for l, (m, n) in fans]


def ran(folder, **changed):
    """`HEALTHY` with other keys, ``network__hidden`` for network.hidden; its `Run`.

    What a folder has no file for is trained once, and is read by all who ask for it.
    Nothing is predicted, for no verdict reads it.
    """
    asked = repr(sorted(changed.items()))
    if asked in _OF_BUILT_IN_DATA:
        return _OF_BUILT_IN_DATA[asked]
    path = folder / "run.toml"
    path.write_text(HEALTHY, encoding="utf-8")
    ready = prepared(load(path, {key.replace("__", "."): value for key, value in changed.items()}))
    with patch.object(prediction, "layers", unpredicted):
        run = Run(runner.run(ready, folder / "results"))
    if not str(changed.get("data__name")).endswith(".npz"):
        _OF_BUILT_IN_DATA[asked] = run
    return run


def diagnosed(found):
    """Rule → the verdict, of those on one variant that are told under no other."""
    return {verdict.rule: verdict for verdict in found if not verdict.under}


def spoken(folder, **changed):
    """Rule → the verdict on a run of one variant, with these keys changed."""
    return {verdict.rule: verdict for verdict in ran(folder, **changed).verdicts}
