"""Costs: C_x of one example, its gradient ∇_a C_x, and the error of the output layer (BP1).

z, a and y have the shape (trial, neuron, example), y perhaps one trial for all; C_x has (trial, example).
"""

from dataclasses import dataclass

import numpy as np

from lab.activations.formula.formula import formula_of
from lab.numerics import Array, root
from lab.parts import Activation, Cost

WITHIN = (1e-300, 1 - 1e-16)
"""The probabilities of which a cross-entropy is finite, nearly."""

ROUNDED_SHARES = 0.01
"""Shares that sum to 1 but for less than this are taken for rounded ones."""


def is_identity(sigma: Activation) -> bool:
    """Whether σ(z) = z, by whatever formula.

    >>> from lab.activations.formula.formula import Formula
    >>> is_identity(Formula("2*z/2")), is_identity(Formula("tanh(z)"))
    (True, False)
    """
    formula = formula_of(sigma)
    return formula is not None and formula.expression == formula.expression.graph.z()


def is_sigmoid(sigma: Activation) -> bool:
    """Whether σ is the logistic function, by whatever formula.

    >>> from lab.activations.formula.formula import Formula
    >>> is_sigmoid(Formula("1/(1 + exp(-z))")), is_sigmoid(Formula("tanh(z)"))
    (True, False)
    """
    formula = formula_of(sigma)
    return formula is not None and formula.expression == formula.expression.graph.z().call("sigmoid")


@dataclass(frozen=True)
class Quadratic(Cost):
    """C_x = ½ Σ_j (a_j − y_j)², with ∇_a C_x = a − y.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 1, eq. (6) for one example.

    >>> from lab.activations.formula.formula import Formula
    >>> a, y = np.array([[[0.5], [1.0]]]), np.array([[[1.0], [0.0]]])
    >>> Quadratic().value(a, a, y, Formula("z"))
    array([[0.625]])
    """

    def value(self, z: Array, a: Array, y: Array, sigma: Activation) -> Array:
        residual = a - y
        return np.asarray(0.5 * np.sum(residual * residual, axis=-2))

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        np.subtract(a, y, out=out)


def _size(x: Array) -> Array:
    """|x|; of complex x, by which derivatives are checked, the same ±x as of their real parts."""
    return np.where(x.real < 0, -x, x)


@dataclass(frozen=True)
class Absolute(Cost):
    """C_x = Σ_j |a_j − y_j|, with ∇_a C_x = sign(a − y), which is 0 at a = y.

    Every example pulls as hard as any other, however far it is, so an outlier has one vote: of constant
    answers the median is best.

    Source: Boscovich (1757); Stigler, *The history of statistics* (1986), ch. 1.

    >>> Absolute().best_constant(np.array([[0.0, 1.0, 100.0]]))
    array([[1.]])
    """

    def value(self, z: Array, a: Array, y: Array, sigma: Activation) -> Array:
        return np.asarray(np.sum(_size(a - y), axis=-2))

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        np.subtract(a, y, out=out)
        np.sign(out, out=out)

    def best_constant(self, y: Array) -> Array:
        return np.asarray(np.median(y, axis=-1, keepdims=True))


