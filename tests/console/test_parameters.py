import pytest

from lab.console.parameters import named_values
from lab.errors import LabError


def test_numbers_are_numbers_and_other_words_are_names():
    found = named_values(["a=0.1", "inner=tanh", "b=1e-3", "c=1:2", "d=own.py:Mine"])
    assert found == {"a": 0.1, "inner": "tanh", "b": 1e-3, "c": (1.0, 2.0), "d": "own.py:Mine"}


@pytest.mark.parametrize("word", ["a", "=1", "a=", "a=1:2:3"])
def test_a_word_without_its_half_is_refused(word):
    with pytest.raises(LabError, match=r"-p .*: expected NAME=VALUE"):
        named_values([word])
