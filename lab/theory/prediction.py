"""How fast each layer of a network will learn when it starts, predicted from its shape and its σ alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from lab.numerics import Array
from lab.parts import Activation
from lab.theory.spread import products, squares
from lab.theory.turns import turns


@dataclass(frozen=True)
class Pairs:
    """A kind of pairs (x, x′) of the examples that a reading sees, such as all those of one class.

    Where its pairs differ, what differs is an array (K,): the K pairs, or a sample of them.
    """

    share: float = 1.0  # of all m² pairs
    correlation: float | Array = 1.0  # c⁰ = x·x′/(‖x‖‖x′‖)
    alike: Callable[[Array, Array, Array], Array | float] = lambda q, other, c: 1.0
    """E δ^L·δ^L′ of each pair, of its q^L, q^L′ and c^L, in a unit that all kinds share."""
    mean_squares: tuple[Array, Array] | None = None  # q⁰ of x and of x′, where they differ
    weight: float | Array = 1.0  # of each pair; the mean is 1

    @property
    def of_one(self) -> bool:
        """Whether these are pairs of an example with itself, or with one that is just like it."""
        same = self.mean_squares is None or np.array_equal(*self.mean_squares)
        return bool(same and np.all(self.correlation == 1))

    def begun(self, mean_square: float) -> Array:
        """q⁰, q⁰′ and c⁰ of each pair: (3, K)."""
        q = self.mean_squares or (np.array([mean_square]),) * 2
        return np.stack(np.broadcast_arrays(*q, np.atleast_1d(self.correlation))).astype(float)


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

    Where examples differ in norm and pairs in correlation, each pair has its own q, q′ and c in each layer,
    and means are taken last: q is E z² over the examples, c is E z·z′ over q, and χ and χ_c are ratios of the
    means in two layers. Only for a straight line do the maps take means to means.

    It is assumed that the layers are wide, so that z is normal, and that w, b have mean 0 and are drawn
    independently.

    ``sizes`` are n_0 … n_L, ``variances`` Var w and Var b of each layer, and ``mean_square`` is q⁰ where the
    pairs have none of their own. Variances that are unknown are NaN, and so is then what follows. The shares
    of the kinds of ``pairs`` sum to 1. The first kind of an example with itself tells the norms of the
    examples; where there is none, all have the norm of ``mean_square``.

    Source: Schoenholz, Gilmer, Ganguli & Sohl-Dickstein, *Deep information propagation* (2017), eqs. (5),
    (7) and (17); with the fans, Glorot & Bengio (2010), eq. (6).
    """
    w2 = [n_in * w for n_in, (w, _) in zip(sizes, variances, strict=False)]
    b2 = [b for _, b in variances]
    kinds = [*pairs, *([] if any(kind.of_one for kind in pairs) else [Pairs(share=0.0)])]
    begun = [kind.begun(mean_square) for kind in kinds]
    of_kind = np.repeat(np.arange(len(kinds)), [points.shape[1] for points in begun])
    within = np.concatenate(
        [kind.weight / p.shape[1] + np.zeros(p.shape[1]) for kind, p in zip(kinds, begun, strict=True)]
    )
    share = within * np.array([kind.share for kind in kinds])[of_kind]
    one = of_kind == next(at for at, kind in enumerate(kinds) if kind.of_one)
    others = np.array([bool(kind.share) and not kind.of_one for kind in kinds])[of_kind]
    seen, last = others if others.any() else one, max(len(sigmas) - 2, 0)
    with np.errstate(all="ignore"):
        ways = _upward(np.concatenate(begun, axis=1), sigmas, w2, b2)
        z = np.array([_covariance(way) for way in ways])
        at_output = [
            kind.alike(*ways[-1][:, of_kind == at]) + np.zeros(begun[at].shape[1])
            for at, kind in enumerate(kinds)
        ]
        chis = [
            w * products(sigma.derivative, way, turns(sigma))
            for sigma, way, w in zip(sigmas, ways, w2[1:], strict=False)
        ]
        errors = _downward(np.concatenate(at_output), chis)
        fed = (z - np.array(b2)[:, None]) / np.array([[w] for w, _ in variances])
        q = np.array([way[0, one] for way in ways]) @ within[one]
        together, of_one = errors @ share, errors[:, one] @ within[one]
        speed, weight_speed, delta_rms = (
            np.sqrt(square / (square[last] if np.isfinite(square[last]) else np.nan))
            for square in (together, errors * fed @ share, of_one)
        )
        correlation = z[:, seen] @ share[seen] / share[seen].sum() / q
        chi = [_mean(chi[one], within[one], above[one]) for chi, above in zip(chis, errors[1:], strict=True)]
        pair_chi = together[:-1] / together[1:]
    fields = [
        *(sizes, sizes[1:], w2, b2, q.tolist(), np.where(q == 0, 1.0, correlation).tolist()),
        *([*chi, np.nan], [*pair_chi.tolist(), np.nan]),
        *(speed.tolist(), weight_speed.tolist(), delta_rms.tolist()),
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
    if not isinstance(depth, Integral) or depth < 1:
        raise ValueError(f"depth must be a whole number >= 1, got {depth!r}")
    numbers = {"weight_variance": weight_variance, "bias_variance": bias_variance, "mean_square": mean_square}
    for name, value in numbers.items():
        if not isinstance(value, Real) or not 0 <= value < np.inf:
            raise ValueError(f"{name} must be a finite number >= 0, got {value!r}")
    if not isinstance(correlation, Real) or not -1 <= correlation <= 1:
        raise ValueError(f"correlation must be in [-1, 1], got {correlation!r}")
    layers, variances = depth + 1, (weight_variance, bias_variance)
    pairs = (Pairs(correlation=correlation),)
    return predicted([1] * (layers + 1), [sigma] * layers, [variances] * layers, mean_square, pairs)[:-1]


def lost_layer(q: Sequence[float], weight_variances: Sequence[float]) -> int | None:
    """The first layer whose q is too small for a float: 0, where q below is not, nor is σ_w²; None without.

    >>> lost_layer([1e-100, 1e-300, 0.0], [1.0, 1.0, 1.0])
    3
    """
    below = zip(q, q[1:], weight_variances[1:], strict=False)
    return next((l for l, (before, at, w) in enumerate(below, start=2) if before > 0 == at and w > 0), None)


def lost_text(layer: int) -> str:
    """What a prediction says that ends with `lost_layer`."""
    return f"from layer {layer} on q is too small for a float, below 5e-324, and taken as 0"


def _upward(
    begun: Array, sigmas: Sequence[Activation], w2: Sequence[float], b2: Sequence[float]
) -> list[Array]:
    """q, q′ and c of each pair in the layers 1 … L: an array (3, K) each, from q⁰, q⁰′ and c⁰."""
    ways = [_above(begun[:2], _covariance(begun), w2[0], b2[0], begun)]
    for sigma, w, b in zip(sigmas, w2[1:], b2[1:], strict=False):
        way, breaks = ways[-1], turns(sigma)
        alone = squares(sigma, way[:2].ravel(), breaks).reshape(2, -1)
        ways.append(_above(alone, products(sigma, way, breaks), w, b, way))
    return ways


def _above(alone: Array, both: Array, w2: float, b2: float, below: Array) -> Array:
    """q, q′ and c one layer up, of E a² and E a′² (2, K) and E a a′; an example stays like itself."""
    itself = (below[2] == 1) & (below[0] == below[1])
    q, other = w2 * alone + b2
    other = np.where(itself, q, other)
    size = np.sqrt(q) * np.sqrt(other)
    c = np.where(size == 0, 1.0, np.clip((w2 * both + b2) / size, -1, 1))
    return np.stack([q, other, np.where(itself & np.isfinite(c), 1.0, c)])


def _covariance(pairs: Array) -> Array:
    """E z z′ of each pair, of the rows q, q′ and c."""
    q, other, c = pairs
    return np.asarray(c * np.sqrt(q) * np.sqrt(other))


def _downward(at_output: Array, chis: Sequence[Array]) -> Array:
    """E δ·δ′ of each pair in each layer (L, K): multiplied by each χ_c from the output down."""
    errors = [at_output]
    for chi in reversed(chis):
        errors.append(chi * errors[-1])
    return np.array(errors[::-1])


def _mean(chi: Array, weight: Array, errors: Array) -> float:
    """The mean χ of examples by their share in E ‖δ‖² above; where that is 0 or infinite, all count alike."""
    total = float(weight @ errors)
    return float((weight * errors) @ chi) / total if total and np.isfinite(total) else float(weight @ chi)
