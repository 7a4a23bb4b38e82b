"""The causes against their definitions, weight by weight, and on nets whose cause is planted."""

from collections import Counter
from dataclasses import replace
from math import fsum, inf, isfinite, isnan, log, log10, sqrt

import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import ReLU
from lab.network.backprop import Network
from lab.network.costs import CrossEntropy, Quadratic, SoftmaxCrossEntropy
from lab.training import causes
from lab.training.causes import LABELS, NOTHING_LEFT, References
from lab.training.probes import Causes
from lab.training.snapshot import Snapshot
from tests.network.passes import again, drawn, run

GELU = TABLE["gelu"]
Identity = TABLE["identity"]

SIZES, TRIALS, EXAMPLES = (4, 6, 5, 3), 2, 7


class Net:
    """A network, its parameters and a pass of some trials, run again after every change."""

    def __init__(self, sigma, output, cost, x, y, sizes=SIZES, trials=TRIALS, dtype=np.float64):
        self.network = Network(sizes, (sigma,) * (len(sizes) - 2) + (output,), cost)
        self.theta, _, _ = drawn(sizes, trials, 1, 0, dtype)
        with np.errstate(all="ignore"):
            self.p, self.gradient = run(self.network, self.theta, x.astype(dtype), y.astype(dtype))

    def run(self):
        with np.errstate(all="ignore"):
            again(self.network, self.theta, self.p, self.gradient)
        return self

    def measured(self, l):
        snapshot = Snapshot(self.network, self.theta, self.gradient, None, self.p, 0.05, 0.1)
        return dict(zip(Causes.columns, Causes().measure(snapshot, l), strict=True))

    def shares(self, l):
        """The labels that some weight of trial 0 has, and their shares."""
        found = self.measured(l)
        return {label: found[f"cause_{label}"][0] for label in LABELS if found[f"cause_{label}"][0]}

    def losses(self, l):
        """What the weights of trial 0 lost, and their labels."""
        found = references(self, l, 0)
        against = [log10(found[name]) for name in ("input_low", "output_saturated", "error_small")]
        factors = of_trial(self, l, 0)
        return named(causes.lost(factors, References(*against, 0.0)))


def of_trial(given, l, t):
    """The factors of a trial's weights, without the axis of trials."""
    found = causes.factors_of_layer(given.network, given.p, l, slice(t, t + 1))
    return causes.Factors(*(factor[0] for factor in found))


def named(losses):
    """Losses, and the label of each weight."""
    return np.stack(np.broadcast_arrays(*losses)), np.array(LABELS)[causes.labelled(losses)]


def net(sigma=None, output=None, cost=None, **changes):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(EXAMPLES, 4)), rng.uniform(size=(EXAMPLES, 3))
    return Net(sigma or Sigmoid(), output or Sigmoid(), cost or Quadratic(), x, y, **changes)


def lifted(given, floor=0.3):
    """The same net, gone back through with max(σ′, floor)."""
    given.network = replace(given.network, surrogate_floor=floor)
    return given.run()


NETS = {
    "sigmoid": net,
    "cross-entropy": lambda: net(cost=CrossEntropy()),
    "tanh, softmax": lambda: net(Tanh(), Identity(), SoftmaxCrossEntropy()),
    "relu": lambda: net(ReLU(), Tanh()),
    "gelu": lambda: net(GELU(), Identity()),
    "surrogate": lambda: lifted(net()),
    "surrogate, relu": lambda: lifted(net(ReLU(), Tanh())),
    "unbounded slope": lambda: net(Formula("z + 0.1*z**3"), Identity()),
}


def mean(values):
    values = list(values)
    return fsum(values) / len(values)


def defined(given, l, t, j, k):
    """The five factors of one weight, word by word."""
    p, m = given.p, given.p.examples
    a = [float(v) for v in p.a[l - 1][t if l > 1 else 0][k]]
    e, delta = [float(v) * m for v in p.e[l][t][j]], [float(v) * m for v in p.delta[l][t][j]]
    slope = [max(float(v), given.network.surrogate_floor or -inf) for v in p.slope[l][t][j]]
    if l == given.network.depth and isinstance(given.network.cost, CrossEntropy):
        e, slope = delta, [1.0] * m
    A, S, E = (mean(map(abs, values)) for values in (a, slope, e))
    apart = mean(abs(x * d) for x, d in zip(a, delta, strict=True))
    summed = abs(mean(x * d for x, d in zip(a, delta, strict=True)))
    return A, S, E, apart / (A * S * E) if A * S * E else 1.0, summed / apart if apart else 1.0