@dataclass(frozen=True)
class Huber(Cost):
    """C_x = Σ_j h(a_j − y_j), h(r) = ½r² for |r| ≤ k, else k(|r| − ½k); ∇_a C_x = min(max(a − y, −k), k).

    Quadratic up to the scale k, the parameter ``scale``, and absolute beyond, where an example pulls with k.
    Raises ValueError unless k > 0.

    Source: Huber, *Robust estimation of a location parameter* (1964).

    >>> out = np.empty((1, 3, 1))
    >>> Huber().gradient(np.array([[[0.5], [-0.2], [7.0]]]), np.zeros((1, 3, 1)), out)
    >>> out.ravel().tolist()
    [0.5, -0.2, 1.0]
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise ValueError(f"scale must be > 0, got {self.scale}")

    def value(self, z: Array, a: Array, y: Array, sigma: Activation) -> Array:
        size = _size(a - y)
        near = np.where(size.real > self.scale, self.scale, size)
        return np.asarray(np.sum(near * (size - 0.5 * near), axis=-2))

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        np.subtract(a, y, out=out)
        np.minimum(np.maximum(out, -self.scale, out=out), self.scale, out=out)

    def best_constant(self, y: Array) -> Array:
        return np.array([[self._centre(targets)] for targets in y])

    def _centre(self, targets: Array) -> float:
        """Where the pulls of these targets cancel."""
        low, high = float(targets.min()), float(targets.max())
        if low == high:
            return low
        return root(lambda c: float(np.clip(c - targets, -self.scale, self.scale).sum()), low, high)


@dataclass(frozen=True)
class CrossEntropy(Cost):
    """C_x = −Σ_j [y_j ln a_j + (1 − y_j) ln(1 − a_j)], with ∇_a C_x = (a − y)/(a(1 − a)).

    On a sigmoid σ′ = a(1 − a) cancels and δ^L = a − y; C_x is then computed from z, as
    Σ_j ln(1 + e^{z_j}) − y_j z_j, in a form that keeps its digits where a rounds to 0 or 1.
    On any σ, ln 0 counts only where its factor is not 0, and ∇_a C_x is 0 where a = y is 0 or 1.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3, eqs. (63), (68).
    """

    def value(self, z: Array, a: Array, y: Array, sigma: Activation) -> Array:
        if is_sigmoid(sigma):
            straight, bend = np.maximum(z, 0) - y * z, np.log1p(np.exp(np.minimum(z, -z)))
            return np.asarray(np.sum(straight + bend, axis=-2))
        from scipy.special import xlog1py, xlogy

        return np.asarray(-np.sum(xlogy(y, a) + xlog1py(1 - y, -a), axis=-2))

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        np.subtract(a, y, out=out)
        np.divide(out, a * (1 - a), out=out, where=out != 0)

    def error(self, z: Array, a: Array, slope: Array, y: Array, sigma: Activation, out: Array) -> None:
        if self.cancels(sigma):
            np.subtract(a, y, out=out)
        else:
            super().error(z, a, slope, y, sigma, out)

    def cancels(self, sigma: Activation) -> bool:
        return is_sigmoid(sigma)

    def refuses(self, sigma: Activation) -> str | None:
        if sigma.range.low >= 0 and sigma.range.high <= 1:
            return None
        return (
            f"cross-entropy needs outputs in [0, 1], and this output σ ranges over {sigma.range}; "
            "expected output = 'sigmoid', or cost = 'quadratic'"
        )

    def refuses_targets(self, y: Array) -> str | None:
        return _no_probabilities("cross-entropy", y)

    def best_constant(self, y: Array) -> Array:
        return np.clip(super().best_constant(y), *WITHIN)

    def least(self, y: Array) -> Array:
        """The entropy of the targets, which is 0 where they are 0 and 1."""
        from scipy.special import entr

        return np.asarray(np.sum(entr(y) + entr(1 - y), axis=-2))


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Cost):
    """Softmax with the log-likelihood: C_x = −Σ_j y_j ln p_j, p = softmax(a), with ∇_a C_x = p − y.

    The softmax is not elementwise and so lives here, on a linear output, where its own slope is cancelled:
    δ^L = p − y. y sums to 1. Exponentials are taken below the largest a, so that none overflows.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3, eqs. (78), (80), (81).
    """

    def value(self, z: Array, a: Array, y: Array, sigma: Activation) -> Array:
        shifted = a - np.max(a, axis=-2, keepdims=True)
        total = np.log(np.sum(np.exp(shifted), axis=-2, keepdims=True))
        return np.asarray(np.sum(y * (total - shifted), axis=-2))

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        np.subtract(a, np.max(a, axis=-2, keepdims=True), out=out)
        np.exp(out, out=out)
        np.divide(out, np.sum(out, axis=-2, keepdims=True), out=out)
        np.subtract(out, y, out=out)

    def cancels(self, sigma: Activation) -> bool:
        return is_identity(sigma)

    def refuses(self, sigma: Activation) -> str | None:
        if is_identity(sigma):
            return None
        return "softmax-cross-entropy holds the output's softmax itself; expected output = 'identity'"

    def refuses_targets(self, y: Array) -> str | None:
        if told := _no_probabilities("softmax-cross-entropy", y):
            return told
        sums = y.sum(axis=-1, dtype=np.float64)
        if (unlike := np.abs(sums - 1) > ROUNDED_SHARES).any():
            return (
                f"softmax-cross-entropy needs targets that sum to 1, and some sum to {sums[unlike][0]:g}; "
                "expected cost = 'cross-entropy' with output = 'sigmoid', or cost = 'quadratic'"
            )
        return None

    def best_constant(self, y: Array) -> Array:
        return np.asarray(np.log(np.clip(super().best_constant(y), *WITHIN)))

    def least(self, y: Array) -> Array:
        """The entropy of the targets, which is 0 where they are 0 and 1."""
        from scipy.special import entr

        return np.asarray(np.sum(entr(y), axis=-2))


def _no_probabilities(name: str, y: Array) -> str | None:
    """Why a cross-entropy has no least value for these targets, or None: they must lie in [0, 1]."""
    low, high = float(np.min(y)), float(np.max(y))
    if low >= 0 and high <= 1:
        return None
    told = f"{name} needs targets in [0, 1], and these go from {low:g} to {high:g}"
    return f"{told}; expected cost = 'quadratic' with an output that reaches them, as 'identity'"


def of_best_constant(cost: Cost, y: Array, sigma: Activation) -> float:
    """C of the best answer that is the same for every example of targets y (n, m), whatever σ can reach.

    It is 0 where that answer is each example's own target, which the cross-entropy nears but does not reach.

    >>> from lab.activations.formula.formula import Formula
    >>> of_best_constant(Quadratic(), np.array([[1.0, 3.0]]), Formula("z"))
    0.5
    """
    y = y.astype(np.float64)
    if (y == y[:, :1]).all():  # whose mean may be rounded
        y = y[:, :1]
    a = z = cost.best_constant(y)
    if isinstance(cost, CrossEntropy):
        if y.shape[1] == 1 and np.isin(y, (0, 1)).all():
            return 0.0
        z = np.log(a / (1 - a))
    a, z = (np.broadcast_to(values, y.shape)[None] for values in (a, z))
    with np.errstate(all="ignore"):
        return float(cost.value(z, a, y[None], sigma).mean())


TABLE: dict[str, type[Cost]] = {
    "quadratic": Quadratic,
    "cross-entropy": CrossEntropy,
    "softmax-cross-entropy": SoftmaxCrossEntropy,
    "absolute": Absolute,
    "huber": Huber,
}
"""The costs that the lab ships: name → class."""
