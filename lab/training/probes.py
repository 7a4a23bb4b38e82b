"""What is measured of a layer: each probe is a pure function of one pass and a layer.

⟨·⟩ is the mean over the examples, ‖·‖ the Euclidean norm, S = sup|σ′|.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.numerics import Array
from lab.parts import Probe
from lab.training import causes
from lab.training.norms import norm
from lab.training.snapshot import Snapshot
from lab.training.statistics import cosine, counted, low_share, mean, percentile, phi_b, rank_share, thinned


def saturated_cells(snapshot: Snapshot, l: int) -> Array | None:
    """Where |σ′(z^l)| < τS: a mask (T, n, m); None for a σ whose slope is unbounded."""
    most = snapshot.network.sigma(l).slope_range.magnitude
    if not np.isfinite(most):
        return None
    return np.asarray(np.abs(snapshot.p.slope[l]) < snapshot.saturation_threshold * most)


@dataclass(frozen=True)
class LearningSpeed(Probe):
    """``learning_speed`` = ‖⟨δ^l⟩‖ = ‖∂C/∂b^l‖ and ``learning_speed_w`` = ‖∂C/∂w^l‖, before the step.

    The norm of the mean error, not the mean of norms. Source: Nielsen (2015), ch. 5.
    """

    columns = ("learning_speed", "learning_speed_w")
    norms = frozenset({("gradient", "b"), ("gradient", "w")})

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return snapshot.norm("gradient", "b", l), snapshot.norm("gradient", "w", l)


@dataclass(frozen=True)
class ErrorSize(Probe):
    """``delta_rms`` = √⟨‖δ^l‖²⟩, and ``error_rms`` = √⟨‖e^l‖²⟩ of the error before σ′, e^l = ∂C_x/∂a^l."""

    columns = ("delta_rms", "error_rms")
    norms = frozenset()

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        root = np.sqrt(snapshot.p.examples, dtype=snapshot.p.delta[l].dtype)  # each column carries 1/m
        return norm(snapshot.p.delta[l]) * root, norm(snapshot.p.e[l]) * root


@dataclass(frozen=True)
class UpdateRatio(Probe):
    """``update_ratio`` = ‖Δw^l‖/‖w^l‖ of the step, with momentum, scaling and decay; NaN at the end."""

    columns = ("update_ratio",)
    norms = frozenset({("update", "w"), ("theta", "w")})

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return (snapshot.norm("update", "w", l) / snapshot.norm("theta", "w", l),)


@dataclass(frozen=True)
class Slope(Probe):
    """``slope_mean``, ``slope_p02``, ``slope_p50``, ``slope_p98``: σ′(z^l) over neurons and examples."""

    columns = ("slope_mean", "slope_p02", "slope_p50", "slope_p98")
    norms = frozenset()

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        slope = snapshot.p.slope[l]
        ordered = thinned(slope)
        return mean(slope), *(percentile(ordered, q) for q in (2, 50, 98))


@dataclass(frozen=True)
class Saturation(Probe):
    """``saturation``: the share of (neuron, example) with |σ′(z^l)| < τS, τ = 0.05 by default.

    ``saturated_low`` and ``saturated_high`` split it by the side: z below or above the point where |σ′| is
    largest. ``saturated_neurons`` is the share of neurons saturated on at least 95 % of the examples.
    All are missing for a σ whose slope is unbounded.
    """

    columns = ("saturation", "saturated_low", "saturated_high", "saturated_neurons")
    norms = frozenset()

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        sigma, z = snapshot.network.sigma(l), snapshot.p.z[l]
        saturated = saturated_cells(snapshot, l)
        if saturated is None:
            return (snapshot.missing,) * 4
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

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        slope = snapshot.p.slope[l]
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

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        a = snapshot.p.a[l]
        middle, ordered = mean(a), thinned(a)
        deviation = norm(a - middle[:, None, None].astype(a.dtype)) / np.sqrt(a.shape[1] * a.shape[2])
        return middle, deviation, percentile(ordered, 2), percentile(ordered, 98)


@dataclass(frozen=True)
class PhiB(Probe):
    """``phi_b``: how near the ends of a bounded σ its outputs are, see `lab.training.spread.phi_b`.

    Missing for a σ that is unbounded.
    """

    columns = ("phi_b",)
    default = False
    norms = frozenset()

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return (phi_b(snapshot.p.a[l], snapshot.network.sigma(l).range),)


@dataclass(frozen=True)
class RankShare(Probe):
    """``rank_share``: in what share of its directions a^l varies, see `lab.training.spread.rank_share`."""

    columns = ("rank_share",)
    default = False
    norms = frozenset()

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return (rank_share(snapshot.p.a[l]),)


@dataclass(frozen=True)
class LowInput(Probe):
    """``low_input``: the share of (neuron of layer l−1, example) with |a| < τ_a rms(a^{l−1}), τ_a = 0.1.

    By BP4 the weights out of these learn slowly. Source: Nielsen (2015), ch. 2.
    """

    columns = ("low_input",)
    norms = frozenset()

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        share = snapshot.of_inputs.get("low_input") if l == 1 else None
        if share is None:
            share = low_share(snapshot.p.a[l - 1], snapshot.low_input_threshold)
        if l == 1:
            snapshot.of_inputs["low_input"] = share
        return (np.broadcast_to(share, (len(snapshot.p.z[l]),)),)


@dataclass(frozen=True)
class ParameterNorms(Probe):
    """``weight_norm`` = ‖w^l‖ and ``bias_norm`` = ‖b^l‖, before the step."""

    columns = ("weight_norm", "bias_norm")
    norms = frozenset({("theta", "w"), ("theta", "b")})

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return snapshot.norm("theta", "w", l), snapshot.norm("theta", "b", l)


@dataclass(frozen=True)
class Causes(Probe):
    """``cause_…``: the share of the layer's weights that learn slowly by this cause; they sum to 1.

    The cause is the factor of |∂C/∂w_jk| = A_k S_j E_j ρ κ that lost most decades against its reference, the
    mean of which is ``lost_…``. See `lab.training.causes` for the factors and their references.

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

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        trials = range(len(snapshot.p.z[l]))  # one by one, since a trial takes as much room as its weights
        return tuple(np.transpose([causes.of_layer(snapshot.network, snapshot.p, l, t) for t in trials]))


@dataclass(frozen=True)
class GradientCosine(Probe):
    """``gradient_cosine``: the cosine of the direction trained along to ∂C/∂(w^l, b^l), the true gradient.

    With a surrogate slope (`Network.surrogate_floor`) the two differ, and a second backward pass at the
    reading finds the true one. 1 where there is no surrogate, NaN where one of the two is 0.
    """

    columns = ("gradient_cosine",)
    counterfactual = True

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        if snapshot.network.surrogate_floor == 0:
            return (np.ones(len(snapshot.p.z[l])),)
        return (cosine(snapshot.gradient.wb[l], snapshot.true_gradient.wb[l]),)


TABLE: dict[str, type[Probe]] = {
    "learning-speed": LearningSpeed,
    "error-size": ErrorSize,
    "update-ratio": UpdateRatio,
    "slope": Slope,
    "saturation": Saturation,
    "dead-neurons": DeadNeurons,
    "activation-spread": ActivationSpread,
    "low-input": LowInput,
    "norms": ParameterNorms,
    "causes": Causes,
    "phi-b": PhiB,
    "rank-share": RankShare,
    "gradient-cosine": GradientCosine,
}
"""The probes that the lab ships: name → class."""
