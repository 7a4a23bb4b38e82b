"""The reader of a compiled training: what the kernel measures, and what other probes find of its passes."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from lab.network.buffers import Pass
from lab.network.compiled import padded_width
from lab.network.compiled_reading import ALL, NOTHING, EngineReading, Z
from lab.numerics import Array
from lab.training import probes
from lab.training.compiled import CompiledSteps
from lab.training.examples import correct, of_outputs
from lab.training.reader import Reader
from lab.training.recorder import measured
from lab.training.snapshot import Snapshot
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
    """Takes readings in the kernel, with the steps between them.

    It measures what is of `MEASURED`. Other probes, and single neurons, look at the kernel's passes, or where
    they look at parameters, at the pass and the step of the numpy core. Of a trial, a `Reader` takes those
    readings at which a number is not finite for the first time, and those at which neurons may be equal.
    """

    def __init__(self, steps: CompiledSteps, reader: Reader) -> None:
        self._steps, self._reader, self._recorder = steps, reader, reader.recorder
        self._training = training = steps.stack.training
        sigmas, recording, schedule = training.network.sigmas, training.recording, training.recording.schedule
        probes_ = self._recorder.probes
        self._asked = {type(probe) for probe in probes_}.intersection(MEASURED)
        self._others = [probe for probe in probes_ if type(probe) not in MEASURED]
        self._by_numpy = any(probe.norms != frozenset() for probe in self._others)
        self._plans = reader.multiple is None and probes.UpdateRatio in self._asked
        self._slopes = [sigma.slope_range.magnitude for sigma in sigmas]
        known, tau = np.isfinite(self._slopes), recording.saturation_threshold
        sides = [known and probes.has_sides(sigma, tau) for known, sigma in zip(known, sigmas, strict=True)]
        self._known = np.where(known, 1.0, np.nan), np.where(sides, 1.0, np.nan)
        self._sorts = not OF_PERCENTILES.isdisjoint(recording.columns)
        self._fixed_examples = recording.fixed_examples
        self._readings: dict[tuple[int, str], EngineReading] = {}

        order, theta = steps.order, steps.stack.theta.vector
        # The steps to the next reading; 0 of one that is like none, as z is binned, or its batch is short.
        self._every = np.diff(schedule.steps, append=0)
        short = ((schedule.steps + 1) % order.epoch == 0) & bool(order.examples % order.batch)
        self._every[short] = self._every[schedule.histograms] = self._every[-1] = 0
        width = padded_width(training.network.sizes[-1], steps.engine.dtype)
        rows = 4 * width  # z, a, y and what is made of them
        if self._others:
            rows += 5 * sum(training.network.sizes[1:]) + training.network.sizes[0]
        self._room = self._together = MOST_NUMBERS // (len(theta) * training.seen * rows)
        self._most_kept = max(1, MOST_NUMBERS // theta.size)

    def take(self, reading: int, most: int) -> int:
        """Record this reading and those after it that are like it, in one call; how many they are.

        The steps after each of them are taken too, ``most`` of them at most; after the last reading of all
        none. It is none where this one needs the numpy core for all trials, and where nothing is asked of the
        kernel. Where another needs it, the engine goes back, and steps up to that one. One that needs it for
        some trials is taken alone: so a trial is read in the same way beside any others.
        """
        if self._by_numpy and not self._asked:
            return 0
        steps, engine = self._steps, self._steps.engine
        step, ends = steps.step, steps.step == self._training.steps
        count, every = self._alike(reading, most)
        starts, order = steps.order.several(step, count * every)
        m = len(self._fixed_examples) if self._fixed_examples else int(starts[1] - starts[0])
        binned, tested = self._recorder.bins(reading), slice(reading, reading + count)
        looked_at = bool(self._others) or (binned and bool(self._training.recording.neurons))
        shown = self._shown_by_numpy(ends) if self._by_numpy else None
        made = self._made(m, count, ALL if looked_at and shown is None else Z if binned else NOTHING)
        engine.keep()
        made.watch(step + 1, every, starts, order, planned=self._plans, keep=self._recorder.tested_in(tested))
        each = self._plain(made, count)
        plain = each.all(axis=1)
        several = count if plain.all() else int(plain.argmin())
        self._together = max(self._together, 2 * count) if several == count else max(several, 1)
        if ends or several < count:
            engine.rewind()
            steps.run_to(step + several * every * (not ends))
        else:
            steps.passed(count * every)
        if several:
            x, y = self._examples(order, starts[: several * every : every], m, made.keeps_passes)
            if made.keeps_passes:
                shown = self._reader.of_passes(made.passes(several * engine.trials, x, y))
            self._put(reading, several, made, y, shown, ends)
        elif (going := each[0] & (self._recorder.readings.diverged < 0)).any():
            self._reader.read(reading, self._propagated(ends), ends)
            x, y = self._examples(order, starts[:1], m, made.keeps_passes)
            if made.keeps_passes:
                shown = self._reader.of_passes(made.passes(engine.trials, x, y))
            self._put(reading, 1, made, y, shown, ends, going)
            steps.run_to(step + (not ends))
            return 1
        return several

    def _shown_by_numpy(self, ends: bool) -> Snapshot:
        """The pass that is read, and the step that follows, by the numpy core from the engine's weights."""
        return self._reader.shown(self._propagated(ends), ends)

    def _propagated(self, ends: bool) -> Pass:
        """The pass of the step that is next by the numpy core, with Δθ in its buffer where it is measured."""
        p = self._steps.propagate()
        if self._reader.plans and not ends:
            self._steps.plan()
        return p

    def _alike(self, reading: int, most: int) -> tuple[int, int]:
        """How many readings from this one on are taken in one call, and the steps after each of them."""
        every = int(self._every[reading])
        if every == 0 or self._by_numpy:
            return 1, 1
        tests = self._training.recording.schedule.tests
        too_many = tests[np.searchsorted(tests, reading) :][self._most_kept :]
        end = min(
            reading + min(most // every, self._room, self._together), *too_many[:1], len(self._every) - 1
        )
        alike = self._every[reading:end] == every
        count = len(alike) if alike.all() else int(alike.argmin())
        return (count, every) if count > 1 else (1, 1)

    def _examples(self, order: Array | None, starts: Array, m: int, inputs: bool) -> tuple[Array, Array]:
        """x, if ``inputs`` are wanted, and y of readings that begin there in the order: (rows or 1, n, m)."""
        train = self._training.train
        if self._fixed_examples or order is None:
            x, y = self._same_each_time
            return x, y
        chosen = order[:, np.add.outer(starts, np.arange(m))].swapaxes(0, 1).reshape(-1, m)
        return np.asarray(train.x[chosen if inputs else chosen[:0]].mT), np.asarray(train.y[chosen].mT)

    @cached_property
    def _same_each_time(self) -> tuple[Array, Array]:
        """x and y where every reading sees the same."""
        return (self._fixed_examples or self._training.train).columns

    def _plain(self, made: EngineReading, count: int) -> Array:
        """Whether numbers are finite and no neurons look equal: of so many readings of T trials, (count, T).

        Of a trial that diverged before nothing is asked.
        """
        going = np.tile(self._recorder.readings.diverged < 0, count)
        plain = _sound(made)[: len(going)]
        if probes.EqualNeurons in self._asked:
            plain &= ~made.found["twins"][: len(going)].any(axis=1)
        return np.asarray((plain | ~going).reshape(count, -1))

    def _put(
        self,
        first: int,
        several: int,
        made: EngineReading,
        y: Array,
        shown: Snapshot | None,
        ends: bool,
        only: Array | None = None,
    ) -> None:
        """Record so many readings, of which the last of all may be one, after which no step follows.

        ``shown`` is what other probes look at; ``only`` these trials are recorded, see `Recorder.put`.
        """
        network, trials = self._training.network, self._steps.engine.trials
        rows = several * trials
        z, a = made.z[:rows], made.a[:rows]
        cost = network.cost.value(z, a, y, network.sigma(network.depth)).mean(axis=-1)
        accuracy = correct(a, y, self._training.test.labelled) / made.m
        tested = np.full((2, several, trials), np.nan)
        places = self._recorder.tested_in(slice(first, first + several))
        for k, theta in zip(places, made.weights, strict=False):
            outputs = self._steps.engine.outputs(self._training.test.x, theta)
            tested[:, k] = of_outputs(network, self._training.test, *outputs)
        figures = (cost, accuracy, *tested.reshape(2, -1))
        columns = self._columns(made, rows, ends)
        if shown:
            columns |= measured(self._others, shown)
            self._recorder.put_neurons(first, shown, only)
        self._reader.flush()
        self._recorder.put(first, columns, figures, _sound(made)[:rows], made.inside, only)

    def _columns(self, made: EngineReading, rows: int, ends: bool) -> dict[str, Array]:
        """The columns of `MEASURED`, (rows, L) each, as its probes define them."""
        found = {name: values[:rows] for name, values in made.found.items()}
        m, n = made.m, np.array(self._training.network.sizes)
        cells, inputs, root = n[1:] * m, n[:-1] * m, np.sqrt(m)
        columns = {
            "learning_speed": found["speed_b"],
            "learning_speed_w": found["speed_w"],
            "delta_rms": found["delta"] * root,
            "error_rms": found["error"] * root,
            "weight_norm": found["weights"],
            "bias_norm": found["biases"],
        }
        if probes.UpdateRatio in self._asked:
            multiple = np.nan if ends else self._reader.multiple
            update = found["update_w"] if multiple is None else abs(multiple) * found["speed_w"]
            columns["update_ratio"] = update / found["weights"]
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
            of_layers = between(made.ranked[:rows], _sought(tuple(n), m)[2][:, None])
            for k, name in enumerate(("slope", "a")):
                columns |= {f"{name}_p{q:02}": of_layers[:, :, k, i] for i, q in enumerate(PERCENTILES)}
        return columns

    def _made(self, m: int, readings: int, inside: str) -> EngineReading:
        """Room for so many readings, over the fixed examples or as many as the steps take."""
        made = self._readings.get((m, inside))
        if made is not None and made.readings >= readings:
            return made
        network, recording = self._training.network, self._training.recording
        given, dtype = self._fixed_examples, self._steps.engine.dtype
        every, places, _ = _sought(tuple(network.sizes), m)
        made = self._readings[m, inside] = EngineReading(
            self._steps.engine,
            m,
            least=[recording.saturation_threshold * slope for slope in self._slopes],
            steepest=[sigma.steepest for sigma in network.sigmas],
            low_input=recording.low_input_threshold,
            every=every if self._sorts else None,
            ranks=places,
            norms_only=self._asked.issubset(OF_NORMS),
            of_theta=not self._asked.isdisjoint((probes.UpdateRatio, probes.ParameterNorms)),
            marks=marks(m, dtype),
            near=2 * near_share(dtype),
            given=(given.x, given.y) if given else None,
            readings=readings,
            inside=inside,
        )
        return made


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
