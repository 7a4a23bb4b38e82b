"""From a plan to what is ready to train: data loaded, parts made from their names, trials cut into chunks."""

from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from lab import data as datasets
from lab import plugins
from lab.data.dataset import Dataset
from lab.data.kept import kept_with_data
from lab.errors import LabError, PartError, counted, told
from lab.experiment.keys import parsed_or_name
from lab.experiment.schedule import schedule
from lab.experiment.schema import USUAL_BATCH, Data, Experiment, named_parts, part_name
from lab.experiment.specify import from_spec
from lab.experiment.validation import Finding
from lab.experiment.variants import Draft, Plan, Variant
from lab.network.backprop import Network
from lab.network.compiled import slower_compiled
from lab.network.costs import SoftmaxCrossEntropy
from lab.network.parameters import count
from lab.numerics import Array
from lab.own_code import place_of, raised_by
from lab.parts import Activation, Cost, Optimiser, Probe
from lab.runs import fitness
from lab.training.examples import Examples, examples, steps_per_epoch
from lab.training.probes import NEURON_COLUMNS
from lab.training.recorder import HALF_BINS, STEP_COLUMNS, Recording
from lab.training.stack import Training

CHUNK_BYTES = 2 * 2**20
"""The buffers of a chunk's passes stay within about this, so that they live in a core's cache."""

PART_BYTES = 32 * 2**20
"""The readings of a chunk, and so its part, stay within this, unless those of one trial are more."""

LARGEST_CHUNK = 100


@dataclass(frozen=True)
class Chunk:
    """The unit of training: the trials ``first`` … ``stop`` − 1 of the variant with this number."""

    variant: int
    first: int
    stop: int

    @property
    def trials(self) -> range:
        return range(self.first, self.stop)