def decades(value):
    return log10(value) if value > 0 else -inf


def test_a_gradient_of_1e_290_keeps_its_digits():
    """From z near 640 the sigmoid's slope is about 1e−280, and layer 1 sees two of them multiplied by ws."""
    given = net()
    given.theta.b[1][...] = 640.0
    given.run()
    found = of_trial(given, 1, 0)
    assert np.all((sum(found) < -270) & (sum(found) > -300))
    np.testing.assert_allclose(sum(found), np.log10(np.abs(given.gradient.w[1][0])), rtol=1e-12)
    tiny = causes.factors(*(np.full((1, 3), 1e-160) for _ in range(4)))
    assert sum(tiny) == pytest.approx(-320 + log10(3), rel=1e-12)


def references(given, l, t):
    """What the losses are measured against, word by word."""
    network, p, m = given.network, given.p, given.p.examples
    a = p.a[l - 1][t if l > 1 else 0]
    unit = l > 1 and isinstance(network.sigma(l - 1), Sigmoid)
    removed = isinstance(network.cost, CrossEntropy)
    S = network.sigma(l).slope_range.magnitude
    S = max(S if isfinite(S) else np.abs(p.slope[l][t]).max(), network.surrogate_floor)
    e = p.delta[network.depth][t] if removed else p.e[network.depth][t]
    output = mean(mean(abs(float(v)) * m for v in row) for row in e)
    scale = mean(mean(abs(v - row.mean()) for v in row) for row in p.y[0])
    return {
        "nothing_left": scale / output,
        "input_low": 1.0 if unit else sqrt(mean(float(v) ** 2 for v in a.ravel())),
        "output_saturated": 1.0 if removed and l == network.depth else S,
        "error_small": output,
    }


@pytest.mark.parametrize("make", list(NETS.values()), ids=list(NETS))
@pytest.mark.parametrize("l", [1, 2, 3])
def test_factors_shares_and_means_are_what_their_definitions_say(make, l):
    """The factors multiply to the gradient, and the shares sum to 1."""
    given = make()
    found = given.measured(l)
    np.testing.assert_allclose(sum(found[f"cause_{label}"] for label in LABELS), 1, rtol=1e-12)
    for t in range(TRIALS):
        factors = of_trial(given, l, t)
        with np.errstate(divide="ignore"):
            gradient = np.log10(np.abs(given.gradient.w[l][t]))
        np.testing.assert_allclose(sum(factors), gradient, rtol=1e-12, atol=1e-12)
        against, losses = references(given, l, t), []
        for j, k in np.ndindex(gradient.shape):
            A, S, E, rho, kappa = defined(given, l, t, j, k)
            expected = [decades(value) for value in (A, S, E, rho, kappa)]
            one = [factor[j, k] for factor in np.broadcast_arrays(*factors)]
            assert one == pytest.approx(expected, rel=1e-12, abs=1e-12)
            kept = A / against["input_low"], S / against["output_saturated"], E / against["error_small"]
            kept = (1 / against["nothing_left"], *kept, rho, kappa)
            losses.append([-decades(value) for value in kept])
        winners = [
            max(range(6), key=lambda i, row=row: row[i] if i or row[0] >= 2 else -inf) for row in losses
        ]
        counted = Counter(LABELS[i] for i in winners)
        for i, label in enumerate(LABELS):
            assert found[f"cause_{label}"][t] == pytest.approx(counted[label] / len(losses), abs=1e-12)
            finite = [row[i] for row in losses if isfinite(row[i])]
            expected = mean(finite) if finite else np.nan
            assert found[f"lost_{label}"][t] == pytest.approx(expected, rel=1e-11, abs=1e-11, nan_ok=True)


# Planted nets.


