"""Whether an experiment fits into memory, estimated before anything is allocated."""

from __future__ import annotations

from math import ceil, prod
from pathlib import Path

from lab.experiment.problems import Finding
from lab.experiment.schedule import MOST_HISTOGRAMS
from lab.experiment.schema import Experiment
from lab.network.parameters import count

MOST_LAYERS = 10_000
"""The most hidden layers that an experiment may have."""

MOST_NEURON_ROWS = 5_000_000
"""The most rows that the table ``neurons`` of an experiment may have."""

_MEMORY = Path("/proc/meminfo")
_ARRAYS = 3
_ITEM_BYTES = {"float64": 8, "float32": 4}
_ROW_BYTES = 200
_GIB = 2**30


def free_memory() -> int | None:
    """The bytes of memory that are free, or None where the system does not tell."""
    try:
        text = _MEMORY.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    found = [line.split()[1] for line in text.splitlines() if line.startswith("MemAvailable:")]
    return int(found[0]) * 1024 if found else None


def check_sizes(
    settings: Experiment, features: int, outputs: int, trials: int | None = None
) -> list[Finding]:
    """What is too large about the network of one variant.

    Parameters
    ----------
    settings
        The variant.
    features, outputs
        The widths of the network's input and output.
    trials
        How many trials are in memory together; all seeds of the variant where it is None.

    """
    hidden = settings.network.hidden
    parameters = count((features, *hidden, outputs))
    together = settings.trials.seeds if trials is None else trials
    needed = parameters * together * _ARRAYS * _ITEM_BYTES[settings.training.dtype]
    estimate = (
        f"{parameters} parameters a trial need about {needed / _GIB:.1f} GiB "
        f"for {_counted(together, 'trial')} (weights, gradients and steps)"
    )
    free = free_memory()
    key = ("network", "hidden")
    if len(hidden) > MOST_LAYERS:
        return [Finding(key, f"{len(hidden)} layers are more than {MOST_LAYERS}; {estimate}")]
    if free is not None and needed > free:
        return [Finding(key, f"{estimate}, and {free / _GIB:.1f} GiB are free; expected smaller layers")]
    return []


def check_record(settings: Experiment, variants: int) -> list[Finding]:
    """Whether the table of layers of the whole experiment would be larger than the free memory."""
    readings = _readings(settings)
    layers = len(settings.network.hidden) + 1
    factors = (variants, settings.trials.seeds, readings, layers)
    needed = prod(factors) * _ROW_BYTES
    free = free_memory()
    if free is None or needed <= free:
        return []
    message = (
        f"the table of layers would have {prod(factors)} rows ({_counted(variants, 'variant')} × "
        f"{_counted(settings.trials.seeds, 'seed')} × {_counted(readings, 'reading')} × "
        f"{_counted(layers, 'layer')}), about {needed / _GIB:.1f} GiB, and {free / _GIB:.1f} GiB are free; "
        f"record less often with record.every"
    )
    return [Finding(("record", "every"), message)]


def check_neurons(settings: Experiment, variants: int) -> list[Finding]:
    """Whether the table of neurons, if it is asked for, would have more than `MOST_NEURON_ROWS` rows."""
    if not settings.record.neurons:
        return []
    readings = min(_readings(settings), MOST_HISTOGRAMS)
    neurons = sum(settings.network.hidden) + 1
    factors = (variants, settings.trials.seeds, readings, neurons)
    if prod(factors) <= MOST_NEURON_ROWS:
        return []
    message = (
        f"the table of neurons would have at least {prod(factors)} rows ({_counted(variants, 'variant')} × "
        f"{_counted(settings.trials.seeds, 'seed')} × {_counted(readings, 'reading')} × "
        f"{_counted(neurons, 'neuron')}), more than {MOST_NEURON_ROWS}; "
        "expected fewer seeds, variants or neurons"
    )
    return [Finding(("record", "neurons"), message)]


def _readings(settings: Experiment) -> int:
    """How many readings a trial has, as far as it is known before the data are."""
    training, every = settings.training, settings.record.every
    batches = 1
    if isinstance(training.batch, int) and settings.data.train is not None:
        batches = ceil(settings.data.train / training.batch)
    steps = training.steps or (training.epochs or 1) * batches
    return steps // every + 1 if isinstance(every, int) else min(steps + 1, 200)


def check_against_data(settings: Experiment, examples: int) -> list[Finding]:
    """What does not fit a training part of so many examples."""
    batch = settings.training.batch
    if isinstance(batch, int) and batch > examples:
        message = f'a batch of {batch} is more than the {examples} training examples; expected less or "full"'
        return [Finding(("training", "batch"), message)]
    return []


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
