"""Each quantity against its definition, computed anew from a pass with loops over neurons and examples."""

from dataclasses import replace
from itertools import pairwise
from math import fsum, sqrt

import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import LeakyReLU, ReLU
from lab.network.backprop import Network
from lab.network.costs import Quadratic
from lab.network.parameters import as_parameters, parameters
from lab.training.probes import Causes, GradientCosine, Saturation
from lab.training.snapshot import Snapshot
from lab.training.statistics import (
    SORTED_VALUES,
    cosine,
    equal_share,
    low_share,
    marks,
    percentiles,
)
from tests.network.passes import again, drawn, run
from tests.training.trainings import PROBES

GELU, Identity = TABLE["gelu"], TABLE["identity"]

HERE = [probe for probe in PROBES if not isinstance(probe, Causes)]
"""The causes have a file of their own."""

SIZES, TRIALS, EXAMPLES = (4, 6, 5, 3), 3, 7
SIGMAS = [Sigmoid(), Tanh(), ReLU(), LeakyReLU(), GELU(), TABLE["elu"](alpha=1.5)]
SIGMAS += [TABLE["softplus"](), TABLE["silu"]()]


def snapshot(sigma, dtype=np.float64, threshold=0.05, examples=EXAMPLES, floor=0.0):
    """A whole pass of three trials, and a step that is nothing but numbers."""
    network = Network(SIZES, (sigma, sigma, Sigmoid()), Quadratic(), floor)
    theta, x, y = drawn(SIZES, TRIALS, examples, 0)
    theta.vector[...] *= 1.5
    theta = as_parameters(theta.vector.astype(dtype), SIZES)
    p, gradient = run(network, theta, x.astype(dtype), y.astype(dtype))
    update, _, _ = drawn(SIZES, TRIALS, 1, 1, dtype)
    return Snapshot(network, theta, gradient, update, p, threshold, 0.1)


def biased(sigma, b):
    """The same with these biases b of layer 1."""
    given = snapshot(sigma)
    given.theta.b[1][...] = b
    again(given.network, given.theta, given.p, given.gradient)
    return given


def measured(given, l):
    """All quantities of a layer: column → one number a trial."""
    found = {}
    for probe in HERE:
        values = probe.measure(given, l)
        assert len(values) == len(probe.columns)
        assert all(value.shape == (TRIALS,) for value in values)
        found |= dict(zip(probe.columns, values, strict=True))
    return found


def rooted(values):
    return sqrt(fsum(float(value) ** 2 for value in values))


def share(truths):
    return sum(map(bool, truths)) / len(truths)


def binned(a, reach, bins=10):
    """φ_B by its bins: the means of g in each, weighted by how many are in it."""
    if not np.isfinite([reach.low, reach.high]).all():
        return np.nan
    g = [2 * (value - reach.low) / (reach.high - reach.low) - 1 for value in a.ravel()]
    edges = [-1 + 2 * b / bins for b in range(bins)] + [np.inf]
    held = [[v for v in g if low <= v < high] for low, high in pairwise(edges)]
    assert sum(map(len, held)) == len(g)
    return fsum(abs(fsum(one) / len(one)) * len(one) for one in held if one) / len(g)


def directions(a):
    """The principal directions of 99 % of the variance, from the singular values."""
    variances = np.linalg.svd(a - a.mean(axis=1, keepdims=True), compute_uv=False) ** 2
    return next(k for k in range(1, len(a) + 1) if variances[:k].sum() >= 0.99 * variances.sum())


