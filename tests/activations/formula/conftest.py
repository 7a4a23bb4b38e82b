import pytest

from lab.activations.formula.float_graph import FloatGraph
from lab.activations.formula.graph import Expression


@pytest.fixture
def z() -> Expression:
    return FloatGraph().z()
