"""The four equations one by one, the whole gradient, and what holds to the last bit."""

from dataclasses import replace
from functools import cache
from itertools import cycle, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.activations import catalogue
from lab.activations.catalogue import TABLE
from lab.activations.floored import Floored
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import ReLU
from lab.network import costs
from lab.network.backprop import Network, cost
from lab.network.buffers import make_pass
from lab.network.costs import CrossEntropy, Quadratic, SoftmaxCrossEntropy
from lab.network.parameters import as_parameters, count, parameters
from lab.testing import directional_derivatives
from tests.network.passes import again, drawn, ran, run

GELU = TABLE["gelu"]
Identity = TABLE["identity"]
Softplus = TABLE["softplus"]

SIGMAS = catalogue.examples() | {"floored ReLU": Floored(ReLU())}
HIDDEN = {name: sigma for name, sigma in SIGMAS.items() if name != "exponential"}
"""The exponential of an exponential is soon no number."""
CERTAIN = ("hard-sigmoid", "hard-sigmoid-keras-2", "sparse-sigmoid", "step", "softclip", "cloglog")
"""Outputs that can be 0 and 1, where the cross-entropy is infinite."""
COSTS = {name: part() for name, part in costs.TABLE.items()}
OUTPUT = {"cross-entropy": Sigmoid(), "softmax-cross-entropy": Identity()}


