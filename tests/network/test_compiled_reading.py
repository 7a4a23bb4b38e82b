"""What the kernel tells of a pass; its numbers are held to the probes where they are read."""

import numpy as np
import pytest

from lab.network.compiled import Engine
from lab.network.compiled_reading import STATISTICS, EngineReading
from lab.network.kernel.library import functions
from tests.network.test_compiled import SIZES, Case, N

if functions(np.dtype("f8")) is None:
    pytest.skip("the kernel was not built here", allow_module_level=True)


MARKS = np.random.default_rng(2).normal(size=N)


def test_the_kernel_and_its_reader_know_as_many_numbers():
    assert functions(np.dtype("f8")).statistics == len(STATISTICS)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_trial_has_the_same_bits_alone_and_a_reading_changes_nothing(dtype):
    case = Case(optimiser="adam", dtype=dtype)
    engine = Engine(case.network, case.optimiser, case.eta, case.decay, case.theta, case.x, case.y)
    starts, order = case.order(4)
    engine.run(1, starts, order)
    together, before = (
        made(engine),
        engine._theta.copy(),
    )
    together.measure(order)
    together.measure(order, planned=5)
    np.testing.assert_array_equal(engine._theta, before)
    engine._theta[0] = engine._theta[2]
    engine._state[:, 0] = engine._state[:, 2]
    again = made(engine)
    again.measure(order[[2, 1, 0]])
    again.measure(order[[2, 1, 0]], planned=5)
    for name, values in together.found.items():
        np.testing.assert_array_equal(again.found[name][0], values[2], err_msg=name)
        assert np.isfinite(values).all()


def made(engine):
    layers = len(SIZES) - 1
    told = ([0.1] * layers, [0.0] * layers, 0.1, [3] * layers, False, True, MARKS.astype(engine.dtype), 1e-12)
    return EngineReading(engine, 7, *told)


def test_given_examples_are_those_of_the_training_where_they_are_the_same():
    case = Case()
    engine = Engine(case.network, case.optimiser, case.eta, case.decay, case.theta, case.x, case.y)
    layers = len(SIZES) - 1
    told = ([0.1] * layers, [0.0] * layers, 0.1, [2] * layers, False, True, MARKS, 1e-12)
    own = EngineReading(engine, N, *told, given=(case.x, case.y))
    own.measure()
    by_order = EngineReading(engine, N, *told)
    by_order.measure(np.tile(np.arange(N), (len(case.theta.vector), 1)))
    for name, values in own.found.items():
        np.testing.assert_array_equal(by_order.found[name], values, err_msg=name)
    np.testing.assert_array_equal(own.z, by_order.z)
    for l in range(1, layers + 1):
        np.testing.assert_array_equal(own.slopes[l], by_order.slopes[l])
