"""Costs: C_x of one example, its gradient ∇_a C_x, and the error of the output layer (BP1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import xlog1py, xlogy

from lab.activations.formula.formula import formula_of
from lab.numerics import Array
from lab.parts import Activation, Cost


@dataclass(frozen=True)
class Quadratic(Cost):
    """C_x = ½ Σ_j (a_j − y_j)², with ∇_a C_x = a − y.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 1, eq. (6) for one example.
    """

    def value(self, z: Array, a: Array, y: Array, sigma: Activation) -> Array:
        """½ Σ (a − y)²."""
        residual = a - y
        return np.asarray(0.5 * np.sum(residual * residual, axis=-2))

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        """Write a − y."""
        np.subtract(a, y, out=out)


@dataclass(frozen=True)
class CrossEntropy(Cost):
    """C_x = −Σ_j [y_j ln a_j + (1 − y_j) ln(1 − a_j)], with ∇_a C_x = (a − y)/(a(1 − a)).

    On a sigmoid σ′ = a(1 − a) cancels and δ^L = a − y; C_x is then computed from z, as
    Σ_j ln(1 + e^{z_j}) − y_j z_j, in a form that keeps its digits where a rounds to 0 or 1.
    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3, eqs. (63), (68).
    """

    def value(self, z: Array, a: Array, y: Array, sigma: Activation) -> Array:
        """As the class says; ln 0 counts only where its factor is not 0."""
        if is_sigmoid(sigma):
            straight, bend = np.maximum(z, 0) - y * z, np.log1p(np.exp(np.minimum(z, -z)))
            return np.asarray(np.sum(straight + bend, axis=-2))
        return np.asarray(-np.sum(xlogy(y, a) + xlog1py(1 - y, -a), axis=-2))

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        """Write (a − y)/(a(1 − a)), and 0 where a = y is 0 or 1."""
        np.subtract(a, y, out=out)
        np.divide(out, a * (1 - a), out=out, where=out != 0)

    def error(self, z: Array, a: Array, slope: Array, y: Array, sigma: Activation, out: Array) -> None:
        """Write a − y on a sigmoid, the product otherwise."""
        if self.cancels(sigma):
            np.subtract(a, y, out=out)
        else:
            self.gradient(a, y, out)
            np.multiply(out, slope, out=out)

    def cancels(self, sigma: Activation) -> bool:
        """On a sigmoid."""
        return is_sigmoid(sigma)

    def refuses(self, sigma: Activation) -> str | None:
        """Outputs outside [0, 1] have no logarithm."""
        if sigma.range.low >= 0 and sigma.range.high <= 1:
            return None
        return (
            f"cross-entropy needs outputs in [0, 1], and this output σ ranges over {sigma.range}; "
            "expected output = 'sigmoid', or cost = 'quadratic'"
        )

    def refuses_targets(self, y: Array) -> str | None:
        """Targets outside [0, 1] are no probabilities, and C_x has no least value."""
        return _no_probabilities("cross-entropy", y)


def is_sigmoid(sigma: Activation) -> bool:
    """Whether σ is the logistic function, by whatever formula: also as 1/(1 + exp(-z))."""
    formula = formula_of(sigma)
    return formula is not None and formula.expression == formula.expression.graph.z().call("sigmoid")


def is_identity(sigma: Activation) -> bool:
    """Whether σ(z) = z, by whatever formula."""
    formula = formula_of(sigma)
    return formula is not None and formula.expression == formula.expression.graph.z()


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Cost):
    """Softmax with the log-likelihood: C_x = −Σ_j y_j ln p_j, p = softmax(a), with ∇_a C_x = p − y.

    The softmax is not elementwise and so lives here, on a linear output; y sums to 1.
    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3, eqs. (78), (80), (81).
    """

    def value(self, z: Array, a: Array, y: Array, sigma: Activation) -> Array:
        """Σ_j y_j (ln Σ_k e^{a_k} − a_j), the exponentials taken below the largest."""
        shifted = a - np.max(a, axis=-2, keepdims=True)
        total = np.log(np.sum(np.exp(shifted), axis=-2, keepdims=True))
        return np.asarray(np.sum(y * (total - shifted), axis=-2))

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        """Write softmax(a) − y."""
        np.subtract(a, np.max(a, axis=-2, keepdims=True), out=out)
        np.exp(out, out=out)
        np.divide(out, np.sum(out, axis=-2, keepdims=True), out=out)
        np.subtract(out, y, out=out)

    def cancels(self, sigma: Activation) -> bool:
        """The softmax's own slope is cancelled: δ^L = p − y. Source: Nielsen (2015), ch. 3, eq. (81)."""
        return is_identity(sigma)

    def refuses(self, sigma: Activation) -> str | None:
        """The softmax stands in the place of an output σ."""
        if is_identity(sigma):
            return None
        return "softmax-cross-entropy holds the output's softmax itself; expected output = 'identity'"

    def refuses_targets(self, y: Array) -> str | None:
        """Targets outside [0, 1] are no probabilities, and C_x has no least value."""
        return _no_probabilities("softmax-cross-entropy", y)


def _no_probabilities(name: str, y: Array) -> str | None:
    low, high = float(np.min(y)), float(np.max(y))
    if low >= 0 and high <= 1:
        return None
    return (
        f"{name} needs targets in [0, 1], and these go from {low:g} to {high:g}; expected cost = 'quadratic'"
    )


TABLE: dict[str, type[Cost]] = {
    "quadratic": Quadratic,
    "cross-entropy": CrossEntropy,
    "softmax-cross-entropy": SoftmaxCrossEntropy,
}
"""The costs that the lab ships: name → class."""
