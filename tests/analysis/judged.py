"""The table by which verdicts are judged: healthy runs, where none should speak, and planted faults."""

import numpy as np

from lab.data import loaded, source

NUMBERS = {"network__output": "identity", "network__cost": "quadratic"}
SMALL = {"data__train": 300, "data__test": 0, "network__hidden": [16, 16]}

BASE = {"trials__seeds": 3, "training__epochs": 10}
DATA = {
    "digits": {"training__epochs": 10},
    "circles": {**SMALL, "data__name": "circles", "training__epochs": 150},
    "moons": {**SMALL, "data__name": "moons", "training__epochs": 60},
    "teacher": {**SMALL, **NUMBERS, "data__name": "teacher", "data__noise": 0.1, "training__epochs": 30},
}
OPTIMISERS = {"descent": 0.05, "momentum": 0.01, "adam": 0.003}
"""Name → eta."""

SIGMAS = {
    "centred": (["tanh", "relu", "leaky-relu", "elu", "gelu", "silu", "softplus", "softsign"], 1, {}),
    "sigmoid": (["sigmoid"], 10, {"network__hidden": [16]}),
}
"""Functions, and with what they learn as soon: a factor of eta, other keys. σ′ of a sigmoid is at most ¼."""

INITIALISERS = ["glorot-uniform", "he"]

CENTRED = {"network.activation": ["tanh", "relu", "gelu"], "network.initialiser": ["he"]}
BATCH = {"record__on": "batch", "record__every": 20, "vary": CENTRED}
DEEP_ENOUGH = {"network__hidden": [30] * 8, "training__epochs": 30, "training__eta": 0.02}
DEEP_ENOUGH |= {"vary": {**CENTRED, "network.activation": ["tanh", "relu"]}}
CONSTANT, RARE = (
    {"data__name": f"{name}.npz", "data__train": 400, "data__test": 100} for name in ("constant", "rare")
)

MORE_HEALTHY = {
    "float32": {**DATA["digits"], "training__dtype": "float32", "vary": CENTRED},
    "float32, adam": {
        **DATA["teacher"],
        "training__dtype": "float32",
        "training__optimiser": "adam",
        "training__eta": 0.003,
        "vary": CENTRED,
    },
    "batches of 10, digits": {**DATA["digits"], **BATCH},
    "batches of 10, circles": {**DATA["circles"], **BATCH},
    "batches of 10, teacher": {**DATA["teacher"], **BATCH},
    "batches of 10, adam": {**DATA["moons"], **BATCH, "training__optimiser": "adam", "training__eta": 0.003},
    "eight layers": DEEP_ENOUGH,
    "eight layers, read in batches": {**DEEP_ENOUGH, "record__on": "batch"},
    "a constant feature": {**CONSTANT, **NUMBERS, "training__epochs": 60, "vary": CENTRED},
    "three in a hundred": {**RARE, "training__epochs": 60, "vary": CENTRED},
    "weight decay": {**DATA["digits"], "training__lambda": 1.0, "vary": CENTRED},
    "a counterfactual of a slope that is below 0 somewhere": {
        **DATA["digits"],
        "training__surrogate_floor": 0.1,
        "network__activation": "gelu",
    },
}
"""What else is sound: of numbers of fewer bits, of batches, deep, with rare classes."""


def healthy(data, optimiser, sigmas):
    """What is changed in `runs.HEALTHY` for the runs of one data set, optimiser and group of `SIGMAS`."""
    names, factor, shape = SIGMAS[sigmas]
    varied = {"network.activation": names, "network.initialiser": INITIALISERS}
    eta = factor * OPTIMISERS[optimiser]
    return {**DATA[data], **shape, "training__optimiser": optimiser, "training__eta": eta, "vary": varied}


def net(sigma=None, first=None, *others, **more):
    """What is changed: what ``others`` change, the σ of the hidden layers, the first weights, and more."""
    changed = {"network__activation": sigma, "network__initialiser": first}
    own = {key: value for key, value in changed.items() if value is not None}
    return {key: value for one in (*others, own, more) for key, value in one.items()}


