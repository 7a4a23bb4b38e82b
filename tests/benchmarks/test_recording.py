from itertools import islice

import pytest

from lab.experiment.variants import load
from lab.runs.preparation import prepared
from tests.benchmarks import recording
from tests.benchmarks.recording import CASES, QUANTITIES, rows
from tests.benchmarks.workloads import W1


@pytest.mark.parametrize("word", ["default", "all"])
def test_a_name_stands_for_what_an_experiment_records_under_it(written, word):
    [(_, training)] = prepared(load(written(), {"record.quantities": [word]})).made
    assert QUANTITIES[word] == training.recording.columns


def test_each_column_is_measured_with_the_quantities_of_its_heading(monkeypatch):
    """With made-up times: a course takes 1 µs a step, and one more for each quantity that it reads."""
    made_up = lambda workload, times, columns, every=1: (1 + len(columns)) * times * W1.steps  # noqa: E731
    monkeypatch.setattr(recording, "course", made_up)
    monkeypatch.setattr(recording, "side_by_side", lambda functions, repetitions: functions)
    names = "norms (3)", "default but percentiles (17)", "default (22)", "all (36)"
    head, first = islice(rows(), 2)
    assert head == ("network, batch", "steps", "a step, µs", *names)
    assert first == (str(W1), str(CASES[0][1] * W1.steps), "1", "300%", "1700%", "2200%", "3600%")
