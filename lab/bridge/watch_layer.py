"""What one step of training shows of one activation, gathered on its way forward and backward."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot, isfinite, isinf, nan
from typing import Any

import numpy as np
import torch

from lab.bridge.watch_sources import Source
from lab.experiment.schedule import Schedule
from lab.network.backprop import Network
from lab.network.buffers import Pass
from lab.network.costs import Quadratic
from lab.network.parameters import parameters
from lab.numerics import Array
from lab.parts import Activation
from lab.training.probes import TABLE
from lab.training.recorder import STEP_COLUMNS, Readings, Recorder, Recording
from lab.training.snapshot import NormKey, Snapshot

MOST_CELLS = 2**16
"""So many (neuron, example) of a layer are looked at for shares and distributions: of more, a sample."""

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it, less whole numbers, are spread evenly, and in step with no width of a picture."""

PROBES = tuple(probe() for probe in TABLE.values() if probe.default and probe.norms is not None)
"""The usual probes of the lab that need no more of parameters than their norms."""

COLUMNS = tuple(column for probe in PROBES if not probe.counterfactual for column in probe.columns)
"""What is recorded of every activation: the quantities of the table ``layers``."""


@dataclass(frozen=True)
class Came:
    """What came back through an activation: ‖·‖ of all of ∂C/∂a and ∂C/∂z, and the sum of ∂C/∂z, (n,)."""

    e: float = 0.0
    delta: float = 0.0
    total: Any = 0.0

    @property
    def finite(self) -> bool:
        """Whether nothing of it ran over: where e and δ are missing, their sum tells."""
        return not any(isinf(x) for x in (self.e, self.delta)) and isfinite(self.speed)

    @property
    def speed(self) -> float:
        """‖Σδ‖."""
        return size(self.total) if torch.is_tensor(self.total) else 0.0


