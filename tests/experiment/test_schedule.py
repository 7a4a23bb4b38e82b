import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.schedule import MOST_HISTOGRAMS, MOST_READINGS, MOST_TESTS, schedule, spread

EVERY = st.one_of(st.sampled_from(["auto", "log"]), st.integers(1, 3000))


@given(st.integers(1, 100_000), EVERY)
def test_the_first_and_the_last_are_read_and_histograms_and_tests_are_few_of_the_readings(steps, every):
    made = schedule(steps, every)
    at = made.steps
    assert at[0] == 0
    assert at[-1] == steps
    assert np.all(np.diff(at) > 0)
    assert at.dtype == np.int64
    for numbers, most in ((made.histograms, MOST_HISTOGRAMS), (made.tests, MOST_TESTS)):
        assert len(numbers) == min(len(at), most)
        assert (numbers[0], numbers[-1]) == (0, len(at) - 1)
        assert np.all(np.diff(numbers) > 0)


@given(st.integers(1, 100_000))
def test_auto_reads_as_often_as_a_hundred_readings_allow(steps):
    at = schedule(steps, "auto").steps
    assert len(at) <= MOST_READINGS == 100
    stride = int(at[1])
    assert stride == 1 or len({*range(0, steps, stride - 1), steps}) > MOST_READINGS


@pytest.mark.parametrize(
    ("steps", "every", "expected"),
    [
        (1, "auto", [0, 1]),
        (99, "auto", [*range(100)]),
        (100, "auto", [*range(0, 101, 2)]),
        (500, "auto", [*range(0, 500, 6), 500]),
        (6, 2, [0, 2, 4, 6]),
        (7, 3, [0, 3, 6, 7]),
        (3, 1, [0, 1, 2, 3]),
        (3, 10, [0, 3]),
        (8, "log", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_by_example(steps, every, expected):
    assert schedule(steps, every).steps.tolist() == expected


def test_log_grows_geometrically():
    at = schedule(1_000_000, "log").steps
    assert len(at) <= 101
    late = at[at > 1000].astype(float)
    np.testing.assert_allclose(late[1:] / late[:-1], 1e6 ** (1 / 99), rtol=1e-3)


def test_spread_is_even():
    assert spread(5, 12).tolist() == [*range(5)]
    assert spread(101, 11).tolist() == [*range(0, 101, 10)]
