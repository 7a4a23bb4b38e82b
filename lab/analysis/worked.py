"""One example worked by hand: BP1 and BP2 in three forms, BP3 and BP4, and what the demon finds.

    componentwise   δ_j^l = (Σ_k w_kj^{l+1} δ_k^{l+1}) σ′(z_j^l)
    by ⊙            δ^l = ((w^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l)
    by Σ′           δ^l = Σ′(z^l) (w^{l+1})ᵀ … (w^L)ᵀ Σ′(z^L) ∇_a C

The demon knows none of them. It moves a bias or a weight by ±t, lets the network go on from there, and takes
the slope of C at t = 0: central differences of halved t, extrapolated to t = 0, where they differ least.

Sources: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 2, BP1 to BP4 and eq. (33); Ridders (1982),
*Accurate computation of F′(x) and F′(x)F″(x)*, for the extrapolation and its error.
"""

from dataclasses import dataclass

import numpy as np

from lab.analysis.demon import Scene, costs_of_moves
from lab.network.matrix_form import full_product, hadamard_product
from lab.numerics import Array

REACH = 0.1
"""The largest t."""

HALVINGS = 12
"""t goes down to `REACH`/2^12, so that a kink nearby is left behind."""

SURE = 10.0
"""The demon agrees where it differs by no more than this multiple of its own doubt."""


@dataclass(frozen=True)
class Measured:
    """What the demon found: the slopes of C, and about how far each may be wrong."""

    value: Array
    doubt: Array

    def difference(self, told: Array) -> float:
        """How far the farthest is from what an equation tells; NaN where one is no number."""
        return float(np.abs(self.value - told).max(initial=0.0))

    def agrees(self, told: Array) -> bool:
        """Whether all that an equation tells is within what the demon can tell."""
        return bool((np.abs(self.value - told) <= SURE * self.doubt).all())


@dataclass(frozen=True)
class WorkedLayer:
    """A layer of one example. Vectors are (n_l,), ``w`` and what concerns it (n_l, n_{l−1}).

    ``a_in`` is a^{l−1}, ``e`` is ∂C/∂a, ``delta`` what the lab trains with. ``of_b`` and ``of_w`` are
    what the demon finds of ∂C/∂b, which is δ, and of ∂C/∂w.
    """

    l: int
    w: Array
    b: Array
    a_in: Array
    z: Array
    a: Array
    slope: Array
    e: Array
    delta: Array
    componentwise: Array
    hadamard: Array
    matrix: Array
    of_b: Measured
    of_w: Measured

    @property
    def gradient(self) -> Array:
        """∂C/∂w = δ (a_in)ᵀ, by BP4."""
        return np.outer(self.delta, self.a_in)

    @property
    def forms(self) -> dict[str, Array]:
        """δ by the name of its form."""
        return {"componentwise": self.componentwise, "hadamard": self.hadamard, "matrix": self.matrix}


@np.errstate(all="ignore")
def worked(given: Scene) -> list[WorkedLayer]:
    """The layers 1 … L of one example, each form of δ computed on its own from ∇_a C down.

    Where the cost cancels ∞·0 in BP1, the forms are NaN and ``delta`` is right all the same.

    >>> from lab.activations.logistic import Sigmoid
    >>> from lab.analysis.demon import scene
    >>> from lab.network.backprop import Network
    >>> from lab.network.costs import Quadratic
    >>> network = Network((1, 1), (Sigmoid(),), Quadratic())
    >>> (layer,) = worked(scene(network, np.array([0.6, 0.9]), np.array([1.0]), np.array([0.0])))
    >>> [form.round(4).item() for form in (*layer.forms.values(), layer.of_b.value)]
    [0.1219, 0.1219, 0.1219, 0.1219]
    """
    L = given.network.depth
    column = {name: _vectors(getattr(given.p, name)) for name in ("z", "a", "slope", "e", "delta")}
    w, b = ({l: block[0] for l, block in blocks.items()} for blocks in (given.theta.w, given.theta.b))
    slope, gradient = column["slope"], column["e"][L]
    componentwise = _componentwise(w, slope, gradient)
    layers = []
    for l in range(L, 0, -1):
        slopes, weights = [slope[k] for k in range(l, L + 1)], [w[k] for k in range(l + 1, L + 1)]
        a_in = column["a"][l - 1]
        of_w = measured(given, l, np.repeat(np.arange(len(w[l])), len(a_in)), np.tile(a_in, len(w[l])))
        layers.append(
            WorkedLayer(
                l, w[l], b[l][:, 0], a_in,
                **{name: blocks[l] for name, blocks in column.items()},
                componentwise=componentwise[l],
                hadamard=hadamard_product(slopes, weights, gradient),
                matrix=full_product(slopes, weights, gradient),
                of_b=measured(given, l, np.arange(len(w[l])), np.ones(len(w[l]))),
                of_w=Measured(of_w.value.reshape(w[l].shape), of_w.doubt.reshape(w[l].shape)),
            )
        )  # fmt: skip
    return layers[::-1]


def _vectors(blocks: dict[int, Array]) -> dict[int, Array]:
    """The one column of each layer."""
    return {l: block[0, :, 0] + 0.0 for l, block in blocks.items()}  # no −0


def _componentwise(w: dict[int, Array], slope: dict[int, Array], gradient: Array) -> dict[int, Array]:
    """δ neuron by neuron, as the sums stand in the book."""
    L = len(w)
    delta = {L: [gradient[j] * slope[L][j] for j in range(len(gradient))]}
    for l in range(L - 1, 0, -1):
        delta[l] = [
            sum(w[l + 1][k, j] * delta[l + 1][k] for k in range(len(delta[l + 1]))) * slope[l][j]
            for j in range(len(slope[l]))
        ]
    return {l: np.array(values) for l, values in delta.items()}


@np.errstate(all="ignore")
def measured(given: Scene, l: int, neurons: Array, inputs: Array) -> Measured:
    """The slope of C as z of these neurons of layer l (counted from 0) moves by ``inputs`` · t, at t = 0.

    An input of 1 is a move of the bias, an input a_k one of the weight from neuron k, which makes
    (w_jk + t) a_k of w_jk a_k. Both arrays have the shape (n,); so have the results.
    """
    t = REACH * 0.5 ** np.arange(HALVINGS + 1)
    moves = np.multiply.outer(np.stack([t, -t]), inputs).reshape(-1)
    costs = costs_of_moves(given, l, np.tile(neurons, 2 * len(t)), moves)
    up, down = costs.reshape(2, len(t), len(neurons))
    rounding = given.rounding(l) / t
    return _extrapolated((up - down) / (2 * t[:, None]), rounding)


def _extrapolated(central: Array, rounding: Array) -> Measured:
    """The limit of central differences of halved moves (rows), each with its own share of rounding."""
    best = Measured(central[0], np.full(central.shape[1], np.inf))
    before: list[Array] = []
    for row, rounded in zip(central, rounding, strict=True):
        found = [row]
        for power, earlier in enumerate(before, 1):
            better = found[-1] + (found[-1] - earlier) / (4.0**power - 1)
            apart = np.maximum(np.abs(better - found[-1]), np.abs(better - earlier)) + rounded
            nearer = apart < best.doubt
            best = Measured(np.where(nearer, better, best.value), np.where(nearer, apart, best.doubt))
            found.append(better)
        before = found
    return best
