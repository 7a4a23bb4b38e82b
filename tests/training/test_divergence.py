from dataclasses import dataclass, replace

import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.network.backprop import Network, backward, forward
from lab.network.buffers import make_pass, with_ones
from lab.network.costs import Quadratic
from lab.network.optimisers import Descent
from lab.network.parameters import parameters
from lab.parts import Activation
from lab.training.divergence import located, origin
from lab.training.examples import examples
from lab.training.loop import begun, train
from tests.training.trainings import made_examples, training

Identity = TABLE["identity"]


@dataclass(frozen=True)
class Torn(Activation):
    """σ = z, which says of σ or of σ′ that it is NaN beyond an edge."""

    edge: float = 1.0
    torn: str = "σ′"

    def __call__(self, z):
        return np.where((self.torn == "σ") & (z > self.edge), np.nan, z)

    def derivative(self, z):
        return np.where((self.torn == "σ′") & (z > self.edge), np.nan, np.ones_like(z))


def origins(given, trials):
    """(what, layer, z, step) of each trial."""
    found = located(given, trials, train(given, trials))
    return list(zip(found.origin, *found.origin_at.T, found.diverged, strict=True))


def with_second(given, sigma):
    """A training with another σ in its second layer."""
    first, _, last = given.network.sigmas
    return replace(given, network=replace(given.network, sigmas=(first, sigma, last)))


@pytest.mark.parametrize("torn", ["σ", "σ′"])
def test_an_activation_that_is_nan_at_a_finite_z_is_named_with_its_layer_and_that_z(torn):
    """One trial stays below the edge, one crosses it between two readings, one begins beyond it."""
    given = training((3, 4, 4, 2), steps=100, every=50, batch=3, eta=1.0)
    whole, broken = with_second(given, Identity()), with_second(given, Torn(1.7, torn))
    assert located(whole, range(3), train(whole, range(3))).origin is None
    found = origins(broken, range(3))
    assert found[0][0] == ""
    assert [step for *_, step in found] == [-1, 50, 0]
    for what, layer, z, _ in found[1:]:
        assert (what, layer) == (f"{torn} is NaN", 2)
        assert 1.7 < z < 3.0
    assert origins(broken, range(1, 2)) == found[1:2]


def test_of_a_trial_that_is_sound_the_readings_say_nothing():
    given = training((3, 5, 2), sigma=Torn(1.0), steps=1, batch=1, count=1)
    readings = train(given, range(12))
    found = located(given, range(12), readings)
    lost = readings.diverged >= 0
    assert 0 < lost.sum() < 12
    assert ((found.origin == "σ′ is NaN") == lost).all()
    assert (np.isfinite(found.origin_at).all(axis=1) == lost).all()


def test_where_numbers_run_over_no_activation_is_blamed():
    line = Identity()
    given = training((3, 5, 2), sigma=line, output=line, steps=300, every=300, eta=1e3)
    for what, layer, z, step in origins(given, range(2)):
        assert what in ("z ran over", "δ ran over")
        assert layer in (1, 2)
        assert np.isnan(z)
        assert step == 300


def test_fixed_examples_are_looked_at_where_they_alone_show_it():
    """They are not trained on, and every one of them lies beyond the edge."""
    near, far = (examples(np.full((4, 1), x), np.ones((4, 1)), False, "float64") for x in (0.0, 1e6))
    given = training((1, 1, 1), sigma=Torn(100.0), train=near, fixed_examples=far, steps=2)
    readings = [located(given, range(t, t + 1), train(given, range(t, t + 1))) for t in range(8)]
    told = [r for r in readings if r.origin is not None]
    assert 0 < len(told) < 8  # half of the weights are positive
    for one in told:
        assert one.origin[0] == "σ′ is NaN"
        assert one.origin_at[0, 0] == 1
        assert one.origin_at[0, 1] > 100


def test_a_cost_that_runs_over_is_told_without_a_layer():
    far = made_examples(3, 2, 4)
    far = replace(far, y=far.y * 1e200, labelled=False)
    given = training((3, 4, 2), output=Identity(), train=far, batch=4, steps=1, eta=1e-300)
    assert origins(given, range(1))[0][0] == "C ran over"
    assert np.isnan(origins(given, range(1))[0][1:3]).all()


@dataclass(frozen=True)
class Steep(Torn):
    """σ′ is infinite beyond the edge."""

    def derivative(self, z):
        return np.where(z > self.edge, np.inf, np.ones_like(z))


