"""The table by which verdicts are judged: healthy runs, where none should speak, and planted faults."""

import numpy as np

NUMBERS = {"network__output": "identity", "network__cost": "quadratic"}
SMALL = {"data__train": 300, "data__test": 0, "network__hidden": [16, 16]}

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


def healthy(data, optimiser, sigmas):
    """What is changed in `runs.HEALTHY` for the runs of one data set, optimiser and group of `SIGMAS`."""
    names, factor, shape = SIGMAS[sigmas]
    varied = {"network.activation": names, "network.initialiser": INITIALISERS}
    eta = factor * OPTIMISERS[optimiser]
    return {**DATA[data], **shape, "training__optimiser": optimiser, "training__eta": eta, "vary": varied}


def uniform(low, high):
    return {"name": "uniform", "low": low, "high": high}


def deep(layers, **initialiser):
    return {"network__hidden": [20] * layers, "network__initialiser": initialiser}


NEGATIVE = uniform(-0.5, -0.01)
ZERO = {"name": "constant", "w": 0.0, "b": 0.0}
LARGE = {"name": "large", "gain": 10.0}
NO_HIDDEN = {"network__hidden": []}
RAW, FLAT, FEW, FAR = (
    {"data__name": f"{name}.npz", "data__test": 0} for name in ("raw", "flat", "few", "far")
)
FOUR = {"data__name": "xor", "data__train": 4, "data__test": 0, "training__batch": 4, "training__epochs": 300}
SLOW, EARLY = {"training__eta": 1e-7}, {"training__eta": 1e-9}

FAULTS = {
    "eta that diverges": ({**NUMBERS, "network__activation": "identity", "training__eta": 1e3}, "diverged"),
    "exp as an activation": ({"network__activation": "exp(z)", "training__eta": 10.0}, "diverged"),
    "raw features, straight": ({**RAW, **NUMBERS, "network__activation": "relu"}, "the features are large"),
    "all weights zero, tanh": ({"network__initialiser": ZERO}, "weights are all zero"),
    "all weights zero, relu": (
        {"network__activation": "relu", "network__initialiser": ZERO},
        "weights are all zero",
    ),
    "equal weights, sigmoid": (
        {"network__activation": "sigmoid", "network__initialiser": {"name": "constant", "w": 0.1, "b": 0.0}},
        "symmetry",
    ),
    "equal weights, tanh": ({"network__initialiser": {"name": "constant", "w": 0.05, "b": 0.1}}, "symmetry"),
    "dead relu": ({"network__activation": "relu", "network__initialiser": NEGATIVE}, "dead neurons"),
    "dead relu, one neuron": (
        {"network__activation": "relu", "network__initialiser": NEGATIVE, "network__hidden": [1]},
        "dead neurons",
    ),
    "dead relu output": (
        {**NO_HIDDEN, **NUMBERS, "network__output": "relu", "network__initialiser": NEGATIVE},
        "dead output",
    ),
    "a σ without slope": ({"network__activation": "step"}, "no gradient"),
    "off leaky relu": (
        {"network__activation": "leaky-relu", "network__initialiser": NEGATIVE, **EARLY},
        "are off",
    ),
    "deep sigmoid": ({**deep(6, name="nielsen"), "network__activation": "sigmoid"}, "vanishing gradient"),
    "deep tanh, small weights": (deep(6, name="normal", weight_variance=0.1), "vanishing gradient"),
    "deep relu, small weights": (
        {**deep(8, name="normal", weight_variance=0.3), "network__activation": "relu"},
        "vanishing gradient",
    ),
    "deep line, large weights": (
        {**deep(5, name="large"), "network__activation": "identity", **EARLY},
        "exploding gradient",
    ),
    "deep relu, large weights": (
        {**deep(5, name="normal", weight_variance=20.0), "network__activation": "relu", **EARLY},
        "exploding gradient",
    ),
    "saturated sigmoid": (
        {"network__activation": "sigmoid", "network__initialiser": LARGE, "training__epochs": 4},
        "saturated",
    ),
    "saturated hard sigmoid": (
        {"network__activation": "hard-sigmoid", "network__initialiser": LARGE, "training__epochs": 4},
        "saturated",
    ),
    "raw features, tanh": ({**RAW, **NUMBERS, "training__eta": 0.01}, "saturated"),
    "raw features, sigmoid": (
        {**RAW, **NUMBERS, "network__activation": "sigmoid", "training__eta": 0.01},
        "standardise",
    ),
    "saturated output": (
        {
            **NO_HIDDEN,
            "network__output": "sigmoid",
            "network__cost": "quadratic",
            "network__initialiser": LARGE,
        },
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
    "flat features": ({**FLAT, **SLOW, "training__eta": 0.1}, "nothing was learned"),
    "three in a hundred": ({**FEW, "training__eta": 0.01}, "commonest class"),
    "targets out of reach": (
        {**FAR, "network__output": "sigmoid", "network__cost": "quadratic"},
        "nothing was learned",
    ),
    "xor without a hidden layer": ({**FOUR, **NO_HIDDEN}, "nothing was learned"),
    "circles without a hidden layer": (
        {"data__name": "circles", **NO_HIDDEN},
        "nothing was learned",
    ),
    "inputs low": ({"network__activation": "soft-shrink", "network__hidden": [30] * 3, **EARLY}, "is near 0"),
}
"""What is wrong → what is changed in `runs.HEALTHY`, and words of the sentence that must tell it."""


def write_files(folder):
    """The data that faults are of, in a folder."""
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(500, 4)), rng.normal(size=500)
    raw = x * [1, 30, 300, 1000]
    np.savez(folder / "raw.npz", x=raw, y=x[:, 0] + x[:, 1] * x[:, 2] + 0.1 * noise)
    np.savez(folder / "flat.npz", x=np.ones((500, 4)), y=(noise > 0).astype(int))
    np.savez(folder / "few.npz", x=rng.normal(size=(500, 4)), y=(np.arange(500) % 33 == 0).astype(int))
    np.savez(folder / "far.npz", x=x, y=10 + x[:, 0])
