"""What a probe is given: one pass of a stack of trials and the step that follows from it.

A pass holds δ and e as derivatives of the mean cost: a single example's δ is m times its column.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np

from lab.network.backprop import Network, backward
from lab.network.buffers import Pass
from lab.network.parameters import Parameters, count, parameters
from lab.numerics import Array
from lab.training.statistics import norm, scale_of

NormKey: TypeAlias = tuple[str, str]
"""A part, ``theta``, ``gradient`` or ``update``, and a kind, ``w`` or ``b``."""

CANCELLED = 1e-4
"""Where less than this share of the sizes of a sum's terms is left, the sum has lost its digits."""


@dataclass(frozen=True)
class Snapshot:
    """All that a probe may look at: a pass of T trials, forward and backward, and the step to be taken.

    ``update`` is Δθ, or None at the end, where no step is taken. ``multiple`` is the c of a step
    Δθ = c ∇C over this pass, or None where the step is none. ``norms`` are those that were measured when
    the pass was read: (part, kind) → (T, L), see `norm`. ``of_inputs`` has room for what a probe finds of
    the inputs alone; it lasts as long as the inputs stay the same.
    """

    network: Network
    theta: Parameters
    gradient: Parameters
    update: Parameters | None
    p: Pass
    saturation_threshold: float
    low_input_threshold: float
    multiple: float | None = None
    norms: Mapping[NormKey, Array] = field(default_factory=dict)
    of_inputs: dict[str, Array] = field(default_factory=dict)

    def norm(self, part: str, kind: str, l: int) -> Array:
        """‖·‖ of w or b (``kind``) of layer l in θ, ∇C or Δθ (``part``): (T,); NaN of a step not taken."""
        if part == "update" and self.update is None:
            return self.missing
        if part == "update" and self.multiple is not None:
            return np.asarray(abs(self.multiple) * self.norm("gradient", kind, l))
        if (part, kind) in self.norms:
            return self.norms[part, kind][:, l - 1]
        if part == "gradient" and few_examples(self.network.sizes, self.p.examples):
            return self._gradient_of_few[l][kind]
        return norm(getattr(getattr(self, part), kind)[l])

    @property
    def missing(self) -> Array:
        """NaN for each of the T trials, where a quantity is not defined."""
        return np.full(len(self.p.z[1]), np.nan)

    @cached_property
    def true_gradient(self) -> Parameters:
        """∇C of a network whose ``gradient`` has a surrogate slope: BP1 to BP4 once more, with σ′ itself."""
        e, delta = ({l: np.empty_like(x) for l, x in blocks.items()} for blocks in (self.p.e, self.p.delta))
        gradient = parameters(self.network.sizes, len(self.gradient.vector), self.gradient.vector.dtype)
        true = replace(self.network, surrogate_floor=0.0)
        backward(true, self.theta, replace(self.p, e=e, delta=delta), gradient)
        return gradient

    @cached_property
    def _gradient_of_few(self) -> dict[int, dict[str, Array]]:
        return {l: gradient_norms(delta, self.p.a[l - 1]) for l, delta in self.p.delta.items()}


def few_examples(sizes: tuple[int, ...], m: int) -> bool:
    """Whether m examples are so few that ‖δaᵀ‖ is found sooner from δᵀδ and aᵀa than from its elements."""
    return m * m * (sizes[0] + 2 * sum(sizes[1:-1]) + sizes[-1]) < count(sizes)


def gradient_norms(delta: Array, a: Array) -> dict[str, Array]:
    """‖Σ_x δ_x‖ and ‖δaᵀ‖ = √Σ_xx′ (δᵀδ ⊙ aᵀa)_xx′, each (T,), from blocks (T, n, m).

    δ is scaled first, so that its squares stay in the range of its dtype.
    """
    scale = scale_of(delta)
    scaled = delta / scale
    products = scaled.mT @ scaled, a.mT @ a
    squares, sizes = np.vecdot(*products).sum(axis=-1), np.vecdot(*map(np.abs, products)).sum(axis=-1)
    for t in np.flatnonzero(squares < CANCELLED * sizes):
        product = scaled[t] @ a[t if len(a) > 1 else 0].T
        squares[t] = norm(product[None])[0] ** 2
    norms = {"b": norm(scaled.sum(axis=2, keepdims=True)), "w": np.sqrt(np.maximum(squares, 0))}
    return {kind: np.asarray(scale[:, 0, 0] * value) for kind, value in norms.items()}
