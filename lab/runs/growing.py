"""The tables of a run that are made of its parts, written while other chunks still train."""

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import pandas as pd

from lab.parts import KEYS
from lab.runs import tables
from lab.runs.chunks import Chunk
from lab.runs.files.folder import RunFolder
from lab.runs.identity import Key
from lab.runs.parts import kept_parts, keys_of, part_of, trials_of
from lab.runs.preparation import Prepared
from lab.runs.work.tasks import Outcome
from lab.training.loop import so_far


class Growing:
    """Puts part after part to the tables of a run, in the order of the chunks, whatever order these end in.

    ``grow`` is what `RunFolder.growing_tables` gives. Of the chunks that are ``kept`` parts are there under
    these keys, those that are ``missing`` are yet to end. Then ``keys`` has the keys of all that did, and
    ``seconds`` the time of each trial in the tables.
    """

    def __init__(
        self,
        ready: Prepared,
        folder: RunFolder,
        grow: Callable[[str, pd.DataFrame], None],
        kept: Mapping[Chunk, Key],
        missing: Iterable[Chunk] = (),
    ) -> None:
        self.keys, self.seconds = dict(kept), list[float]()
        self._ready, self._folder, self._grow = ready, folder, grow
        neurons = any(training.recording.neurons for _, training in ready.made)
        self._makers = tables.made_in_pieces(single_neurons=neurons)
        quantities = (name for _, training in ready.made for name in training.recording.columns)
        self._columns = [*KEYS, *dict.fromkeys(quantities)]
        self._begun, self._ends = set[str](), list[pd.DataFrame]()
        self._whole = dict.fromkeys(kept, True)
        self._waiting = deque(sorted([*kept, *missing], key=lambda one: (one.variant, one.first)))

    def ended(self, chunk: Chunk, *, kept: bool) -> None:
        """A chunk ended, and its part is ``kept`` or not. Raises StorageError where it cannot be read."""
        self._whole[chunk] = kept
        self._put_whole()

    def finished(self, failed: Sequence[Outcome], untrained: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """Write what is made of no part, when all chunks ended; returns the table ``trials``."""
        self._put_whole()
        made = self._ready.made
        lost = [(made[one.chunk.variant][0], trial) for one in failed for trial in one.chunk.trials]
        if lost or not self._ends:
            self._ends.append(tables.trials([], lost))
        for name in self._makers.keys() - self._begun:
            self._grow(name, pd.DataFrame(columns=list(tables.NO_ROWS[name])))
        trials = pd.concat(self._ends, ignore_index=True)
        for name, table in ({"trials": trials} | dict(untrained)).items():
            self._grow(name, table)
        return trials

    def _put_whole(self) -> None:
        while self._waiting and self._waiting[0] in self._whole:
            if self._whole[chunk := self._waiting.popleft()]:
                self._put(chunk)

    def _put(self, chunk: Chunk) -> None:
        part, self.keys[chunk] = part_of(self._ready, self._folder, chunk)
        for name, make in self._makers.items():
            for piece in make(part):
                if name == "layers" and list(piece) != self._columns:  # its variant did not record all
                    piece = piece.reindex(columns=self._columns)
                self._grow(name, piece)
                self._begun.add(name)
        self._ends.append(tables.trials([part], []))
        self.seconds += [round(part.readings.seconds / len(chunk.trials), 6)] * len(chunk.trials)


def tables_so_far(ready: Prepared, folder: RunFolder) -> dict[str, pd.DataFrame]:
    """The tables of a run under way that are made of readings, and ``trials``.

    They are of the chunks whose parts are there, and of those that were kept on their way, whose trials that
    did not diverge are ``running``.
    """
    keys = keys_of(ready)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a part that is just being written
        kept = kept_parts(ready, folder, keys)
    ended = (part_of(ready, folder, chunk)[0] for chunk in kept)
    under_way = _parts_under_way(ready, folder, keys, trials_of(kept))
    none = {name: pd.DataFrame(columns=list(tables.NO_ROWS[name])) for name in tables.PIECED}
    found = [tables.measured(part) for part in chain(ended, under_way)] or [
        none | {"trials": tables.trials([], [])}
    ]
    names = (*tables.PIECED, "trials")
    return {name: pd.concat([one[name] for one in found], ignore_index=True) for name in names}


def _parts_under_way(
    ready: Prepared, folder: RunFolder, keys: Sequence[Key], ended: Mapping[int, set[int]]
) -> Iterator[tables.Part]:
    """What was read of the chunks that are not at their end, but have a reading."""
    for chunk in folder.parts.under_way:
        if chunk.variant < len(keys) and ended[chunk.variant].isdisjoint(chunk.trials):
            variant, training = ready.made[chunk.variant]
            saved = folder.parts.checkpoint(chunk, keys[chunk.variant])
            if saved is not None and saved["read"]:
                readings = so_far(training, chunk.trials, saved)
                yield tables.Part(variant, chunk.trials, readings, training.steps_per_epoch, ended=False)
