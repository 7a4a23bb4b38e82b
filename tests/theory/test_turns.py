"""Where quadrature has to look for what is narrow."""

import numpy as np
import pytest

import lab
from lab.theory.turns import around, turns


@pytest.mark.parametrize(
    "name", ["tanh", "gelu", "sin", "relu", "hard-tanh", "z**3", "tanh(z - 2)", "gelu-sinc", "snake"]
)
def test_of_what_turns_slowly_there_are_kinks_alone(name):
    sigma = lab.activation(name)
    assert turns(sigma) == sigma.kinks


@pytest.mark.parametrize(
    ("sigma", "place"),
    [
        (lab.activation("tanh(1e6*(z - 1.5))"), 1.5),
        (lab.activation(derivative="1/(1 + 1e8*(z - 2.3)**2)"), 2.3),
        (lab.activation("floored", inner="tanh(1e6*(z - 1.5))"), 1.5),
        (lab.activation("tanh(z - 3000)"), 3000.0),
    ],
    ids=str,
)
def test_a_sharp_turn_has_its_places(sigma, place):
    found = np.array(turns(sigma))
    assert np.abs(found - place).min() == 0
    assert (found < place).sum() > 3 < (found > place).sum()


def test_of_many_places_few_are_left_where_a_normal_makes_them_smooth():
    places, deviations = np.linspace(-1, 1, 1001), np.array([-3.0, 0.0, 3.0])
    assert len(around(places, 1.0, deviations)) < 40
    assert len(around(places[:5], 1.0, deviations)) == 15
    assert len(around(places, 0.0, deviations)) == 3003