def passed(sigmas, x, w, cost=None):
    """A pass of one example through three layers of one neuron, and its network."""
    network = Network((1, 1, 1, 1), sigmas, cost or Quadratic())
    theta, gradient = parameters(network.sizes, trials=1), parameters(network.sizes, trials=1)
    for l in (1, 2, 3):
        theta.w[l][...] = w
    p = make_pass(network.sizes, 1, with_ones([[x]]), np.ones((1, 1, 1)))
    with np.errstate(all="ignore"):
        forward(network, theta, p)
        backward(network, theta, p, gradient)
    return network, p, 0


def test_what_was_lost_first_in_a_pass():
    line, sigmoid = Identity(), TABLE["sigmoid"]()
    for sigmas, x, w, told in (
        ((line, Torn(3.0), sigmoid), 2.0, 2.0, ["σ′ is NaN", 2, 8.0]),
        ((line, Torn(3.0, "σ"), sigmoid), 2.0, 2.0, ["σ is NaN", 2, 8.0]),
        ((line, Steep(3.0), Torn(9.0)), 2.0, 2.0, ["σ′ is NaN", 3, 16.0]),
        ((line, Steep(3.0), sigmoid), 2.0, 2.0, ["σ′ ran over", 2, 8.0]),
        ((Torn(0.0), line, line), 1e200, 1e200, ["z ran over", 1, np.nan]),
        ((line, TABLE["exponential"](), sigmoid), 40.0, 5.0, ["σ ran over", 2, 1000.0]),
        ((line, line, line), 1e-200, 1e150, ["δ ran over", 2, np.nan]),
        ((line, line, sigmoid), 2.0, 2.0, ["", np.nan, np.nan]),
    ):
        np.testing.assert_equal(list(origin(*passed(sigmas, x, w))), told)


@dataclass(frozen=True)
class Faulty(Descent):
    """Descent whose third step is NaN."""

    def step(self, state, gradient, eta, number, out):
        super().step(state, gradient, eta, number, out)
        if number == 3:
            out[...] = np.nan


@pytest.mark.parametrize("batch", [3, "full"])
def test_an_optimiser_that_makes_no_number_of_a_finite_gradient_is_named(batch):
    """z did not run over then, and a smaller η would change nothing."""
    given = training((3, 4, 2), steps=8, every=4, batch=3, eta=0.1)
    given = replace(given, optimiser=Faulty(), batch=len(given.train) if batch == "full" else batch)
    for what, layer, z, step in origins(given, range(2)):
        assert (what, layer, step) == ("Δθ is NaN", 1, 4)
        assert np.isnan(z)


def test_an_optimiser_is_not_named_for_an_eta_that_is_infinite_in_single_precision():
    """Where a slope is 0, η times it is NaN then; elsewhere it is ∞."""
    given = training((3, 4, 2), sigma=TABLE["relu"](), dtype="float32", eta=1e200)
    stack, _ = begun(given, range(6))
    with np.errstate(all="ignore"):
        stack.run_to(1)
    assert np.isnan(stack.theta.vector).any()
    assert {what for what, *_ in origins(given, range(6))} == {"z ran over"}


@dataclass(frozen=True)
class Holed(Quadratic):
    """A cost that is no number at its least, or has no gradient there."""

    lost: str = "∇C"

    def value(self, z, a, y, sigma):
        return super().value(z, a, y, sigma) + (np.nan if self.lost == "C" else 0)

    def gradient(self, a, y, out):
        super().gradient(a, y, out)
        if self.lost == "∇C":
            out[...] = np.nan


def test_a_cost_that_is_no_number_of_finite_outputs_is_named():
    sigmas = (Identity(), Identity(), Identity())
    for lost, layer in (("∇C", 3), ("C", np.nan)):
        told = origin(*passed(sigmas, 2.0, 2.0, Holed(lost)))
        np.testing.assert_equal(list(told), [f"{lost} is NaN", layer, np.nan])


@dataclass(frozen=True)
class Cancelling(Quadratic):
    """δ^L = a − y, whatever σ is."""

    def error(self, z, a, slope, y, sigma, out):
        np.subtract(a, y, out=out)

    def cancels(self, sigma):
        return True


def test_a_slope_that_the_cost_cancels_is_not_blamed():
    sigmas = (Identity(), Identity(), Torn(3.0))
    assert origin(*passed(sigmas, 2.0, 2.0)) == ("σ′ is NaN", 3, 16.0)
    network, p, row = passed(sigmas, 2.0, 2.0, cost=Cancelling())
    assert np.isnan(p.slope[3]).all()
    assert origin(network, p, row)[0] == ""
