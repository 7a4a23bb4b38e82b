"""The plan of a small experiment."""

import pytest

from lab.experiment.variants import load


@pytest.fixture
def plan(small):
    return load(small)
