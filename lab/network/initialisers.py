"""How weights and biases begin.

Every initialiser turns the same base draws, standard normals and uniforms of a trial, into its own w and
b. So two variants of one trial that differ only in the scale of their weights differ in nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

from lab.activations.formula.formula import Formula
from lab.errors import PartError
from lab.network.parameters import Parameters, parameters
from lab.numerics import Array
from lab.parts import Activation, Initialiser, Stream
from lab.theory.mean_field import critical
from lab.theory.moments import slope_square


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

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """gain²/n_in and 1."""
        return self.gain * self.gain / n_in, 1.0


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

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """gain² and 1."""
        return self.gain * self.gain, 1.0


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

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """2 gain²/(n_in + n_out) and 0."""
        return 2 * self.gain * self.gain / (n_in + n_out), 0.0


@dataclass(frozen=True)
class GlorotNormal(Initialiser):
    """w ~ N(0, 2 gain²/(n_in + n_out)), b = 0.

    Source: Glorot & Bengio (2010), eq. (12).
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance 2 gain²/(n_in + n_out)."""
        return rng.standard_normal((n_out, n_in)) * (self.gain * sqrt(2 / (n_in + n_out)))

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """2 gain²/(n_in + n_out) and 0."""
        return 2 * self.gain * self.gain / (n_in + n_out), 0.0


@dataclass(frozen=True)
class GlorotStandard(Initialiser):
    """w ~ U(±gain/√n_in), b = 0: the common heuristic that Glorot & Bengio call "standard".

    Source: Glorot & Bengio (2010), eq. (1).
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Uniform, of variance gain²/(3 n_in)."""
        return rng.uniform(-1, 1, (n_out, n_in)) * (self.gain / sqrt(n_in))

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """gain²/(3 n_in) and 0."""
        return self.gain * self.gain / (3 * n_in), 0.0


@dataclass(frozen=True)
class He(Initialiser):
    """w ~ N(0, gain²/n_in) with gain = √2, b = 0: keeps the error's variance through ReLU layers.

    Source: He, Zhang, Ren & Sun, *Delving deep into rectifiers* (2015), eq. (10).
    """

    gain: float = sqrt(2)

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance gain²/n_in."""
        return rng.standard_normal((n_out, n_in)) * (self.gain / sqrt(n_in))

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """gain²/n_in and 0."""
        return self.gain * self.gain / n_in, 0.0


@dataclass(frozen=True)
class LeCun(Initialiser):
    """w ~ N(0, gain²/n_in), b = 0.

    Source: LeCun, Bottou, Orr & Müller, *Efficient BackProp* (1998), eq. (16).
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance gain²/n_in."""
        return rng.standard_normal((n_out, n_in)) * (self.gain / sqrt(n_in))

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """gain²/n_in and 0."""
        return self.gain * self.gain / n_in, 0.0


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

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """gain²/max(n_in, n_out), of entries that depend on each other, and 0."""
        return self.gain * self.gain / max(n_in, n_out), 0.0


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

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """NaN: they have no variance but a mean, and no mean field."""
        return nan, nan


@dataclass(frozen=True)
class Normal(Initialiser):
    """w ~ N(0, σ_w²/n_in), b ~ N(0, σ_b²), what mean field theory is written in."""

    weight_variance: float = 1.0
    bias_variance: float = 0.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance σ_w²/n_in."""
        return rng.standard_normal((n_out, n_in)) * sqrt(self.weight_variance / n_in)

    def biases(self, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance σ_b²."""
        return rng.standard_normal((n_out, 1)) * sqrt(self.bias_variance)

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """σ_w²/n_in and σ_b²."""
        return self.weight_variance / n_in, self.bias_variance


@dataclass(frozen=True)
class Critical(Initialiser):
    """w ~ N(0, σ_w²/n_in), b ~ N(0, σ_b²), with the σ_w² at which errors neither vanish nor explode.

    For a layer whose inputs are activations σ it is the σ_w² of `lab.theory.mean_field.critical`: χ = 1 at
    the fixed point of the mean square q of z. With σ_b² = 0, the default of ``bias_variance``, and a σ that
    is 0 at 0, such as tanh, that is the limit q → 0, so σ_w² = 1/σ′(0)²; for ReLU it is 2, as `He` has it.
    Where a σ has no critical point (softplus, GELU …), χ is 1 at q = 1: σ_w² = 1/E σ′(g)². The first layer,
    which data feed, has σ_w² = 1.

    Source: Schoenholz, Gilmer, Ganguli & Sohl-Dickstein, *Deep information propagation* (2017).
    """

    bias_variance: float = 0.0

    def __post_init__(self) -> None:
        if not self.bias_variance >= 0:
            raise ValueError(f"bias_variance must be >= 0, got {self.bias_variance}")

    def fed_by(self, sigma: Activation) -> Initialiser:
        """The layer above σ. Raises PartError where no weight lets an error pass σ, or σ is undefined."""
        found = critical(sigma, self.bias_variance)
        if found is not None:
            return Normal(found.weight_variance, self.bias_variance)
        passed = slope_square(sigma, 1.0)
        if not 0 < passed < np.inf:
            raise PartError(
                f"no critical weights for {sigma}: E σ′² is {passed:g}, expected a number > 0; "
                f"another initialiser, such as lecun, takes any activation"
            )
        return Normal(1 / passed, self.bias_variance)

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """As of a layer that data feed."""
        return Normal(1.0, self.bias_variance).weights(n_in, n_out, rng)

    def biases(self, n_out: int, rng: np.random.Generator) -> Array:
        """Normal, of variance σ_b²."""
        return Normal(1.0, self.bias_variance).biases(n_out, rng)

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """1/n_in and σ_b², as of a layer that data feed."""
        return Normal(1.0, self.bias_variance).variances(n_in, n_out)


def by_layer(initialiser: Initialiser, sigmas: Sequence[Activation]) -> list[Initialiser]:
    """The initialiser of each layer 1 … L: σ of the layer below feeds it, and data feed the first.

    Raises PartError where it can make no weights above one of the σ.
    """
    return [initialiser.fed_by(sigma) for sigma in (Formula("z"), *sigmas[:-1])]


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
    layers = by_layer(initialiser, sigmas) if sigmas else [initialiser] * len(theta.layers)
    for t, stream in enumerate(streams):
        for l, made in enumerate(layers, 1):
            theta.w[l][t] = made.weights(sizes[l - 1], sizes[l], stream(f"w/{l}"))
            theta.b[l][t] = made.biases(sizes[l], stream(f"b/{l}"))
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
    "normal": Normal,
    "critical": Critical,
    "constant": Constant,
}
"""The initialisers that the lab ships: name → class."""
