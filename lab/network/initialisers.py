"""How weights and biases begin: the same draws of a trial, turned into w and b by each in its own way."""

from dataclasses import dataclass, field
from math import nan, sqrt
from typing import Literal

import numpy as np

from lab.errors import PartError
from lab.numerics import Array
from lab.parts import Activation, Initialiser
from lab.theory.mean_field import critical
from lab.theory.moments import slope_square


@dataclass(frozen=True, kw_only=True)
class Biased(Initialiser):
    """Makes b as the file says; abstract.

    ``bias`` is a number for every b, ``"normal"`` for b ~ N(0, 1), ``"torch"`` for b ~ U(±1/√n_in), or None
    for the b of the initialiser's own.
    """

    bias: float | Literal["normal", "torch"] | None = None

    def __post_init__(self) -> None:
        if not (gain := getattr(self, "gain", 1.0)) > 0:
            zero = '{name = "constant", w = 0.0} makes weights that are all 0'
            raise ValueError(f"gain must be > 0, got {gain}; {zero}")

    def layer_biases(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        if self.bias is None:
            return self.biases(n_out, rng)
        if self.bias == "normal":
            return rng.standard_normal((n_out, 1))
        if self.bias == "torch":
            return rng.uniform(-1, 1, (n_out, 1)) / sqrt(n_in)
        return np.full((n_out, 1), float(self.bias))

    @property
    def bias_mean(self) -> float:
        return 0.0 if self.bias is None or isinstance(self.bias, str) else float(self.bias)

    def var_b(self, n_in: int, own: float) -> float:
        """Var b with ``n_in`` inputs, ``own`` where the file says nothing."""
        if self.bias is None:
            return own
        if isinstance(self.bias, str):
            return {"normal": 1.0, "torch": 1 / (3 * n_in)}[self.bias]
        return 0.0


class Drawn(Biased):
    """Draws each weight by itself, normal or uniform with mean 0, and each bias: normal with mean 0, or 0.

    A subclass is data: whether w is uniform, what `law` multiplies the draws by, Var w and Var b.
    """

    gain: float
    uniform = False
    bias_variance = 0.0

    def law(self, n_in: int, n_out: int) -> tuple[float, float]:
        """The factor of the draws, which are from N(0, 1) or U(−1, 1), and Var w: gain/√n_in by default."""
        return self.gain / sqrt(n_in), self.gain * self.gain / (3 * n_in if self.uniform else n_in)

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        shape, (factor, _) = (n_out, n_in), self.law(n_in, n_out)
        return (rng.uniform(-1, 1, shape) if self.uniform else rng.standard_normal(shape)) * factor

    def biases(self, n_out: int, rng: np.random.Generator) -> Array:
        if self.bias_variance == 0:
            return np.zeros((n_out, 1))
        return rng.standard_normal((n_out, 1)) * sqrt(self.bias_variance)

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        return self.law(n_in, n_out)[1], self.var_b(n_in, self.bias_variance)


@dataclass(frozen=True)
class Nielsen(Drawn):
    """w ~ N(0, gain²/n_in), b ~ N(0, 1).

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3, "Weight initialization".

    >>> Nielsen().variances(n_in=100, n_out=30)
    (0.01, 1.0)
    """

    gain: float = 1.0
    bias_variance = 1.0


@dataclass(frozen=True)
class Large(Drawn):
    """w ~ N(0, gain²), b ~ N(0, 1): the book's first way, which saturates wide layers at once.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 1.
    """

    gain: float = 1.0
    bias_variance = 1.0

    def law(self, n_in: int, n_out: int) -> tuple[float, float]:
        return self.gain, self.gain * self.gain


@dataclass(frozen=True)
class GlorotUniform(Drawn):
    """w ~ U(±gain √(6/(n_in + n_out))), of variance 2 gain²/(n_in + n_out), b = 0: the "normalised" one.

    Source: Glorot & Bengio, *Understanding the difficulty of training deep feedforward neural networks*
    (2010), eq. (16).
    """

    gain: float = 1.0
    uniform = True

    def law(self, n_in: int, n_out: int) -> tuple[float, float]:
        return self.gain * sqrt(6 / (n_in + n_out)), 2 * self.gain * self.gain / (n_in + n_out)


@dataclass(frozen=True)
class GlorotNormal(Drawn):
    """w ~ N(0, 2 gain²/(n_in + n_out)), b = 0. Source: Glorot & Bengio (2010), eq. (12)."""

    gain: float = 1.0

    def law(self, n_in: int, n_out: int) -> tuple[float, float]:
        return self.gain * sqrt(2 / (n_in + n_out)), 2 * self.gain * self.gain / (n_in + n_out)


@dataclass(frozen=True)
class GlorotStandard(Drawn):
    """w ~ U(±gain/√n_in), Var w = gain²/(3 n_in), b = 0: "standard" in Glorot & Bengio (2010), eq. (1)."""

    gain: float = 1.0
    uniform = True


@dataclass(frozen=True)
class Torch(Drawn):
    """w ~ U(±gain/√n_in), b ~ U(±1/√n_in): what torch.nn.Linear does unasked.

    Source: Paszke et al., *PyTorch* (2019), `torch.nn.Linear.reset_parameters`.

    >>> Torch().variances(n_in=100, n_out=30)
    (0.0033333333333333335, 0.0033333333333333335)
    """

    gain: float = 1.0
    bias: float | Literal["normal", "torch"] | None = field(default="torch", kw_only=True)
    uniform = True


@dataclass(frozen=True)
class He(Drawn):
    """w ~ N(0, gain²/n_in) with gain = √2, b = 0: keeps the error's variance through ReLU layers.

    Source: He, Zhang, Ren & Sun, *Delving deep into rectifiers* (2015), eq. (10).
    """

    gain: float = sqrt(2)


@dataclass(frozen=True)
class HeUniform(Drawn):
    """w ~ U(±gain √(3/n_in)) with gain = √2, Var w = gain²/n_in as of `He`, b = 0."""

    gain: float = sqrt(2)
    uniform = True

    def law(self, n_in: int, n_out: int) -> tuple[float, float]:
        return self.gain * sqrt(3 / n_in), self.gain * self.gain / n_in


@dataclass(frozen=True)
class LeCun(Drawn):
    """w ~ N(0, gain²/n_in), b = 0.

    Source: LeCun, Bottou, Orr & Müller, *Efficient BackProp* (1998), eq. (16).
    """

    gain: float = 1.0


@dataclass(frozen=True)
class Normal(Drawn):
    """w ~ N(0, σ_w²/n_in), b ~ N(0, σ_b²), what mean field theory is written in; or w ~ N(0, sd²).

    With ``sd`` the weights are alike whatever the width. Raises ValueError where both spreads of w, or both
    ways to make b, are given.

    >>> Normal(sd=0.5).variances(n_in=100, n_out=30)
    (0.25, 0.0)
    """

    weight_variance: float = 1.0
    bias_variance: float = 0.0
    sd: float | None = None

    def __post_init__(self) -> None:
        if self.sd is not None and self.weight_variance != 1:
            raise ValueError("sd and weight_variance both say how far w spreads, expected one of them")
        if self.sd is not None and self.sd < 0:
            raise ValueError(f"sd must be >= 0, got {self.sd}")
        _one_bias(self.bias, self.bias_variance)

    def law(self, n_in: int, n_out: int) -> tuple[float, float]:
        if self.sd is not None:
            return self.sd, self.sd * self.sd
        return sqrt(self.weight_variance / n_in), self.weight_variance / n_in


@dataclass(frozen=True)
class Uniform(Drawn):
    """w ~ U(low, high) whatever the width, b = 0. Var w is NaN where the mean is not 0.

    >>> Uniform(-0.3, 0.3).variances(n_in=100, n_out=30)
    (0.03, 0.0)
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"low = {self.low} and high = {self.high}, expected low < high")

    def law(self, n_in: int, n_out: int) -> tuple[float, float]:
        half = (self.high - self.low) / 2
        return half, half * half / 3 if self.low == -self.high else nan

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        return (self.low + self.high) / 2 + rng.uniform(-1, 1, (n_out, n_in)) * self.law(n_in, n_out)[0]


@dataclass(frozen=True)
class Orthogonal(Biased):
    """w = gain·Q with orthonormal rows or columns, whichever are fewer, drawn uniformly; b = 0.

    Source: Saxe, McClelland & Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks* (2014).
    """

    gain: float = 1.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Q of a QR decomposition of standard normals, its signs made those of R's diagonal."""
        normals, wide = rng.standard_normal((n_out, n_in)), n_out < n_in
        q, r = np.linalg.qr(normals.T if wide else normals)
        q *= np.sign(np.diag(r))
        return self.gain * (q.T if wide else q)

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        return self.gain * self.gain / max(n_in, n_out), self.var_b(n_in, 0.0)


@dataclass(frozen=True)
class Constant(Initialiser):
    """Every weight w and every bias b: the book's single neuron. The variances are NaN: the mean is not 0."""

    w: float
    b: float = 0.0

    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        return np.full((n_out, n_in), self.w)

    def biases(self, n_out: int, rng: np.random.Generator) -> Array:
        return np.full((n_out, 1), self.b)

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        return nan, nan


@dataclass(frozen=True)
class Critical(Drawn):
    """w ~ N(0, σ_w²/n_in), b ~ N(0, σ_b²), with the σ_w² at which errors neither vanish nor explode.

    For a layer whose inputs are activations σ it is the σ_w² of `lab.theory.mean_field.critical`: χ = 1 at
    the fixed point of the mean square q of z. With σ_b² = 0, the default of ``bias_variance``, and a σ that
    is 0 at 0, such as tanh, that is the limit q → 0, so σ_w² = 1/σ′(0)²; for ReLU it is 2, as `He` has it.
    Where a σ has no critical point (softplus, GELU …), χ is 1 at q = 1: σ_w² = 1/E σ′(g)². The first layer,
    which data feed, has σ_w² = 1.

    Source: Schoenholz, Gilmer, Ganguli & Sohl-Dickstein, *Deep information propagation* (2017).
    """

    bias_variance: float = 0.0
    gain = 1.0

    def __post_init__(self) -> None:
        if not self.bias_variance >= 0:
            raise ValueError(f"bias_variance must be >= 0, got {self.bias_variance}")
        _one_bias(self.bias, self.bias_variance)

    def fed_by(self, sigma: Activation) -> Initialiser:
        """The layer above σ. Raises PartError where no weight lets an error pass σ, or σ is undefined."""
        found = critical(sigma, self.bias_variance)
        if found is not None:
            return Normal(found.weight_variance, self.bias_variance, bias=self.bias)
        passed = slope_square(sigma, 1.0)
        if not 0 < passed < np.inf:
            raise PartError(
                f"no critical weights for {sigma}: E σ′² is {passed:g}, expected a number > 0; "
                f"another initialiser, such as lecun, takes any activation"
            )
        return Normal(1 / passed, self.bias_variance, bias=self.bias)


def _one_bias(bias: object, variance: float) -> None:
    if bias is not None and variance:
        raise ValueError("bias and bias_variance both say what b is, expected one of them")


TABLE: dict[str, type[Initialiser]] = {
    "nielsen": Nielsen,
    "large": Large,
    "glorot-uniform": GlorotUniform,
    "glorot-normal": GlorotNormal,
    "glorot-standard": GlorotStandard,
    "he": He,
    "he-uniform": HeUniform,
    "lecun": LeCun,
    "orthogonal": Orthogonal,
    "normal": Normal,
    "uniform": Uniform,
    "torch": Torch,
    "critical": Critical,
    "constant": Constant,
}
"""The initialisers that the lab ships: name → class."""