def uniform(low, high):
    return {"name": "uniform", "low": low, "high": high}


def deep(layers, **initialiser):
    return {"network__hidden": [20] * layers, "network__initialiser": initialiser}


OFTEN = {"record__on": "batch", "record__every": 10}
FLOAT32 = {"training__dtype": "float32"}
SOFTMAX = {"network__cost": "softmax-cross-entropy"}
PARTED = {"data__train": 300, "data__test": 200}
NEGATIVE = uniform(-0.5, -0.01)
ZERO = {"name": "constant", "w": 0.0, "b": 0.0}
LARGE = {"name": "large", "gain": 10.0}
NO_HIDDEN = {"network__hidden": []}
RAW, FLAT, FEW, FAR = (
    {"data__name": f"{name}.npz", "data__test": 0} for name in ("raw", "flat", "few", "far")
)
FOUR = {"data__name": "xor", "data__train": 4, "data__test": 0, "training__batch": 4, "training__epochs": 300}
SLOW, EARLY = {"training__eta": 1e-7}, {"training__eta": 1e-9}
TUNED = {
    "tanh": ({"network__activation": "tanh", "network__initialiser": "glorot-normal"}, 1),
    "relu": ({"network__activation": "relu", "network__initialiser": "he"}, 1),
    "sigmoid": ({"network__activation": "sigmoid", "network__hidden": [16]}, 10),
}
"""Networks that learn all of `DATA`, and the factor of eta for it."""


def mistuned(data, factor, **more):
    """σ → a network of `TUNED` on some data, whose eta is a factor too large."""
    return {
        sigma: {**DATA[data], **changed, **more, "training__eta": 0.05 * of_sigma * factor}
        for sigma, (changed, of_sigma) in TUNED.items()
    }


def tried(kind, networks, word):
    """Faults of one kind, σ by σ."""
    return {f"{kind}, {sigma}": (changed, word) for sigma, changed in networks.items()}


def with_tests(name, **more):
    """σ → a network of `TUNED` on a file whose last rows test."""
    parted = {"data__name": f"{name}.npz", "data__train": 800, "data__test": 400}
    return mistuned("digits", 1, **{"network__hidden": [30], **parted, **more})


OVERSHOOTING = {"training__eta": 0.1, "training__lambda": 12500.0}
FALLING = {"network__activation": "-tanh(z)", "training__surrogate_floor": 0.1}


def targets(name, eta):
    """σ → a network that learns numbers of size 1 with this eta, and a file of others."""
    of_file = {"data__name": f"{name}.npz", "data__train": 400, "data__test": 100, **NUMBERS}
    return {
        sigma: {**of_file, **changed, "training__eta": eta * factor, "training__epochs": 60}
        for sigma, (changed, factor) in TUNED.items()
    }


