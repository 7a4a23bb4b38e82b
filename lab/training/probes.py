"""What is measured of a layer: each probe is a pure function of one pass and a layer.

⟨·⟩ is the mean over the examples, ‖·‖ the Euclidean norm, S = sup|σ′|.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lab.numerics import Array, grid
from lab.parts import Activation, Probe
from lab.training import causes, statistics
from lab.training.snapshot import Snapshot


def saturated_cells(snapshot: Snapshot, l: int) -> Array | None:
    """Where |σ′(z^l)| < τS: a mask (T, n, m); None for a σ whose slope is unbounded."""
    most = snapshot.network.sigma(l).slope_range.magnitude
    if not np.isfinite(most):
        return None
    return np.asarray(np.abs(snapshot.p.slope[l]) < snapshot.saturation_threshold * most)


@lru_cache
def has_sides(sigma: Activation, threshold: float) -> bool:
    """Whether no z with |σ′(z)| < τS lies between two places where |σ′| is largest, to a thousandth.

    >>> from lab.activations.formula.formula import Formula
    >>> [has_sides(Formula(text), 0.05) for text in ("tanh(z)", "max(z, 0)", "sin(z)")]
    [True, True, False]
    """
    z = grid(sigma.kinks)
    with np.errstate(all="ignore"):
        size = np.abs(np.asarray(sigma.derivative(z)))
    top = np.flatnonzero(size >= 0.999 * np.nanmax(size))
    return not bool((size[top[0] : top[-1]] < threshold * sigma.slope_range.magnitude).any())


class OfPass(Probe):
    """A probe that looks at no parameters; abstract."""

    norms = frozenset()


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
class ErrorSize(OfPass):
    """``delta_rms`` = √⟨‖δ^l‖²⟩, and ``error_rms`` = √⟨‖e^l‖²⟩ of the error before σ′, e^l = ∂C_x/∂a^l."""

    columns = ("delta_rms", "error_rms")

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        root = np.sqrt(snapshot.p.examples, dtype=snapshot.p.delta[l].dtype)  # each column carries 1/m
        return statistics.norm(snapshot.p.delta[l]) * root, statistics.norm(snapshot.p.e[l]) * root


@dataclass(frozen=True)
class UpdateRatio(Probe):
    """``update_ratio`` = ‖Δw^l‖/‖w^l‖ of the step, with momentum, scaling and decay; NaN at the end."""

    columns = ("update_ratio",)
    norms = frozenset({("update", "w"), ("theta", "w")})

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return (snapshot.norm("update", "w", l) / snapshot.norm("theta", "w", l),)


@dataclass(frozen=True)
class Slope(OfPass):
    """``slope_mean``, ``slope_p02``, ``slope_p50``, ``slope_p98``: σ′(z^l) over neurons and examples."""

    columns = ("slope_mean", "slope_p02", "slope_p50", "slope_p98")

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        slope = snapshot.p.slope[l]
        return statistics.mean(slope), *statistics.percentiles(slope, (2, 50, 98))


@dataclass(frozen=True)
class Saturation(OfPass):
    """``saturation``: the share of (neuron, example) with |σ′(z^l)| < τS, τ = 0.05 by default.

    ``saturated_low`` and ``saturated_high`` split it by the side: z below or above the point where |σ′| is
    largest; they are missing where σ′ has no sides, as that of sin. ``saturated_neurons`` is the share of
    neurons saturated on at least 95 % of the examples. All are missing for a σ whose slope is unbounded.
    """

    columns = ("saturation", "saturated_low", "saturated_high", "saturated_neurons")

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        sigma, z = snapshot.network.sigma(l), snapshot.p.z[l]
        saturated = saturated_cells(snapshot, l)
        if saturated is None:
            return (snapshot.missing,) * 4
        cells = z.shape[1] * z.shape[2]
        by_neuron = statistics.counted(saturated)
        both = by_neuron.sum(axis=1)
        low = statistics.counted(np.logical_and(saturated, z < sigma.steepest, out=saturated)).sum(axis=1)
        neurons = (by_neuron >= 0.95 * z.shape[2]).mean(axis=1)
        if not has_sides(sigma, snapshot.saturation_threshold):
            return both / cells, snapshot.missing, snapshot.missing, neurons
        return both / cells, low / cells, (both - low) / cells, neurons


@dataclass(frozen=True)
class DeadNeurons(OfPass):
    """``dead_neurons``: the share of neurons with σ′(z) = 0 exactly on all examples: ReLU's dead units."""

    columns = ("dead_neurons",)

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        slope = snapshot.p.slope[l]
        if slope.all():  # as mostly: the quicker way
            return (np.zeros(len(slope)),)
        return ((~slope.any(axis=2)).mean(axis=1),)


@dataclass(frozen=True)
class EqualNeurons(OfPass):
    """``equal_neurons``: the share of neurons whose z is that of another of the layer on every example.

    Such neurons get the same gradient and so stay equal: the layer is as good as a narrower one. Those with
    σ′(z) = 0 on all examples, which are dead, do not count.
    """

    columns = ("equal_neurons",)

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return (statistics.equal_share(snapshot.p.z[l], np.asarray(snapshot.p.slope[l].any(axis=2))),)


