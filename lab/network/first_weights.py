"""The first w and b of a stack of trials, layer by layer, by an initialiser."""

from collections.abc import Sequence

import numpy as np

from lab.activations.formula.formula import Formula
from lab.network.parameters import Parameters, parameters
from lab.parts import Activation, Initialiser, Stream

DATA = Formula("z")
"""What feeds the first layer, as if it were a σ."""


def by_layer(initialiser: Initialiser, sigmas: Sequence[Activation]) -> list[Initialiser]:
    """The initialiser of each layer 1 … L: σ of the layer below feeds it, and data feed the first.

    Raises PartError where it can make no weights above one of the σ.
    """
    return [initialiser.fed_by(sigma) for sigma in (DATA, *sigmas[:-1])]


def initialised(
    initialiser: Initialiser,
    sizes: tuple[int, ...],
    streams: list[Stream],
    dtype: np.dtype[np.floating],
    sigmas: Sequence[Activation] = (),
) -> Parameters:
    """The first w and b of a stack: one trial for each of the streams.

    Layer l draws its weights from the stream ``"w/l"`` and its biases from ``"b/l"``. ``sigmas`` are σ of the
    layers 1 … L, for an initialiser to which they matter.
    """
    theta = parameters(sizes, len(streams), dtype)
    layers = by_layer(initialiser, sigmas) if sigmas else [initialiser] * (len(sizes) - 1)
    for t, stream in enumerate(streams):
        for l, made in enumerate(layers, 1):
            theta.w[l][t] = made.weights(sizes[l - 1], sizes[l], stream(f"w/{l}"))
            theta.b[l][t] = made.layer_biases(sizes[l - 1], sizes[l], stream(f"b/{l}"))
    return theta