def defined(given, l, t):
    """The same quantities of one trial, word by word from their definitions."""
    p, m = given.p, given.p.examples
    single_errors, single_e = p.delta[l][t] * m, p.e[l][t] * m
    below = p.a[l - 1][t if l > 1 else 0]
    z, a, w, b = p.z[l][t], p.a[l][t], given.theta.w[l][t], given.theta.b[l][t]
    sigma = given.network.sigma(l)
    slopes = np.array([[float(sigma.derivative(value)) for value in row] for row in z])
    S = max(abs(sigma.slope_range.low), abs(sigma.slope_range.high))
    flat = [[abs(slope) < given.saturation_threshold * S for slope in row] for row in slopes]
    cells = [(j, i) for j in range(len(z)) for i in range(m)]
    mean_errors = [fsum(row) / m for row in single_errors]
    mean_products = [
        fsum(d * x for d, x in zip(row, line, strict=True)) / m for row in single_errors for line in below
    ]
    rms_below = sqrt(np.mean(below**2))
    return {
        "learning_speed": rooted(mean_errors),
        "learning_speed_w": rooted(mean_products),
        "delta_rms": sqrt(fsum(rooted(column) ** 2 for column in single_errors.T) / m),
        "error_rms": sqrt(fsum(rooted(column) ** 2 for column in single_e.T) / m),
        "update_ratio": rooted(given.update.w[l][t].ravel()) / rooted(w.ravel()),
        "slope_mean": np.mean(slopes),
        "slope_p02": np.percentile(slopes, 2),
        "slope_p50": np.percentile(slopes, 50),
        "slope_p98": np.percentile(slopes, 98),
        "saturation": share([flat[j][i] for j, i in cells]),
        "saturated_low": share([flat[j][i] and z[j, i] < sigma.steepest for j, i in cells]),
        "saturated_high": share([flat[j][i] and z[j, i] >= sigma.steepest for j, i in cells]),
        "saturated_neurons": share([share(row) >= 0.95 for row in flat]),
        "dead_neurons": share([all(slope == 0 for slope in row) for row in slopes]),
        "a_mean": np.mean(a),
        "a_std": sqrt(np.mean((a - np.mean(a)) ** 2)),
        "a_p02": np.percentile(a, 2),
        "a_p98": np.percentile(a, 98),
        "equal_neurons": share(
            [any((z[j] == z[k]).all() for k in range(len(z)) if k != j) for j in range(len(z))]
        ),
        "low_input": share(np.abs(below.ravel()) <= 0.1 * rms_below),
        "phi_b": binned(a, sigma.range),
        "rank_share": directions(a) / len(a),
        "weight_norm": rooted(w.ravel()),
        "bias_norm": rooted(b.ravel()),
        "gradient_cosine": 1.0,
    }


@pytest.mark.parametrize("sigma", SIGMAS, ids=str)
@pytest.mark.parametrize("l", [1, 2, 3])
def test_every_quantity_is_what_its_definition_says(sigma, l):
    given = snapshot(sigma)
    found = measured(given, l)
    for t in range(TRIALS):
        expected = defined(given, l, t)
        assert set(expected) == set(found) == {column for probe in HERE for column in probe.columns}
        for column, value in expected.items():
            assert found[column][t] == pytest.approx(value, rel=1e-12, abs=1e-15, nan_ok=True), column


@pytest.mark.parametrize("l", [1, 3])
def test_float32_passes_are_measured_alike(l):
    double, single = measured(snapshot(Tanh()), l), measured(snapshot(Tanh(), np.float32), l)
    for column in double:
        np.testing.assert_allclose(single[column], double[column], rtol=1e-4, atol=1e-6, err_msg=column)


def test_the_columns_are_named_once():
    names = [column for probe in PROBES for column in probe.columns]
    assert len(set(names)) == len(names)


def test_a_gradient_of_1e_200_is_not_told_as_zero():
    given = snapshot(Sigmoid())
    tiny = as_parameters(given.gradient.vector * 1e-200, SIZES)
    found, plain = measured(replace(given, gradient=tiny), 1), measured(given, 1)
    for column in ("learning_speed", "learning_speed_w"):
        np.testing.assert_allclose(found[column], plain[column] * 1e-200, rtol=1e-12)


def test_a_saturated_first_layer_learns_at_its_true_speed():
    """From z near 700, σ′ is about 1e−304: the learning speed is that small, and not 0."""
    given = biased(Sigmoid(), 460.0)
    speed = measured(given, 1)["learning_speed"]
    assert np.all((speed > 1e-210) & (speed < 1e-195))


# Percentiles.


@pytest.mark.parametrize("size", [1, 2, 7, 2048, SORTED_VALUES])
def test_percentiles_are_those_of_numpy(size):
    qs = (0, 2, 37.5, 50, 98, 100)
    block = np.random.default_rng(size).normal(size=(2, 1, size))
    for q, found in zip(qs, percentiles(block, qs), strict=True):
        np.testing.assert_allclose(found, np.percentile(block, q, axis=(1, 2)), rtol=1e-12)


