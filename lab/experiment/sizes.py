"""Whether an experiment fits into memory, estimated before anything is allocated."""

import re
from math import ceil, prod
from pathlib import Path

from lab.errors import counted, size_text
from lab.experiment.findings import Finding
from lab.experiment.schedule import MOST_HISTOGRAMS, MOST_READINGS
from lab.experiment.schema import USUAL_BATCH, Experiment
from lab.network.parameters import count

MOST_LAYERS = 10_000

MOST_NEURON_ROWS = 5_000_000

_MEMORY = Path("/proc/meminfo")
_ROW_BYTES = 200


def free_memory() -> int | None:
    """The bytes of memory that are free, or None where the system does not say."""
    try:
        found = re.search(r"^MemAvailable:\s*(\d+) kB$", _MEMORY.read_text(encoding="ascii"), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        return None
    return int(found[1]) * 1024 if found else None


def check_sizes(settings: Experiment, features: int, outputs: int) -> list[Finding]:
    """What is too large about the network of one trial with so many inputs and outputs."""
    hidden = settings.network.hidden
    total = count((features, *hidden, outputs))
    size = total * 3 * (8 if settings.training.dtype == "float64" else 4)
    needed = f"{size_text(size)} of memory (weights, gradients and steps)"
    message = f"{total} parameters a trial need about {needed}"
    free = free_memory()
    if len(hidden) > MOST_LAYERS:
        message = f"{len(hidden)} layers are more than {MOST_LAYERS}; {message}"
    elif free is not None and size > free:
        message += f", and {size_text(free)} are free; expected smaller layers"
    else:
        return []
    return [Finding(("network", "hidden"), message)]


def check_tables(settings: Experiment, variants: int) -> list[Finding]:
    """What of the tables of the whole experiment would be too large for memory, or for `MOST_NEURON_ROWS`."""
    training, record, hidden = settings.training, settings.record, settings.network.hidden
    train, batch = settings.data.train, training.batch or USUAL_BATCH
    batches = ceil(train / batch) if isinstance(batch, int) and train is not None else 1
    steps = training.steps or (training.epochs or 1) * batches
    readings = steps // record.every + 1 if isinstance(record.every, int) else min(steps + 1, MOST_READINGS)

    def rows(readings: int, each: int, noun: str) -> tuple[int, str]:
        factors = {"variant": variants, "seed": settings.trials.seeds, "reading": readings, noun: each}
        terms = (counted(number, one) for one, number in factors.items())
        return prod(factors.values()), " × ".join(terms)

    found = []
    free = free_memory()
    layers, product = rows(readings, len(hidden) + 1, "layer")
    size = layers * _ROW_BYTES
    if free is not None and size > free:
        message = (
            f"the table of layers would have {layers} rows ({product}), about {size_text(size)} of "
            f"memory, and {size_text(free)} are free; record less often with record.every, or take fewer "
            "seeds or variants"
        )
        found.append(Finding(("record", "every"), message))
    neurons, product = rows(min(readings, MOST_HISTOGRAMS), sum(hidden) + 1, "neuron")
    if record.neurons and neurons > MOST_NEURON_ROWS:
        message = (
            f"the table of neurons would have at least {neurons} rows ({product}), more than "
            f"{MOST_NEURON_ROWS}; expected fewer seeds, variants or neurons"
        )
        found.append(Finding(("record", "neurons"), message))
    return found


def check_against_data(settings: Experiment, examples: int) -> list[Finding]:
    """What does not fit a training part of so many examples."""
    batch = settings.training.batch
    if isinstance(batch, int) and batch > examples:
        message = f'a batch of {batch} is more than the {examples} training examples; expected less or "full"'
        return [Finding(("training", "batch"), message)]
    return []
