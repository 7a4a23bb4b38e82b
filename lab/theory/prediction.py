"""How fast each layer of a network will learn when it starts, predicted from its shape and its σ alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lab.numerics import Array
from lab.parts import Activation
from lab.theory.correlation import next_correlation, pair_chi
from lab.theory.mean_field import chi, next_q


@dataclass(frozen=True)
class Pairs:
    """A kind of pairs of the examples that a reading sees, such as all those of one class."""

    share: float = 1.0  # of all m² pairs (x, x′)
    correlation: float = 1.0  # c⁰ = E x·x′/E ‖x‖²
    alike: Callable[[float, float], float] = lambda q, c: 1.0  # E δ^L·δ^L′/E ‖δ^L‖², of q^L and c^L


@dataclass(frozen=True)
class LayerPrediction:
    """What mean field theory says of one layer before training.

    χ and χ_c are NaN for the output layer; the last three are relative to those of the last hidden layer.
    """

    layer: int  # l, from 1
    n_in: int
    n_out: int
    weight_variance: float  # σ_w² = n_in Var w
    bias_variance: float  # σ_b² = Var b
    q: float  # the mean square of z
    correlation: float  # c, of the z of two examples, the mean over all pairs
    chi: float  # χ, what this layer leaves of E ‖δ‖² of the layer above
    pair_chi: float  # χ_c, what it leaves of E δ·δ′, over all pairs
    speed: float  # ‖⟨δ⟩‖, the layer's learning speed
    weight_speed: float  # ‖⟨δ a_inᵀ⟩‖, the learning speed of its weights
    delta_rms: float  # the rms of ‖δ‖ over the examples


def predicted(
    sizes: Sequence[int],
    sigmas: Sequence[Activation],
    variances: Sequence[tuple[float, float]],
    mean_square: float,
    pairs: Sequence[Pairs] = (Pairs(),),
) -> list[LayerPrediction]:
    """Predict q, c, χ and the relative learning speed of the layers 1 … L.

    With q⁰ the mean square of the inputs (over examples and features) and c⁰ the correlation of two of them,
    z¹ has the mean square q¹ = n_0 Var w¹ q⁰ + Var b¹ and the correlation (n_0 Var w¹ c⁰ q⁰ + Var b¹)/q¹, and
    from there on::

        q^l          = n_{l−1} Var w^l E σ_{l−1}(z)² + Var b^l             z, z′ ~ N(0, q^{l−1})
        c^l          = (n_{l−1} Var w^l E σ_{l−1}(z) σ_{l−1}(z′) + Var b^l)/q^l      of correlation c^{l−1}
        E ‖δ^l‖²     = χ_l E ‖δ^{l+1}‖²,        χ_l = n_l Var w^{l+1} E σ_l′(z)²
        E δ^l·δ^l′   = χ_c,l E δ^{l+1}·δ^{l+1}′, χ_c,l = n_l Var w^{l+1} E σ_l′(z) σ_l′(z′)

    since each of the n_l neurons gets E e_j² = Var w^{l+1} E ‖δ^{l+1}‖² from above (BP2): the fan that counts
    is n_l, the n_in of the layer above, whatever the initialiser scales by. The learning speed is the norm of
    the mean of δ over m examples, whose square is E δ·δ′ over all m² pairs of them, an example with itself
    included. The gradient of the weights has (BP4) the square E δ^l·δ^l′ n_{l−1} E a^{l−1} a^{l−1}′, where
    the latter is (c^l q^l − Var b^l)/Var w^l. All are relative to the last hidden layer, since E ‖δ^L‖²
    depends on the cost.

    It is assumed that the layers are wide, so that z is normal; that w, b have mean 0 and are drawn
    independently; and that all examples are of about the same norm, and those of one kind of pairs of the
    same correlation.

    ``sizes`` are n_0 … n_L, ``variances`` Var w and Var b of each layer, and ``mean_square`` is q⁰. Variances
    that are unknown are NaN, and so is then what follows. The shares of the kinds of ``pairs`` sum to 1; else
    there is one input alone, or all are alike.

    Source: Schoenholz, Gilmer, Ganguli & Sohl-Dickstein, *Deep information propagation* (2017), eqs. (5),
    (7) and (17); with the fans, Glorot & Bengio (2010), eq. (6).
    """
    w2 = [n_in * w for n_in, (w, _) in zip(sizes, variances, strict=False)]
    b2 = [b for _, b in variances]
    q = [w2[0] * mean_square + b2[0]]
    for sigma, w, b in zip(sigmas, w2[1:], b2[1:], strict=False):
        q.append(next_q(sigma, q[-1], w, b))
    chis = [chi(sigma, at, w) for sigma, at, w in zip(sigmas, q, w2[1:], strict=False)]
    correlations, errors = [], []  # of each kind of pairs, by layer: c, and its share in E δ·δ′ over E ‖δ^L‖²
    for kind in pairs:
        c = [(w2[0] * mean_square * kind.correlation + b2[0]) / q[0] if q[0] else 1.0]
        for l in range(1, len(sigmas)):
            c.append(next_correlation(sigmas[l - 1], q[l - 1], c[-1], w2[l], b2[l], q[l]))
        pair_chis = [pair_chi(sigmas[l], q[l], c[l], w2[l + 1]) for l in range(len(sigmas) - 1)]
        correlations.append(np.array(c))
        errors.append(_downward(kind.share * kind.alike(q[-1], c[-1]), pair_chis))
    last = max(len(sigmas) - 2, 0)
    with np.errstate(all="ignore"):
        together = np.sum(errors, axis=0)
        fed = [(c * q - b2) / np.array([w for w, _ in variances]) for c in correlations]
        of_weights = np.sum([e * fed_by for e, fed_by in zip(errors, fed, strict=True)], axis=0)
        speed, weight_speed, delta_rms = (
            np.sqrt(square / square[last]) for square in (together, of_weights, _downward(1.0, chis))
        )
        left_of_pairs = np.append(together[:-1] / together[1:], np.nan)
    fields = [
        *(sizes, sizes[1:], w2, b2, q, _mean_correlation(pairs, correlations).tolist()),
        *([*chis, np.nan], left_of_pairs.tolist(), speed.tolist(), weight_speed.tolist(), delta_rms.tolist()),
    ]
    return [LayerPrediction(l, *row) for l, row in enumerate(zip(*fields, strict=False), start=1)]


def homogeneous(
    sigma: Activation,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    mean_square: float = 1.0,
    correlation: float = 1.0,
) -> list[LayerPrediction]:
    """The same for ``depth`` layers of one σ and one width, relative to the last of them.

    ``weight_variance`` is σ_w² = n_in Var w, and all inputs have the same ``correlation``. Raises ValueError
    for numbers out of range.

    >>> from lab.activations.rectifiers import ReLU
    >>> [round(layer.q, 9) for layer in homogeneous(ReLU(), 3, weight_variance=1.0, bias_variance=0.0)]
    [1.0, 0.5, 0.25]
    """
    if depth < 1:
        raise ValueError(f"depth must be >= 1, got {depth}")
    numbers = {"weight_variance": weight_variance, "bias_variance": bias_variance, "mean_square": mean_square}
    for name, value in numbers.items():
        if not 0 <= value < np.inf:
            raise ValueError(f"{name} must be a finite number >= 0, got {value}")
    if not -1 <= correlation <= 1:
        raise ValueError(f"correlation must be in [-1, 1], got {correlation}")
    layers, variances = depth + 1, (weight_variance, bias_variance)
    pairs = (Pairs(correlation=correlation),)
    return predicted([1] * (layers + 1), [sigma] * layers, [variances] * layers, mean_square, pairs)[:-1]


def _downward(at_output: float, chis: Sequence[float]) -> Array:
    """What is left of a square in each layer, multiplied by each χ from the output down."""
    return at_output * np.append(np.cumprod(chis[::-1])[::-1], 1.0)


def _mean_correlation(pairs: Sequence[Pairs], correlations: Sequence[Array]) -> Array:
    """The mean c over the pairs of different examples; that of one example where there are no others."""
    others = [(kind.share, c) for kind, c in zip(pairs, correlations, strict=True) if kind.correlation < 1]
    if not others:
        return correlations[0]
    total = sum(share for share, _ in others)
    return np.asarray(np.sum([share / total * c for share, c in others], axis=0))
