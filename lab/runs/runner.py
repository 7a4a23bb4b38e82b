"""Running a plan that is prepared: its chunks trained, its tables made from the parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from lab.errors import StorageError
from lab.experiment.resolved import resolved
from lab.experiment.variants import load
from lab.runs import tables
from lab.runs.assembly import steps_per_epoch
from lab.runs.chunks import kept
from lab.runs.folder import RunFolder, create, now
from lab.runs.prediction import prediction
from lab.runs.preparation import Prepared, prepared
from lab.runs.provenance import code, provenance
from lab.runs.workers import Outcome, Task, trained


def prepared_again(folder: RunFolder) -> Prepared:
    """The plan of a run that began, from the copy of its experiment that its folder keeps.

    Relative paths in it start from where the experiment was. Raises as `prepared`.
    """
    info = folder.info
    path = folder.path / "resolved.toml"
    plan = load(
        path,
        allow_code=info["allow_code"],
        max_trials=info["trials_planned"],
        name=folder.name,
        folder=Path(info["folder"]),
    )
    return prepared(plan)


def run(
    ready: Prepared,
    root: Path,
    *,
    workers: int = 1,
    argv: Sequence[str] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> RunFolder:
    """Train everything into a new run folder.

    Parameters
    ----------
    ready
        What to run.
    root
        Where the results of all experiments are.
    workers
        Processes to train in; 1 trains in this one.
    argv
        The command line, for the record.
    progress
        Told how many trial-steps were done since it was told last.

    Raises
    ------
    StorageError
        The results cannot be kept; said before training where that can be known.
    """
    folder = create(ready.plan, root)
    with folder.lock():
        record = {
            "name": folder.name,
            "id": folder.id,
            "title": ready.plan.experiment.title,
            "status": "running",
            "started": _told(now()),
            "seed": ready.plan.experiment.trials.seed,
            "variants": [variant.label for variant in ready.plan.variants],
            "trials_planned": sum(variant.settings.trials.seeds for variant, _ in ready.made),
            "notes": ready.notes,
            "allow_code": ready.plan.allow_code,
            "folder": str(ready.plan.folder),
            "overrides": ready.plan.source.override_texts,
            **_given(ready),
            **provenance(ready.plan.folder, argv),
        }
        return _completed(ready, folder, record, workers, progress)


def resumed(
    ready: Prepared,
    folder: RunFolder,
    *,
    workers: int = 1,
    progress: Callable[[int], None] = lambda done: None,
) -> RunFolder:
    """Train the chunks of a run whose parts are missing or damaged, and make its tables again.

    Raises StorageError where the data, or the code of one's own, are not those that the run began with.
    """
    with folder.lock():
        record = folder.info
        for kind, now_given in _given(ready).items():
            if record[kind] != now_given:
                raise StorageError(
                    f"{folder.path}: the {kind} changed since the run began: "
                    f"was {record[kind]}, is {now_given}"
                )
        return _completed(ready, folder, record, workers, progress)


def _given(ready: Prepared) -> dict[str, Any]:
    """What a run takes in beside its file, by content: the data, and the code of one's own."""
    return {
        "data": [{"name": data.name, "sha256": data.sha256} for data in ready.data],
        "code": code(resolved(ready.plan), ready.plan.folder),
    }


def _completed(
    ready: Prepared,
    folder: RunFolder,
    record: dict[str, Any],
    workers: int,
    progress: Callable[[int], None],
) -> RunFolder:
    folder.describe(record | {"status": "running"})
    tasks = [
        Task(chunk, ready.plan.variants[chunk.variant], ready.bench, folder.parts)
        for chunk in ready.chunks
        if not _is_kept(chunk.path(folder.parts))
    ]
    failed: list[Outcome] = []
    try:
        known = known_before(ready)
        failed += [outcome for outcome in trained(tasks, workers, progress) if outcome.error]
    except BaseException:
        folder.describe(record | {"status": "interrupted", "ended": _told(now())})
        raise
    made = assembled(ready, folder, failed) | known
    folder.keep_tables(made)
    ended = {"status": "done", "ended": _told(now())}
    folder.describe(record | ended | _fates(ready, folder, made["trials"], failed))
    return folder


def known_before(ready: Prepared) -> dict[str, pd.DataFrame]:
    """The tables that need no training: a σ that cannot be told or predicted ends a run before it starts."""
    return {
        "variants": tables.variants(ready.made),
        "curves": tables.curves(ready.made),
        "prediction": prediction(ready.made),
    }


def assembled(ready: Prepared, folder: RunFolder, failed: Sequence[Outcome]) -> dict[str, pd.DataFrame]:
    """The tables made from a run's parts; those on request where a variant asks for them."""
    lost = {outcome.chunk for outcome in failed}
    parts, missing = [], []
    by_index = {variant.index: (variant, training) for variant, training in ready.made}
    for chunk in ready.chunks:
        variant, training = by_index[chunk.variant]
        if chunk in lost:
            missing += [(variant, trial, variant.settings.trials.seed) for trial in chunk.trials]
            continue
        epoch = steps_per_epoch(len(training.train), training.batch)
        parts.append(tables.Part(variant, chunk.trials, kept(chunk.path(folder.parts)), epoch))
    made = {
        "layers": tables.layers(parts),
        "steps": tables.steps(parts),
        "trials": tables.trials(parts, missing),
        "histograms": tables.histograms(parts),
    }
    if any(training.recording.neurons for _, training in ready.made):
        made["neurons"] = tables.neurons(parts)
    return made


def _fates(
    ready: Prepared, folder: RunFolder, trials: pd.DataFrame, failed: Sequence[Outcome]
) -> dict[str, Any]:
    """Status and time of every trial, and what failed: the part of run.json that is no table."""
    seconds: dict[tuple[str, int], float] = {}
    lost = {outcome.chunk for outcome in failed}
    for chunk in ready.chunks:
        if chunk not in lost:
            spent = kept(chunk.path(folder.parts)).seconds / len(chunk.trials)
            label = ready.plan.variants[chunk.variant].label
            seconds |= {(label, trial): round(spent, 6) for trial in chunk.trials}
    keys = trials[["variant", "trial", "status"]].to_dict("records")
    return {
        "trials": [{**key, "seconds": seconds.get((key["variant"], key["trial"]))} for key in keys],
        "failures": [
            {
                "variant": ready.plan.variants[outcome.chunk.variant].label,
                "trials": list(outcome.chunk.trials),
                "error": outcome.error,
                "traceback": outcome.trace,
            }
            for outcome in failed
        ],
    }


def _is_kept(path: Path) -> bool:
    try:
        kept(path)
    except StorageError:
        return False
    return True


def _told(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