def chunks(variant: int, training: Training, trials: int, first: int = 0) -> list[Chunk]:
    """So many trials of a variant, from the ``first`` on, in chunks whose size the network decides.

    A trial has the same bits in any chunk; the size decides only how fast it goes.
    """
    sizes = training.network.sizes
    cells = 5 * sum(sizes) * min(training.batch, len(training.train)) + 3 * count(sizes)
    together = CHUNK_BYTES // (cells * training.train.x.itemsize)
    most = max(1, min(int(together), PART_BYTES // bytes_read(training), LARGEST_CHUNK))
    size = -(-trials // -(-trials // most))  # as even as can be
    stop = first + trials
    return [Chunk(variant, at, min(at + size, stop)) for at in range(first, stop, size)]


def bytes_read(training: Training) -> int:
    """The bytes of the `lab.training.recorder.Readings` of one trial."""
    recording, network = training.recording, training.network
    readings, binned = len(recording.schedule.steps), len(recording.schedule.histograms)
    numbers = readings * (network.depth * len(recording.columns) + len(STEP_COLUMNS))
    numbers += binned * network.depth * 2 * HALF_BINS
    return 8 * (numbers + binned * sum(network.sizes) * len(recording.neurons))


@dataclass(frozen=True)
class Bench:
    """Where parts are made: the folder that paths of the experiment start from, and leave to load code."""

    folder: Path
    allow_code: bool

    def build(self, kind: str, spec: Any) -> Any:
        """A part of a kind."""
        return plugins.build(kind, spec, **vars(self))

    def dataset(self, data: Data, seed: int) -> Dataset:
        """The data that ``[data]`` means. Raises PartError where there is none such."""
        source = datasets.source(data.name, data.parameters, **vars(self))
        return datasets.loaded(source, data.name, data.train, data.test, seed, self.folder)

    def training(self, settings: Experiment, data: Dataset) -> Training:
        """Everything that decides the numbers of one variant; see `lab.runs.fitness.unfit`."""
        network = self.network(settings, data)
        softmax = isinstance(network.cost, SoftmaxCrossEntropy)
        given = settings.training
        train, test = _both_parts(data, softmax, given.dtype)
        batch = len(train) if given.batch == "full" else int(given.batch or min(USUAL_BATCH, len(train)))
        steps = given.steps or (given.epochs or 1) * steps_per_epoch(len(train), batch)
        optimiser: Optimiser = self.build("optimisers", given.optimiser)
        engine = given.engine
        if engine == "auto":
            engine = "numpy" if slower_compiled(network, optimiser, batch, train.x.dtype) else "compiled"
        return Training(
            network=network,
            initialiser=self.build("initialisers", settings.network.initialiser),
            optimiser=optimiser,
            eta=given.eta,
            decay=given.lambda_,
            batch=batch,
            steps=steps,
            seed=settings.trials.seed,
            train=train,
            test=test,
            recording=self._recording(settings, steps, train),
            engine=engine,
        )

    def network(self, settings: Experiment, data: Dataset) -> Network:
        """The sizes, the σ of each layer and the cost."""
        cost: Cost = self.build("costs", settings.network.cost)
        outputs = targets(data.y_train[:1], isinstance(cost, SoftmaxCrossEntropy)).shape[1]
        sizes = (data.x_train.shape[1], *settings.network.hidden, outputs)
        specs = [*settings.network.activations, settings.network.output]
        sigmas = tuple(from_spec(spec, settings.designs, **vars(self)) for spec in specs)
        return Network(sizes, sigmas, cost, settings.training.surrogate_floor or 0.0)

    def _recording(self, settings: Experiment, steps: int, train: Examples) -> Recording:
        """By the probes of the lab, those installed, and the classes in files that ``quantities`` names."""
        record = settings.record
        ready = [name for name, part in plugins.usable("probes").items() if not plugins.required(part)]
        own = [name for name in record.quantities if ".py:" in name]
        probes: dict[str, Probe] = {name: self.build("probes", name) for name in [*ready, *own]}
        controlled = settings.training.surrogate_floor is not None
        columns = recorded(record.quantities, probes, counterfactual=controlled)
        return Recording(
            schedule=schedule(steps, record.every),
            probes=tuple(probe for probe in probes.values() if not set(columns).isdisjoint(probe.columns)),
            columns=columns,
            saturation_threshold=record.saturation_threshold,
            low_input_threshold=record.low_input_threshold,
            fixed_examples=train[: record.examples] if record.on == "probe" else None,
            neurons=NEURON_COLUMNS if record.neurons else (),
        )


def recorded(
    quantities: list[str], probes: Mapping[str, Probe], *, counterfactual: bool = False
) -> tuple[str, ...]:
    """The columns that the words of ``record.quantities`` mean, in the order of the probes.

    A word is a column, else the name of a probe, or a group. ``counterfactual`` tells whether there is a
    surrogate slope, or the control to one. Raises PartError where two probes have the same column.
    """
    wanted = set(quantities)
    named = wanted - {column for probe in probes.values() for column in probe.columns}
    measured_by: dict[str, str] = {}
    for name, probe in probes.items():
        concerned = counterfactual or not probe.counterfactual
        in_a_group = concerned and ("all" in wanted or ("default" in wanted and probe.default))
        for column in probe.columns:
            if column in wanted or name in named or in_a_group:
                if column in measured_by:
                    raise PartError(f"the column {column!r} is of {measured_by[column]!r} and of {name!r}")
                measured_by[column] = name
    return tuple(measured_by)


def targets(y: Array, softmax: bool) -> Array:
    """Targets as the cost wants them: a softmax over two classes has two outputs, all else has one."""
    return np.hstack([1 - y, y]) if softmax and y.shape[1] == 1 else y


@kept_with_data
def _both_parts(data: Dataset, softmax: bool, dtype: str) -> tuple[Examples, Examples]:
    """The training and the test examples, which variants with the same data share."""
    labelled = bool(data.classes)
    return (
        examples(data.x_train, targets(data.y_train, softmax), labelled, dtype),
        examples(data.x_test, targets(data.y_test, softmax), labelled, dtype),
    )


@dataclass(frozen=True)
class Prepared:
    """A plan whose data are loaded and whose parts are made, so that only training is left to fail.

    ``data`` are those of each variant. ``notes`` are for the user: on the file, on the data, and on how they
    fit.
    """

    plan: Plan
    bench: Bench
    made: tuple[tuple[Variant, Training], ...]
    data: tuple[Dataset, ...]
    notes: tuple[str, ...]

    @property
    def different_data(self) -> list[Dataset]:
        """The data of all variants, each once."""
        return list({id(data): data for data in self.data}.values())

    @property
    def chunks(self) -> list[Chunk]:
        """All trials of all variants."""
        return self.chunks_without({})

    def chunks_without(self, kept: Mapping[int, Set[int]]) -> list[Chunk]:
        """The trials of all variants but those that are kept already: variant → trials."""
        found = []
        for variant, training in self.made:
            done = kept.get(variant.index, frozenset())
            missing = [trial for trial in range(variant.settings.trials.seeds) if trial not in done]
            for _, gap in groupby(enumerate(missing), lambda pair: pair[1] - pair[0]):
                trials = [trial for _, trial in gap]
                found += chunks(variant.index, training, len(trials), trials[0])
        return found

    @property
    def trial_steps(self) -> int:
        """Steps of all trials of all variants together: the unit of progress."""
        return sum(training.steps * variant.settings.trials.seeds for variant, training in self.made)


def prepared(plan: Plan) -> Prepared:
    """Load the data and make the parts. Raises ExperimentError where they do not fit each other."""
    bench = Bench(plan.folder, plan.allow_code)
    loaded, found = _loaded(plan, bench)
    if found:
        raise plan.refused(found)
    made, data, notes = [], [], list(plan.notes)
    known: dict[tuple[int, str], Activation] = {}
    for variant in plan.variants:
        settings = variant.settings
        read = loaded[_of_data(settings)]
        with _own_code_told(variant, plan):
            training = _sharing(bench.training(settings, read), known)
            made.append((variant, training))
            data.append(read)
            found += [at_its_value(finding, variant, plan) for finding in fitness.unfit(settings, training)]
            notes += [*read.notes, *fitness.notes(training)]
        if settings.training.batch is None:
            notes.append(f"training.batch is not given: {counted(training.batch, 'example')} a step")
    if found:
        raise plan.refused(found)
    notes += fitness.lost(training for _, training in made)
    return Prepared(plan, bench, tuple(made), tuple(data), tuple(dict.fromkeys(notes)))


def _sharing(training: Training, known: dict[tuple[int, str], Activation]) -> Training:
    """The training with the σ that a layer had in a variant before, where it is the same.

    What is found out of a σ, such as the programs of its formula, it keeps; and most variants have few.
    """
    network = training.network
    sigmas = []
    for l, sigma in enumerate(network.sigmas):
        before = known.setdefault((l, repr(sigma)), sigma)
        sigmas.append(before if before == sigma else sigma)
    return replace(training, network=replace(network, sigmas=tuple(sigmas)))


def unread(draft: Draft) -> list[Finding]:
    """What is wrong with the data of a file that has other mistakes.

    Nothing where these are of ``[data]``, but for the counts of rows, which do not decide what is there.
    """
    told = {finding.key for finding in draft.wrong if finding.key[:1] == ("data",)}
    if not told <= {("data", "train"), ("data", "test")}:
        return []
    with suppress(LabError):  # of what is no problem of the file
        found = _loaded(draft.plan, Bench(draft.plan.folder, draft.plan.allow_code))[1]
        return [finding for finding in found if finding.key not in told]
    return []


def _of_data(settings: Experiment) -> tuple[str, int]:
    """What decides the data of a variant."""
    return settings.data.model_dump_json(), settings.trials.seed


def _loaded(plan: Plan, bench: Bench) -> tuple[dict[tuple[str, int], Dataset], list[Finding]]:
    """The data of all variants by `_of_data`, each once, and what is wrong with those that are missing."""
    loaded, found = {}, []
    for key, variant in {_of_data(variant.settings): variant for variant in plan.variants}.items():
        try:
            loaded[key] = bench.dataset(variant.settings.data, variant.seed)
        except PartError as error:
            wrong = (Finding(("data", one.parameter or "name"), str(one)) for one in (error, *error.also))
            found += [at_its_value(finding, variant, plan) for finding in wrong]
    return loaded, found


@contextmanager
def _own_code_told(variant: Variant, plan: Plan) -> Iterator[None]:
    """Turn what a part of somebody's own raises into a problem of the file, at the part."""
    try:
        yield
    except (LabError, KeyboardInterrupt):
        raise
    except BaseException as error:  # code of one's own may raise anything, SystemExit too
        own = {part_name(spec): key for key, _, spec in named_parts(variant.settings)
               if ".py:" in part_name(spec)}  # fmt: skip
        place = place_of(error)
        if not own:
            raise
        name = raised_by(error, list(own), plan.folder)
        message = f"{name or 'a class'} of one's own raised {told(error)}{place and f' at {place}'}"
        raise plan.refused([at_its_value(Finding(own.get(name, ()), message), variant, plan)]) from error


def at_its_value(finding: Finding, variant: Variant, plan: Plan) -> Finding:
    """The finding at the value of ``[vary]`` that it is about, if it is about one."""
    for text, value in variant.varied.items():
        key = parsed_or_name(text)
        if finding.key[: len(key)] == key:
            at = plan.experiment.vary[text].index(value)
            return Finding(("vary", text, at), finding.message, finding.other)
    return finding
