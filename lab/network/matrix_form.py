"""The matrix form of backpropagation, with the diagonal matrix Σ′(z) in place of the Hadamard product.

    δ^L = Σ′(z^L) ∇_a C                                                (BP1)
    δ^l = Σ′(z^l) (w^{l+1})ᵀ δ^{l+1}                                   (BP2)
    δ^l = Σ′(z^l) (w^{l+1})ᵀ … Σ′(z^{L−1}) (w^L)ᵀ Σ′(z^L) ∇_a C        (the full product)

Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 2, "Alternate presentation of the
equations of backpropagation", eqs. (33), (34), (35).

For one network and one example: vectors of shape (n,), matrices of shape (n, n′). Σ′(z), with σ′(z_j) on the
diagonal, is ``np.diag`` of the slopes. It is here to be read and to be compared; `hadamard_product`, and
`lab.network.backprop` for whole stacks, compute the same numbers without the matrices of zeros.

>>> slopes, weights = [np.array([0.25, 0.1]), np.array([0.2])], [np.array([[2.0, -1.0]])]
>>> hadamard_product(slopes, weights, np.array([0.5])).tolist()
[0.05, -0.010000000000000002]
>>> full_product(slopes, weights, np.array([0.5])).tolist()
[0.05, -0.010000000000000002]
>>> transport_matrix(slopes, weights).round(3).tolist()
[[0.1], [-0.02]]
"""

from collections.abc import Sequence

import numpy as np

from lab.numerics import Array


def hadamard_product(slopes: Sequence[Array], weights: Sequence[Array], gradient: Array) -> Array:
    """The same δ^l with ⊙ in place of Σ′. Arguments as of `full_product`."""
    delta = slopes[-1] * gradient  # BP1
    for slope, w in zip(reversed(slopes[:-1]), reversed(weights), strict=True):
        delta = (w.T @ delta) * slope  # BP2
    return np.asarray(delta)


def full_product(slopes: Sequence[Array], weights: Sequence[Array], gradient: Array) -> Array:
    """δ^l from the top in one expression, bracketed from the right: matrix times vector throughout.

    ``slopes`` are σ′(z^l) … σ′(z^L), ``weights`` are w^{l+1} … w^L, ``gradient`` is ∇_a C.
    """
    delta = np.diag(slopes[-1]) @ gradient  # BP1
    for slope, w in zip(reversed(slopes[:-1]), reversed(weights), strict=True):
        delta = np.diag(slope) @ (w.T @ delta)  # BP2
    return np.asarray(delta)


def transport_matrix(slopes: Sequence[Array], weights: Sequence[Array]) -> Array:
    """The matrix M with δ^l = M ∇_a C, bracketed from the left: matrix times matrix throughout.

    Arguments as of `full_product`. It costs n times more and shows what the layers above do to any error.
    """
    product = np.diag(slopes[0])
    for slope, w in zip(slopes[1:], weights, strict=True):
        product = product @ w.T @ np.diag(slope)
    return product