@st.composite
def nets(draw):
    """Sizes of depth 1 to 5, trials, examples and a seed."""
    below = draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    sizes = (*below, draw(st.integers(1, 4)))
    return sizes, draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(0, 2**32 - 1))


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@given(nets())
def test_forward_and_bp2_to_bp4(net):
    """z^l, a^l and σ′ upward; e^l and δ^l downward; and the gradient, whose columns of δ carry 1/m.

    z_j^l = Σ_k w_jk^l a_k^{l−1} + b_j^l, a_j^l = σ(z_j^l); e_j^l = Σ_k w_kj^{l+1} δ_k^{l+1},
    δ_j^l = e_j^l σ′(z_j^l); ∂C/∂b_j^l = Σ_i δ_ji^l, ∂C/∂w_jk^l = Σ_i a_ki^{l−1} δ_ji^l.
    """
    sizes, trials, m, seed = net
    network = Network(sizes, (Tanh(),) * (len(sizes) - 1), Quadratic())
    theta, x, _, p, gradient = ran(network, trials, m, seed)
    for t, l in product(range(trials), range(1, network.depth + 1)):
        below = x.T if l == 1 else p.a[l - 1][t]
        w, b, delta = theta.w[l][t], theta.b[l][t], p.delta[l][t]
        z = sum(w[:, k, None] * below[k] for k in range(sizes[l - 1])) + b
        np.testing.assert_allclose(p.z[l][t], z, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(p.a[l][t], np.tanh(z), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(p.slope[l][t], 1 / np.cosh(z) ** 2, rtol=1e-11)
        if l < network.depth:
            above = range(sizes[l + 1])
            arriving = sum(theta.w[l + 1][t, k, :, None] * p.delta[l + 1][t, k] for k in above)
            close(p.e[l][t], arriving)
            close(delta, arriving * Tanh().derivative(p.z[l][t]))
        close(gradient.b[l][t, :, 0], sum(delta[:, i] for i in range(m)))
        close(gradient.w[l][t], sum(delta[:, i, None] * below[:, i] for i in range(m)))


def by_cross_entropy(a, y):
    return (1 - y) / (1 - a) - y / a


@pytest.mark.parametrize(
    ("given_cost", "sigma", "gradient_by"),
    [
        (Quadratic(), Sigmoid(), np.subtract),
        (Quadratic(), Softplus(), np.subtract),
        (CrossEntropy(), Sigmoid(), by_cross_entropy),
        (SoftmaxCrossEntropy(), Identity(), lambda a, y: np.exp(a) / np.exp(a).sum() - y),
    ],
)
@given(net=nets())
def test_bp1(given_cost, sigma, gradient_by, net):
    """δ_j^L = ∂C/∂a_j^L σ′(z_j^L), of the mean over the m examples."""
    sizes, trials, m, seed = net
    network = Network(sizes, (*(Tanh(),) * (len(sizes) - 2), sigma), given_cost)
    _, _, y, p, _ = ran(network, trials, m, seed)
    L = network.depth
    for t in range(trials):
        partial = [gradient_by(p.a[L][t, :, i], y[i]) / m for i in range(m)]
        expected = np.transpose(partial) * sigma.derivative(p.z[L][t])
        np.testing.assert_allclose(p.delta[L][t], expected, rtol=1e-9, atol=1e-14)


@np.errstate(all="ignore")  # as in training: a σ may run through infinities on its way to a number
def check_gradient(network, trials, m, seed, directions):
    """⟨∇C, d⟩ in random directions against the complex step Im C(θ + ihd)/h."""
    theta, x, y = drawn(network.sizes, trials, m, seed)
    if isinstance(network.cost, SoftmaxCrossEntropy):
        y /= y.sum(axis=1, keepdims=True)
    rng = np.random.default_rng([seed, 1])
    for _ in range(directions):
        direction = rng.normal(size=theta.vector.shape)
        found, expected = directional_derivatives(network, theta, x, y, direction)
        scale = np.sqrt(count(network.sizes)) * 1e-12
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=scale)


@pytest.mark.parametrize(("name", "cost_name"), list(zip(HIDDEN, cycle(COSTS))))
def test_the_gradient_for_every_hidden_sigma(name, cost_name):
    output = OUTPUT.get(cost_name, Sigmoid())
    network = Network((3, 4, 5, 2), (SIGMAS[name], SIGMAS[name], output), COSTS[cost_name])
    check_gradient(network, trials=3, m=5, seed=11, directions=5)


@pytest.mark.parametrize("cost_name", COSTS)
def test_the_gradient_for_every_output_sigma_that_a_cost_accepts(cost_name):
    outputs = [name for name, sigma in SIGMAS.items() if COSTS[cost_name].refuses(sigma) is None]
    some = {"cross-entropy": {"sigmoid", "gompertz", "bump", *CERTAIN}, "softmax-cross-entropy": {"identity"}}
    assert set(outputs) == some.get(cost_name, set(SIGMAS))
    for output in outputs:
        if cost_name == "cross-entropy" and output in CERTAIN:
            continue
        network = Network((3, 4, 3), (Tanh(), SIGMAS[output]), COSTS[cost_name])
        check_gradient(network, trials=3, m=5, seed=12, directions=5)


@cache
def gentle():
    """Those that do not blow numbers up from layer to layer."""
    return [sigma for sigma in HIDDEN.values() if sigma.slope_range.magnitude <= 1.2]


@settings(max_examples=150)
@given(net=nets(), data=st.data())
def test_the_gradient_for_mixed_sigmas(net, data):
    """Each layer with a σ of its own."""
    sizes, trials, m, seed = net
    cost_name = data.draw(st.sampled_from(list(COSTS)))
    hidden = [data.draw(st.sampled_from(gentle())) for _ in sizes[1:-1]]
    output = OUTPUT.get(cost_name, Sigmoid())
    check_gradient(Network(sizes, (*hidden, output), COSTS[cost_name]), trials, m, seed, directions=1)


def test_the_gradient_by_finite_differences_of_every_single_parameter():
    """∂C/∂θ_p by the central difference (C(θ + h e_p) − C(θ − h e_p))/2h, nothing of the lab's but C."""
    network = Network((2, 3, 1), (GELU(), Sigmoid()), CrossEntropy())
    theta, x, y, _, gradient = ran(network, 1, 4, seed=5)
    for p in range(theta.vector.shape[1]):
        costs_beside = []
        for h in (1e-5, -1e-5):
            moved = as_parameters(theta.vector + h * (np.arange(theta.vector.shape[1]) == p), network.sizes)
            costs_beside.append(cost(network, run(network, moved, x, y)[0])[0])
        found = (costs_beside[0] - costs_beside[1]) / 2e-5
        np.testing.assert_allclose(gradient.vector[0, p], found, rtol=1e-6, atol=1e-9)


def test_the_cost_is_the_mean_over_the_examples_and_complete_fills_its_gradient_at_the_output():
    network = Network((2, 3, 2), (Tanh(), Sigmoid()), CrossEntropy())
    _, _, y, p, _ = ran(network, 2, 4, seed=7)
    single = -(y.T * np.log(p.a[2]) + (1 - y.T) * np.log(1 - p.a[2])).sum(axis=1)
    np.testing.assert_allclose(cost(network, p), single.mean(axis=1), rtol=1e-14)
    np.testing.assert_allclose(p.e[2], by_cross_entropy(p.a[2], y.T) / 4, rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "cost_name"), list(zip(SIGMAS, cycle(COSTS))))
