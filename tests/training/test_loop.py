"""The loop: what is exact of it, what a step does, and what is read when."""

import itertools
import re
from dataclasses import dataclass, field, replace
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given as given_sizes
from hypothesis import settings
from hypothesis import strategies as st

from lab.activations.catalogue import TABLE as SIGMAS
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import ReLU
from lab.errors import PartError
from lab.network.backprop import cost
from lab.network.costs import CrossEntropy, SoftmaxCrossEntropy
from lab.network.first_weights import initialised
from lab.network.initialisers import Constant, Nielsen, Normal
from lab.network.kernel.library import functions
from lab.network.optimisers import TABLE, Adam, Descent
from lab.parts import Initialiser, Optimiser
from lab.training.examples import examples
from lab.training.loop import Course, so_far, train
from lab.training.stack import streams_of_trial
from tests.network.passes import run
from tests.training.trainings import COLUMNS, made_examples, of_trial, training, unlike

GELU = SIGMAS["gelu"]
Identity = SIGMAS["identity"]

OPTIMISERS = [part() for part in TABLE.values()]
SHAPES = [
    ((1, 1), 1, 1),
    ((3, 1, 1), 6, 6),
    ((3, 1, 1), 6, 4),
    ((5, 7, 3), 10, 3),
    ((4, 1, 6, 2), 9, 1),
    ((17, 33, 1), 40, 32),
    ((64, 30, 30, 10), 300, 300),
    ((64, 30, 30, 10), 25, 10),
    ((100, 129, 10), 7, 7),
]
QUANTITIES = ("learning_speed", "learning_speed_w", "update_ratio", "weight_norm", "bias_norm", "a_mean")


def quantity(readings, name, layer=1, trial=0):
    """One quantity of a layer over the readings."""
    return readings.layers[:, trial, layer - 1, readings.columns.index(name)]


@dataclass(frozen=True)
class Wild(Initialiser):
    """Nielsen's weights, but in some trials so large that a few steps overflow."""

    def weights(self, n_in, n_out, rng):
        return rng.standard_normal((n_out, n_in)) * (1e160 if rng.random() < 0.2 else 0.3)


def wild(**changes):
    """A training in which some trials diverge at once, some never."""
    return training(
        (3, 4, 4, 2), sigma=ReLU(), output=Identity(), initialiser=Wild(), steps=8, eta=0.1, **changes
    )


# What holds to the last bit.


def alone_as_stacked(given, stacked, trials):
    """Whether these trials of a stack have, in every bit, the readings that they have alone."""
    return all(unlike(of_trial(stacked, t), train(given, range(t, t + 1))) == [] for t in trials)


ENGINES = ["numpy", *(["compiled"] if functions(np.dtype("f8")) else [])]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
@given_sizes(
    batch=st.integers(1, 9),
    every=st.integers(1, 20),
    trials=st.integers(1, 3),
    down=st.sets(st.integers(0, 27)),
)
@settings(max_examples=5)
def test_a_course_put_down_anywhere_and_taken_up_again_has_the_same_bits(
    engine, optimiser, batch, every, trials, down
):
    given = training(
        (3, 4, 2), count=9, batch=batch, steps=25, every=every, optimiser=optimiser, decay=0.5, engine=engine
    )
    course, early = Course(given, range(trials)), []
    for time in itertools.count():
        if course.ended:
            break
        course.advance(0.0)
        if time in down:
            saved = {key: x.copy() for key, x in course.saved().items()}
            course = Course(given, range(trials), saved)
            early.append(so_far(given, range(trials), saved))
    assert course.done == 25 * trials
    whole = train(given, range(trials))
    assert unlike(course.finished(), whole) == []
    for read in early:
        first = whole.first_readings(len(read.steps))
        assert unlike(replace(read, final=whole.final), first) == []


@pytest.mark.parametrize("optimiser", ["momentum", "nesterov", "adam", "rmsprop"])
@pytest.mark.parametrize("calls", range(1, 7))
def test_a_training_stopped_beside_a_reading_goes_on_with_the_same_bits(monkeypatch, optimiser, calls):
    given = training((4, 5, 3), optimiser=TABLE[optimiser](), eta=0.05, every=3, steps=12)
    whole = train(given, range(2))
    course = Course(given, range(2))
    monkeypatch.setattr("lab.training.loop.monotonic", itertools.count().__next__)  # a call, a second
    course.advance(4 * calls)
    assert not course.ended
    course = Course(given, range(2), {key: x.copy() for key, x in course.saved().items()})
    course.advance(np.inf)
    assert unlike(course.finished(), whole) == []