@dataclass(frozen=True)
class ActivationSpread(OfPass):
    """``a_mean``, ``a_std``, ``a_p02``, ``a_p98``: a^l over neurons and examples.

    Source: Glorot & Bengio (2010), figs. 2 and 3.
    """

    columns = ("a_mean", "a_std", "a_p02", "a_p98")

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        a = snapshot.p.a[l]
        middle = statistics.mean(a)
        size = statistics.norm(a - middle[:, None, None].astype(a.dtype))
        deviation = size / np.sqrt(a.shape[1] * a.shape[2])
        return middle, deviation, *statistics.percentiles(a, (2, 98))


@dataclass(frozen=True)
class PhiB(OfPass):
    """``phi_b``: how near its ends the outputs of a bounded σ are, φ_B = ⟨|g|⟩, of g = a scaled to [−1, 1].

    Near 0 where all outputs are central, 1 where all are at an end, NaN where σ has no ends. Source:
    Rakitianskaia and Engelbrecht (2015).
    """

    columns = ("phi_b",)
    default = False

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return (statistics.phi_b(snapshot.p.a[l], snapshot.network.sigma(l).range),)


@dataclass(frozen=True)
class RankShare(OfPass):
    """``rank_share``: how many principal directions of a^l hold 99 % of its variance, as a share of n.

    The variance is that over the examples. Source: Richter, Shenk et al. (2020).
    """

    columns = ("rank_share",)
    default = False

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return (statistics.rank_share(snapshot.p.a[l]),)


@dataclass(frozen=True)
class LowInput(OfPass):
    """``low_input``: the share of (neuron of layer l−1, example) with |a| ≤ τ_a rms(a^{l−1}), τ_a = 0.1.

    An exact 0 always counts, in a layer that is all 0 too. By BP4 the weights out of these learn slowly.
    Source: Nielsen (2015), ch. 2.
    """

    columns = ("low_input",)

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        known = snapshot.of_inputs if l == 1 else {}
        if "low_input" not in known:
            known["low_input"] = statistics.low_share(snapshot.p.a[l - 1], snapshot.low_input_threshold)
        return (np.broadcast_to(known["low_input"], (len(snapshot.p.z[l]),)),)


@dataclass(frozen=True)
class ParameterNorms(Probe):
    """``weight_norm`` = ‖w^l‖ and ``bias_norm`` = ‖b^l‖, before the step."""

    columns = ("weight_norm", "bias_norm")
    norms = frozenset({("theta", "w"), ("theta", "b")})

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return snapshot.norm("theta", "w", l), snapshot.norm("theta", "b", l)


@dataclass(frozen=True)
class Causes(OfPass):
    """``cause_…``: the share of the layer's weights that learn slowly by this cause; they sum to 1.

    The cause is the factor of |∂C/∂w_jk| = A_k S_j E_j ρ κ that lost most decades against its reference, the
    mean of which is ``lost_…``; ``nothing_left`` is the error at the output, E^L. A is
    ⟨|a_k|⟩, S is ⟨|σ′(z_j)|⟩, E is the mean size of the error that arrives at neuron j; ρ tells whether the
    three are large on the same examples, κ whether the examples agree. A is measured against 1 or the rms of
    the layer, S against sup|σ′|, E against that of the output, E^L against that of the mean answer.
    """

    columns = tuple(f"{kind}_{label}" for kind in ("cause", "lost") for label in causes.LABELS)
    default = False

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        return tuple(causes.of_layer(snapshot.network, snapshot.p, l, snapshot.errors_at_output))


@dataclass(frozen=True)
class GradientCosine(Probe):
    """``gradient_cosine``: the cosine of the direction trained along to ∂C/∂(w^l, b^l), the true gradient.

    With a surrogate slope (training.surrogate_floor) the two differ, and a second backward pass at the
    reading finds the true one. 1 where there is no surrogate, NaN where one of the two is 0.
    """

    columns = ("gradient_cosine",)
    counterfactual = True

    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        if snapshot.network.surrogate_floor == 0:
            return (np.ones(len(snapshot.p.z[l])),)
        return (statistics.cosine(snapshot.gradient.wb[l], snapshot.true_gradient.wb[l]),)


TABLE: dict[str, type[Probe]] = {
    "learning-speed": LearningSpeed,
    "error-size": ErrorSize,
    "update-ratio": UpdateRatio,
    "slope": Slope,
    "saturation": Saturation,
    "dead-neurons": DeadNeurons,
    "equal-neurons": EqualNeurons,
    "activation-spread": ActivationSpread,
    "low-input": LowInput,
    "norms": ParameterNorms,
    "causes": Causes,
    "phi-b": PhiB,
    "rank-share": RankShare,
    "gradient-cosine": GradientCosine,
}
"""The probes that the lab ships: name → class."""