@np.errstate(all="ignore")
def test_the_dtype_stays_in_every_buffer(name, cost_name, dtype):
    network = Network(
        (3, 2, 1, 2), (SIGMAS[name],) * 2 + (OUTPUT.get(cost_name, Sigmoid()),), COSTS[cost_name]
    )
    theta, _, _, p, gradient = ran(network, 2, 3, seed=8, dtype=dtype)
    buffers = [*p.a1.values(), *p.a.values(), *p.z.values(), *p.slope.values(), *p.e.values()]
    buffers += [*p.delta.values(), p.y, theta.vector, gradient.vector, cost(network, p)]
    assert {buffer.dtype for buffer in buffers} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float32_agrees_with_float64(dtype):
    network = Network((3, 4, 2), (Tanh(), Sigmoid()), CrossEntropy())
    theta, x, y, _, exact = ran(network, 2, 5, seed=9)
    rounded = as_parameters(theta.vector.astype(dtype), network.sizes)
    _, gradient = run(network, rounded, x.astype(dtype), y.astype(dtype))
    np.testing.assert_allclose(gradient.vector, exact.vector, rtol=0, atol=4 * np.finfo(dtype).eps)


# What holds to the last bit.

SHAPES = [
    ((1, 1), 1),
    ((1, 1, 1), 3),
    ((3, 1, 4), 1),
    ((4, 5, 1), 7),
    ((17, 33, 1), 32),
    ((5, 1, 1, 2), 2),
    ((64, 30, 30, 10), 10),
    ((64, 30, 30, 10), 300),
    ((3, 129, 2), 100),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("sizes", "m"), SHAPES)
@pytest.mark.parametrize("broadcast", [True, False], ids=["one input for all", "an input each"])
def test_a_stacked_trial_has_the_bits_that_it_has_alone(sizes, m, dtype, broadcast):
    trials = 5
    rng = np.random.default_rng(1)
    network = Network(sizes, (GELU(),) * (len(sizes) - 2) + (Sigmoid(),), CrossEntropy())
    theta, _, _ = drawn(sizes, trials, m, seed=1, dtype=dtype)
    x = np.ones((1 if broadcast else trials, m, sizes[0] + 1), dtype).mT
    x[:, :-1] = rng.normal(size=x[:, :-1].shape)
    y = rng.uniform(size=(len(x), m, sizes[-1])).astype(dtype).mT

    def numbers(chosen):
        own = slice(None) if broadcast else chosen
        p = make_pass(network.sizes, len(chosen), x[own], y[own])
        part = as_parameters(theta.vector[chosen], sizes)
        gradient = parameters(sizes, len(chosen), dtype)
        with np.errstate(all="ignore"):  # as in training: ∇_a C of a saturated output is infinite
            again(network, part, p, gradient)
        blocks = [field[l] for field in (p.z, p.a, p.slope, p.e, p.delta) for l in p.z]
        return [*blocks, gradient.vector, cost(network, p)]

    stacked = numbers(list(range(trials)))
    for t in range(trials):
        for whole, alone in zip(stacked, numbers([t]), strict=True):
            assert whole[t].tobytes() == alone[0].tobytes()


def test_numbers_that_are_not_finite_leave_the_other_trials_alone():
    network = Network((3, 4, 2), (ReLU(), Sigmoid()), CrossEntropy())
    theta, x, y, _, sound = ran(network, 3, 5, seed=2)
    spoilt = as_parameters(theta.vector.copy(), network.sizes)
    spoilt.vector[1] = np.nan
    _, gradient = run(network, spoilt, x, y)
    assert np.isnan(gradient.vector[1]).all()
    assert gradient.vector[[0, 2]].tobytes() == sound.vector[[0, 2]].tobytes()


def test_what_is_zero_teaches_nothing():
    """Exactly: a_k = 0 ⇒ ∂C/∂w_jk = 0 (BP4); w^{l+1} = 0 ⇒ e^l = δ^l = 0 (BP2)."""
    network = Network((3, 4, 2), (Sigmoid(), Sigmoid()), Quadratic())
    theta, x, y = drawn(network.sizes, 3, 5, seed=3)
    x[:, 1] = 0
    _, gradient = run(network, theta, x, y)
    assert np.all((gradient.wb[1] == 0) == [False, True, False, False])
    theta.w[2][...] = 0
    p, gradient = run(network, theta, x, y)
    assert not p.e[1].any()
    assert not gradient.wb[1].any()
    assert np.all(gradient.wb[2] != 0)


