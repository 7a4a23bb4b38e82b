import pytest

from lab.figures.panels import chosen, ticks


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, [1]), (12, [*range(1, 13)]), (13, [1, 3, 5, 7, 9, 11, 13]), (30, [*range(1, 31, 3)])],
)
def test_ticks_stand_evenly(count, expected):
    assert ticks(range(1, count + 1)) == expected


def test_of_many_layers_the_first_and_the_last_are_shown():
    assert chosen(range(1, 101), 5) == [1, 26, 51, 75, 100]
    assert chosen(range(1, 5), 5) == [1, 2, 3, 4]
