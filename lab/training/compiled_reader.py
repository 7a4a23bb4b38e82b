"""The reader of a compiled training: what the kernel measures, as columns of the table of layers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lab.network.compiled import padded_width
from lab.network.compiled_reading import EngineReading
from lab.numerics import Array
from lab.training import probes
from lab.training.compiled import CompiledSteps
from lab.training.examples import Examples, correct
from lab.training.reader import Reader
from lab.training.statistics import between, marks, near_share, ranks, sorted_every

OF_NORMS = (probes.LearningSpeed, probes.ErrorSize, probes.UpdateRatio, probes.ParameterNorms)
"""The probes of `MEASURED` that need nothing but norms."""

MEASURED = (
    *OF_NORMS,
    *(probes.Slope, probes.Saturation, probes.DeadNeurons, probes.ActivationSpread, probes.LowInput),
    probes.EqualNeurons,
)
"""The probes whose columns the kernel measures."""

PERCENTILES = (2, 50, 98)
"""What the kernel tells of σ′ and of a: each by the numbers at a rank and at the next."""

OF_PERCENTILES = {f"{name}_p{q:02}" for name in ("slope", "a") for q in PERCENTILES}

MOST_NUMBERS = 2**21
"""So many numbers of examples, at most, are kept from readings that are taken in one call, and of weights."""


class CompiledReader:
    """Takes the readings that the kernel can take whole, and leaves the others to a `Reader`.

    The others are all where a probe is not of `MEASURED`, those at which a number is not finite for the first
    time, and those at which neurons may be equal. Single neurons are measured by the `Reader` always.
    """

    def __init__(self, steps: CompiledSteps, reader: Reader) -> None:
        self._steps, self._reader, self._recorder = steps, reader, reader.recorder
        self._training = training = steps.stack.training
        self._asked = [type(probe) for probe in self._recorder.probes]
        sigmas, tau = training.network.sigmas, training.recording.saturation_threshold
        self._slopes = [sigma.slope_range.magnitude for sigma in sigmas]
        known = np.isfinite(self._slopes)
        sides = [known and probes.has_sides(sigma, tau) for known, sigma in zip(known, sigmas, strict=True)]
        self._sorts = not OF_PERCENTILES.isdisjoint(training.recording.columns)
        self._known = np.where(known, 1.0, np.nan), np.where(sides, 1.0, np.nan)
        self._readings: dict[tuple[int, bool, bool], EngineReading] = {}
        self._last: EngineReading | None = None  # of several readings, whose buffers may be large
        self._fixed_examples = fixed = training.recording.fixed_examples
        self._can = set(MEASURED).issuperset(self._asked)
        schedule = training.recording.schedule
        self._apart, self._tests = np.diff(schedule.steps), schedule.tests
        order = steps.order
        # The readings that are taken one by one: of steps with fewer examples, as the last of an epoch.
        self._alone = ((schedule.steps + 1) % order.epoch == 0) & bool(order.examples % order.batch)
        self._alone[schedule.histograms] = self._alone[-1] = True
        self._wait, self._tried = 1, 0  # before this reading none are taken together
        m = len(fixed) if fixed else min(training.batch, len(training.train))
        width = padded_width(training.network.sizes[-1], steps.engine.dtype)
        self._numbers = 4 * len(steps.stack.theta.vector) * m * width  # z, a, y and what is made of them
        self._most_kept = max(1, MOST_NUMBERS // steps.stack.theta.vector.size)

    def read(self, reading: int, last: bool) -> bool:
        """Record this reading, if the kernel can; return whether it could."""
        if not self._can:
            return False
        bins = self._recorder.bins(reading)
        rows = self._steps.order.rows(self._steps.step)
        made = self._single(rows, self._fixed_examples, inside=bins)
        made.measure(None if self._fixed_examples else rows)
        if not self._plain(made).all():
            return False
        y = self._targets(rows, np.zeros(1, np.int64), made.m)
        updates = np.full_like(made.found["weights"], np.nan) if last else self._updates(made, rows)
        if bins and self._training.recording.neurons:
            self._reader.read_neurons(reading, self._steps.propagate(), last)
        self._put(reading, made, y, updates, self._reader.tested_at(reading))
        return True

    def ahead(self, reading: int, most: int) -> int:
        """Record this reading and those after it, with the steps between, in one call; how many they are.

        It is none where the next two are not alike. Where one turns out to need the numpy core, the engine
        goes back, and takes those before it. The steps are at most so many.
        """
        count, every = self._alike(reading, most)
        if count < 2:
            return 0
        steps, engine = self._steps, self._steps.engine
        starts, rows = steps.order.several(steps.step, count * every)
        m = len(self._fixed_examples) if self._fixed_examples else int(starts[1] - starts[0])
        made = self._several(m, count)
        tested = self._recorder.tested_in(slice(reading, reading + count))
        engine.keep()
        plans = self._reader.multiple is None and probes.UpdateRatio in self._asked
        made.watch(steps.step + 1, every, starts, rows, planned=plans, keep=tested)
        plain = self._plain(made).reshape(count, -1).all(axis=1)
        if not plain.all():
            engine.rewind()
            return self._before(reading, int(plain.argmin()), most)
        self._wait = 1
        y = self._targets(rows, starts[: count * every : every], m)
        figures = np.full((2, count, engine.trials), np.nan)
        for k, theta in zip(tested, made.weights, strict=False):
            figures[:, k] = self._reader.evaluation.of_outputs(*engine.outputs(self._training.test.x, theta))
        updates = made.found["update_w"] if plans else self._multiple_of(made)
        self._put(reading, made, y, updates, tuple(figures.reshape(2, -1)))
        steps.passed(count * every)
        return count

    def _before(self, reading: int, other: int, most: int) -> int:
        """Record the readings before the ``other``-th, which is for `read`; where few, wait longer."""
        self._alone[reading + other] = True
        if other >= 2:
            return self.ahead(reading, most)
        self._wait *= 2
        self._tried = reading + other + self._wait
        return 0

    def _alike(self, reading: int, most: int) -> tuple[int, int]:
        """How many readings from this one on can be taken in one call, and the steps after each of them."""
        if not self._can or reading < self._tried or self._alone[reading]:
            return 0, 1
        every = int(self._apart[reading])
        room = min(most // every, MOST_NUMBERS // self._numbers)
        tests = self._tests[np.searchsorted(self._tests, reading) :][self._most_kept :]
        end = min(reading + room, *tests[:1], len(self._apart))
        unlike = self._alone[reading:end] | (self._apart[reading:end] != every)
        return int(unlike.argmax()) if unlike.any() else len(unlike), every

    def _targets(self, rows: Array | None, starts: Array, m: int) -> Array:
        """The targets of readings that begin there in the rows, as `EngineReading` has its rows."""
        train = self._training.train
        if self._fixed_examples or rows is None:
            return np.asarray((self._fixed_examples or train).y.T[None])
        chosen = rows[:, np.add.outer(starts, np.arange(m))].swapaxes(0, 1)
        return np.asarray(train.y[chosen.reshape(-1, m)].mT)

    def _plain(self, made: EngineReading) -> Array:
        """Of each row, whether its numbers are finite and no neurons look equal, or it is of a lost trial."""
        going = np.tile(self._recorder.readings.diverged < 0, made.readings)
        twins = made.found["twins"].any(axis=1) if probes.EqualNeurons in self._asked else False
        return np.asarray(~going | (_sound(made) & ~np.asarray(twins)))

    def _put(
        self,
        first: int,
        made: EngineReading,
        y: Array,
        updates: Array | None,
        tested: tuple[Array, ...],
    ) -> None:
        network = self._training.network
        self._reader.flush()
        cost = network.cost.value(made.z, made.a, y, network.sigma(network.depth)).mean(axis=-1)
        accuracy = correct(made.a, y, self._reader.labelled) / made.m
        columns, figures = self._columns(made, updates), (cost, accuracy, *tested)
        self._recorder.put(first, columns, figures, _sound(made), made.inside)

    def _columns(self, made: EngineReading, updates: Array | None) -> dict[str, Array]:
        """The columns of `MEASURED`, (rows, L) each, as its probes define them."""
        found, m, n = made.found, made.m, np.array(self._training.network.sizes)
        cells, inputs, root = n[1:] * m, n[:-1] * m, np.sqrt(m)
        columns = {
            "learning_speed": found["speed_b"],
            "learning_speed_w": found["speed_w"],
            "delta_rms": found["delta"] * root,
            "error_rms": found["error"] * root,
            "weight_norm": found["weights"],
            "bias_norm": found["biases"],
        }
        if updates is not None:
            columns["update_ratio"] = updates / found["weights"]
        if made.norms_only:
            return columns
        known, sides = self._known
        columns |= {
            "slope_mean": found["slopes"] / cells,
            "saturation": known * found["saturated"] / cells,
            "saturated_low": sides * found["low"] / cells,
            "saturated_high": sides * (found["saturated"] - found["low"]) / cells,
            "saturated_neurons": known * found["saturated_neurons"] / n[1:],
            "dead_neurons": found["dead"] / n[1:],
            "equal_neurons": 0 * found["dead"],
            "a_mean": found["a"] / cells,
            "a_std": found["a_spread"] / np.sqrt(cells),
            "low_input": found["low_input"] / inputs,
        }
        if self._sorts:
            shares = _sought(tuple(n), m)[2][:, None]
            of_layers = between(made.ranked, shares)
            for k, name in enumerate(("slope", "a")):
                columns |= {f"{name}_p{q:02}": of_layers[:, :, k, i] for i, q in enumerate(PERCENTILES)}
        return columns

    def _updates(self, made: EngineReading, rows: Array | None) -> Array | None:
        """‖Δw^l‖ of the next step: (T, L); None where nothing asks for it."""
        if probes.UpdateRatio not in self._asked or self._reader.multiple is not None:
            return self._multiple_of(made)
        step = self._single(rows)
        step.measure(rows, planned=self._steps.step + 1)
        return step.found["update_w"]

    def _multiple_of(self, made: EngineReading) -> Array | None:
        """‖Δw^l‖ of steps that are c ∂C/∂w, (rows, L); None where nothing asks for it."""
        if probes.UpdateRatio not in self._asked:
            return None
        assert self._reader.multiple is not None
        return np.asarray(abs(self._reader.multiple) * made.found["speed_w"])

    def _single(
        self, rows: Array | None, fixed: Examples | None = None, inside: bool = False
    ) -> EngineReading:
        """One reading over the ``fixed`` examples, or else as many as the next step takes."""
        m = len(fixed or self._training.train) if fixed or rows is None else rows.shape[1]
        key = (m, fixed is not None, inside)
        if key not in self._readings:
            self._readings[key] = self._made(m, fixed, inside=inside)
        return self._readings[key]

    def _several(self, m: int, readings: int) -> EngineReading:
        """So many readings over the fixed examples, or else over as many as the steps take."""
        made = self._last
        if made is None or (made.m, made.readings) != (m, readings):
            self._last = made = self._made(m, self._fixed_examples, readings)
        return made

    def _made(self, m: int, given: Examples | None, readings: int = 1, inside: bool = False) -> EngineReading:
        network, recording = self._training.network, self._training.recording
        every, places, _ = _sought(tuple(network.sizes), m)
        return EngineReading(
            self._steps.engine,
            m,
            least=[recording.saturation_threshold * slope for slope in self._slopes],
            steepest=[sigma.steepest for sigma in network.sigmas],
            low_input=recording.low_input_threshold,
            every=every if self._sorts else None,
            ranks=places,
            norms_only=set(OF_NORMS).issuperset(self._asked),
            of_theta=not {probes.UpdateRatio, probes.ParameterNorms}.isdisjoint(self._asked),
            marks=marks(m, self._steps.engine.dtype),
            near=2 * near_share(self._steps.engine.dtype),
            given=(given.x, given.y) if given else None,
            readings=readings,
            inside=inside,
        )


@lru_cache
def _sought(sizes: tuple[int, ...], m: int) -> tuple[list[int], Array, Array]:
    """``every`` and ``ranks`` of `EngineReading` for `PERCENTILES`, and how far between two ranks each is."""
    every = [sorted_every(n, m) for n in sizes[1:]]
    counts = [n * -(-m // step) for n, step in zip(sizes[1:], every, strict=True)]
    places, shares = zip(*(ranks(count, PERCENTILES) for count in counts), strict=True)
    return every, np.ascontiguousarray(np.stack(places)[..., 0]), np.stack(shares)


def _sound(made: EngineReading) -> Array:
    """Whether all numbers of each row of a reading are finite."""
    finite = np.isfinite([made.found[name] for name in ("largest_z", "delta", "speed_w", "speed_b")])
    return np.asarray(finite.all(axis=(0, 2)))
