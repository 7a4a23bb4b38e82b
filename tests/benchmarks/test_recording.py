from itertools import islice

import pytest

from lab.experiment.variants import load
from lab.runs.preparation import prepared
from tests.benchmarks import recording
from tests.benchmarks.recording import QUANTITIES, rows


@pytest.mark.parametrize("word", ["default", "all"])
def test_a_name_stands_for_what_an_experiment_records_under_it(written, word):
    [(_, training)] = prepared(load(written(), {"record.quantities": [word]})).made
    assert QUANTITIES[word] == training.recording.columns


def test_each_column_is_measured_with_the_quantities_of_its_heading(monkeypatch):
    """With made-up times: a step takes as long as it has quantities."""
    monkeypatch.setattr(recording, "read_every_step", lambda workload, trials, columns: len(columns))
    monkeypatch.setattr(recording, "lab", lambda workload, dtype, trials: 1)
    monkeypatch.setattr(recording, "side_by_side", lambda functions: functions)
    head, first = islice(rows(), 2)
    assert head == ("network, batch", "trials", "a step, µs", "norms (3)", "default (22)", "all (36)")
    assert first == ("784-30-30-10, 10", "1", "1", "200%", "2100%", "3500%")