@pytest.mark.parametrize(("n", "m", "stride"), [(32, 1025, 2), (30, 16000, 15), (1, 32769, 2)])
def test_beyond_a_number_of_values_every_kth_example_is_taken_of_all_neurons(n, m, stride):
    block = np.random.default_rng(0).normal(size=(1, n, m))
    for q, found in zip((2, 50), percentiles(block, (2, 50)), strict=True):
        np.testing.assert_allclose(found, np.percentile(block[:, :, ::stride], q, axis=(1, 2)), rtol=1e-12)


def test_the_percentiles_of_a_saturated_layer_are_over_all_of_its_values():
    """Thirty tanh of large weights, read on 300 examples: σ′ falls over decades."""
    z = 10 * np.random.default_rng(1).normal(size=(1, 30, 300))
    slope = 1 / np.cosh(z) ** 2
    (found,) = percentiles(slope, (98,))
    assert found[0] == pytest.approx(np.percentile(slope, 98), rel=1e-12)


# Near 0, and equal.


@pytest.mark.parametrize(
    ("a", "share"),
    [([0.0, 0.0, 0.0], 1), ([0.0, 0.1, 1.0], 1 / 3), ([1.0, 1.0, 1.0], 0), ([0.0, 0.0, 1.0], 2 / 3)],
)
def test_an_exact_0_is_low_in_a_layer_that_is_all_0_too(a, share):
    assert low_share(np.array(a)[None, None], 0.1)[0] == share


