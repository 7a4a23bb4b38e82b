import numpy as np
import pytest

from lab.activations.formula.float_graph import FloatGraph
from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import Expression


@pytest.fixture
def z() -> Expression:
    return FloatGraph().z()


@pytest.fixture
def agrees():
    """Hold a formula to a function of one's own, at numbers on both sides of 0 and of ±1."""

    def check(text, function, **parameters):
        z = np.array([-30.0, -7.5, -2.0, -1.25, -1.0, -0.75, -0.1, 0.1, 0.6, 1.0, 1.5, 3.0, 8.0, 25.0])
        with np.errstate(all="ignore"):
            expected = function(z)
        value = Formula(text, tuple(parameters.items()))(z)
        np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-300)

    return check
