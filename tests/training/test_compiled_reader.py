"""Readings that the kernel takes: each quantity is that of its probe, within rounding."""

from dataclasses import replace

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from lab.activations.catalogue import examples as activations
from lab.activations.formula.formula import Formula
from lab.experiment.schedule import schedule
from lab.network.compiled import Engine, refusal
from lab.network.compiled_reading import EngineReading
from lab.network.costs import TABLE as COSTS
from lab.network.initialisers import Constant
from lab.network.kernel.library import functions
from lab.network.optimisers import TABLE as OPTIMISERS
from lab.training.compiled_reader import MEASURED, OF_NORMS, CompiledReader
from lab.training.loop import Course, train
from lab.training.probes import Causes, EqualNeurons, GradientCosine, PhiB, RankShare
from lab.training.stack import Stack
from tests.network.kinds import KINDS, by_the_kernel_of
from tests.training.test_reader import Inside
from tests.training.trainings import made_examples, of_trial, training, unlike

if functions(np.dtype("f8")) is None:
    pytest.skip("the kernel was not built here", allow_module_level=True)

SIZES = (4, 6, 5, 3)
SIGMAS = activations()
UNLIKE = [probe for probe in MEASURED if probe is not EqualNeurons]
"""Those that do not ask whether neurons are equal, as the first weights of some tests make them."""
EVERY = (*MEASURED, Causes, PhiB, RankShare)
"""Those of the kernel, and those that look at its passes."""


@pytest.fixture
def taken(monkeypatch):
    """How many readings each call took, and how many it may: None is as many as it likes."""
    counts: list[int] = []
    most: list[int | None] = [1]
    real = CompiledReader.take

    def take(self, reading, steps):
        steps = steps if most[0] is None else min(steps, most[0])
        counts.append(real(self, reading, steps) if steps else 0)
        return counts[-1]

    monkeypatch.setattr(CompiledReader, "take", take)
    return counts, most


def given(probes=MEASURED, dtype="float64", **changes):
    """Forty steps over batches of 10 of 24 examples, read at each, by the compiled engine."""
    data = made_examples(4, 3, 24, dtype)
    base = {"train": data, "batch": 10, "steps": 40, "dtype": dtype, "engine": "compiled", "neurons": False}
    made = training(changes.pop("sizes", SIZES), **(base | changes))
    columns = tuple(column for probe in probes for column in probe.columns)
    recording = replace(made.recording, probes=tuple(probe() for probe in probes), columns=columns)
    return replace(made, recording=recording)


def both(taken, trainings, trials=range(3)):
    """The readings by the kernel where it can, and those by the numpy core alone."""
    counts, most = taken
    found = train(trainings, trials)
    assert sum(counts) >= 20
    most[0] = 0
    return found, train(trainings, trials)


def agree(found, expected, rtol, atol=1e-14):
    for k, name in enumerate(found.columns):
        np.testing.assert_allclose(
            found.layers[..., k], expected.layers[..., k], rtol=rtol, atol=atol, err_msg=name
        )
    np.testing.assert_allclose(found.figures, expected.figures, rtol=rtol, atol=atol)
    np.testing.assert_array_equal(found.diverged, expected.diverged)
    if rtol < 1e-9:
        np.testing.assert_array_equal(found.histograms, expected.histograms)


@pytest.mark.parametrize(
    ("optimiser", "decay", "probes", "batch", "fixed"),
    [
        ("descent", 0.0, EVERY, 10, False),
        ("descent", 0.0, (*EVERY, GradientCosine), 24, True),
        ("descent", 0.1, EVERY, 24, True),
        ("descent", 0.1, (*EVERY, GradientCosine), 10, False),
        ("adam", 0.0, EVERY, 24, False),
        ("adam", 0.0, (*EVERY, GradientCosine), 10, True),
        ("momentum", 0.1, EVERY, 10, True),
        ("momentum", 0.1, (*EVERY, GradientCosine), 24, False),
    ],
)
def test_every_quantity_is_that_of_its_probe(taken, optimiser, decay, probes, batch, fixed):
    seen = made_examples(4, 3, 17, seed=3) if fixed else None
    changes = {"optimiser": OPTIMISERS[optimiser](), "eta": 0.05, "decay": decay, "batch": batch}
    found, expected = both(taken, given(probes, fixed_examples=seen, neurons=True, **changes))
    agree(found, expected, rtol=1e-10)
    np.testing.assert_allclose(found.neurons, expected.neurons, rtol=1e-10, atol=1e-14)


