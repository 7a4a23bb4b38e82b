"""What is measured of a layer: each probe is a pure function of one pass and a layer.

⟨·⟩ is the mean over the examples, ‖·‖ the Euclidean norm, S = sup|σ′|. A pass holds δ and e as
derivatives of the mean cost, so a single example's δ is m times its column (see `lab.network.backprop`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from lab.activations.activation import Array
from lab.network.backprop import Network, Pass
from lab.network.parameters import Parameters

SORTED_VALUES = 2048
"""A percentile is over all (neuron, example) of a layer up to this many, else over every k-th example."""


@dataclass(frozen=True)
class Seen:
    """All that a probe may look at: a pass of T trials, forward and backward, and the step to be taken.

    ``update`` is Δθ, or None at the end, where no step is taken.
    """

    network: Network
    theta: Parameters
    gradient: Parameters
    update: Parameters | None
    p: Pass
    saturation_threshold: float
    low_input_threshold: float


class Probe(ABC):
    """One or a few quantities of a layer that are measured together."""

    columns: ClassVar[tuple[str, ...]]
    """The names of the quantities: the columns of the table ``layers``."""

    default: ClassVar[bool] = True
    """Whether ``quantities = ["default"]`` holds it."""

    @abstractmethod
    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """The quantities of layer l, each of shape (T,)."""


def norm(block: Array) -> Array:
    """‖·‖ of each trial's block: shape (T, n, m) → (T,).

    A block so small or so large that its squares leave the range of its dtype is scaled first, so that a
    learning speed of 1e−200 is not told as 0. Each row is summed on its own, so that a trial in a stack has
    the same bits as alone.
    """
    with np.errstate(over="ignore"):
        squares = np.vecdot(block, block).sum(axis=1)
    least, most = _safe_squares(block.dtype)
    safe = (squares > least) & (squares < most)
    if safe.all():
        return np.asarray(np.sqrt(squares))
    largest = np.abs(block).max(axis=(1, 2), initial=0)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1)
    scaled = block / scale[:, None, None]
    rescued = scale * np.sqrt(np.vecdot(scaled, scaled).sum(axis=1))
    return np.asarray(np.where(safe, np.sqrt(squares), rescued))


@lru_cache
def _safe_squares(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Between these a sum of squares has lost nothing to underflow or overflow."""
    limits = np.finfo(dtype)
    return float(limits.tiny / limits.eps), float(limits.max)


