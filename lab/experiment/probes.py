"""What is measured of a layer: each probe is a pure function of one pass and a layer.

⟨·⟩ is the mean over the examples, ‖·‖ the Euclidean norm, S = sup|σ′|. A pass holds δ and e as
derivatives of the mean cost, so a single example's δ is m times its column (see `lab.network.backprop`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, TypeAlias

import numpy as np

from lab.activations.activation import Array
from lab.experiment import causes
from lab.experiment.norms import norm
from lab.experiment.spread import phi_b, rank_share
from lab.network.backprop import Network, Pass, backward
from lab.network.parameters import Parameters, count, parameters

Norm: TypeAlias = tuple[str, str]
"""A part, ``theta``, ``gradient`` or ``update``, and a kind, ``w`` or ``b``."""

SORTED_VALUES = 2048
"""A percentile is over all (neuron, example) of a layer up to this many, else over every k-th example."""


@dataclass(frozen=True)
class Seen:
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
    norms: Mapping[Norm, Array] = field(default_factory=dict)
    of_inputs: dict[str, Array] = field(default_factory=dict)

    def norm(self, part: str, kind: str, l: int) -> Array:
        """‖·‖ of w or b (``kind``) of layer l in θ, ∇C or Δθ (``part``): (T,); NaN of a step not taken."""
        if part == "update" and self.update is None:
            return np.full(len(self.p.z[1]), np.nan)
        if part == "update" and self.multiple is not None:
            return np.asarray(abs(self.multiple) * self.norm("gradient", kind, l))
        if (part, kind) in self.norms:
            return self.norms[part, kind][:, l - 1]
        if part == "gradient" and few_examples(self.network, self.p.examples):
            return self._gradient_of_few[l][kind]
        return norm(getattr(getattr(self, part), kind)[l])

    @cached_property
    def true_gradient(self) -> Parameters:
        """∇C of a network whose ``gradient`` has a surrogate slope: BP1 to BP4 once more, with σ′ itself."""
        p = replace(self.p, e=_like(self.p.e), delta=_like(self.p.delta))
        gradient = parameters(self.network.sizes, len(self.gradient.vector), self.gradient.vector.dtype)
        backward(replace(self.network, surrogate_floor=0.0), self.theta, p, gradient)
        return gradient

    @cached_property
    def _gradient_of_few(self) -> dict[int, dict[str, Array]]:
        return {l: gradient_norms(delta, self.p.a[l - 1]) for l, delta in self.p.delta.items()}


def _like(blocks: Mapping[int, Array]) -> dict[int, Array]:
    return {l: np.empty_like(block) for l, block in blocks.items()}


def few_examples(network: Network, m: int) -> bool:
    """Whether m examples are so few that ‖δaᵀ‖ is found sooner from δᵀδ and aᵀa than from its elements."""
    sizes = network.sizes
    return m * m * (sizes[0] + 2 * sum(sizes[1:-1]) + sizes[-1]) < count(sizes)


def gradient_norms(delta: Array, a: Array) -> dict[str, Array]:
    """‖Σ_x δ_x‖ and ‖δaᵀ‖ = √Σ_xx′ (δᵀδ ⊙ aᵀa)_xx′, each (T,), from blocks (T, n, m).

    δ is scaled first, so that its squares stay in the range of its dtype.
    """
    largest = np.abs(delta).max(axis=(1, 2), keepdims=True)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1)
    scaled = delta / scale
    squares = np.vecdot(scaled.mT @ scaled, a.mT @ a).sum(axis=-1)
    norms = {"b": norm(scaled.sum(axis=2, keepdims=True)), "w": np.sqrt(np.maximum(squares, 0))}
    return {kind: np.asarray(scale[:, 0, 0] * value) for kind, value in norms.items()}


class Probe(ABC):
    """One or a few quantities of a layer that are measured together."""

    columns: ClassVar[tuple[str, ...]]
    """The names of the quantities: the columns of the table ``layers``."""

    default: ClassVar[bool] = True
    """Whether ``quantities = ["default"]`` holds it."""

    counterfactual: ClassVar[bool] = False
    """Whether it concerns trainings with a surrogate slope alone: "default" and "all" hold it only there."""

    norms: ClassVar[frozenset[Norm] | None] = None
    """The norms of parameters that `measure` asks `Seen.norm` for, where it looks at no parameters itself."""

    @abstractmethod
    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """The quantities of layer l, each of shape (T,)."""


def flat(block: Array) -> Array:
    """A block (T, n, m) as (T, n·m)."""
    return block.reshape(len(block), -1)


def mean(block: Array) -> Array:
    """The mean over neurons and examples: (T,)."""
    return np.asarray(np.add.reduce(flat(block), axis=1) / (block.shape[1] * block.shape[2]))


def counted(mask: Array) -> Array:
    """How many examples of each neuron a mask (T, n, m) holds: (T, n), as float64."""
    return np.asarray(np.vecdot(mask.astype(np.float32), np.ones(mask.shape[2], np.float32)), np.float64)


def thinned(block: Array) -> Array:
    """Sorted values of each trial's block (T, n, m), of every k-th example beyond `SORTED_VALUES`."""
    _, n, m = block.shape
    stride = max(1, -(-n * m // SORTED_VALUES))
    return np.sort(flat(block[:, :, ::stride]), axis=-1)


def percentile(ordered: Array, q: float) -> Array:
    """The q-th percentile of sorted rows, linear between neighbours."""
    at = q / 100 * (ordered.shape[-1] - 1)
    low = int(at)
    high = min(low + 1, ordered.shape[-1] - 1)
    return np.asarray(ordered[:, low] + (at - low) * (ordered[:, high] - ordered[:, low]))


def saturated_cells(seen: Seen, l: int) -> Array | None:
    """Where |σ′(z^l)| < τS: a mask (T, n, m); None for a σ whose slope is unbounded."""
    most = seen.network.sigma(l).slope.magnitude
    if not np.isfinite(most):
        return None
    return np.asarray(np.abs(seen.p.slope[l]) < seen.saturation_threshold * most)


@dataclass(frozen=True)
class LearningSpeed(Probe):
    """``learning_speed`` = ‖⟨δ^l⟩‖ = ‖∂C/∂b^l‖ and ``learning_speed_w`` = ‖∂C/∂w^l‖, before the step.

    The norm of the mean error, not the mean of norms. Source: Nielsen (2015), ch. 5.
    """

    columns = ("learning_speed", "learning_speed_w")
    norms = frozenset({("gradient", "b"), ("gradient", "w")})

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Norms of the gradient's two parts."""
        return seen.norm("gradient", "b", l), seen.norm("gradient", "w", l)


@dataclass(frozen=True)
class ErrorSize(Probe):
    """``delta_rms`` = √⟨‖δ^l‖²⟩, and ``error_rms`` = √⟨‖e^l‖²⟩ of the error before σ′, e^l = ∂C_x/∂a^l."""

    columns = ("delta_rms", "error_rms")
    norms = frozenset()

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """√m ‖·‖, since each column carries 1/m."""
        root = np.sqrt(seen.p.examples, dtype=seen.p.delta[l].dtype)
        return norm(seen.p.delta[l]) * root, norm(seen.p.e[l]) * root


@dataclass(frozen=True)
class UpdateRatio(Probe):
    """``update_ratio`` = ‖Δw^l‖/‖w^l‖ of the step taken: momentum, scaling and decay included."""

    columns = ("update_ratio",)
    norms = frozenset({("update", "w"), ("theta", "w")})

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """NaN where no step is taken."""
        return (seen.norm("update", "w", l) / seen.norm("theta", "w", l),)


@dataclass(frozen=True)
class Slope(Probe):
    """``slope_mean``, ``slope_p02``, ``slope_p50``, ``slope_p98``: σ′(z^l) over neurons and examples."""

    columns = ("slope_mean", "slope_p02", "slope_p50", "slope_p98")
    norms = frozenset()

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Mean and percentiles."""
        slope = seen.p.slope[l]
        ordered = thinned(slope)
        return mean(slope), *(percentile(ordered, q) for q in (2, 50, 98))


@dataclass(frozen=True)
class Saturation(Probe):
    """``saturation``: the share of (neuron, example) with |σ′(z^l)| < τS, τ = 0.05 unless told.

    ``saturated_low`` and ``saturated_high`` split it by the side: z below or above the point where |σ′| is
    largest. ``saturated_neurons`` is the share of neurons saturated on at least 95 % of the examples.
    All are missing for a σ whose slope is unbounded.
    """

    columns = ("saturation", "saturated_low", "saturated_high", "saturated_neurons")
    norms = frozenset()

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Counts over neurons and examples."""
        sigma, z = seen.network.sigma(l), seen.p.z[l]
        saturated = saturated_cells(seen, l)
        if saturated is None:
            missing = np.full(len(z), np.nan)
            return missing, missing, missing, missing
        cells = z.shape[1] * z.shape[2]
        by_neuron = counted(saturated)
        both = by_neuron.sum(axis=1)
        low = counted(np.logical_and(saturated, z < sigma.steepest, out=saturated)).sum(axis=1)
        neurons = (by_neuron >= 0.95 * z.shape[2]).mean(axis=1)
        return both / cells, low / cells, (both - low) / cells, neurons


@dataclass(frozen=True)
class DeadNeurons(Probe):
    """``dead_neurons``: the share of neurons with σ′(z) = 0 exactly on all examples: ReLU's dead units."""

    columns = ("dead_neurons",)
    norms = frozenset()

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """A neuron lives by one example."""
        slope = seen.p.slope[l]
        if slope.all():
            return (np.zeros(len(slope)),)
        return ((~slope.any(axis=2)).mean(axis=1),)


@dataclass(frozen=True)
class ActivationSpread(Probe):
    """``a_mean``, ``a_std``, ``a_p02``, ``a_p98``: a^l over neurons and examples.

    Source: Glorot & Bengio (2010), figs. 2 and 3.
    """

    columns = ("a_mean", "a_std", "a_p02", "a_p98")
    norms = frozenset()

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Mean, standard deviation and percentiles."""
        a = seen.p.a[l]
        middle, ordered = mean(a), thinned(a)
        deviation = norm(a - middle[:, None, None].astype(a.dtype)) / np.sqrt(a.shape[1] * a.shape[2])
        return middle, deviation, percentile(ordered, 2), percentile(ordered, 98)


@dataclass(frozen=True)
class PhiB(Probe):
    """``phi_b``: how near the ends of a bounded σ its outputs are, see `lab.experiment.spread.phi_b`.

    Missing for a σ that is unbounded.
    """

    columns = ("phi_b",)
    default = False
    norms = frozenset()

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Over neurons and examples."""
        return (phi_b(seen.p.a[l], seen.network.sigma(l).range),)


@dataclass(frozen=True)
class RankShare(Probe):
    """``rank_share``: in what share of its directions a^l varies, see `lab.experiment.spread.rank_share`."""

    columns = ("rank_share",)
    default = False
    norms = frozenset()

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Over the examples."""
        return (rank_share(seen.p.a[l]),)


@dataclass(frozen=True)
class LowInput(Probe):
    """``low_input``: the share of (neuron of layer l−1, example) with |a| < τ_a rms(a^{l−1}), τ_a = 0.1.

    By BP4 the weights out of these learn slowly. Source: Nielsen (2015), ch. 2.
    """

    columns = ("low_input",)
    norms = frozenset()

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Rms over the neurons and examples of each trial."""
        if l > 1:
            share = low_share(seen.p.a[l - 1], seen.low_input_threshold)
        else:
            if "low_input" not in seen.of_inputs:
                seen.of_inputs["low_input"] = low_share(seen.p.a[0], seen.low_input_threshold)
            share = seen.of_inputs["low_input"]
        return (np.broadcast_to(share, (len(seen.p.z[l]),)),)


def low_share(a: Array, threshold: float) -> Array:
    """The share of (neuron, example) with |a| below ``threshold`` times the rms of its trial: (T,)."""
    cells = a.shape[1] * a.shape[2]
    low = np.abs(a) < (threshold * norm(a) / np.sqrt(cells))[:, None, None]
    return np.asarray(np.count_nonzero(low, axis=(1, 2)) / cells)


@dataclass(frozen=True)
class Norms(Probe):
    """``weight_norm`` = ‖w^l‖ and ``bias_norm`` = ‖b^l‖."""

    columns = ("weight_norm", "bias_norm")
    norms = frozenset({("theta", "w"), ("theta", "b")})

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Before the step."""
        return seen.norm("theta", "w", l), seen.norm("theta", "b", l)


@dataclass(frozen=True)
class Causes(Probe):
    """``cause_…``: the share of the layer's weights that learn slowly by this cause; they sum to 1.

    The cause is the factor of |∂C/∂w_jk| = A_k S_j E_j ρ κ that lost most decades against its reference, the
    mean of which is ``lost_…``. See `lab.experiment.causes` for the factors and their references.

    ``nothing_left``
        The error at the output E^L, from two decades on, against a network that answers the mean target.
    ``input_low``
        A_k, against 1 for activations in [0, 1], else against the rms of the layer below.
    ``output_saturated``
        S_j against sup|σ′|; nothing is lost where the cost removes σ′ from the output layer.
    ``error_small``
        E_j against E^L.
    ``examples_apart``
        ρ: input, slope and error are large on different examples.
    ``examples_cancel``
        κ: the examples pull in different directions.

    A factor that is 0 lost infinitely many decades; of several, the first in this list is the cause.
    """

    columns = tuple(f"{kind}_{label}" for kind in ("cause", "lost") for label in causes.LABELS)
    default = False
    norms = frozenset()

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Trial by trial, since there are as many numbers on the way as weights."""
        rows = [np.concatenate(causes.measured(seen.network, seen.p, l, t)) for t in range(len(seen.p.z[l]))]
        return tuple(np.transpose(rows))


@dataclass(frozen=True)
class GradientCosine(Probe):
    """``gradient_cosine``: the cosine of the direction trained along to ∂C/∂(w^l, b^l), the true gradient.

    With a surrogate slope (`Network.surrogate_floor`) the two differ, and a second backward pass at the
    reading finds the true one. 1 where there is no surrogate, NaN where one of the two is 0.
    """

    columns = ("gradient_cosine",)
    counterfactual = True

    def measure(self, seen: Seen, l: int) -> tuple[Array, ...]:
        """Over w and b of the layer together."""
        if seen.network.surrogate_floor == 0:
            return (np.ones(len(seen.p.z[l])),)
        return (cosine(seen.gradient.wb[l], seen.true_gradient.wb[l]),)


def cosine(first: Array, second: Array) -> Array:
    """⟨x, y⟩/(‖x‖‖y‖) of each trial's blocks (T, n, m): (T,). NaN where one of them is 0."""
    x, y = (block / norm(block)[:, None, None] for block in (first, second))
    return np.asarray(np.clip(np.vecdot(x, y).sum(axis=1), -1, 1))


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
    "causes": Causes,
    "phi-b": PhiB,
    "rank-share": RankShare,
    "gradient-cosine": GradientCosine,
}
"""The probes that the lab ships: name → class."""

COLUMNS: tuple[str, ...] = tuple(
    column for probe in TABLE.values() if not probe.counterfactual for column in probe.columns
)
"""The quantities of every training that the lab ships, in the order of the table ``layers``."""

COUNTERFACTUAL_COLUMNS: tuple[str, ...] = tuple(
    column for probe in TABLE.values() if probe.counterfactual for column in probe.columns
)
"""Those of trainings with a surrogate slope."""