def test_a_counterfactual_is_read_alike(taken):
    made = given((*EVERY, GradientCosine), eta=0.05)
    made = replace(made, network=replace(made.network, surrogate_floor=0.2))
    found, expected = both(taken, made)
    agree(found, expected, rtol=1e-10)
    assert (found.layers[..., found.columns.index("gradient_cosine")] < 1).any()


@pytest.mark.parametrize("cost", ["quadratic", "cross-entropy", "softmax-cross-entropy"])
@pytest.mark.parametrize("sigma", ["tanh", "relu", "gelu", "identity", "leaky-relu", "hard-tanh", "sin"])
def test_of_any_activation_and_cost(taken, sigma, cost):
    output = SIGMAS["identity" if cost == "softmax-cross-entropy" else "sigmoid"]
    made = given(sigma=SIGMAS[sigma], output=output, cost=COSTS[cost](), eta=0.05)
    assert refusal(made.network, made.optimiser, np.dtype("f8")) is None
    agree(*both(taken, made), rtol=1e-10)


@pytest.mark.parametrize("text", ["abs(z)**0.5*sign(z)", "sign(z)*sqrt(abs(z))", "sqrt(max(z, 0)) + 0.1*z"])
def test_where_the_slope_is_infinite_at_a_kink_saturation_is_missing(taken, text):
    made = given(sigma=Formula(text), eta=0.05)
    for found in both(taken, made):
        shares = found.layers[..., found.columns.index("saturation")]
        assert np.isnan(shares[:, :, :-1]).all()
        assert np.isfinite(shares[:, :, -1]).all()


@hypothesis.given(
    sizes=st.lists(st.integers(1, 70), min_size=2, max_size=4).map(tuple),
    n=st.integers(1, 150),
    batch=st.integers(1, 150),
    fixed=st.integers(0, 90),
    sigma=st.sampled_from(["sigmoid", "leaky-relu", "gelu"]),
)
def test_of_any_sizes_batches_and_fixed_examples(sizes, n, batch, fixed, sigma):
    data, *seen = (made_examples(sizes[0], sizes[-1], count) for count in (n, fixed) if count)
    recorded = {"fixed_examples": seen[0] if seen else None}
    trained = {"train": data, "batch": min(batch, n), "steps": 4, "eta": 0.05}
    made = given((*MEASURED, PhiB), sizes=sizes, sigma=SIGMAS[sigma], **trained, **recorded)
    agree(*(train(replace(made, engine=name), range(2)) for name in ("compiled", "numpy")), rtol=1e-9)


@hypothesis.given(
    sizes=st.lists(st.integers(1, 70), min_size=2, max_size=4).map(tuple),
    n=st.integers(1, 150),
    batch=st.integers(1, 150),
    fixed=st.integers(0, 90),
    dtype=st.sampled_from(["float32", "float64"]),
    optimiser=st.sampled_from(["descent", "adam", "nesterov"]),
)
def test_every_kind_of_processor_reads_the_same_bits(sizes, n, batch, fixed, dtype, optimiser):
    data, *seen = (made_examples(sizes[0], sizes[-1], count, dtype) for count in (n, fixed) if count)
    recorded = {"fixed_examples": seen[0] if seen else None, "dtype": dtype}
    trained = {"train": data, "batch": min(batch, n), "steps": 6, "decay": 0.1}
    made = given(sizes=sizes, optimiser=OPTIMISERS[optimiser](), **trained, **recorded)
    found = []
    for kind in KINDS:
        with by_the_kernel_of(kind):
            found.append(train(made, range(2)))
    for other in found[1:]:
        assert unlike(found[0], other) == []


def test_a_float32_is_right_to_its_digits(taken):
    columns = [probe for probe in MEASURED if probe.__name__ != "LowInput"]
    agree(*both(taken, given(columns, dtype="float32")), rtol=2e-4, atol=1e-5)


def test_readings_at_which_z_is_binned_and_the_last_are_the_kernels_too(taken):
    counts, _ = taken
    found = train(given(batch=8), range(3))
    assert set(counts) == {1}
    assert (found.histograms.sum(axis=-1) == 8 * np.array(SIZES[1:])).all()
    assert np.isnan(found.layers[-1, :, :, found.columns.index("update_ratio")]).all()


def test_norms_alone(taken):
    agree(*both(taken, given(OF_NORMS)), rtol=1e-11)


