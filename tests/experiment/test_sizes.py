import pytest

from lab.errors import size_text
from lab.experiment import sizes
from lab.experiment.schema import Experiment
from lab.experiment.sizes import check_against_data, check_sizes, check_tables, free_memory
from lab.network.parameters import count


def settings(**tables):
    given = {"data": {"name": "digits"}, "network": {"hidden": [30, 20]}, **tables}
    return Experiment.model_validate(given)


@pytest.fixture
def memory(monkeypatch):
    return lambda free: monkeypatch.setattr(sizes, "free_memory", lambda: free)


def test_free_memory_is_what_the_kernel_says(monkeypatch, tmp_path):
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemFree: 1 kB\nMemAvailable:   5 kB\n")
    monkeypatch.setattr(sizes, "_MEMORY", tmp_path / "meminfo")
    assert free_memory() == 5 * 1024
    monkeypatch.setattr(sizes, "_MEMORY", tmp_path / "none")
    assert free_memory() is None


@pytest.mark.parametrize(("dtype", "item"), [("float64", 8), ("float32", 4)])
def test_a_network_that_just_fits_is_let_through(dtype, item, memory):
    small = settings(training={"dtype": dtype})
    needed = count((64, 30, 20, 10)) * 3 * item
    memory(needed)
    assert check_sizes(small, 64, 10) == []
    memory(needed - 1)
    (finding,) = check_sizes(small, 64, 10)
    assert finding.key == ("network", "hidden")
    assert finding.message.startswith(
        f"2780 parameters a trial need about {size_text(needed)} of memory (weights, "
    )


def test_unknown_memory_refuses_nothing_but_too_many_layers(memory):
    memory(None)
    assert check_sizes(settings(network={"hidden": [10**9]}), 64, 10) == []
    (finding,) = check_sizes(settings(network={"hidden": [1] * 10_001}), 64, 10)
    assert finding.message.startswith("10001 layers are more than 10000; 20085 parameters a trial")


@pytest.mark.parametrize(("every", "readings"), [("auto", 100), ("log", 100), (1, 601), (100, 7)])
def test_rows_of_the_table_of_layers(every, readings, memory):
    memory(0)
    one = settings(
        data={"name": "digits", "train": 95}, training={"batch": 10, "epochs": 60}, record={"every": every}
    )
    (finding,) = check_tables(one, variants=4)
    rows = 4 * 10 * readings * 3
    assert finding.message.startswith(
        f"the table of layers would have {rows} rows (4 variants × 10 seeds × {readings} readings × 3 layers)"
    )
    assert finding.message.endswith(
        "iB of memory, and 0 bytes are free; record less often with record.every, or take fewer seeds or "
        "variants"
    )
    memory(rows * 200)
    assert check_tables(one, variants=4) == []


@pytest.mark.parametrize(("every", "steps", "readings"), [("auto", 5000, 12), (1000, 3000, 4), (1, 1, 2)])
def test_rows_of_the_table_of_neurons_if_it_is_asked_for(every, steps, readings, monkeypatch):
    asked = settings(record={"every": every, "neurons": True}, training={"steps": steps})
    rows = 4 * 10 * readings * 51
    monkeypatch.setattr(sizes, "MOST_NEURON_ROWS", rows)
    assert check_tables(asked, variants=4) == []
    monkeypatch.setattr(sizes, "MOST_NEURON_ROWS", rows - 1)
    assert check_tables(settings(training={"steps": steps}), variants=4) == []
    (finding,) = check_tables(asked, variants=4)
    assert finding.key == ("record", "neurons")
    assert finding.message == (
        f"the table of neurons would have at least {rows} rows (4 variants × 10 seeds × "
        f"{readings} readings × 51 neurons), more than {rows - 1}; expected fewer seeds, variants or neurons"
    )


def test_a_batch_as_large_as_the_data_is_right():
    assert check_against_data(settings(training={"batch": 50}), 50) == []
    assert check_against_data(settings(), 1) == []
    (finding,) = check_against_data(settings(training={"batch": 51}), 50)
    assert finding.key == ("training", "batch")
