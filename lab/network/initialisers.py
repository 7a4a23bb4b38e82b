"""How weights and biases begin.

Every initialiser turns the same base draws, standard normals and uniforms of a trial, into its own w and
b. So two variants of one trial that differ only in the scale of their weights differ in nothing else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from lab.activations.activation import Array
from lab.network.parameters import Parameters, parameters

Stream = Callable[[str], np.random.Generator]
"""The random streams of a trial: purpose → generator."""


class Initialiser(ABC):
    """What makes w and b of one layer."""

    @abstractmethod
    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """W of shape (n_out, n_in)."""

    def biases(self, n_out: int, rng: np.random.Generator) -> Array:
        """B of shape (n_out, 1): zero unless the initialiser says otherwise."""
        return np.zeros((n_out, 1))


@dataclass(frozen=True)
class Nielsen(Initialiser):
    """w ~ N(0, gain²/n_in), b ~ N(0, 1).

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3, "Weight initialization".
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance gain²/n_in."""
        return rng.standard_normal((n_out, n_in)) * (self.gain / sqrt(n_in))

    def biases(self, n_out: int, rng: np.random.Generator) -> Array:
        """Standard normal."""
        return rng.standard_normal((n_out, 1))


@dataclass(frozen=True)
class Large(Initialiser):
    """w ~ N(0, gain²), b ~ N(0, 1): the book's first way, which saturates wide layers at once.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 1.
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance gain² whatever the width."""
        return rng.standard_normal((n_out, n_in)) * self.gain

    def biases(self, n_out: int, rng: np.random.Generator) -> Array:
        """Standard normal."""
        return rng.standard_normal((n_out, 1))


@dataclass(frozen=True)
class GlorotUniform(Initialiser):
    """w ~ U(±gain √(6/(n_in + n_out))), b = 0: the "normalised" initialisation.

    Source: Glorot & Bengio, *Understanding the difficulty of training deep feedforward neural networks*
    (2010), eq. (16).
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Uniform, of variance 2 gain²/(n_in + n_out)."""
        return rng.uniform(-1, 1, (n_out, n_in)) * (self.gain * sqrt(6 / (n_in + n_out)))


@dataclass(frozen=True)
class GlorotNormal(Initialiser):
    """w ~ N(0, 2 gain²/(n_in + n_out)), b = 0.

    Source: Glorot & Bengio (2010), eq. (12).
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance 2 gain²/(n_in + n_out)."""
        return rng.standard_normal((n_out, n_in)) * (self.gain * sqrt(2 / (n_in + n_out)))


@dataclass(frozen=True)
class GlorotStandard(Initialiser):
    """w ~ U(±gain/√n_in), b = 0: the common heuristic that Glorot & Bengio call "standard".

    Source: Glorot & Bengio (2010), eq. (1).
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Uniform, of variance gain²/(3 n_in)."""
        return rng.uniform(-1, 1, (n_out, n_in)) * (self.gain / sqrt(n_in))


@dataclass(frozen=True)
class He(Initialiser):
    """w ~ N(0, gain²/n_in) with gain = √2, b = 0: keeps the error's variance through ReLU layers.

    Source: He, Zhang, Ren & Sun, *Delving deep into rectifiers* (2015), eq. (10).
    """

    gain: float = sqrt(2)

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance gain²/n_in."""
        return rng.standard_normal((n_out, n_in)) * (self.gain / sqrt(n_in))


@dataclass(frozen=True)
class LeCun(Initialiser):
    """w ~ N(0, gain²/n_in), b = 0.

    Source: LeCun, Bottou, Orr & Müller, *Efficient BackProp* (1998), eq. (16).
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance gain²/n_in."""
        return rng.standard_normal((n_out, n_in)) * (self.gain / sqrt(n_in))


@dataclass(frozen=True)
class Orthogonal(Initialiser):
    """w = gain·Q with orthonormal rows or columns, whichever are fewer, drawn uniformly; b = 0.

    Source: Saxe, McClelland & Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks* (2014).
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Q of a QR decomposition of standard normals, its signs made those of R's diagonal."""
        normals = rng.standard_normal((n_out, n_in))
        tall = normals if n_out >= n_in else normals.T
        q, r = np.linalg.qr(tall)
        q *= np.sign(np.diag(r))
        return self.gain * (q if n_out >= n_in else q.T)


@dataclass(frozen=True)
class Constant(Initialiser):
    """Every weight w and every bias b: the book's single neuron."""

    w: float
    b: float = 0.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """All w."""
        return np.full((n_out, n_in), self.w)

    def biases(self, n_out: int, rng: np.random.Generator) -> Array:
        """All b."""
        return np.full((n_out, 1), self.b)


def initialised(
    initialiser: Initialiser, sizes: tuple[int, ...], streams: list[Stream], dtype: np.dtype[np.floating]
) -> Parameters:
    """The first w and b of a stack: one trial for each of the streams.

    Layer l draws its weights from the stream ``"w/l"`` and its biases from ``"b/l"``.
    """
    theta = parameters(sizes, len(streams), dtype)
    for t, stream in enumerate(streams):
        for l in theta.layers:
            theta.w[l][t] = initialiser.weights(sizes[l - 1], sizes[l], stream(f"w/{l}"))
            theta.b[l][t] = initialiser.biases(sizes[l], stream(f"b/{l}"))
    return theta


TABLE: dict[str, type[Initialiser]] = {
    "nielsen": Nielsen,
    "large": Large,
    "glorot-uniform": GlorotUniform,
    "glorot-normal": GlorotNormal,
    "glorot-standard": GlorotStandard,
    "he": He,
    "lecun": LeCun,
    "orthogonal": Orthogonal,
    "constant": Constant,
}
"""The initialisers that the lab ships: name → class."""
