"""How fast each layer of a network will learn when it starts, predicted from its shape and its σ alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from lab.activations import Activation
from lab.theory.correlation import next_correlation, pair_chi
from lab.theory.mean_field import chi, next_q

Variances = tuple[float, float]
"""Var w and Var b of a layer."""


@dataclass(frozen=True)
class Inputs:
    """What the first layer is given: q⁰, the mean square of x, and the correlation c⁰ of two examples."""

    mean_square: float
    correlation: float = 1.0


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
    correlation
        c, of the z of two examples.
    chi
        χ, what this layer leaves of E ‖δ‖² of the layer above; NaN for the output layer.
    pair_chi
        χ_c, what it leaves of E δ·δ′ of two examples; NaN for the output layer.
    speed
        ‖⟨δ⟩‖, the layer's learning speed, relative to that of the last hidden layer.
    weight_speed
        ‖⟨δ a_inᵀ⟩‖, the learning speed of its weights, relative to that of the last hidden layer.
    delta_rms
        The rms of ‖δ‖ over the examples, relative to that of the last hidden layer.
    """

    layer: int
    n_in: int
    n_out: int
    weight_variance: float
    bias_variance: float
    q: float
    correlation: float
    chi: float
    pair_chi: float
    speed: float
    weight_speed: float
    delta_rms: float


def predicted(
    sizes: Sequence[int], sigmas: Sequence[Activation], variances: Sequence[Variances], inputs: Inputs
) -> list[LayerPrediction]:
    """Predict q, c, χ and the relative learning speed of the layers 1 … L.

    z¹ has the mean square q¹ = n_0 Var w¹ q⁰ + Var b¹ and the correlation (n_0 Var w¹ c⁰ q⁰ + Var b¹)/q¹,
    and from there on::

        q^l          = n_{l−1} Var w^l E σ_{l−1}(z)² + Var b^l             z, z′ ~ N(0, q^{l−1})
        c^l          = (n_{l−1} Var w^l E σ_{l−1}(z) σ_{l−1}(z′) + Var b^l)/q^l      of correlation c^{l−1}
        E ‖δ^l‖²     = χ_l E ‖δ^{l+1}‖²,        χ_l = n_l Var w^{l+1} E σ_l′(z)²
        E δ^l·δ^l′   = χ_c,l E δ^{l+1}·δ^{l+1}′, χ_c,l = n_l Var w^{l+1} E σ_l′(z) σ_l′(z′)

    since each of the n_l neurons gets E e_j² = Var w^{l+1} E ‖δ^{l+1}‖² from above (BP2): the fan that counts
    is n_l, the n_in of the layer above, whatever the initialiser scales by. The mean of δ over many examples
    has the square E δ·δ′ over pairs of them, so the ratio of learning speeds is the root of the product of
    the χ_c between, and that of the rms that of the χ. The gradient of the weights has (BP4) the square
    E δ^l·δ^l′ n_{l−1} E a^{l−1} a^{l−1}′, where the latter is (c^l q^l − Var b^l)/Var w^l. All are told
    relative to the last hidden layer, since E ‖δ^L‖² depends on the cost.

    It is assumed that the layers are wide, so that z is normal; that w, b have mean 0 and are drawn
    independently; that the error at the output does not depend on them, which it does where the output is
    large beside the targets; and that there are many examples, all of about the same norm and correlation.

    Parameters
    ----------
    sizes
        n_0 … n_L.
    sigmas
        σ of each layer 1 … L.
    variances
        Var w and Var b of each layer 1 … L; NaN where they are unknown, and so is then what follows.
    inputs
        q⁰ and c⁰.

    Source: Schoenholz, Gilmer, Ganguli & Sohl-Dickstein, *Deep information propagation* (2017), eqs. (5),
    (7) and (17); with the fans, Glorot & Bengio (2010), eq. (6).
    """
    depth = len(sigmas)
    w2 = [n_in * w for n_in, (w, _) in zip(sizes, variances, strict=False)]
    b2 = [b for _, b in variances]
    q = [w2[0] * inputs.mean_square + b2[0]]
    c = [(w2[0] * inputs.mean_square * inputs.correlation + b2[0]) / q[0] if q[0] else 1.0]
    for l in range(1, depth):
        q.append(next_q(sigmas[l - 1], q[-1], w2[l], b2[l]))
        c.append(next_correlation(sigmas[l - 1], q[-2], c[-1], w2[l], b2[l], q[-1]))
    left = [chi(sigmas[l], q[l], w2[l + 1]) for l in range(depth - 1)]
    left_of_pairs = [pair_chi(sigmas[l], q[l], c[l], w2[l + 1]) for l in range(depth - 1)]
    speed = [_relative(left_of_pairs, l) for l in range(depth)]
    fed = [(c[l] * q[l] - b) / w if w else np.nan for l, (w, b) in enumerate(variances)]
    reference = fed[max(depth - 2, 0)]
    return [
        LayerPrediction(
            layer=l + 1,
            n_in=sizes[l],
            n_out=sizes[l + 1],
            weight_variance=w2[l],
            bias_variance=b2[l],
            q=q[l],
            correlation=c[l],
            chi=left[l] if l < depth - 1 else np.nan,
            pair_chi=left_of_pairs[l] if l < depth - 1 else np.nan,
            speed=speed[l],
            weight_speed=speed[l] * _root(fed[l] / reference if reference else np.nan),
            delta_rms=_relative(left, l),
        )
        for l in range(depth)
    ]


def homogeneous(
    sigma: Activation, depth: int, weight_variance: float, bias_variance: float, inputs: Inputs
) -> list[LayerPrediction]:
    """The same for ``depth`` layers of one σ and one width, relative to the last of them.

    ``weight_variance`` is σ_w² = n_in Var w. Raises ValueError for numbers out of range.
    """
    if depth < 1:
        raise ValueError(f"depth must be >= 1, got {depth}")
    for name, value in (
        ("weight_variance", weight_variance),
        ("bias_variance", bias_variance),
        ("mean_square", inputs.mean_square),
    ):
        if not 0 <= value < np.inf:
            raise ValueError(f"{name} must be a finite number >= 0, got {value}")
    if not -1 <= inputs.correlation <= 1:
        raise ValueError(f"correlation must be in [-1, 1], got {inputs.correlation}")
    layers, variances = depth + 1, (weight_variance, bias_variance)
    return predicted([1] * (layers + 1), [sigma] * layers, [variances] * layers, inputs)[:-1]


def _relative(left: Sequence[float], l: int) -> float:
    """The root of the share of layer l over that of the last hidden layer, whose χ stands last in ``left``.

    Of a pair that parts altogether the share may be negative: NaN, as no norm is. The output layer, above
    the last hidden one, is divided out.
    """
    last = max(len(left) - 1, 0)
    share = float(np.prod(left[l:last]))
    if l > last:
        share = 1 / left[last] if left[last] else np.inf
    return _root(share)


def _root(share: float) -> float:
    return sqrt(share) if share >= 0 else np.nan
