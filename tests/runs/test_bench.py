from pathlib import Path

import numpy as np
import pytest

from lab.activations.catalogue import TABLE as SIGMAS
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import LeakyReLU
from lab.data.dataset import assembled
from lab.errors import PartError
from lab.experiment.variants import load
from lab.network.costs import CrossEntropy, Quadratic
from lab.network.initialisers import Constant, Nielsen
from lab.network.optimisers import Adam, Descent
from lab.parts import Probe
from lab.runs.bench import Bench, recorded, targets
from lab.runs.fitness import counterfactual
from lab.training.neurons import NEURON_COLUMNS
from lab.training.probes import TABLE, LearningSpeed, ParameterNorms
from tests.training.trainings import COLUMNS

Identity = SIGMAS["identity"]


HEAD = '[data]\nname = "digits"\ntrain = 40\ntest = 20\n'


BENCH = Bench(Path(), allow_code=False)


DEFAULT = tuple(
    column
    for probe in TABLE.values()
    if probe.default and not probe.counterfactual
    for column in probe.columns
)


@pytest.fixture
def built(written):
    """The training of an experiment's only variant."""

    def build(text, overrides=(), data=None):
        (variant,) = load(written(HEAD + text), overrides).variants
        settings = variant.settings
        return BENCH.training(settings, data or BENCH.dataset(settings.data, settings.trials.seed))

    return build


def classes(count, outputs, rows=10):
    """A data set of classes by turns."""
    number = np.arange(rows) % count
    y = np.eye(count)[number] if outputs > 1 else number[:, None]
    x = np.arange(2.0 * rows).reshape(rows, 2)
    return assembled("made", (x, y), (x[:5], y[:5]), tuple(map(str, range(count))))


def test_the_defaults_become_parts(built):
    made = built("[network]\nhidden = [5, 4]\n")
    assert made.network.sizes == (64, 5, 4, 10)
    assert made.network.sigmas == (Sigmoid(), Sigmoid(), Sigmoid())
    assert (made.network.cost, made.initialiser, made.optimiser) == (CrossEntropy(), Nielsen(), Descent())
    assert (made.eta, made.decay, made.batch, made.steps, made.seed) == (0.1, 0, 10, 120, 0)
    assert (len(made.train), len(made.test), made.train.labelled) == (40, 20, True)
    assert made.train.x.dtype == np.float64
    assert made.recording.columns == DEFAULT
    assert (made.recording.neurons, made.recording.fixed_examples) == ((), None)
    assert (made.recording.saturation_threshold, made.recording.low_input_threshold) == (0.05, 0.1)
    assert made.recording.schedule.steps.tolist() == list(range(0, 121, 2))


def test_names_tables_formulas_and_designs_become_parts(built):
    made = built(
        '[network]\nhidden = [5, 4, 3]\noutput = "tanh"\ncost = "quadratic"\n'
        'activation = ["tanh(z) + 0.1*z", {name = "leaky-relu", slope = 0.2}, "soft"]\n'
        'initialiser = {name = "constant", w = 0.5, b = 0.25}\n'
        '[training]\noptimiser = {name = "adam", beta1 = 0.8}\neta = 0.5\nlambda = 2.0\nbatch = "full"\n'
        'dtype = "float32"\n'
        "[trials]\nseed = 7\n"
        '[record]\nevery = 10\nquantities = ["learning_speed", "weight_norm"]\n'
        "saturation_threshold = 0.2\nlow_input_threshold = 0.3\nneurons = true\n"
        '[activations.soft]\nvalue = "z + sin(z)/2"\n'
    )
    first, second, third, output = made.network.sigmas
    assert isinstance(first, Formula)
    assert (second, output) == (LeakyReLU(slope=0.2), Tanh())
    assert third(np.array([1.0]))[0] == pytest.approx(1 + np.sin(1) / 2, rel=1e-15)
    assert (made.network.cost, made.optimiser) == (Quadratic(), Adam(beta1=0.8))
    assert made.initialiser == Constant(w=0.5, b=0.25)
    assert (made.eta, made.decay, made.seed) == (0.5, 2, 7)
    assert {made.train.x.dtype, made.train.y.dtype, made.test.x.dtype} == {np.dtype(np.float32)}
    assert made.recording.columns == ("learning_speed", "weight_norm")
    assert (made.recording.saturation_threshold, made.recording.low_input_threshold) == (0.2, 0.3)
    assert made.recording.neurons == NEURON_COLUMNS
    assert made.recording.schedule.steps.tolist() == [0, 10, 20, 30]


