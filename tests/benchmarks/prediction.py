"""How near the predicted learning speeds are to those of random networks.

``python -m tests.benchmarks.prediction`` [networks [seeds [width]]] measures the speeds of biases and weights
in the hidden layers at step 0, in the rms over seeds, relative to the last hidden layer. It times nothing.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lab.experiment.variants import load
from lab.network.backprop import backward, forward
from lab.network.buffers import make_pass
from lab.network.first_weights import initialised
from lab.network.parameters import parameters
from lab.numerics import stream
from lab.runs.forecast.prediction import layers
from lab.runs.preparation import prepared

ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "silu", "elu", "leaky-relu", "softsign")
DATA = ("digits", "circles", "moons", "spirals", "teacher", "xor", "parity")
INITIALISERS = ("he", "glorot-normal", "lecun", "critical")
NETWORKS, SEEDS, EXAMPLES = 40, 40, 100

FILE = """\
[data]
name = "{data}"
[network]
hidden = {hidden}
activation = "{activation}"
initialiser = "{initialiser}"
{cost}
[training]
steps = 1
dtype = "float32"
[record]
on = "probe"
examples = {examples}
"""
CLASSES, NUMBERS = 'cost = "cross-entropy"', 'cost = "quadratic"\noutput = "identity"'


def training(width, depth, **chosen):
    """The one variant of an experiment of such a network."""
    cost = NUMBERS if chosen["data"] == "teacher" else CLASSES
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.toml"
        path.write_text(FILE.format(hidden=[width] * depth, cost=cost, examples=EXAMPLES, **chosen))
        return prepared(load(path)).made[0][1]


def measured(made, seeds):
    """‖∂C/∂b‖ and ‖∂C/∂w‖ of the hidden layers at step 0: (seed, 2, layer)."""
    network, seen = made.network, made.recording.fixed_examples
    p, gradient = make_pass(network.sizes, 1, *seen.columns), parameters(network.sizes, 1, np.float32)
    found = np.empty((seeds, 2, network.depth - 1))
    for seed in range(seeds):
        streams = [lambda purpose, seed=seed: stream(seed, purpose)]
        theta = initialised(made.initialiser, network.sizes, streams, np.dtype(np.float32), network.sigmas)
        forward(network, theta, p)
        backward(network, theta, p, gradient)
        for l in range(1, network.depth):
            found[seed, :, l - 1] = np.linalg.norm(gradient.b[l]), np.linalg.norm(gradient.w[l])
    return found


def main(networks=NETWORKS, seeds=SEEDS, width=1000):
    """Print, of each network, how far the worst layer is off, and what chance of so many seeds it is."""
    rng, every = np.random.default_rng(1), []
    print(f"{'network':<46} {'biases':>8} {'± chance':>8} {'weights':>8} {'± chance':>8}   largest error, %")
    for _ in range(networks):
        depth = int(rng.integers(2, 9))
        chosen = {
            "data": str(rng.choice(DATA)),
            "activation": str(rng.choice(ACTIVATIONS)),
            "initialiser": str(rng.choice(INITIALISERS)),
        }
        made = training(width, depth, **chosen)
        found = layers(made)[:-1]
        told = np.array([[layer.speed for layer in found], [layer.weight_speed for layer in found]])
        squares = measured(made, seeds) ** 2
        rms = np.sqrt(squares.mean(axis=0))
        off = np.abs(told / (rms / rms[:, -1:]) - 1)[:, :-1]
        share = squares / squares.mean(axis=0)  # the error of a ratio of means, by its linear part
        chance = (share - share[:, :, -1:]).std(axis=0)[:, :-1] / (2 * np.sqrt(seeds))
        every.append(off)
        worst = 100 * np.stack([off.max(axis=1), chance.max(axis=1)], axis=1).ravel()
        name = f"{chosen['activation']} {depth}×{width} {chosen['initialiser']} {chosen['data']}"
        print(f"{name:<46}" + "".join(f" {x:8.1f}" for x in worst), flush=True)
    for name, off in zip(("biases", "weights"), zip(*every, strict=True), strict=True):
        all_of = np.concatenate(off)
        middle, most = 100 * np.median(all_of), 100 * all_of.max()
        print(f"{name}: median {middle:.2f} %, worst {most:.1f} % of {len(all_of)} speeds")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
