"""What the kernel tells of a pass; its numbers are held to the probes where they are read."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lab.activations.catalogue import examples
from lab.network.backprop import Network
from lab.network.compiled import Engine
from lab.network.compiled_reading import RANKS, STATISTICS, EngineReading
from lab.network.costs import Quadratic
from lab.network.kernel import library
from lab.network.kernel.library import functions
from lab.network.optimisers import Descent
from lab.network.parameters import parameters
from tests.network.test_compiled import SIZES, Case, N

if functions(np.dtype("f8")) is None:
    pytest.skip("the kernel was not built here", allow_module_level=True)


MARKS = np.random.default_rng(2).normal(size=N)


def test_the_kernel_and_its_reader_know_as_many_numbers():
    assert functions(np.dtype("f8")).statistics == len(STATISTICS)
    header = Path(library.__file__).with_name("ranks.h").read_text(encoding="utf-8")
    assert re.findall(r"RANKS = (\d+)", header) == [str(RANKS)]


def test_other_ranks_than_the_kernel_reads_are_refused():
    case = Case()
    engine = Engine(case.network, case.optimiser, case.eta, case.decay, case.theta, case.x, case.y)
    layers = len(SIZES) - 1
    ranks = np.zeros((layers, RANKS + 2), np.int64)
    told = ([0.1] * layers, [0.0] * layers, 0.1, [3] * layers, ranks, False, True, MARKS, 1e-12)
    with pytest.raises(AssertionError, match="other ranks"):
        EngineReading(engine, N, *told)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_trial_has_the_same_bits_alone_and_a_reading_can_be_taken_back(dtype):
    case = Case(optimiser="adam", dtype=dtype)
    engine = Engine(case.network, case.optimiser, case.eta, case.decay, case.theta, case.x, case.y)
    starts, order = case.order(4)
    engine.run(1, starts, order)
    together, before = made(engine), (engine._theta.copy(), engine._state.copy())
    step = np.array([0, together.m])
    engine.keep()
    together.watch(5, 1, step, order, planned=True)
    assert not np.array_equal(engine._theta, before[0])
    engine.rewind()
    np.testing.assert_array_equal(engine._theta, before[0])
    np.testing.assert_array_equal(engine._state, before[1])
    engine._theta[0] = engine._theta[2]
    engine._state[:, 0] = engine._state[:, 2]
    again = made(engine)
    again.watch(5, 1, step, np.ascontiguousarray(order[[2, 1, 0]]), planned=True)
    for name, values in together.found.items():
        np.testing.assert_array_equal(again.found[name][0], values[2], err_msg=name)
        assert np.isfinite(values).all()


def made(engine):
    layers = len(SIZES) - 1
    ranks = np.tile(np.arange(3), (layers, 1))
    marks = MARKS.astype(engine.dtype)
    told = ([0.1] * layers, [0.0] * layers, 0.1, [3] * layers, ranks, False, True, marks, 1e-12)
    return EngineReading(engine, 7, *told)


def test_given_examples_are_those_of_the_training_where_they_are_the_same():
    case = Case()
    engine = Engine(case.network, case.optimiser, case.eta, case.decay, case.theta, case.x, case.y)
    layers = len(SIZES) - 1
    ranks = np.tile(np.arange(3), (layers, 1))
    told = ([0.1] * layers, [0.0] * layers, 0.1, [2] * layers, ranks, False, True, MARKS, 1e-12)
    own = EngineReading(engine, N, *told, given=(case.x, case.y))
    engine.keep()
    own.watch(1, 1, np.array([0, N]), None)
    engine.rewind()
    by_order = EngineReading(engine, N, *told)
    by_order.watch(1, 1, np.array([0, N]), np.tile(np.arange(N), (len(case.theta.vector), 1)))
    for name, values in own.found.items():
        np.testing.assert_array_equal(by_order.found[name], values, err_msg=name)
    np.testing.assert_array_equal(own.z, by_order.z)
    np.testing.assert_array_equal(own.ranked, by_order.ranked)


def ranked(values, ranks):
    """The numbers of (m, n) values at these ranks and the next, as the kernel finds those of a layer's a."""
    m, n = values.shape
    network = Network((m, n), (examples()["identity"],), Quadratic())
    theta = parameters((m, n), 1, values.dtype)
    theta.w[1][...], theta.b[1][...] = values.T, 0
    x, y = np.hstack([np.eye(m), np.ones((m, 1))]).astype(values.dtype), np.zeros((m, n), values.dtype)
    engine = Engine(network, Descent(), 0.1, 0.0, theta, x, y)
    told = ([0.0], [0.0], 0.1, [1], ranks[None], False, False, np.ones(m, values.dtype), 1e-12)
    reading = EngineReading(engine, m, *told)
    reading.watch(1, 1, np.array([0, m]), None)
    return reading.ranked[0, 0, 1]


def of_sorted(values, ranks):
    """The same by sorting; the largest number has no next one, and stands twice."""
    last = values.size - 1
    return np.sort(values, axis=None)[np.stack([ranks, np.minimum(ranks + 1, last)], axis=-1)]


def some_values(width):
    """Values of all sizes, with many that are equal or nearly so."""
    finite = st.floats(allow_nan=False, allow_infinity=False, width=width)
    kinds = finite | st.integers(-3, 3).map(float) | st.sampled_from([0.0, -0.0, 1.0, float(np.float32(0.1))])
    shapes = st.tuples(st.integers(1, 40), st.integers(1, 20))
    return arrays(f"f{width // 8}", shapes, elements=kinds, fill=st.nothing() | finite)


@given(values=some_values(32) | some_values(64), data=st.data())
def test_the_numbers_at_any_ranks_are_those_of_sorted_values(values, data):
    ranks = data.draw(arrays(np.int64, 3, elements=st.integers(0, values.size - 1)))
    np.testing.assert_array_equal(ranked(values, ranks), of_sorted(values, ranks))


def of_the_sample(n):
    """Which of n values the kernel looks at first, in vectors of 16, 8, 4 or 2."""
    gaps = np.concatenate([[0], 1 + 7 * np.arange(n) % 29])
    starts = np.multiply.outer([16, 8, 4, 2], gaps.cumsum())
    chosen = np.zeros(n + 16, bool)
    for width, at in zip([16, 8, 4, 2], starts, strict=True):
        chosen[np.add.outer(at[at < n], np.arange(width))] = True
    return chosen[:n]


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize(
    "kind",
    [
        "smooth",
        "clustered",
        "mostly zero",
        "of all sizes",
        "few apart",
        "in order",
        "rows alike",
        "misleading",
    ],
)
def test_and_of_many_values(dtype, kind):
    rng, shape = np.random.default_rng(3), (250, 120)
    normal = rng.normal(size=shape)
    values = {
        "smooth": normal,
        "clustered": rng.integers(-3, 3, shape) + 1e-6 * normal,
        "mostly zero": np.maximum(normal - 0.5, 0),
        "of all sizes": normal * 10.0 ** rng.integers(-44, 38, shape),
        "few apart": np.where(rng.random(shape) < 1e-4, normal, 1.0),
        "in order": np.sort(normal, axis=None).reshape(shape),
        "rows alike": np.repeat(normal[:, :1], shape[1], axis=1),
        "misleading": normal + 1000 * of_the_sample(normal.size).reshape(shape),
    }[kind].astype(dtype)
    for ranks in np.array([[0, 15000, 29998], [599, 14999, 29399], [29999, 7, 7]]):
        found = ranked(values, ranks)
        np.testing.assert_array_equal(found, of_sorted(values, ranks))
        assert not np.signbit(found[found == 0]).any()
