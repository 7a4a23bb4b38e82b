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
from lab.network.parameters import Parameters, parameters
from lab.numerics import Array
from lab.training.causes import OfPass, of_pass
from lab.training.statistics import norm

NormKey: TypeAlias = tuple[str, str]
"""A part, ``theta``, ``gradient`` or ``update``, and a kind, ``w`` or ``b``."""


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
        return norm(getattr(getattr(self, part), kind)[l])

    @property
    def missing(self) -> Array:
        """NaN for each of the T trials, where a quantity is not defined."""
        return np.full(len(self.p.z[1]), np.nan)

    @cached_property
    def errors_at_output(self) -> OfPass:
        """What the probe of causes holds the errors of every layer against."""
        return of_pass(self.network, self.p)

    @cached_property
    def true_gradient(self) -> Parameters:
        """∇C of a network whose ``gradient`` has a surrogate slope: BP1 to BP4 once more, with σ′ itself."""
        e, delta = ({l: np.empty_like(x) for l, x in blocks.items()} for blocks in (self.p.e, self.p.delta))
        gradient = parameters(self.network.sizes, len(self.gradient.vector), self.gradient.vector.dtype)
        true = replace(self.network, surrogate_floor=0.0)
        backward(true, self.theta, replace(self.p, e=e, delta=delta), gradient)
        return gradient