def test_errors_whose_squares_are_no_floats(taken):
    small = {"sigma": SIGMAS["identity"], "initialiser": Constant(1e-120), "eta": 0.0}
    found, expected = both(taken, given(UNLIKE, cost=COSTS["quadratic"](), **small))
    speed = found.columns.index("learning_speed")
    assert 0 < found.layers[:, :, 0, speed].max() < 1e-200
    agree(found, expected, rtol=1e-12, atol=0)


def test_a_unit_that_is_dead_has_no_speed(taken):
    found, expected = both(taken, given(UNLIKE, sigma=SIGMAS["relu"], initialiser=Constant(0.0), eta=0.0))
    assert (found.layers[:, :, 0, found.columns.index("learning_speed")] == 0).all()
    agree(found, expected, rtol=1e-12)


def test_trials_that_diverge_are_left_and_others_go_on(taken):
    linear, steps = SIGMAS["identity"], 1000
    made = given(sigma=linear, output=linear, cost=COSTS["quadratic"](), eta=0.15, steps=steps)
    made = replace(made, recording=replace(made.recording, schedule=schedule(steps, 20)))
    found, expected = both(taken, made)
    assert (found.diverged >= 0).tolist() == [True, False, True]
    agree(found, expected, rtol=1e-9)


@pytest.mark.parametrize("probes", [UNLIKE, (*EVERY, GradientCosine)], ids=["kernel", "parameters"])
@pytest.mark.parametrize("batch", [8, 10])
def test_a_trial_beside_one_that_diverges_is_read_as_alone_bit_for_bit(probes, batch):
    linear, steps = SIGMAS["identity"], 1000
    changes = {"eta": 0.15, "steps": steps, "batch": batch, "neurons": True}
    made = given(probes, sigma=linear, output=linear, cost=COSTS["quadratic"](), **changes)
    made = replace(made, recording=replace(made.recording, schedule=schedule(steps, 20)))
    stack = train(made, range(5))
    assert 1 <= (stack.diverged >= 0).sum() <= 4
    differing = [unlike(of_trial(stack, t), train(made, range(t, t + 1))) for t in range(5)]
    assert differing == [[]] * 5


def test_neurons_whose_marks_are_near_by_chance_end_no_call_of_several(monkeypatch):
    """Of 40 float32 neurons on 10 examples two have nearly the same product with the marks now and then."""
    back, real = [], Engine.rewind
    monkeypatch.setattr(Engine, "rewind", lambda engine: back.append(0) or real(engine))
    data = made_examples(4, 3, 30, "float32", seed=1)
    made = given(dtype="float32", sizes=(4, 40, 40, 3), train=data, steps=600)
    made = replace(made, recording=replace(made.recording, schedule=schedule(600, 1)))
    assert (train(made, range(3)).layers[..., made.recording.columns.index("equal_neurons")] == 0).all()
    assert len(back) == 1  # from the step after the last reading, which is not taken


def test_neurons_that_may_be_equal_are_left_to_the_probe(taken):
    counts, _ = taken
    found = train(given(initialiser=Constant(0.1)), range(2))
    assert not any(counts)
    equal = found.layers[0, :, 0, found.columns.index("equal_neurons")]
    np.testing.assert_array_equal(equal, 1)


def test_probes_of_passes_look_at_those_of_the_kernel(taken, monkeypatch):
    """The numpy core goes through none, not even for single neurons."""
    counts, most = taken
    most[0] = None
    monkeypatch.setattr(Stack, "propagate", None)
    train(given(EVERY, neurons=True, batch=24, steps=200, every=1), range(2))
    assert sum(counts) == 201
    assert max(counts) > 8


@pytest.mark.parametrize("optimiser", ["descent", "adam"])
def test_a_probe_that_looks_at_parameters_sees_those_of_its_reading(taken, optimiser):
    counts, _ = taken
    found = train(given((*EVERY, Inside), steps=40, optimiser=OPTIMISERS[optimiser]()), range(2))
    assert counts == [1] * 41
    theta, update = (found.layers[:, :, 0, found.columns.index(name)] for name in ("theta", "update"))
    assert np.isnan(update[-1]).all()
    np.testing.assert_allclose(np.diff(theta, axis=0), update[:-1], rtol=1e-9, atol=1e-16)


def test_causes_of_one_output_have_the_same_bits_however_many_are_taken_together(taken):
    data = made_examples(4, 1, 24)
    made = given((Causes,), sizes=(4, 6, 1), train=replace(data, y=np.round(data.y)), **LONG)
    (found, _), (expected, _) = together_and_singly(taken, made, least=100)
    assert unlike(found, expected) == []