FAULTS = {
    "eta that diverges": (net("identity", None, NUMBERS, training__eta=1e3), "diverged"),
    "exp as an activation": (net("exp(z)", training__eta=10.0), "diverged"),
    "raw features, straight": (net("relu", None, RAW, NUMBERS), "the features are large"),
    "all weights zero, tanh": (net(first=ZERO), "weights are all zero"),
    "all weights zero, relu": (net("relu", ZERO), "weights are all zero"),
    "equal weights, sigmoid": (net("sigmoid", {"name": "constant", "w": 0.1, "b": 0.0}), "symmetry"),
    "equal weights, tanh": (net(first={"name": "constant", "w": 0.05, "b": 0.1}), "symmetry"),
    "dead relu": (net("relu", NEGATIVE), "dead neurons"),
    "dead relu, one neuron": (net("relu", NEGATIVE, network__hidden=[1]), "dead neurons"),
    "dead relu output": (net(None, NEGATIVE, NO_HIDDEN, NUMBERS, network__output="relu"), "dead output"),
    "a σ without slope": (net("step"), "no gradient"),
    "off leaky relu": (net("leaky-relu", NEGATIVE, EARLY), "are off"),
    "deep sigmoid": (net("sigmoid", None, deep(6, name="nielsen")), "vanishing gradient"),
    "deep tanh, small weights": (deep(6, name="normal", weight_variance=0.1), "vanishing gradient"),
    "deep relu, small weights": (
        net("relu", None, deep(8, name="normal", weight_variance=0.3)),
        "vanishing gradient",
    ),
    "deep line, large weights": (net("identity", None, deep(5, name="large"), EARLY), "exploding gradient"),
    "deep relu, large weights": (
        net("relu", None, deep(5, name="normal", weight_variance=20.0), EARLY),
        "exploding gradient",
    ),
    "saturated sigmoid": (net("sigmoid", LARGE, training__epochs=4), "saturated"),
    "saturated hard sigmoid": (net("hard-sigmoid", LARGE, training__epochs=4), "saturated"),
    "raw features, tanh": ({**RAW, **NUMBERS, "training__eta": 0.01}, "saturated"),
    "raw features, sigmoid": (net("sigmoid", None, RAW, NUMBERS, training__eta=0.01), "standardise"),
    "saturated output": (
        net(None, LARGE, NO_HIDDEN, network__output="sigmoid", network__cost="quadratic"),
        "saturated output",
    ),
    "eta too small": (SLOW, "updates too small"),
    "eta too small, adam": ({"training__eta": 1e-7, "training__optimiser": "adam"}, "updates too small"),
    "eta too large": ({"training__eta": 20.0}, "updates too large"),
    "eta 100": ({"training__eta": 100.0}, "updates too large"),
    "adam with eta 1": ({"training__eta": 1.0, "training__optimiser": "adam"}, "updates too large"),
    "much momentum": (
        {"training__eta": 5.0, "training__optimiser": {"name": "momentum", "mu": 0.99}},
        "updates too large",
    ),
    "weight decay": ({"training__lambda": 1000.0}, "weight decay"),
    "decay that overshoots": (OVERSHOOTING, "change sign and grow without end"),
    "decay that takes all": ({**OVERSHOOTING, "training__lambda": 5000.0}, "none of them is left"),
    "the wrong sign of a falling σ": (FALLING, "changes its sign"),
    **tried("targets of thousands", targets("thousands", 0.01), "for they are large"),
    **tried("targets of thousandths", targets("thousandths", 0.01), "for they are small"),
    **tried("an outlier", targets("outlier", 0.01), "a single target"),
    "flat features": ({**FLAT, **SLOW, "training__eta": 0.1}, "nothing was learned"),
    "three in a hundred": ({**FEW, "training__eta": 0.01}, "commonest class"),
    "targets out of reach": (
        {**FAR, "network__output": "sigmoid", "network__cost": "quadratic"},
        "nothing was learned",
    ),
    "xor without a hidden layer": ({**FOUR, **NO_HIDDEN}, "nothing was learned"),
    "circles without a hidden layer": ({"data__name": "circles", **NO_HIDDEN}, "nothing was learned"),
    **tried("eta 100 times too small, digits", mistuned("digits", 0.01), "a larger training.eta"),
    **tried("eta 100 times too small, teacher", mistuned("teacher", 0.01), "a larger training.eta"),
    **tried("eta 100 times too small, moons", mistuned("moons", 0.01), "a larger training.eta"),
    **tried("eta 100 times too large, digits", mistuned("digits", 100), "a smaller training.eta"),
    **tried("eta 100 times too large, teacher", mistuned("teacher", 100), "a smaller training.eta"),
    **tried(
        "eta 100 times too large, float32", mistuned("circles", 100, **FLOAT32), "a smaller training.eta"
    ),
    **tried(
        "eta 100 times too large, read in batches",
        mistuned("digits", 100, record__on="batch"),
        "a smaller training.eta",
    ),
    **tried(
        "first weights too large", mistuned("digits", 1, network__initialiser=LARGE), "smaller first weights"
    ),
    **tried(
        "all weights zero, numbers", mistuned("teacher", 1, network__initialiser=ZERO), "break the symmetry"
    ),
    **tried("raw features, numbers", with_tests("raw", **PARTED, **NUMBERS), "standardise = true"),
    **tried("raw features, classes", with_tests("raw_classes", **PARTED), "standardise = true"),
    **tried("targets of other rows, softmax", with_tests("mixed", **SOFTMAX), "learned"),
    **tried("targets of other rows, numbers", with_tests("mixed_numbers", **PARTED, **NUMBERS), "learned"),
    **tried("sorted classes", with_tests("sorted", **SOFTMAX), "data.shuffle = true"),
    **tried("sorted numbers", with_tests("sorted_numbers", **PARTED, **NUMBERS), "data.shuffle = true"),
    **tried("a class without examples", with_tests("lacking", **SOFTMAX), "class missing"),
    **tried("one neuron for ten classes", mistuned("digits", 1, network__hidden=[1]), "1 number an example"),
    **tried(
        "one neuron in the middle", mistuned("digits", 1, network__hidden=[30, 1, 30]), "1 number an example"
    ),
    "eight layers, nielsen": (
        net(first="nielsen", network__hidden=[30] * 8, training__epochs=10),
        "vanishing gradient",
    ),
    "eight layers, large": (
        net(first="large", network__hidden=[30] * 8, training__epochs=10),
        "smaller first weights",
    ),
    "dead relu, read in batches": (net("relu", NEGATIVE, OFTEN), "dead neurons"),
    "dead relu output, read in batches": (
        net(None, NEGATIVE, NO_HIDDEN, NUMBERS, OFTEN, network__output="relu"),
        "dead output",
    ),
    "off leaky relu, read in batches": (net("leaky-relu", uniform(-1, -0.5), OFTEN, EARLY), "are off"),
    "eta that diverges, float32": (net("identity", None, NUMBERS, FLOAT32, training__eta=1e3), "diverged"),
    "rare class, eta too small": (
        {**RARE, "training__eta": 0.0005, "training__epochs": 10},
        "commonest class",
    ),
    "inputs low": (net("tanh(z)**9", None, EARLY), "is near 0"),
}
"""What is wrong → what is changed in `runs.HEALTHY`, and words of the sentence that must tell it."""