def thinned(block: Array) -> Array:
    """Sorted values of each trial's block (T, n, m), of every k-th example beyond `SORTED_VALUES`."""
    _, n, m = block.shape
    stride = max(1, -(-n * m // SORTED_VALUES))
    return np.sort(block[:, :, ::stride].reshape(len(block), -1), axis=-1)


def percentile(ordered: Array, q: float) -> Array:
    """The q-th percentile of sorted rows, linear between neighbours."""
    at = q / 100 * (ordered.shape[-1] - 1)
    low = int(at)
    high = min(low + 1, ordered.shape[-1] - 1)
    return np.asarray(ordered[:, low] + (at - low) * (ordered[:, high] - ordered[:, low]))


@dataclass(frozen=True)
class LearningSpeed(Probe):
    """``learning_speed`` = ‖⟨δ^l⟩‖ = ‖∂C/∂b^l‖ and ``learning_speed_w`` = ‖∂C/∂w^l‖, before the step.

    The norm of the mean error, not the mean of norms. Source: Nielsen (2015), ch. 5.
    """

    columns = ("learning_speed", "learning_speed_w")

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Norms of the gradient's two parts."""
        return norm(seen.gradient.b[l]), norm(seen.gradient.w[l])


@dataclass(frozen=True)
class ErrorSize(Probe):
    """``delta_rms`` = √⟨‖δ^l‖²⟩, and ``error_rms`` = √⟨‖e^l‖²⟩ of the error before σ′, e^l = ∂C_x/∂a^l."""

    columns = ("delta_rms", "error_rms")

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """√m ‖·‖, since each column carries 1/m."""
        root = np.sqrt(seen.p.examples, dtype=seen.p.delta[l].dtype)
        return norm(seen.p.delta[l]) * root, norm(seen.p.e[l]) * root


@dataclass(frozen=True)
class UpdateRatio(Probe):
    """``update_ratio`` = ‖Δw^l‖/‖w^l‖ of the step taken: momentum, scaling and decay included."""

    columns = ("update_ratio",)

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """NaN where no step is taken."""
        w = norm(seen.theta.w[l])
        return (np.full_like(w, np.nan) if seen.update is None else norm(seen.update.w[l]) / w,)


@dataclass(frozen=True)
class Slope(Probe):
    """``slope_mean``, ``slope_p02``, ``slope_p50``, ``slope_p98``: σ′(z^l) over neurons and examples."""

    columns = ("slope_mean", "slope_p02", "slope_p50", "slope_p98")

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Mean and percentiles."""
        slope = seen.p.slope[l]
        ordered = thinned(slope)
        return slope.mean(axis=(1, 2)), *(percentile(ordered, q) for q in (2, 50, 98))


@dataclass(frozen=True)
class Saturation(Probe):
    """``saturation``: the share of (neuron, example) with |σ′(z^l)| < τS, τ = 0.05 unless told.

    ``saturated_low`` and ``saturated_high`` split it by the side: z below or above the point where |σ′| is
    largest. ``saturated_neurons`` is the share of neurons saturated on at least 95 % of the examples.
    All are missing for a σ whose slope is unbounded.
    """

    columns = ("saturation", "saturated_low", "saturated_high", "saturated_neurons")

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Counts over neurons and examples."""
        sigma, z = seen.network.sigma(l), seen.p.z[l]
        most = sigma.slope.magnitude
        if not np.isfinite(most):
            missing = np.full(len(z), np.nan)
            return missing, missing, missing, missing
        flat = np.abs(seen.p.slope[l]) < seen.saturation_threshold * most
        cells = z.shape[1] * z.shape[2]
        by_neuron = np.count_nonzero(flat, axis=2)
        all_flat = by_neuron.sum(axis=1)
        np.logical_and(flat, z < sigma.steepest, out=flat)
        low = np.count_nonzero(flat, axis=(1, 2))
        neurons = (by_neuron >= 0.95 * z.shape[2]).mean(axis=1)
        return all_flat / cells, low / cells, (all_flat - low) / cells, neurons


@dataclass(frozen=True)
class DeadNeurons(Probe):
    """``dead_neurons``: the share of neurons with σ′(z) = 0 exactly on all examples: ReLU's dead units."""

    columns = ("dead_neurons",)

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """A neuron lives by one example."""
        return ((~seen.p.slope[l].any(axis=2)).mean(axis=1),)


@dataclass(frozen=True)
class ActivationSpread(Probe):
    """``a_mean``, ``a_std``, ``a_p02``, ``a_p98``: a^l over neurons and examples.

    Source: Glorot & Bengio (2010), figs. 2 and 3.
    """

    columns = ("a_mean", "a_std", "a_p02", "a_p98")

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Mean, standard deviation and percentiles."""
        a = seen.p.a[l]
        ordered = thinned(a)
        return a.mean(axis=(1, 2)), a.std(axis=(1, 2)), percentile(ordered, 2), percentile(ordered, 98)


@dataclass(frozen=True)
class LowInput(Probe):
    """``low_input``: the share of (neuron of layer l−1, example) with |a| < τ_a rms(a^{l−1}), τ_a = 0.1.

    By BP4 the weights out of these learn slowly. Source: Nielsen (2015), ch. 2.
    """

    columns = ("low_input",)

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Rms over the neurons and examples of each trial."""
        a = seen.p.a[l - 1]
        cells = a.shape[1] * a.shape[2]
        rms = norm(a) / np.sqrt(cells)
        low = np.abs(a) < (seen.low_input_threshold * rms)[:, None, None]
        share = np.count_nonzero(low, axis=(1, 2)) / cells
        return (np.broadcast_to(share, (len(seen.p.z[l]),)),)


@dataclass(frozen=True)
class Norms(Probe):
    """``weight_norm`` = ‖w^l‖ and ``bias_norm`` = ‖b^l‖."""

    columns = ("weight_norm", "bias_norm")

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Before the step."""
        return norm(seen.theta.w[l]), norm(seen.theta.b[l])


TABLE: dict[str, type[Probe]] = {
    "learning-speed": LearningSpeed,
    "error-size": ErrorSize,
    "update-ratio": UpdateRatio,
    "slope": Slope,
    "saturation": Saturation,
    "dead-neurons": DeadNeurons,
    "activation-spread": ActivationSpread,
    "low-input": LowInput,
    "norms": Norms,
}
"""The probes that the lab ships: name → class."""

COLUMNS: tuple[str, ...] = tuple(column for probe in TABLE.values() for column in probe.columns)
"""All quantities that the lab ships, in the order of the table ``layers``."""