def test_neurons_that_differ_by_example_are_not_equal_though_their_marks_are():
    first, second = marks(2, np.dtype("f8"))
    z = np.array([[[second, 0.0], [0.0, first]]])  # both have the product first·second with the marks
    assert (z @ marks(2, z.dtype) == first * second).all()
    np.testing.assert_array_equal(equal_share(z, np.ones((1, 2), bool)), [0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_neurons_with_the_same_weights_are_equal_and_dead_ones_do_not_count(dtype):
    z = np.random.default_rng(0).normal(size=(2, 6, 40)).astype(dtype)
    z[0, 3] = z[0, 1]
    z[0, 5] = z[0, 1] * (1 + np.finfo(dtype).eps)
    live = np.ones((2, 6), bool)
    np.testing.assert_array_equal(equal_share(z, live), [3 / 6, 0])
    live[0, 1] = live[0, 3] = False
    np.testing.assert_array_equal(equal_share(z, live), [0, 0])
    np.testing.assert_array_equal(equal_share(z[:, :1], live[:, :1]), [0, 0])


# Saturation and death.


NINETY_FIVE = np.zeros((3, 20))
NINETY_FIVE[0, :20], NINETY_FIVE[1, :19], NINETY_FIVE[2, :18] = -9, 9, -9
ABOUT_4_357 = [-4.35, -4.36, 4.35, 4.36, 5, 0, 1, 2]
"""z of which those from |z| = 4.357 on are saturated, of a sigmoid with τ = 0.05."""


@pytest.mark.parametrize(
    ("sigma", "z", "threshold", "expected"),
    [
        (Sigmoid(), ABOUT_4_357, 0.05, (3 / 8, 1 / 8, 2 / 8, 0)),
        (Sigmoid(), ABOUT_4_357, 0.2, (5 / 8, 2 / 8, 3 / 8, 0)),
        (Formula("tanh(z - 3)"), [0.5, 0.0, 3.0, 5.5, -1.0], 0.05, (4 / 5, 3 / 5, 1 / 5, 0)),  # steepest at 3
        (ReLU(), [-2.0, -1e-9, 1e-9, 2.0], 0.05, (0.5, 0.5, 0, 0)),
        (LeakyReLU(slope=0.1), [-5.0, 5.0], 0.05, (0, 0, 0, 0)),
        (LeakyReLU(slope=0.01), [-5.0, 5.0], 0.05, (0.5, 0.5, 0, 0)),
        (Identity(), [-1e6, 0, 1e6], 0.05, (0, 0, 0, 0)),
        (
            GELU(),
            [-0.75, -1.4, -3.5, 1.0],
            0.05,
            (0.5, 0.5, 0, 0),
        ),  # its slope is small, or large and below 0
        (Formula("exp(z)"), [-5.0, 0.0, 1.0], 0.05, (np.nan,) * 4),  # its slope has no bound
        (Formula("z + z**3/3"), [-5.0, 0.0, 1.0], 0.05, (np.nan,) * 4),
        (Sigmoid(), NINETY_FIVE, 0.05, (57 / 60, 38 / 60, 19 / 60, 2 / 3)),
    ],
    ids=str,
)
def test_saturation_and_its_sides_by_hand(sigma, z, threshold, expected):
    given = snapshot(Tanh(), threshold=threshold)
    network = Network(SIZES, (sigma, sigma, sigma), Quadratic())
    z = np.array([np.atleast_2d(z)] * TRIALS, float)
    p = replace(given.p, z={1: z}, a={1: sigma(z)}, slope={1: sigma.derivative(z)})
    found = Saturation().measure(replace(given, network=network, p=p), 1)
    np.testing.assert_array_equal(np.transpose(found), [expected] * TRIALS)


def test_a_neuron_is_dead_when_it_is_flat_on_all_examples():
    b = np.zeros((TRIALS, 6, 1))
    b[0, :2] = b[1, 4] = -1e3
    b[:, 5] = 30
    given = biased(ReLU(), b)
    dead = measured(given, 1)["dead_neurons"]
    for t in range(TRIALS):
        assert dead[t] == share([not (given.p.z[1][t, j] > 0).any() for j in range(6)])
    assert dead[0] >= 2 / 6
    assert np.all(dead <= 5 / 6)


def test_a_smooth_tail_is_saturated_but_not_dead():
    found = measured(biased(Sigmoid(), -300.0), 1)
    assert found["saturation"].tolist() == found["saturated_neurons"].tolist() == [1, 1, 1]
    assert found["dead_neurons"].tolist() == [0, 0, 0]


def test_a_step_that_is_a_multiple_of_the_gradient_needs_no_norm_of_its_own_and_no_step_has_none():
    given = snapshot(Tanh())
    np.multiply(given.gradient.vector, -0.25, out=given.update.vector)
    shorter = replace(given, multiple=-0.25, update=parameters(SIZES, TRIALS))
    for l in (1, 2, 3):
        whole, found, none = (
            measured(one, l)["update_ratio"] for one in (given, shorter, replace(given, update=None))
        )
        np.testing.assert_allclose(found, whole, rtol=1e-14)
        assert np.isnan(none).all()


# The cosine to the true gradient.


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("l", [1, 2, 3])
def test_the_cosine_is_that_of_the_direction_trained_along_to_the_true_gradient(l, dtype):
    true, surrogate = (snapshot(Sigmoid(), dtype, floor=floor) for floor in (0.0, 0.1))
    (found,) = GradientCosine().measure(surrogate, l)
    for t in range(TRIALS):
        first, second = (given.gradient.wb[l][t].ravel().astype(float) for given in (true, surrogate))
        expected = first @ second / (rooted(first) * rooted(second))
        assert found[t] == pytest.approx(expected, rel=1e-12 if dtype == np.float64 else 1e-5)
        assert expected < 0.99


def test_the_second_backward_pass_changes_nothing_of_what_is_seen():
    given = snapshot(Sigmoid(), floor=0.1)
    seen = [given.gradient.vector, *given.p.e.values(), *given.p.delta.values()]
    before = [block.copy() for block in seen]
    GradientCosine().measure(given, 1)
    assert all(map(np.array_equal, before, seen))


def test_a_cosine_knows_no_size_and_a_zero_has_none():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 3, 4, 5))
    found = cosine(x, y)
    np.testing.assert_allclose(cosine(1e-200 * x, 1e200 * y), found, rtol=1e-12)
    np.testing.assert_allclose(cosine(x, -x), -1, rtol=1e-14)
    x[1] = 0
    with np.errstate(invalid="ignore"):
        assert np.isnan(cosine(x, y)).tolist() == [False, True, False]
