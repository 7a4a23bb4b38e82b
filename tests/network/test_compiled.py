"""The compiled engine against the readable one: the same steps, and the same bits whatever is beside them."""

import gc
import weakref
from hashlib import sha256
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.activations.catalogue import examples
from lab.activations.logistic import Sigmoid
from lab.network.backprop import Network, backward, forward
from lab.network.buffers import make_batch
from lab.network.compiled import Engine, refusal, slower_compiled
from lab.network.costs import TABLE as COSTS
from lab.network.costs import Quadratic
from lab.network.kernel.library import functions
from lab.network.optimisers import TABLE as OPTIMISERS
from lab.network.optimisers import Descent
from lab.network.parameters import as_parameters, parameters
from lab.parts import Optimiser
from tests.network.kinds import KINDS, by_the_kernel_of

if functions(np.dtype("f8")) is None:
    pytest.skip("the kernel was not built here", allow_module_level=True)

SIGMAS = examples()
KNOWN = [
    name
    for name, sigma in SIGMAS.items()
    if not refusal(Network((1, 1), (sigma,), Quadratic()), Descent(), np.dtype("f8"))
]
"""The activations that the kernel has every operation of."""

SOME_SIZES = st.lists(st.integers(1, 70), min_size=2, max_size=5).map(tuple)
SIZES = (5, 7, 18, 3)
N, BATCH = 23, 10

IN_THE_KERNEL = ("quadratic", "cross-entropy", "softmax-cross-entropy")
"""The costs that it has."""


class Case:
    """A network with weights and n examples, and some steps of both engines from the same start."""

    def __init__(
        self,
        sigma="tanh",
        cost="quadratic",
        optimiser="descent",
        dtype="f8",
        trials=3,
        floor=0.0,
        sizes=SIZES,
        n=N,
        batch=BATCH,
    ):
        output = "identity" if cost == "softmax-cross-entropy" else "sigmoid"
        sigmas = (SIGMAS[sigma],) * (len(sizes) - 2) + (SIGMAS[output],)
        self.network = Network(sizes, sigmas, COSTS[cost](), floor)
        self.optimiser = OPTIMISERS[optimiser]()
        rng = np.random.default_rng(0)
        self.theta = parameters(sizes, trials, dtype)
        for l, w in self.theta.w.items():
            w[...] = rng.normal(size=w.shape) / np.sqrt(sizes[l - 1])
            self.theta.b[l][...] = 0.3 * rng.normal(size=self.theta.b[l].shape)
        x, y = rng.normal(size=(n, sizes[0])), rng.random((n, sizes[-1]))
        self.x = np.hstack([x, np.ones((n, 1))]).astype(dtype)
        self.y = (y / y.sum(axis=1, keepdims=True)).astype(dtype)
        self.eta, self.decay, self.batch = 0.1, 0.001, batch

    def order(self, steps):
        """Where the batches begin, of which the last of an epoch may be ragged, and the examples in them."""
        rng, (trials, n) = np.random.default_rng(1), (len(self.theta.vector), len(self.x))
        rows = [np.concatenate([rng.permutation(n) for _ in range(steps)]) for _ in range(trials)]
        bounds = [epoch * n + first for epoch in range(steps) for first in range(0, n, self.batch)]
        return np.array([*bounds, steps * n])[: steps + 1], np.array(rows)

    def engine(self, trials=slice(None)):
        theta = as_parameters(self.theta.vector[trials].copy(), self.network.sizes)
        return Engine(self.network, self.optimiser, self.eta, self.decay, theta, self.x, self.y)

    def by_numpy(self, steps):
        """θ after some steps of the readable core."""
        sizes = self.network.sizes
        theta = as_parameters(self.theta.vector.copy(), sizes)
        gradient, update = (parameters(sizes, len(theta.vector), self.x.dtype) for _ in range(2))
        state = self.optimiser.initial(theta.vector)
        decay = parameters(sizes, 1, self.x.dtype)
        for w in decay.w.values():
            w[...] = -self.decay
        bounds, rows = self.order(steps)
        for step in range(steps):
            chosen = rows[:, bounds[step] : bounds[step + 1]]
            p = make_batch(sizes, len(theta.vector), chosen.shape[1], self.x.dtype)
            p.a1[0].mT[...], p.y.mT[...] = self.x[chosen], self.y[chosen]
            with np.errstate(all="ignore"):
                forward(self.network, theta, p)
                backward(self.network, theta, p, gradient)
            self.optimiser.step(state, gradient.vector, self.eta, step + 1, out=update.vector)
            theta.vector[...] += update.vector + decay.vector * theta.vector
        return theta.vector

    def by_the_engine(self, steps, cuts=(), trials=slice(None)):
        """θ after some steps of the engine, in calls that end at ``cuts``."""
        engine, (bounds, rows) = self.engine(trials), self.order(steps)
        rows = np.ascontiguousarray(rows[trials])
        ends = [0, *cuts, steps]
        for first, last in pairwise(ends):
            engine.run(first + 1, bounds[first : last + 1].copy(), rows)
        found = parameters(self.network.sizes, len(rows), self.x.dtype)
        engine.store(found)
        return found.vector


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("sigma", KNOWN)
def test_one_step_of_every_sigma(sigma, dtype):
    case = Case(sigma, dtype=dtype)
    allowed = 8 * np.finfo(dtype).eps * abs(case.theta.vector).max()
    np.testing.assert_allclose(case.by_the_engine(1), case.by_numpy(1), rtol=0, atol=allowed)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize(("cost", "optimiser"), list(product(IN_THE_KERNEL, OPTIMISERS)))
