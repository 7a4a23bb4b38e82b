"""What the header of an export says of where it is wrong."""

import re
from itertools import pairwise

import pytest

import lab
from lab.bridge.exported import Exported


def places(line):
    return [tuple(map(float, ends)) for ends in re.findall(r"\[(\S+), (\S+)\]", line)]


def test_a_large_value_that_is_computed_as_0_is_not_said_to_be_0_too_early():
    found = Exported(lab.activation("sqrt(1 + z**2) - 1")).lost
    (told,) = [line for line in found if line.startswith("in float64 σ is ")]
    assert told.startswith("in float64 σ is computed as 0 for z in [-inf, -3.5")
    assert not any("early" in line for line in found)


@pytest.mark.parametrize("text", ["cosh(z)/exp(abs(z))", "z/(1 + abs(z))"])
def test_intervals_that_touch_are_one(text):
    for count in (1, 3):
        for line in Exported(lab.activation(text), count=count).lost:
            found = places(line)
            assert all(one[1] < other[0] for one, other in pairwise(found)), line


def test_roots_with_open_parameters_cancel_nowhere():
    lost = Exported(lab.activation("squareplus"), learn=True).lost
    assert lost
    assert not [line for line in lost if "σ has lost" in line or "σ′ is computed as 0" in line]


def test_the_name_of_a_class_is_that_of_its_activation():
    found = {name: Exported(lab.activation(name)).name for name in ("relu", "leaky-relu", "sigmoid")}
    assert found == {"relu": "relu", "leaky-relu": "leaky_relu", "sigmoid": "sigmoid"}
