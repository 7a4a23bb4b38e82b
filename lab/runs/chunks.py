"""The unit of training: some trials of one variant, as many as a core's cache and a part have room for."""

from dataclasses import dataclass

from lab.network.parameters import count
from lab.training.recorder import HALF_BINS, STEP_COLUMNS
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
