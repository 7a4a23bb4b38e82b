"""How fast each layer of a network will learn when it starts, predicted from its shape and its σ alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from lab.activations import Activation
from lab.theory.mean_field import chi, next_q

Variances = tuple[float, float]
"""Var w and Var b of a layer."""


@dataclass(frozen=True)
class LayerPrediction:
    """What mean field theory says of one layer before training.

    Attributes
    ----------
    layer, n_in, n_out
        Its number l, from 1, and its size.
    weight_variance, bias_variance
        σ_w² = n_in Var w and σ_b² = Var b.
    q
        The mean square of z.
    chi
        χ, what this layer leaves of E ‖δ‖² of the layer above; NaN for the output layer.
    speed
        The layer's learning speed, relative to that of the last hidden layer.
    """

    layer: int
    n_in: int
    n_out: int
    weight_variance: float
    bias_variance: float
    q: float
    chi: float
    speed: float


def predicted(
    sizes: Sequence[int], sigmas: Sequence[Activation], variances: Sequence[Variances], mean_square: float
) -> list[LayerPrediction]:
    """Predict q, χ and the relative learning speed of the layers 1 … L.

    With q⁰ the mean square of the inputs (over examples and features), z¹ has the mean square
    q¹ = n_0 Var w¹ q⁰ + Var b¹, and from there on::

        q^l          = n_{l−1} Var w^l E σ_{l−1}(√q^{l−1} g)² + Var b^l
        E ‖δ^l‖²     = χ_l E ‖δ^{l+1}‖²
        χ_l          = n_l Var w^{l+1} E σ_l′(√q^l g)²

    since each of the n_l neurons gets E e_j² = Var w^{l+1} E ‖δ^{l+1}‖² from above (BP2): the fan that counts
    is n_l, the n_in of the layer above, whatever the initialiser scales by. The ratio of speeds is the root
    of the product of the χ between; it is told relative to the last hidden layer, since E ‖δ^L‖² depends on
    the cost.

    It is assumed that the layers are wide, so that z is normal; that w, b have mean 0 and are drawn
    independently; that the error at the output does not depend on them, which it does where the output is
    large beside the targets; and that the errors of different examples shrink alike, so that the norm of
    their mean does as their rms. The ratios are then those of `delta_rms` and of `learning_speed`; where
    layers separate the examples, as without biases, the latter falls some per cents a layer faster.

    Parameters
    ----------
    sizes
        n_0 … n_L.
    sigmas
        σ of each layer 1 … L.
    variances
        Var w and Var b of each layer 1 … L; NaN where they are unknown, and so is then what follows.
    mean_square
        q⁰.

    Source: Schoenholz, Gilmer, Ganguli & Sohl-Dickstein, *Deep information propagation* (2017), eq. (17);
    with the fans, Glorot & Bengio (2010), eq. (6).
    """
    depth = len(sigmas)
    w2 = [n_in * w for n_in, (w, _) in zip(sizes, variances, strict=False)]
    b2 = [b for _, b in variances]
    q = [w2[0] * mean_square + b2[0]]
    for l in range(1, depth):
        q.append(next_q(sigmas[l - 1], q[-1], w2[l], b2[l]))
    left = [chi(sigmas[l], q[l], w2[l + 1]) for l in range(depth - 1)]
    last_hidden = max(depth - 2, 0)
    return [
        LayerPrediction(
            layer=l + 1,
            n_in=sizes[l],
            n_out=sizes[l + 1],
            weight_variance=w2[l],
            bias_variance=b2[l],
            q=q[l],
            chi=left[l] if l < depth - 1 else np.nan,
            speed=_relative(left, l, last_hidden),
        )
        for l in range(depth)
    ]


def homogeneous(
    sigma: Activation, depth: int, weight_variance: float, bias_variance: float, mean_square: float = 1.0
) -> list[LayerPrediction]:
    """The same for ``depth`` layers of one σ and one width, relative to the last of them.

    ``weight_variance`` is σ_w² = n_in Var w. Raises ValueError for numbers out of range.
    """
    if depth < 1:
        raise ValueError(f"depth must be >= 1, got {depth}")
    for name, value in (
        ("weight_variance", weight_variance),
        ("bias_variance", bias_variance),
        ("mean_square", mean_square),
    ):
        if not 0 <= value < np.inf:
            raise ValueError(f"{name} must be a finite number >= 0, got {value}")
    layers = depth + 1
    made = predicted(
        [1] * (layers + 1), [sigma] * layers, [(weight_variance, bias_variance)] * layers, mean_square
    )
    return made[:-1]


def _relative(left: Sequence[float], l: int, reference: int) -> float:
    """The root of E ‖δ‖² of layer l over that of the reference; the output, above it, is divided out."""
    if l > reference:
        return sqrt(1 / left[reference]) if left[reference] else np.inf
    return sqrt(float(np.prod(left[l:reference])))