def test_a_flat_neuron_learns_nothing_and_feeds_nothing():
    """σ′(z_j) = 0 ⇒ δ_j = 0 and all gradients into j are 0 exactly (BP2–BP4); a_j = 0 too, for a ReLU."""
    network = Network((3, 4, 2), (ReLU(), Sigmoid()), Quadratic())
    theta, x, y = drawn(network.sizes, 3, 5, seed=4)
    theta.b[1][:, 2] = -100
    p, gradient = run(network, theta, x, y)
    assert not np.any([p.slope[1][:, 2], p.delta[1][:, 2]])
    assert np.all(p.e[1][:, 2] != 0)
    assert not gradient.wb[1][:, 2].any()
    assert not gradient.w[2][:, :, 2].any()


# The surrogate slope.


@pytest.mark.parametrize("cost_name", ["quadratic", "cross-entropy"])
def test_the_gradient_check_passes_without_a_floor_and_fails_with_one(cost_name):
    """A floor above some σ′ makes another direction than ∇C; one below all of them changes nothing."""
    theta, x, y = drawn((3, 4, 5, 2), trials=3, m=5, seed=11)
    direction = np.random.default_rng(1).normal(size=theta.vector.shape)

    def disagreement(floor):
        network = Network((3, 4, 5, 2), (Sigmoid(),) * 3, COSTS[cost_name], surrogate_floor=floor)
        found, expected = directional_derivatives(network, theta, x, y, direction)
        return np.max(np.abs(found - expected) / np.abs(expected))

    assert disagreement(0.0) < 1e-11
    assert disagreement(1e-6) < 1e-11
    assert disagreement(0.1) > 1e-3
    assert disagreement(0.25) > 1e-2


@pytest.mark.parametrize("sigma", [Sigmoid(), Tanh(), ReLU(), GELU()], ids=str)
def test_the_larger_of_the_slope_and_the_floor_is_passed_and_all_else_is_as_it_was(sigma):
    true = Network((3, 6, 5, 2), (sigma, sigma, Sigmoid()), Quadratic())
    theta, x, y, p, _ = ran(true, trials=3, m=5, seed=2)
    q, gradient = run(replace(true, surrogate_floor=0.125), theta, x, y)
    for l in (1, 2, 3):
        for block in ("z", "a", "slope"):
            assert np.array_equal(getattr(q, block)[l], getattr(p, block)[l])
        assert (p.slope[l] < 0.125).any()
        if l == 3:
            e = (p.a[3] - y.T[None]) / 5
        else:
            e = theta.w[l + 1].mT @ q.delta[l + 1]
            close(q.e[l], e)
        close(q.delta[l], e * np.maximum(p.slope[l], 0.125))
        close(gradient.b[l][..., 0], q.delta[l].sum(axis=-1))


def test_where_the_cost_cancels_the_slope_there_is_nothing_to_floor():
    network = Network((3, 4, 2), (Tanh(), Sigmoid()), CrossEntropy())
    theta, x, y, p, _ = ran(network, trials=2, m=5, seed=3)
    q, _ = run(replace(network, surrogate_floor=0.5), theta, x, y)
    assert np.array_equal(q.delta[2], p.delta[2])
    assert not np.array_equal(q.delta[1], p.delta[1])


def test_without_a_floor_a_falling_slope_stays_as_it_is():
    network = Network((3, 8, 2), (GELU(), Sigmoid()), Quadratic(), surrogate_floor=0.0)
    *_, p, _ = ran(network, trials=2, m=5, seed=3)
    assert (p.slope[1] < 0).any()
    close(p.delta[1], p.e[1] * p.slope[1])


@pytest.mark.parametrize(
    ("sizes", "floor", "message"),
    [
        ((3, 4, 2), 0.0, "2 layers need as many σ, got 1"),
        *(
            ((3, 2), floor, "the surrogate floor must be finite and >= 0, got")
            for floor in (-0.1, np.inf, np.nan)
        ),
    ],
)
def test_a_network_that_makes_no_sense_is_refused(sizes, floor, message):
    with pytest.raises(ValueError, match=message):
        Network(sizes, (Tanh(),), Quadratic(), surrogate_floor=floor)
