"""The parts that a run has: which of them are of its trials, and what they are made with."""

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lab.errors import StorageError
from lab.runs import tables
from lab.runs.chunks import Chunk
from lab.runs.files.folder import RunFolder
from lab.runs.identity import Key, differences, key
from lab.runs.preparation import Prepared
from lab.training.recorder import Readings

SHORT = 40
"""The letters of a setting that a message about reuse tells."""


def keys_of(ready: Prepared) -> list[Key]:
    """What tells a part of each variant."""
    return [key(training, data.sha256) for (_, training), data in zip(ready.made, ready.data, strict=True)]


def part_of(ready: Prepared, folder: RunFolder, chunk: Chunk) -> tuple[tables.Part, Key]:
    """The part of a chunk, read, and its key."""
    variant, training = ready.made[chunk.variant]
    readings, found = folder.parts.read(chunk)
    return tables.Part(variant, chunk.trials, readings, training.steps_per_epoch), found


def kept_parts(ready: Prepared, folder: RunFolder, keys: Sequence[Key]) -> dict[Chunk, Key]:
    """The chunks whose parts are there, whole, and of this plan, each trial once; warns of any other."""
    kept: dict[Chunk, Key] = {}
    taken: defaultdict[int, set[int]] = defaultdict(set)
    for chunk, _, found in _whole_parts(folder):
        if chunk.variant >= len(keys):
            continue
        wanted, seeds = keys[chunk.variant], ready.made[chunk.variant][0].settings.trials.seeds
        if found.trained != wanted.trained:
            differing = differences(found.trained, wanted.trained)
            warnings.warn(
                f"{folder.path}: the part of trials {chunk.first}…{chunk.stop - 1} is of another training, "
                f"whose {differing}; its trials are trained again",
                stacklevel=2,
            )
        elif chunk.stop <= seeds and taken[chunk.variant].isdisjoint(chunk.trials):
            kept[chunk] = found
            taken[chunk.variant].update(chunk.trials)
    return kept


def trials_of(kept: Iterable[Chunk]) -> defaultdict[int, set[int]]:
    """The trials of chunks: variant → trials."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for chunk in kept:
        found[chunk.variant].update(chunk.trials)
    return found


def mixture(
    folder: RunFolder, kept: Mapping[Chunk, Key], present: Sequence[Key], mixed: bool
) -> list[dict[str, str]]:
    """What the parts of a run are made with, and those to come: a list of one, unless they may be ``mixed``.

    Raises StorageError where they may not.
    """
    made: dict[str, list[dict[str, str]]] = {}
    for one in [*kept.values(), *present]:
        of_engine = made.setdefault(one.trained["engine"], [])
        if dict(one.made_with) not in of_engine:
            of_engine.append(dict(one.made_with))
    for several in made.values():
        if len(several) > 1 and not mixed:
            raise StorageError(
                f"{folder.path}: its trials are not all made with the same: "
                f"{differences(several[0], several[1])}; their last digits may differ: to mix them all the "
                "same, say --allow-mixed, or start a new run"
            )
    return [one for several in made.values() if len(several) > 1 for one in several]


def taken_over(
    ready: Prepared,
    folder: RunFolder,
    keys: Sequence[Key],
    kept: Mapping[Chunk, Key],
    other: RunFolder,
    *,
    mixed: bool = False,
) -> tuple[dict[Chunk, Key], dict[str, Any]]:
    """Copy the parts of the ``other`` run where they are of the same training; returns what is kept then.

    Also what to tell of it. Parts of other versions are taken where they may be ``mixed``. Warns where none
    is taken. Raises StorageError where a part cannot be kept.
    """
    kept, taken, count, unlike = dict(kept), trials_of(kept), 0, ""
    others: set[str] = set()  # how the parts differ that are of no training of this plan
    alike = defaultdict(list)  # trained → the variants of which a part may be
    for (variant, _), wanted in zip(ready.made, keys, strict=True):
        alike[frozenset(wanted.trained.items())].append((variant, wanted))
    for chunk, readings, found in _whole_parts(other):
        if frozenset(found.trained.items()) not in alike:
            others |= {differences(found.trained, wanted.trained, SHORT) for wanted in keys}
        for variant, wanted in alike.get(frozenset(found.trained.items()), []):
            mine = Chunk(variant.index, chunk.first, min(chunk.stop, variant.settings.trials.seeds))
            if not mine.trials:
                continue
            if found.made_with != wanted.made_with and not mixed:
                unlike = differences(found.made_with, wanted.made_with)
            elif taken[variant.index].isdisjoint(mine.trials):
                folder.parts.keep(mine, readings.first_trials(len(mine.trials)), found)
                kept[mine] = found
                taken[variant.index].update(mine.trials)
                count += len(mine.trials)
    if unlike:
        warnings.warn(
            f"{other}: trials are trained again, since {unlike}; with --allow-mixed they are taken over",
            stacklevel=2,
        )
    if not (count or unlike):
        nearest = min(others, key=lambda told: told.count(" was "), default="")
        reason = f"none is of the same training, the nearest differs: {nearest}" if nearest else (
            "what is the same is there already" if other.parts.chunks else "it has none")  # fmt: skip
        warnings.warn(f"no trial is taken over from {other}: {reason}", stacklevel=2)
    return kept, {"run": str(other), "trials": count}


def _whole_parts(folder: RunFolder) -> Iterator[tuple[Chunk, Readings, Key]]:
    """The parts of a run that are whole, one at a time; warns of any other."""
    for chunk in folder.parts.chunks:
        try:
            readings, key = folder.parts.read(chunk)
        except StorageError as error:
            warnings.warn(f"{error}; its trials are trained again", stacklevel=2)
            continue
        yield chunk, readings, key