def test_a_low_input_is_named():
    given = net()
    given.p.a1[0][0, 1] = 0
    given.run()
    _, labels = given.losses(1)
    assert set(labels[:, 1]) == {"input_low"}
    assert "input_low" not in np.delete(labels, 1, axis=1)
    assert isfinite(given.measured(1)["lost_input_low"][0])


@pytest.mark.parametrize("z", [40.0, -40.0])
def test_a_saturated_neuron_is_named(z):
    """Every weight into it; the slopes of the other neurons have lost little."""
    given = net()
    given.theta.w[2][:, 3] = 0
    given.theta.b[2][:, 3] = z
    losses, labels = given.run().losses(2)
    assert set(labels[3]) == {"output_saturated"}
    assert losses[2, 3] == pytest.approx(40 / log(10) - log10(4), rel=1e-12)
    assert np.delete(losses[2], 3, axis=0).max() < 2


def test_no_weights_above_are_named_as_a_small_error():
    given = net()
    given.theta.w[3][...] = 0
    given.run()
    assert given.shares(1) == given.shares(2) == {"error_small": 1}
    assert isnan(given.measured(2)["lost_error_small"][0])
    assert "error_small" not in given.shares(3)


def test_examples_that_cancel_are_named():
    """Every example twice with opposite targets, at a network that answers 0: pairs of neurons cancel."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(5, 4)), rng.choice([-1.0, 1.0], size=(5, 3))
    given = Net(Tanh(), Tanh(), Quadratic(), np.vstack([x, x]), np.vstack([y, -y]), (4, 6, 3))
    w, above = given.theta.w[1], given.theta.w[2]
    w[:, 3:], given.theta.b[1][...] = w[:, :3], 0
    above[:, :, 3:], given.theta.b[2][...] = -above[:, :, :3], 0
    given.run()
    assert np.abs(given.p.a[2]).max() < 1e-15
    assert given.shares(1) == given.shares(2) == {"examples_cancel": 1}


def test_examples_apart_are_named():
    """A neuron that is fed only by examples on which the error is 0."""
    a = np.array([[1.0, 0, 1, 0], [1, 1, 1, 1]])
    e = np.array([[0, 0.25, 0, 0.25]])
    found = causes.factors(a, np.ones_like(e), e, e)
    losses, labels = named(causes.lost(found, References(0, 0, log10(0.5), 0)))
    assert labels[0, 0] == "examples_apart"
    assert losses[:, 0, 1] == pytest.approx([log10(2), 0, 0, 0, 0, 0], abs=1e-12)
    assert losses[:, 0, 0] == pytest.approx([log10(2), log10(2), 0, 0, inf, 0], abs=1e-12)
    assert sum(found)[0, 0] == -inf


@pytest.mark.parametrize(
    ("output", "cost"),
    [(Sigmoid(), Quadratic()), (Sigmoid(), CrossEntropy()), (Identity(), Quadratic())],
    ids=["sigmoid", "cross-entropy", "identity"],
)
def test_where_the_cost_is_0_nothing_is_left_to_learn(output, cost):
    """In every layer, even where inputs are 0 and neurons saturated besides."""
    given = net(ReLU(), output, cost)
    given.p.y[...] = given.p.a[3][:1]
    given.run()
    given.p.a1[0][0, 1] = 0
    for l in (1, 2, 3):
        assert given.shares(l) == {"nothing_left": 1}


@pytest.mark.parametrize(
    ("a", "slope", "e", "short", "label"),
    [
        (1, 1, 1, 1.99, "input_low"),  # where nothing lost anything, the first
        (1, 1, 1, 2.01, "nothing_left"),
        (0, 0, 0, 0, "input_low"),
        (1, 0, 0, 0, "output_saturated"),
        (1, 1, 0, 0, "error_small"),
    ],
)
def test_nothing_is_left_from_two_decades_on_and_of_several_zeros_the_first_is_the_cause(
    a, slope, e, short, label
):
    blocks = (np.full((1, 2), float(value)) for value in (a, slope, e, slope * e))
    _, labels = named(causes.lost(causes.factors(*blocks), References(0, 0, 0, short)))
    assert labels[0, 0] == label
    assert NOTHING_LEFT == 2


def test_a_cost_that_removes_the_slope_leaves_nothing_to_saturate():
    plain, removed = net(), net(cost=CrossEntropy())
    for given in (plain, removed):
        given.theta.b[3][...] = 30
        given.run()
    assert plain.shares(3) == {"output_saturated": 1}
    assert "output_saturated" not in removed.shares(3)
    assert removed.measured(3)["lost_output_saturated"].tolist() == [0, 0]


# What nothing but the targets decides.


@pytest.mark.parametrize(
    ("cost", "y", "cancelled", "size"),
    [
        (Quadratic(), [[0.0, 1, 1, 0]], False, 0.5),
        (Quadratic(), [[10.0, 30], [5, 5]], False, 5),
        (CrossEntropy(), [[0.0, 1, 1, 1]], False, 2),
        (CrossEntropy(), [[0.0, 1, 1, 1]], True, 0.375),
        (SoftmaxCrossEntropy(), [[0.0, 1], [1, 0]], True, 0.5),
        (Quadratic(), [[0.7]], False, 1),
        (Quadratic(), [[0.1, 0.1, 0.1]], False, 1),
    ],
)
def test_the_error_of_one_that_answers_the_mean(cost, y, cancelled, size):
    assert causes.indifferent(cost, np.array(y), cancelled) == pytest.approx(size, rel=1e-12)


# Bits and dtypes.


def test_a_single_example_is_apart_from_none():
    a, slope, e = np.random.default_rng(0).uniform(0.1, 1, (3, 40, 1))
    found = causes.factors(a, slope, e, e * slope)
    assert not found.dependence.any()
    assert not found.agreement.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_trial_in_a_stack_has_the_bits_of_the_trial_alone(dtype):
    stack = net(Tanh(), trials=3, dtype=dtype)
    alone = net(Tanh(), trials=1, dtype=dtype)
    alone.theta.vector[...] = stack.theta.vector[2:]
    alone.run()
    for l in (1, 2, 3):
        one, all_of_them = alone.measured(l), stack.measured(l)
        assert all(one[column].tobytes() == all_of_them[column][2:].tobytes() for column in one)


def test_rows_are_scaled_for_a_trial_that_needs_it_and_for_no_other():
    plain, stack = net(), net()
    stack.theta.b[1][1] = 640.0
    stack.run()
    for l in (1, 2, 3):
        wanted, found = plain.measured(l), stack.measured(l)
        assert all(wanted[column][:1].tobytes() == found[column][:1].tobytes() for column in wanted)
    factors = of_trial(stack, 1, 1)
    np.testing.assert_allclose(sum(factors), np.log10(np.abs(stack.gradient.w[1][1])), rtol=1e-12)


@pytest.mark.parametrize("piece", [1, 100, 2**20])
def test_trials_are_looked_at_in_pieces_of_any_size(monkeypatch, piece):
    given = net(Tanh(), trials=7)
    wanted = given.measured(2)
    monkeypatch.setattr(causes, "PIECE", piece)
    assert all(found.tobytes() == wanted[column].tobytes() for column, found in given.measured(2).items())


def test_float32_passes_are_explained_alike():
    double, single = net(Tanh()), net(Tanh(), dtype=np.float32)
    for column, values in double.measured(2).items():
        np.testing.assert_allclose(single.measured(2)[column], values, rtol=1e-3, atol=1e-3, err_msg=column)


def test_nan_in_is_nan_out_of_a_probe_that_is_off_unless_it_is_named():
    given = net()
    given.theta.w[1][0, 0, 0] = np.nan
    found = given.run().measured(2)
    assert np.isnan(found["lost_error_small"][0])
    assert isfinite(found["lost_error_small"][1])
    assert not Causes.default
    assert len(found) == 2 * len(LABELS)


def test_a_counterfactual_is_not_blocked_where_it_lifts_the_slope():
    """A dead ReLU passes nothing, and with a floor under what it passes it is no cause any more."""
    given = net(ReLU(), Tanh())
    given.theta.b[1][:] = -100
    assert given.run().shares(1) == {"output_saturated": 1}
    passed = lifted(given, 1.0)
    assert "output_saturated" not in passed.shares(1)
    assert passed.measured(1)["lost_output_saturated"] == pytest.approx(0, abs=1e-12)