def write_files(folder):
    """The data that faults are of, in a folder."""
    rng = np.random.default_rng(0)

    def save(name, x, y):
        np.savez(folder / f"{name}.npz", x=x, y=y)

    x, noise = rng.normal(size=(500, 4)), rng.normal(size=500)
    raw, value = x * [1, 30, 300, 1000], x[:, 0] + x[:, 1] * x[:, 2] + 0.1 * noise
    save("raw", raw, value)
    standardised = (value - value.mean()) / value.std()
    save("outlier", x, np.where(np.arange(500) == 3, 300.0, value))
    for name, size in {"units": 1.0, "thousands": 4000.0, "thousandths": 0.004}.items():
        save(name, x, size * standardised)
    save("small_classes", 0.01 * x, (value > 0).astype(int))
    save("raw_classes", raw, (value > 0).astype(int))
    save("flat", np.ones((500, 4)), (noise > 0).astype(int))
    save("few", rng.normal(size=(500, 4)), (np.arange(500) % 33 == 0).astype(int))
    save("far", x, 10 + x[:, 0])
    save("constant", np.hstack([x, np.full((500, 1), 2.0)]), value)
    save("rare", x, (x[:, 0] + x[:, 1] > 2.7).astype(int))
    save("mixed_numbers", np.vstack([x, -x])[:600], rng.permutation(np.tile(value, 2)[:600]))
    order = np.argsort(np.tile(value, 2)[:600])
    save("sorted_numbers", np.vstack([x, x])[:600][order], np.tile(value, 2)[:600][order])
    digits = loaded(source("digits", {}), "digits", 1000, 500, 0, folder)
    pixels, label = np.vstack([digits.x_train, digits.x_test]), np.vstack([digits.y_train, digits.y_test])
    label = label.argmax(axis=1)
    save("mixed", pixels, rng.permutation(label))
    order = np.argsort(label, kind="stable")
    save("sorted", pixels[order], label[order])
    order = np.argsort(label == 9, kind="stable")
    save("lacking", pixels[order], label[order])
