"""Predicted speeds against what a network's own backward pass does, and against the book's."""

from dataclasses import astuple
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest

import lab
from lab.network.backprop import Network, backward, forward
from lab.network.buffers import make_pass, with_ones
from lab.network.costs import Quadratic
from lab.network.first_weights import initialised
from lab.network.initialisers import GlorotNormal, Normal
from lab.network.parameters import parameters
from lab.theory.mean_field import chi, fixed_point
from lab.theory.prediction import Pairs, homogeneous, predicted


def stream_of(seed):
    """The random streams of a trial: another generator for every purpose."""
    return lambda purpose: np.random.default_rng([seed, *purpose.encode()])


def gone_back(network, initialiser, stream, x, y):
    """A pass, there and back, over the inputs in rows x, of weights that are drawn from these streams."""
    theta = initialised(initialiser, network.sizes, [stream], np.dtype(np.float64), network.sigmas)
    p = make_pass(network.sizes, 1, with_ones(x), y)
    forward(network, theta, p)
    backward(network, theta, p, parameters(network.sizes, 1))
    return p


def squared_errors(sizes, sigmas, initialiser, seeds, q0, m=1):
    """‖δ^l‖², summed over m examples, of each seed and layer.

    The targets are so large that the error at the output knows nothing of the weights.
    """
    network, found = Network(sizes, sigmas, Quadratic()), []
    for stream in map(stream_of, range(seeds)):
        x = stream("x").standard_normal((m, sizes[0]))
        x *= np.sqrt(q0 / (x * x).mean(axis=1, keepdims=True))
        p = gone_back(network, initialiser, stream, x, 1e6 * stream("y").standard_normal((1, sizes[-1], m)))
        found.append([float((p.delta[l] ** 2).sum()) for l in range(1, network.depth + 1)])
    return np.array(found)