@dataclass(eq=False)
class Layer:
    """One activation in one step: over all passes of a step that gathers its gradient from several.

    ``z``, ``a`` and ``feed`` are samples, a (1, n, m) a pass, by its number. ``came`` is what came back, by
    the numbers of the way back and of the pass. ``backward`` tells whether a gradient is due at all; of a
    gate ``inside`` a fused call ``total``, ∂C/∂b, alone is seen.
    """

    sigma: Activation
    source: Source
    z: dict[int, Array] = field(default_factory=dict)
    a: dict[int, Array] = field(default_factory=dict)
    feed: dict[int, Array] = field(default_factory=dict)
    came: dict[tuple[int, int], Came] = field(default_factory=dict)
    total: Any = None
    backward: bool = False
    inside: bool = False

    @property
    def width(self) -> int:
        """The number of its neurons."""
        return int(next(iter(self.z.values())).shape[1])

    def went_back(self, way: int, number: int, e: Any, delta: Any) -> None:
        """Take note of a gradient that passed: ∂C/∂a and ∂C/∂z of this activation."""
        if e is None or delta is None:
            self.came[way, number] = Came()
            return
        e, delta = e.detach(), delta.detach()
        axis = self.source.axis
        others = [k for k in range(delta.ndim) if axis is None or k != axis % delta.ndim]
        total = delta.to(wide(delta))
        self.came[way, number] = Came(size(e), size(delta), total.sum(others) if others else total)

    def gathered(self, ways: set[int]) -> Came:
        """What came on these ways back: e and δ are NaN where two of them went through one pass."""
        own = [one for (way, _), one in self.came.items() if way in ways]
        e, delta = hypot(*(one.e for one in own)), hypot(*(one.delta for one in own))
        if self.crossed(ways):
            e = delta = nan
        return Came(e, delta, self.total if self.inside else sum(one.total for one in own))

    def crossed(self, ways: set[int]) -> bool:
        """Whether two of these ways back went through one pass."""
        passes = [number for way, number in self.came if way in ways]
        return len(set(passes)) < len(passes)

    def readings(
        self,
        passes: Sequence[int],
        examples: int,
        scale: float,
        came: Came | None,
        norms: Mapping[NormKey, float],
        thresholds: tuple[float, float],
    ) -> Readings:
        """What the probes of the lab measure of it: as of one trial of a network with one layer.

        ``passes`` are those that count, and ``examples`` is their m; ``scale`` is what the cost was
        multiplied by. ``came`` is what was `gathered`, None where no gradient came in this step at all.
        ``norms`` are those of the weights, as `Snapshot.norm` names them; ``thresholds`` are those of
        saturation and of low inputs.
        """
        own = [k for k in passes if k in self.z] or list(self.z)
        z, a = (np.concatenate([one[k] for k in own], axis=2) for one in (self.z, self.a))
        fed = [self.feed[k] for k in own if k in self.feed]
        feed = np.concatenate(fed, axis=2) if fed else np.zeros((1, 1, 1))
        n = z.shape[1]
        came = came if self.backward else None
        # Probes ask of δ and e for nothing but their norms: each is one number here.
        norms_back = (came.e, came.delta) if came and not self.inside else (nan, nan)
        e, delta = (np.full((1, 1, 1), x / scale) for x in norms_back)
        speeds: dict[NormKey, float] = {("gradient", "b"): came.speed / scale if came else nan}
        slope = np.empty_like(z)
        with np.errstate(all="ignore"):
            self.sigma.with_derivative(z, out=(np.empty_like(z), slope, np.empty_like(z)))
        network = Network((feed.shape[1], n), (self.sigma,), Quadratic())
        none = parameters((1, 1), 1)
        none_seen: dict[int, Array] = {}
        p = Pass(examples, z, False, none_seen, {0: feed, 1: a}, {1: z}, {1: slope}, {1: e}, {1: delta}, z)
        known = {key: np.full((1, 1), value) for key, value in {**norms, **speeds}.items()}
        snapshot = Snapshot(network, none, none, none, p, *thresholds, None, known)
        recorder = Recorder(Recording(READ_ONCE, PROBES, COLUMNS, *thresholds), 1, network.sizes)
        sound = not np.isnan(z).any() and (came is None or came.finite)
        with np.errstate(all="ignore"):
            recorder.record(0, snapshot, [np.zeros(1)] * len(STEP_COLUMNS), np.array([sound]))
        found = recorder.readings
        if not fed:
            found.layers[..., COLUMNS.index("low_input")] = nan
        return found


READ_ONCE = Schedule(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int64))


def size(x: Any) -> float:
    """‖x‖ of all of a tensor, in double precision, also where its squares would leave the range."""
    x = x.detach()
    norm = float(torch.linalg.vector_norm(x, dtype=wide(x)))
    if 1e-140 < norm < 1e140 or not x.numel():
        return norm
    largest = float(x.abs().max())
    if not 0 < largest < float("inf"):
        return largest
    return largest * float(torch.linalg.vector_norm(x.to(wide(x)) / largest))


def wide(x: Any) -> Any:
    """The dtype of sums: double precision, where the device has it."""
    return torch.float32 if x.device.type == "mps" else torch.float64


def sample(x: Any, axis: int | None) -> Array:
    """Neurons and examples of a tensor, (1, n, m): all, or `MOST_CELLS` of them.

    ``axis`` is that of the neurons, None where there is one; every other place is an example.
    """
    columns = x.detach()[None] if axis is None else x.detach().movedim(axis, 0)
    columns = columns.reshape(len(columns), -1)
    n, m = columns.shape
    most = max(MOST_CELLS // n, 1)
    if m > most:
        at = np.sort((np.arange(most) * GOLDEN % 1 * m).astype(np.int64))
        columns = columns.index_select(1, torch.from_numpy(at).to(x.device))
    if columns.dtype not in (torch.float32, torch.float64):
        columns = columns.float()
    return np.array(columns.cpu().numpy(), order="C")[None]