def test_one_step_and_fifty_of_every_cost_and_optimiser(cost, optimiser, dtype):
    case, eps = Case(cost=cost, optimiser=optimiser, dtype=dtype), np.finfo(dtype).eps
    # Adam and RMSProp divide a gradient by its own size: what is lost in a small one is seen in full.
    one, fifty = (8, 500) if optimiser in ("descent", "momentum", "nesterov") else (1000, 1e5)
    np.testing.assert_allclose(case.by_the_engine(1), case.by_numpy(1), rtol=0, atol=one * eps)
    np.testing.assert_allclose(case.by_the_engine(50), case.by_numpy(50), rtol=0, atol=fifty * eps)


@given(
    sizes=SOME_SIZES,
    n=st.integers(1, 150),
    batch=st.integers(1, 150),
    dtype=st.sampled_from(["f4", "f8"]),
    cost=st.sampled_from(IN_THE_KERNEL),
    optimiser=st.sampled_from(["descent", "momentum", "nesterov"]),
    trials=st.integers(1, 3),
)
def test_steps_of_any_sizes_and_batches(sizes, n, batch, dtype, cost, optimiser, trials):
    case = Case("silu", cost, optimiser, dtype, trials, sizes=sizes, n=n, batch=batch)
    steps = min(2 * -(-n // batch), 4)
    together, expected = case.by_the_engine(steps), case.by_numpy(steps)
    np.testing.assert_allclose(
        together, expected, rtol=0, atol=100 * np.finfo(dtype).eps * abs(expected).max()
    )
    np.testing.assert_array_equal(case.by_the_engine(steps, trials=slice(trials - 1, None)), together[-1:])


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_surrogate_floor(dtype):
    case = Case("sigmoid", floor=0.3, dtype=dtype)
    found = case.by_the_engine(3)
    np.testing.assert_allclose(found, case.by_numpy(3), rtol=0, atol=50 * np.finfo(dtype).eps)
    assert np.abs(found - Case("sigmoid", dtype=dtype).by_the_engine(3)).max() > 1e-3


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_a_trial_has_the_same_bits_in_a_stack_and_alone_and_in_any_calls(optimiser, dtype):
    case = Case("gelu", optimiser=optimiser, dtype=dtype)
    together = case.by_the_engine(7)
    np.testing.assert_array_equal(case.by_the_engine(7, cuts=(1, 4)), together)
    for trial in range(3):
        alone = case.by_the_engine(7, trials=slice(trial, trial + 1))
        np.testing.assert_array_equal(alone, together[[trial]])


GOLDEN = {
    ("tanh", "descent", "f4"): "e3f58e3f7d14a6eacff0958e24f7a48b",
    ("gelu", "adam", "f4"): "33f6876b44c3d6871a3d01be91b1b795",
    ("sigmoid", "momentum", "f8"): "f647ec472c93a1e9aeaebc81402005f0",
    ("softplus", "rmsprop", "f8"): "122553d1abe98d875a66a8fbb102be00",
}
"""The first half of the sha256 of θ after 20 steps: the same on every processor, by every compiler."""


@pytest.mark.parametrize("case", GOLDEN)
def test_the_bits_are_the_same_everywhere(case):
    sigma, optimiser, dtype = case
    found = Case(sigma, optimiser=optimiser, dtype=dtype).by_the_engine(20)
    assert sha256(found.astype(found.dtype.newbyteorder("<")).tobytes()).hexdigest()[:32] == GOLDEN[case]


@given(
    sizes=SOME_SIZES,
    n=st.integers(1, 90),
    batch=st.integers(1, 90),
    dtype=st.sampled_from(["f4", "f8"]),
    cost=st.sampled_from(IN_THE_KERNEL),
    sigma=st.sampled_from(["softclip", "golu", "gelu-tanh", "tanh"]),
)
def test_every_kind_of_processor_has_the_same_bits(sizes, n, batch, dtype, cost, sigma):
    case = Case(sigma, cost, "rmsprop", dtype, sizes=sizes, n=n, batch=batch)
    found = []
    for kind in KINDS:
        with by_the_kernel_of(kind):
            found.append(case.by_the_engine(3))
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


@given(sizes=SOME_SIZES, n=st.integers(1, 90), cost=st.sampled_from(IN_THE_KERNEL))
def test_where_there_is_no_neuron_the_weights_stay_0(sizes, n, cost):
    case = Case(cost=cost, sizes=sizes, n=n)
    engine, (bounds, rows) = case.engine(), case.order(3)
    engine.run(1, bounds, rows)
    for block, _ in engine._beside(engine._theta, case.theta.vector):
        block[...] = 0
    assert not engine._theta.any()


@pytest.mark.parametrize("sigma", ["tanh", "telu"])
def test_outputs_of_examples(sigma):
    case = Case(sigma)
    z, a = case.engine().outputs(case.x)
    p = make_batch(SIZES, 3, N, "f8")
    p.a1[0].mT[...] = case.x
    forward(case.network, case.theta, p)
    np.testing.assert_allclose(z, p.z[3], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(a, p.a[3], rtol=1e-12)


def test_where_floats_run_over_sigma_is_computed_with_more_room():
    case = Case("telu", dtype="f4", trials=1)
    case.x[:, 0] = 300
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(case.by_the_engine(1), case.by_numpy(1), rtol=1e-5, atol=1e-5)
    assert np.isfinite(case.by_the_engine(1)).all()


class Mine(Optimiser):
    def step(self, state, gradient, eta, number, out):
        out[...] = 0


def test_an_engine_that_is_done_with_is_gone_with_its_weights():
    gc.disable()
    try:
        engine = Case().engine()
        gone = weakref.ref(engine)
        del engine
        assert gone() is None
    finally:
        gc.enable()


def test_what_the_kernel_cannot_do_has_a_reason():
    network = Network((2, 1), (Sigmoid(),), Quadratic())
    assert refusal(network, Descent(), np.dtype("f8")) is None
    assert "Mine" in refusal(network, Mine(), np.dtype("f8"))
    assert "f2" in refusal(network, Descent(), np.dtype("f2")) or "float16" in refusal(
        network, Descent(), np.dtype("f2")
    )
    for name in COSTS.keys() - IN_THE_KERNEL:
        other = Network((2, 1), (Sigmoid(),), COSTS[name]())
        assert refusal(other, Descent(), np.dtype("f8")) == f"the kernel has no cost {COSTS[name].__name__}"
    knots = Network((2, 1), (SIGMAS["knots"],), Quadratic())
    assert "has no formula" in refusal(knots, Descent(), np.dtype("f8"))


def test_a_network_deeper_than_the_kernel_has_room_for_is_left_to_numpy():
    case = Case(sizes=(2,) * 256, n=4, batch=2)
    np.testing.assert_allclose(case.by_the_engine(2), case.by_numpy(2), rtol=0, atol=1e-14)
    deeper = Case(sizes=(2,) * 257).network
    assert refusal(deeper, Descent(), np.dtype("f8")) == "the kernel has 255 layers at most"


def test_wide_layers_at_many_examples_stay_with_numpy():
    wide = Network((784, 1000, 10), (Sigmoid(), Sigmoid()), Quadratic())
    assert slower_compiled(wide, Descent(), 10, np.dtype("f4")) is None
    assert "784000 weights" in slower_compiled(wide, Descent(), 128, np.dtype("f4"))