def test_where_only_parameters_are_looked_at_the_kernel_is_not_asked(taken):
    counts, _ = taken
    train(given((GradientCosine, PhiB)), range(2))
    assert not any(counts)


def test_quantities_of_another_probe_alone_are_in_their_columns(taken):
    wanted = train(given(EVERY), range(2))
    for probe in (Causes, PhiB, RankShare):
        found = train(given((probe,)), range(2))
        assert found.columns == probe.columns
        first = wanted.columns.index(probe.columns[0])
        np.testing.assert_array_equal(found.layers, wanted.layers[..., first : first + len(probe.columns)])


def of_course(made, trials):
    course = Course(made, trials)
    while not course.ended:
        course.advance(60.0)
    return course.finished(), course.theta.vector.copy()


def together_and_singly(taken, made, trials=range(3), least=200):
    """The same training with readings that are taken together, and one by one: readings and θ."""
    counts, most = taken
    most[0] = None
    found = of_course(made, trials)
    assert sum(count for count in counts if count > 1) >= least
    most[0] = 1
    return found, of_course(made, trials)


LONG = {"steps": 400, "eta": 0.05}


@pytest.mark.parametrize(
    ("optimiser", "changes", "fixed"),
    [
        ("descent", {}, False),
        ("descent", {}, True),
        ("descent", {"decay": 0.1, "batch": 24}, True),
        ("momentum", {"decay": 0.1, "dtype": "float32"}, False),
        ("adam", {"batch": 8}, True),
        ("nesterov", {"decay": 0.1}, False),
        ("descent", {"probes": OF_NORMS, "dtype": "float32"}, True),
        ("adam", {"probes": EVERY, "steps": 200}, False),
        ("descent", {"probes": EVERY, "batch": 24, "dtype": "float32", "steps": 200}, True),
        ("descent", {"probes": OF_NORMS, "steps": 1200, "every": 3}, False),
        ("descent", {"probes": OF_NORMS, "steps": 1200, "every": 6}, True),
    ],
)
def test_readings_taken_together_are_those_taken_one_by_one(taken, optimiser, changes, fixed):
    """Bit for bit, and θ too; the last batch of an epoch is shorter, or all are whole."""
    dtype = changes.get("dtype", "float64")
    seen = made_examples(4, 3, 17, dtype, seed=3) if fixed else None
    made = given(**{**LONG, "optimiser": OPTIMISERS[optimiser](), "fixed_examples": seen, **changes})
    (found, theta), (expected, wanted) = together_and_singly(taken, made, least=100)
    assert unlike(found, expected) == []
    assert np.array_equal(theta, wanted)


def test_where_a_number_is_lost_among_readings_taken_together_they_are_taken_one_by_one(taken):
    """The reading at which a trial diverges is the same, and so is all before it."""
    made = given(**{**LONG, "eta": 30.0, "sigma": SIGMAS["identity"], "output": SIGMAS["identity"]})
    (found, _), (expected, _) = together_and_singly(taken, made, least=0)
    assert (found.diverged > 0).all()
    assert unlike(found, expected) == []


def test_where_all_readings_need_the_core_they_are_tried_one_by_one(taken, monkeypatch):
    """Equal first weights make equal neurons, and they stay equal."""
    tried = []
    real = EngineReading.watch
    monkeypatch.setattr(
        EngineReading,
        "watch",
        lambda self, *given, **k: tried.append(len(given[2]) - 1) or real(self, *given, **k),
    )
    made = given(**LONG, initialiser=Constant(0.1, 0.0))
    (found, theta), (expected, wanted) = together_and_singly(taken, made, range(1), least=0)
    assert set(tried) == {1}
    assert unlike(found, expected) == []
    assert np.array_equal(theta, wanted)


def test_after_a_reading_for_the_core_ever_more_are_taken_together_again(taken, monkeypatch):
    """The steps up to it are taken once more, and once the core has read it the kernel goes on."""
    real = CompiledReader._plain

    def plain(self, made, count):
        found = real(self, made, count)
        due = np.flatnonzero(self._recorder.recording.schedule.steps == self._steps.step)[0]
        found[[k for k in range(count) if due + k == 100]] = False
        return found

    monkeypatch.setattr(CompiledReader, "_plain", plain)
    (found, theta), (expected, wanted) = together_and_singly(taken, given(**LONG, batch=24), range(2))
    assert unlike(found, expected) == []
    assert np.array_equal(theta, wanted)
    assert max(taken[0]) > 8