@pytest.mark.parametrize(
    ("width", "seeds", "rel"), [(300, 5, 0.04), pytest.param(1000, 20, 0.02, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    ("name", "weight_variance", "bias_variance"),
    [("tanh", 1.69, 0.09), ("sigmoid", 1.0, 1.0), ("relu", 2.0, 0.0), ("selu", 1.0, 0.0)],
)
def test_measured_in_twenty_layers(name, weight_variance, bias_variance, width, seeds, rel):
    """E ‖δ^l‖² over E ‖δ^{l+1}‖², in the geometric mean over layers and seeds, started at q*."""
    sigma = lab.activation(name)
    rest = fixed_point(sigma, weight_variance, bias_variance)
    q0 = (rest.q - bias_variance) / weight_variance
    found = squared_errors((width,) * 21, (sigma,) * 20, Normal(weight_variance, bias_variance), seeds, q0)
    measured = np.exp(-np.diff(np.log(found)).mean())
    assert measured == pytest.approx(chi(sigma, rest.q, weight_variance), rel=rel)


def test_sizes_that_differ_and_sigmas_that_differ_are_accounted_for():
    """A funnel of five σ under Glorot's variances: rms errors over 40 seeds within 5 %."""
    sizes = (50, 400, 150, 300, 80, 200)
    sigmas = tuple(map(lab.activation, ("tanh", "relu", "sigmoid", "tanh", "identity")))
    start = GlorotNormal(gain=1.5)
    variances = [start.variances(*fans) for fans in pairwise(sizes)]
    speeds = [layer.delta_rms for layer in predicted(sizes, sigmas, variances, 0.7)]
    found = np.sqrt(squared_errors(sizes, sigmas, start, 40, 0.7, m=4).mean(axis=0))
    np.testing.assert_allclose(found[:-1] / found[-2], speeds[:-1], rtol=0.05)


def test_the_books_networks():
    """Nielsen (2015), ch. 5: neighbouring layers of sigmoids differ by 4.88."""
    sizes, sigma = (784, 30, 30, 30, 30, 10), lab.activation("sigmoid")
    variances = [(1 / n, 1.0) for n in sizes[:-1]]
    layers = predicted(sizes, [sigma] * 5, variances, 0.1)
    assert [layer.layer for layer in layers] == [1, 2, 3, 4, 5]
    assert [layer.weight_variance for layer in layers] == pytest.approx([1.0] * 5)
    assert [layer.n_in for layer in layers] == [784, 30, 30, 30, 30]
    assert layers[3].speed == 1
    assert layers[3].speed / layers[2].speed == pytest.approx(4.8818, abs=2e-3)
    assert layers[0].q == pytest.approx(1.1)
    assert np.isnan(layers[-1].chi)
    assert layers[-1].speed == pytest.approx(1 / sqrt(layers[3].chi))


def test_one_layer_alone_is_its_own_reference():
    (layer,) = predicted((3, 2), [lab.activation("sigmoid")], [(0.5, 1.0)], 2.0)
    assert (layer.q, layer.speed) == (4.0, 1.0)


def test_unknown_variances_predict_nothing():
    layers = predicted((3, 4, 4, 2), [lab.activation("tanh")] * 3, [(np.nan, np.nan)] * 3, 1.0)
    assert all(np.isnan([layer.q, layer.chi]).all() for layer in layers)
    assert np.isnan([layers[0].speed, layers[2].speed, layers[0].delta_rms, layers[1].correlation]).all()


def test_no_speed_is_told_beside_an_endless_one():
    """σ′ of √|z| is not square integrable: the output's speed over that of the last hidden layer was 0."""
    layers = predicted((3, 4, 2), [lab.activation("sqrt(abs(z))")] * 2, [(1.0, 1.0)] * 2, 1.0)
    assert np.isnan([(layer.speed, layer.weight_speed, layer.delta_rms) for layer in layers]).all()


def test_layers_of_one_sigma():
    tanh = lab.activation("tanh")
    layers = homogeneous(tanh, 30, 1.69, 0.09)
    assert len(layers) == 30
    assert layers[0].q == pytest.approx(1.78)
    assert layers[-1].q == pytest.approx(0.607046792, abs=1e-8)
    assert layers[-1].speed == 1
    assert layers[-2].speed == pytest.approx(sqrt(layers[-2].chi))
    fits = {"depth": 2, "weight_variance": 1.0, "bias_variance": 0.0}
    assert len(homogeneous(tanh, **(fits | {"depth": np.int64(2)}))) == 2
    wrong = [
        *[("depth", 0), ("depth", 1.5), ("depth", "3"), ("weight_variance", -1)],
        *[("bias_variance", np.nan), ("mean_square", -1.0), ("correlation", 1.1)],
        *[("weight_variance", "1"), ("bias_variance", None), ("correlation", "0.5")],
    ]
    for name, value in wrong:
        with pytest.raises(ValueError, match=name):
            homogeneous(tanh, **(fits | {name: value}))


def mean_errors(name, weight_variance, bias_variance, correlation, m, width=300, layers=8, seeds=8):
    """‖⟨δ^l⟩‖, ‖⟨δ aᵀ⟩‖ and rms ‖δ^l‖ over m inputs of a correlation, over those of the last hidden layer.

    They are rms over the seeds; all targets are one, far away, so that the errors at the output are alike.
    """
    sigma = lab.activation(name)
    sigmas = (*[sigma] * (layers - 1), lab.activation("identity"))
    network = Network((width,) * (layers + 1), sigmas, Quadratic())
    found = np.empty((seeds, 3, layers))
    for seed, stream in enumerate(map(stream_of, range(seeds))):
        common, own = stream("common").standard_normal(width), stream("x").standard_normal((m, width))
        x = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
        x /= np.sqrt((x * x).mean(axis=1, keepdims=True))
        y = np.repeat(1e6 * stream("y").standard_normal((1, width, 1)), m, axis=2)
        p = gone_back(network, Normal(weight_variance, bias_variance), stream, x, y)
        for l in range(1, layers + 1):
            delta = p.delta[l][0]
            of_weights = np.sum((delta @ p.a[l - 1][0].T) ** 2)
            found[seed, :, l - 1] = np.sum(delta.sum(axis=1) ** 2), of_weights, m * np.sum(delta**2)
    rms = np.sqrt(found.mean(axis=0))
    return rms / rms[:, -2:-1]


@pytest.mark.parametrize(
    ("name", "weight_variance", "bias_variance", "correlation"),
    [("relu", 2.0, 0.0, 0.2), ("tanh", 2.5, 0.05, 0.3), ("sigmoid", 4.0, 1.0, 0.1), ("selu", 1.0, 0.0, 0.5)],
)
def test_the_mean_error_of_inputs_that_differ(name, weight_variance, bias_variance, correlation):
    """Layers of ReLU that keep each error shrink their mean to a third: they make inputs less alike.

    Of m examples, an m-th of all pairs are an example with itself.
    """
    m = 100
    speed, weight_speed, rms = mean_errors(name, weight_variance, bias_variance, correlation, m)
    sigma, width = lab.activation(name), 300
    sigmas = (*[sigma] * 7, lab.activation("identity"))
    variances = [(weight_variance / width, bias_variance)] * 8
    pairs = [Pairs(1 / m), Pairs(1 - 1 / m, correlation)]
    layers = predicted((width,) * 9, sigmas, variances, 1.0, pairs)[:-1]
    np.testing.assert_allclose(rms[:-1], [layer.delta_rms for layer in layers], rtol=0.1)
    np.testing.assert_allclose(speed[:-1], [layer.speed for layer in layers], rtol=0.1)
    np.testing.assert_allclose(weight_speed[:-1], [layer.weight_speed for layer in layers], rtol=0.15)


def test_of_one_example_the_mean_error_is_its_error():
    """Kinds of pairs mix by their share and by how alike their errors are at the output."""
    tanh = lab.activation("tanh")
    shape = ((20, 30, 40, 10), [tanh] * 3, [(0.1, 0.2)] * 3, 0.5)
    apart = Pairs(0.7, 0.3, lambda q, other, c: -0.2)
    alone, other = (predicted(*shape, [kind]) for kind in (Pairs(), Pairs(correlation=0.3)))
    mixed = predicted(*shape, [Pairs(0.3), apart])
    for l in range(3):
        assert alone[l].speed == alone[l].delta_rms == mixed[l].delta_rms
    errors = [
        0.3 * np.prod([alone[k].chi for k in range(l, 2)])
        - 0.14 * np.prod([other[k].pair_chi for k in range(l, 2)])
        for l in range(3)
    ]
    assert [layer.speed for layer in mixed] == pytest.approx(np.sqrt(errors / errors[1]))
    assert [layer.correlation for layer in mixed] == [layer.correlation for layer in other]


def test_pairs_that_differ_go_their_own_ways():
    """Of ReLU q is scaled, so pairs of any norms are those of norm 1 with a weight of √(q q′)."""
    relu, c, q, other = (
        lab.activation("relu"),
        *np.array([[0.2, -0.5, 0.9], [1.0, 3.0, 0.1], [2.0, 0.4, 0.1]]),
    )
    shape = ((20, 30, 40, 10), [relu] * 3, [(0.1, 0.0), (2 / 30, 0.0), (2 / 40, 0.0)], 1.0)
    alone = [predicted(*shape, [Pairs(correlation=float(at))]) for at in c]
    (*layers, _) = predicted(*shape, [Pairs(correlation=c, mean_squares=(q, other))])
    for l, layer in enumerate(layers):
        kept, last = np.transpose(
            [[np.prod([of[k].pair_chi for k in range(at, 2)]) for at in (l, 1)] for of in alone]
        )
        assert layer.speed == pytest.approx(np.sqrt(kept.sum() / last.sum()), rel=1e-5)
        assert layer.q == pytest.approx(2.0)
        mean = np.mean([of[l].correlation * s for of, s in zip(alone, np.sqrt(q * other), strict=True)])
        assert layer.correlation == pytest.approx(mean, rel=1e-5)


def test_a_sample_of_equal_pairs_is_one_pair():
    tanh = lab.activation("tanh")
    shape = ((20, 30, 40, 10), [tanh] * 3, [(0.1, 0.2)] * 3, 0.5)
    every = (np.full(5, 0.5),) * 2
    sample = [
        Pairs(0.3, np.ones(5), mean_squares=every),
        Pairs(0.7, np.full(5, -0.3), mean_squares=every, weight=np.array([0.5, 1.5, 1, 0, 2])),
    ]
    for one, many in zip(
        predicted(*shape, [Pairs(0.3), Pairs(0.7, -0.3)]), predicted(*shape, sample), strict=True
    ):
        np.testing.assert_allclose(astuple(many), astuple(one), rtol=1e-12)


def test_the_mean_error_of_inputs_that_differ_in_norm_and_correlation():
    """Points along a line and a circle: some of norm 0.1, some alike and some opposed to each other."""
    m, width, sigma = 60, 300, lab.activation("relu")
    turn = np.linspace(0, 2 * np.pi, m, endpoint=False)
    x = np.geomspace(0.1, 2, m)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    sizes, sigmas = (2, *[width] * 5), (*[sigma] * 4, lab.activation("identity"))
    network, found = Network(sizes, sigmas, Quadratic()), []
    for stream in map(stream_of, range(20)):
        y = np.repeat(1e6 * stream("y").standard_normal((1, width, 1)), m, axis=2)
        p = gone_back(network, Normal(2.0, 0.1), stream, x, y)
        delta = [p.delta[l][0] for l in range(1, 6)]
        of_weights = [d @ p.a[l][0].T for l, d in enumerate(delta)]
        rows = [d.sum(axis=1) for d in delta], of_weights, delta
        found.append([[np.sum(part**2) for part in row] for row in rows])
    rms = np.sqrt(np.mean(found, axis=0))
    one, two = np.triu_indices(m, 1)
    q = np.mean(x * x, axis=1)
    c = np.sum(x[one] * x[two], axis=1) / (2 * np.sqrt(q[one] * q[two]))
    pairs = [Pairs(1 / m, mean_squares=(q, q)), Pairs(1 - 1 / m, c, mean_squares=(q[one], q[two]))]
    layers = predicted(sizes, sigmas, [(2 / n, 0.1) for n in sizes[:-1]], 1.0, pairs)[:-1]
    told = [[layer.speed, layer.weight_speed, layer.delta_rms] for layer in layers]
    np.testing.assert_allclose(np.transpose(told), (rms / rms[:, 3:4])[:, :4], rtol=0.05)


def test_equal_inputs_leave_the_mean_error_what_each_error_is_and_weights_learn_as_their_input_is_large():
    """‖δ aᵀ‖ = ‖δ‖‖a‖: the speed of the weights is that of the biases times the root of E a²."""
    layers = homogeneous(lab.activation("gelu"), 6, 1.3, 0.2, 0.3)
    fed = np.sqrt([(layer.q - 0.2) / 1.3 for layer in layers])
    assert fed[0] == pytest.approx(np.sqrt(0.3))
    for layer, size in zip(layers, fed / fed[-1], strict=True):
        assert layer.correlation == pytest.approx(1, abs=1e-12)
        assert layer.pair_chi == pytest.approx(layer.chi, rel=1e-12)
        assert layer.speed == pytest.approx(layer.delta_rms, rel=1e-12)
        assert layer.weight_speed == pytest.approx(layer.speed * size)