@pytest.mark.parametrize(
    ("sizes", "count", "batch", "dtype", "optimiser"),
    [
        *((*shape, dtype, Descent()) for shape in SHAPES for dtype in ("float32", "float64")),
        *((*SHAPES[3], dtype, part) for part in OPTIMISERS[1:] for dtype in ("float32", "float64")),
    ],
    ids=str,
)
def test_a_stacked_trial_has_the_bits_that_it_has_alone(sizes, count, batch, dtype, optimiser):
    given = training(sizes, count=count, batch=batch, dtype=dtype, optimiser=optimiser, decay=0.5, eta=0.05)
    assert alone_as_stacked(given, train(given, range(4)), (0, 3))


widths = st.one_of(st.integers(1, 40), st.sampled_from([63, 64, 65, 127, 128, 129, 256, 300]))


@settings(max_examples=30, deadline=None)
@given_sizes(
    sizes=st.lists(widths, min_size=2, max_size=5).map(tuple),
    batch=st.integers(1, 70),
    trials=st.integers(2, 6),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_a_stacked_trial_of_any_size_has_the_bits_that_it_has_alone(sizes, batch, trials, dtype):
    """Whatever form BLAS takes for a shape: that of a trial does not depend on how many stand beside it."""
    given = training(sizes, count=70, batch=batch, dtype=dtype, steps=2)
    assert alone_as_stacked(given, train(given, range(trials)), [trials - 1])


FIXED = made_examples(20, 5, 150, seed=3)


def deep(**changes):
    """A training of two hidden layers, with short batches."""
    return training((20, 40, 40, 5), count=70, batch=32, **changes)


@pytest.mark.parametrize("sigma", [GELU(), Tanh(), ReLU(), Formula("tanh(z) + 0.1*abs(z)")], ids=str)
@pytest.mark.parametrize(
    ("cost", "output"),
    [(CrossEntropy(), Sigmoid()), (SoftmaxCrossEntropy(), Identity())],
    ids=["cross-entropy", "softmax"],
)
def test_the_same_for_other_activations_costs_and_fixed_examples(sigma, cost, output):
    given = deep(sigma=sigma, output=output, cost=cost, fixed_examples=FIXED)
    assert alone_as_stacked(given, train(given, range(4)), range(4))


@pytest.mark.parametrize("fixed", [None, FIXED], ids=["batch", "fixed"])
def test_the_same_for_a_surrogate_slope_and_its_cosine(fixed):
    given = deep(fixed_examples=fixed, columns=(*COLUMNS, "gradient_cosine"))
    given = replace(given, network=replace(given.network, surrogate_floor=0.2))
    stacked = train(given, range(4))
    assert alone_as_stacked(given, stacked, range(4))
    assert np.isfinite(stacked.layers[..., -1]).all()
    assert (stacked.layers[..., -1] < 1 - 1e-9).any()


def test_to_record_the_cosine_does_not_change_the_training():
    given = training((3, 5, 2), count=9, batch=4)
    given = replace(given, network=replace(given.network, surrogate_floor=0.2))
    recording = replace(given.recording, columns=(*COLUMNS, "gradient_cosine"))
    bare, cosine = (train(replace(given, recording=one), range(1)) for one in (given.recording, recording))
    assert np.array_equal(bare.final, cosine.final)
    assert np.array_equal(bare.layers, cosine.layers[..., :-1], equal_nan=True)


def test_the_same_seed_gives_the_same_arrays_in_chunks_of_any_size_and_another_seed_others():
    given = training((3, 5, 2), count=9, batch=4, optimiser=Adam())
    whole = train(given, range(7))
    assert unlike(whole, train(given, range(7))) == []
    for size in (1, 2, 3, 4):
        for first in range(0, 7, size):
            part = train(given, range(first, min(first + size, 7)))
            for t in range(len(part.diverged)):
                assert unlike(of_trial(part, t), of_trial(whole, first + t)) == []
    other = train(replace(given, seed=1), range(7))
    assert {"learning_speed", "weight_norm", "figures", "final"} <= set(unlike(whole, other))


def test_a_trial_does_not_depend_on_the_variant():
    """The same first weights and the same order of the examples for every σ: variants are paired."""
    first = train(training((3, 5, 2), sigma=Tanh(), count=9, batch=4), range(2))
    other = train(training((3, 5, 2), sigma=ReLU(), count=9, batch=4), range(2))
    for name in ("weight_norm", "bias_norm"):
        assert quantity(first, name)[0] == quantity(other, name)[0]
    inputs = [train(training((3, 5, 2), sigma=s, count=9, batch=1), range(1)) for s in (Tanh(), ReLU())]
    assert np.array_equal(*(quantity(readings, "low_input") for readings in inputs))


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
@pytest.mark.parametrize("batch", [3, 8])
def test_a_trial_that_diverges_is_missing_from_its_step_on_and_leaves_the_others_bitwise_alone(
    optimiser, batch
):
    given = wild(optimiser=optimiser, batch=batch)
    readings = train(given, range(12))
    lost = readings.diverged >= 0
    assert 2 <= lost.sum() <= 10
    assert alone_as_stacked(given, readings, range(12))
    assert np.isfinite(readings.final[~lost]).all()
    assert np.isfinite(readings.figures[:, ~lost]).all()
    for trial in np.flatnonzero(lost):
        at = int(readings.diverged[trial])
        gone = readings.histogram_steps >= at
        missing = readings.layers[at:], readings.figures[at:], readings.final[None], readings.neurons[gone]
        assert all(np.isnan(numbers[:, trial]).all() for numbers in missing)
        assert not readings.histograms[gone, trial].any()
        above = readings.neurons[~gone, trial, given.network.sizes[0] :, :-1]  # without inputs and speed_out
        assert np.isfinite(above).all()
        assert np.isfinite(readings.figures[:at, trial, 0]).all()


def test_training_stops_when_all_trials_have_diverged():
    given = training((3, 4, 2), sigma=ReLU(), output=Identity(), eta=1e200, steps=50)
    course = Course(given, range(3))
    course.advance(60.0)
    readings = course.finished()
    assert (readings.diverged > 0).all()
    assert (readings.diverged < 10).all()
    assert course.done == 150
    assert np.isnan(readings.final).all()


@pytest.mark.parametrize("made", [Constant(w=np.inf), Normal(sd=1e308)])
def test_weights_that_are_no_numbers_are_refused(made):
    given = training((9, 9), initialiser=made)
    with pytest.raises(PartError, match=re.escape(f"the initialiser {made} makes weights that are not")):
        train(given, range(1))


# A step.


def neuron(x, y, n, **changes):
    """A training of a linear neuron of w = 2, b = 1 that sees n times the same example."""
    seen = examples(np.full((n, 1), x), np.full((n, 1), y), False, "float64")
    initialiser = Constant(w=2.0, b=1.0)
    return training(
        (1, 1), output=Identity(), train=seen, initialiser=initialiser, columns=QUANTITIES, **changes
    )


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
@pytest.mark.parametrize("batch", [2, 5])
def test_a_linear_neuron_by_hand(optimiser, batch):
    """w ← (1 − ηλ/n) w + Δw, b ← b + Δb with n all training examples, whatever the batch."""
    x, y, eta, decay, n = 1.5, -0.5, 0.04, 3.0, 5
    given = neuron(x, y, n, optimiser=optimiser, eta=eta, decay=decay, batch=batch, steps=30)
    readings = train(given, range(1))
    theta, state, step = np.array([[2.0, 1.0]]), optimiser.initial(np.zeros((1, 2))), np.empty((1, 2))
    for k in range(30):
        w, b = theta[0]
        delta = w * x + b - y
        optimiser.step(state, np.array([[delta * x, delta]]), eta, k + 1, step)
        update = step - np.array([[eta * decay / n * w, 0]])
        expected = {
            "learning_speed": abs(delta),
            "learning_speed_w": abs(delta * x),
            "update_ratio": abs(update[0, 0] / w),
            "weight_norm": abs(w),
            "bias_norm": abs(b),
            "a_mean": w * x + b,
        }
        for name, value in expected.items():
            assert quantity(readings, name)[k] == pytest.approx(value, rel=1e-9, abs=1e-13), (name, k)
        assert readings.figures[k, 0, 0] == pytest.approx(delta**2 / 2, rel=1e-9, abs=1e-13)
        theta = theta + update
    assert quantity(readings, "weight_norm")[30] == pytest.approx(abs(theta[0, 0]), rel=1e-9)


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
def test_decay_shrinks_weights_and_leaves_biases_untouched(optimiser):
    """Where there is no gradient nothing moves but w, by the factor 1 − ηλ/n a step."""
    readings = train(neuron(0.0, 1.0, 4, optimiser=optimiser, eta=0.1, decay=8.0, steps=5), range(1))
    np.testing.assert_allclose(quantity(readings, "weight_norm"), 2 * 0.8 ** np.arange(6), rtol=1e-14)
    assert np.array_equal(quantity(readings, "bias_norm"), np.ones(6))


@dataclass(frozen=True)
class Clipped(Optimiser):
    """Descent of a gradient that is no longer than 0.1 in all."""

    def step(self, state, gradient, eta, number, out):
        size = np.linalg.norm(gradient, axis=1, keepdims=True)
        np.multiply(gradient, -eta * np.minimum(1, 0.1 / size), out=out)


def test_an_optimiser_that_looks_at_all_parameters_is_given_all(monkeypatch):
    """A large network was moved block by block, so that each block had a norm of its own."""
    given = training((5, 6, 3), steps=6, every=3, optimiser=Clipped())
    whole = train(given, range(2))
    monkeypatch.setattr("lab.training.stack.BLOCK", 20)
    assert np.array_equal(train(given, range(2)).layers, whole.layers, equal_nan=True)


@dataclass(frozen=True)
class Spy(Optimiser):
    """Descent that notes the dtypes of what it is given."""

    seen: list = field(default_factory=list, hash=False)

    def initial(self, theta):
        self.seen.append(theta.dtype)
        return {}

    def step(self, state, gradient, eta, number, out):
        Descent().step(state, gradient, eta, number, out)
        self.seen.extend([gradient.dtype, out.dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch", [3, 8])
def test_a_training_has_the_dtype_of_the_examples_and_float32_follows_float64(dtype, batch):
    spy = Spy()
    given = {"optimiser": spy, "batch": batch, "decay": 1.0}
    readings = train(training((3, 4, 2), dtype=dtype, **given), range(2))
    assert spy.seen == (1 + 2 * 3) * [np.dtype(dtype)]
    double = train(training((3, 4, 2), **given), range(2))
    np.testing.assert_allclose(readings.layers, double.layers, rtol=1e-4, atol=1e-6)


# A reading.


def first_weights(sizes):
    """θ of the first two trials before the first step."""
    return initialised(Nielsen(), sizes, [streams_of_trial(0, t) for t in range(2)], np.dtype(np.float64))


def test_a_reading_sees_the_network_before_the_step():
    given = training((3, 4, 2), steps=4)
    readings, theta = train(given, range(2)), first_weights((3, 4, 2))
    for k in range(5):
        p, gradient = run(given.network, theta, given.train.x[:, :-1], given.train.y)
        assert np.array_equal(readings.figures[k, :, 0], cost(given.network, p))
        for l in (1, 2):
            for t in range(2):
                speed, size = (
                    quantity(readings, name, l, t)[k] for name in ("learning_speed", "weight_norm")
                )
                assert speed == pytest.approx(np.linalg.norm(gradient.b[l][t]), rel=1e-14)
                assert size == pytest.approx(np.linalg.norm(theta.w[l][t]), rel=1e-14)
        theta.vector[...] -= given.eta * gradient.vector


def test_reading_less_often_changes_no_reading():
    often, seldom = (train(training((3, 4, 2), steps=12, every=every, batch=3), range(2)) for every in (1, 4))
    assert seldom.steps.tolist() == [0, 4, 8, 12]
    assert np.array_equal(seldom.layers, often.layers[[0, 4, 8, 12]], equal_nan=True)
    assert np.array_equal(seldom.figures, often.figures[[0, 4, 8, 12]])
    assert np.array_equal(seldom.final, often.final)


def test_fixed_examples_are_those_of_every_reading_and_do_not_change_the_training():
    fixed = made_examples(3, 2, 6, seed=9)
    with_fixed, without = training((3, 4, 2), batch=3, fixed_examples=fixed), training((3, 4, 2), batch=3)
    found, plain = train(with_fixed, range(2)), train(without, range(2))
    for name in ("weight_norm", "bias_norm", "update_ratio"):
        column = plain.columns.index(name)
        assert np.array_equal(found.layers[..., column], plain.layers[..., column], equal_nan=True)
    assert np.array_equal(found.final, plain.final)
    p, gradient = run(with_fixed.network, first_weights((3, 4, 2)), fixed.x[:, :-1], fixed.y)
    assert np.array_equal(found.figures[0, :, 0], cost(with_fixed.network, p))
    speed = quantity(found, "learning_speed", 1)[0]
    assert speed == pytest.approx(np.linalg.norm(gradient.b[1][0]), rel=1e-14)
    assert quantity(found, "a_mean", 2)[0] == pytest.approx(p.a[2][0].mean(), rel=1e-14)


def test_the_figures_of_the_end_are_over_all_examples():
    given = training((3, 4, 2), count=10)
    readings = train(given, range(2))
    np.testing.assert_allclose(readings.final, readings.figures[-1], rtol=1e-14)
    batches = train(replace(given, batch=3), range(2))
    assert np.array_equal(batches.final[:, 2:], batches.figures[-1, :, 2:])
    assert not np.array_equal(batches.final[:, 0], batches.figures[-1, :, 0])


def test_without_test_examples_or_classes_the_figures_are_missing():
    empty = examples(np.zeros((0, 3)), np.zeros((0, 2)), True, "float64")
    readings = train(training((3, 4, 2), test=empty), range(2))
    assert np.isnan(readings.figures[:, :, 2:]).all()
    values = examples(np.ones((4, 3)), np.ones((4, 2)), False, "float64")
    readings = train(training((3, 4, 2), train=values, test=values), range(2))
    assert np.isnan(readings.figures[:, :, [1, 3]]).all()
    assert np.isfinite(readings.figures[:, :, [0, 2]]).all()


def test_test_examples_are_evaluated_at_fifty_readings_at_the_most():
    readings = train(training((1, 1), steps=300), range(1))
    tested = np.isfinite(readings.figures[:, 0, 2])
    assert (len(tested), tested.sum()) == (301, 50)
    assert tested[[0, -1]].all()


@pytest.mark.parametrize("every", [1, 4, 100])
def test_what_is_done_grows_to_all_trial_steps(every):
    course = Course(training((1, 1), steps=10, every=every), range(3))
    done = [course.done]
    while not course.ended:
        course.advance(0.0)
        done.append(course.done)
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 30)


# The streams of a trial.


def draws(seed, trial, purpose):
    return streams_of_trial(seed, trial)(purpose).standard_normal(4).tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(((3, 1, "w/2"), other) for other in [(4, 1, "w/2"), (3, 2, "w/2"), (3, 1, "w/1"), (3, 1, "b/2")]),
        ((3, 1, "w/2"), (1, 3, "w/2")),
        ((0, 11, "w/1"), (0, 1, "w/1/1")),  # names that could run together
        ((0, 1, "order"), (0, 1, "order ")),
        ((0, 1, "order "), (0, 1, "")),
    ],
)
def test_another_seed_trial_or_purpose_gives_another_stream(one, other):
    assert draws(*other) != draws(*one) == draws(*one)


def test_the_derivation_is_fixed_and_does_not_depend_on_what_was_drawn_before():
    """The numbers of a run can be had again years later: the rule is part of the contract."""
    name = int(sha256(b"order/trial 7").hexdigest()[:16], 16)
    expected = np.random.default_rng(np.random.SeedSequence([42, name]))
    own = streams_of_trial(42, 7)
    for purpose in ("w/1", "b/1", "order"):
        own(purpose).random(100)
    assert own("order").standard_normal(4).tolist() == expected.standard_normal(4).tolist()