@pytest.mark.parametrize(
    ("text", "floor", "columns"),
    [
        ("", 0.0, DEFAULT),
        ("surrogate_floor = 0.1\n", 0.1, (*DEFAULT, "gradient_cosine")),
        ("surrogate_floor = 0.0\n", 0.0, (*DEFAULT, "gradient_cosine")),
        ('[record]\nquantities = ["all"]\n', 0.0, COLUMNS),
        ('surrogate_floor = 1\n[record]\nquantities = ["all"]\n', 1.0, (*COLUMNS, "gradient_cosine")),
        ('surrogate_floor = 1.0\n[record]\nquantities = ["a_mean"]\n', 1.0, ("a_mean",)),
        ('[record]\nquantities = ["gradient_cosine"]\n', 0.0, ("gradient_cosine",)),
    ],
)
def test_a_surrogate_slope_and_its_control_record_the_cosine(built, text, floor, columns):
    made = built(f"[network]\nhidden = [3]\n[training]\n{text}")
    assert made.network.surrogate_floor == floor
    assert made.recording.columns == columns
    note = counterfactual(made.network)
    assert note.endswith("then not the gradient of C") if floor else note == ""


@pytest.mark.parametrize(
    ("training", "batch", "steps"),
    [
        ("epochs = 3", 10, 3 * 4),
        ("steps = 7", 10, 7),
        ('batch = "full"\nepochs = 3', 40, 3),
        ("batch = 16", 16, 30 * 3),
        ("batch = 16\nepochs = 2", 16, 2 * 3),
        ("batch = 40\nepochs = 2", 40, 2),
        ("batch = 1\nsteps = 5", 1, 5),
    ],
)
def test_epochs_are_steps(built, training, batch, steps):
    made = built(f"[network]\nhidden = [3]\n[training]\n{training}\n")
    assert (made.batch, made.steps) == (batch, steps)
    assert made.recording.schedule.steps[-1] == steps


def test_a_probe_is_the_first_of_the_training_examples(built):
    record = '[network]\nhidden = [3]\n[record]\non = "probe"\nexamples = {}\n'
    made = built(record.format(30))
    assert np.array_equal(made.recording.fixed_examples.x, made.train.x[:30])
    assert np.array_equal(made.recording.fixed_examples.y, made.train.y[:30])
    assert made.recording.fixed_examples.labelled
    assert len(built(record.format(300)).recording.fixed_examples) == 40


def test_two_classes_have_one_output_and_a_softmax_two(built):
    one = built("[network]\nhidden = [3]\n", data=classes(2, 1))
    assert one.network.sizes == (2, 3, 1)
    assert one.train.y.shape == (10, 1)
    two = built('[network]\nhidden = [3]\ncost = "softmax-cross-entropy"\n', data=classes(2, 1))
    assert two.network.sizes == (2, 3, 2)
    assert two.network.sigmas[-1] == Identity()
    assert two.train.y.tolist() == [[1, 0], [0, 1]] * 5
    assert two.test.y.shape == (5, 2)


def test_variants_share_the_examples_of_their_data(built):
    data = classes(2, 1)
    one, two = (built(f"[network]\nhidden = [{width}]\n", data=data) for width in (3, 4))
    assert one.train is two.train
    assert one.test is two.test


def test_values_are_not_labelled_and_targets_are_left_as_they_are(built):
    x, y = np.arange(10.0)[:, None], np.eye(3)
    made = built("[network]\nhidden = [3]\ncost = 'quadratic'\n", data=assembled("line", (x, x), (x, x)))
    assert not made.train.labelled
    assert made.network.sizes == (1, 3, 1)
    assert targets(y, softmax=True) is y
    assert targets(y[:, :1], softmax=False).shape == (3, 1)


class Dear(Probe):
    columns = ("dear",)
    default = False

    def measure(self, seen, l):
        raise NotImplementedError


class DearToo(Dear):
    columns = ("dearer",)


PROBES = {
    "learning-speed": LearningSpeed(),
    "dear": Dear(),
    "norms": ParameterNorms(),
    "own.py:Dear": DearToo(),
}


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        (["default"], ("learning_speed", "learning_speed_w", "weight_norm", "bias_norm")),
        (["all"], ("learning_speed", "learning_speed_w", "dear", "weight_norm", "bias_norm", "dearer")),
        (["default", "dear"], ("learning_speed", "learning_speed_w", "dear", "weight_norm", "bias_norm")),
        (["bias_norm", "learning_speed"], ("learning_speed", "bias_norm")),
        (["norms", "dear"], ("dear", "weight_norm", "bias_norm")),
        (["own.py:Dear"], ("dearer",)),
    ],
)
def test_the_words_of_quantities(words, columns):
    assert recorded(words, PROBES) == columns


def test_two_probes_of_one_column_are_refused_where_it_is_recorded():
    with pytest.raises(PartError, match=r"^the column 'dear' is of 'dear' and of 'own\.py:Dear'$"):
        recorded(["dear"], {"dear": Dear(), "own.py:Dear": Dear()})
    assert recorded(["dear"], {"dear": Dear(), "own.py:Dear": DearToo()}) == ("dear",)
