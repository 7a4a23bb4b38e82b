"""Where parts are made from their names: all that decides the numbers of a variant, from its settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lab import data as datasets
from lab import plugins
from lab.data.dataset import Dataset
from lab.data.kept import kept_with_data
from lab.errors import PartError
from lab.experiment.schedule import schedule
from lab.experiment.schema import USUAL_BATCH, Data, Experiment
from lab.experiment.specify import from_spec
from lab.network.backprop import Network
from lab.network.compiled import slower_compiled
from lab.network.costs import SoftmaxCrossEntropy
from lab.numerics import Array
from lab.parts import Cost, Optimiser, Probe
from lab.training.examples import Examples, examples, steps_per_epoch
from lab.training.neurons import NEURON_COLUMNS
from lab.training.recorder import Recording
from lab.training.stack import Training


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
        sigmas = tuple(from_spec(spec, settings.activations, **vars(self)) for spec in specs)
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
