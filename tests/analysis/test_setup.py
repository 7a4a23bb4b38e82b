import numpy as np
import pytest

from lab.analysis.verdicts import verdicts
from tests.analysis.runs import ran, spoken


def saved(folder, y):
    x = np.random.default_rng(0).normal(size=(len(y), 3))
    np.savez(folder / "rows.npz", x=x, y=y)
    return {"data__name": "rows.npz", "training__steps": 1}


@pytest.mark.parametrize(("train", "speaks"), [(4, False), (60, True)])
def test_few_training_examples_differ_from_the_others_by_chance(tmp_path, train, speaks):
    """Four of them by half a standard deviation, which is their standard error."""
    tables = ran(tmp_path, training__steps=2).tables
    given = tables | {"variants": tables["variants"].assign(train=train, shift=0.55)}
    assert ("parts differ" in {told.rule for told in verdicts(given)}) == speaks


@pytest.mark.parametrize(("shuffled", "spoke"), [(False, {"class missing", "parts differ"}), (True, set())])
def test_sorted_classes_are_told_with_what_mixes_them(tmp_path, shuffled, spoke):
    """The last of four has a share of 0, and of 1: 1/√(¼ · ¾) = 2.31."""
    changed = saved(tmp_path, np.repeat([0, 1, 2, 3], 100))
    found = spoken(tmp_path, **changed, data__train=300, data__test=100, data__shuffle=shuffled)
    assert set(found) & {"class missing", "parts differ"} == spoke
    if spoke:
        told = found["class missing"].sentence
        assert told.startswith("class missing: 1 of the 4 classes has no training example")
        assert told.endswith("; try data.shuffle = true, which mixes the rows before they are parted")
        assert "the share of a class changes by 2.31 standard deviations" in found["parts differ"].sentence


@pytest.mark.parametrize(("tests", "speaks"), [(100, True), (99, False)])
def test_sorted_numbers_are_told_where_enough_examples_test(tmp_path, tests, speaks):
    changed = saved(tmp_path, np.linspace(-1, 1, 400))
    numbers = {"network__output": "identity", "network__cost": "quadratic"}
    found = spoken(tmp_path, **changed, **numbers, data__train=300, data__test=tests)
    assert ("parts differ" in found) == speaks
    if speaks:
        assert found["parts differ"].value == pytest.approx(1 / np.sqrt(1 / 3), rel=0.01)
