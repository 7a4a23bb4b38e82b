"""Running a plan that is prepared: its chunks are trained, its tables made from their parts."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from lab.errors import StorageError
from lab.experiment.variants import Variant, load, resolved
from lab.runs import tables
from lab.runs.folder import RunFolder, create, now
from lab.runs.prediction import notes, prediction
from lab.runs.preparation import Prepared, prepared, steps_per_epoch
from lab.runs.provenance import code, place, placed, provenance
from lab.runs.workers import Outcome, Progress, Task, trained


def prepared_again(folder: RunFolder, *, allow_code: bool = False) -> Prepared:
    """The plan of a run that began, from the copy of its experiment that its folder keeps, with its engines.

    A run that does not tell its engines is of a lab that had numpy alone. Relative paths start from where
    the experiment was. What run.json says of leave to run code is history: ``allow_code`` gives it now.
    Raises as `prepared`.
    """
    info = folder.info
    plan = load(
        folder.path / "resolved.toml",
        allow_code=allow_code,
        max_trials=info["trials_planned"],
        name=folder.name,
        folder=placed(info["folder"], folder.path),
    )
    engines = info.get("engines", {})
    variants = (_with_engine(one, engines.get(one.label, "numpy")) for one in plan.variants)
    return prepared(replace(plan, variants=tuple(variants)))


def _with_engine(variant: Variant, engine: str) -> Variant:
    training = variant.settings.training.model_copy(update={"engine": engine})
    return replace(variant, settings=variant.settings.model_copy(update={"training": training}))


def run(
    ready: Prepared,
    root: Path,
    *,
    workers: int = 1,
    scheduler: str = "",
    progress: Progress = lambda done: None,
) -> RunFolder:
    """Train everything into a new run folder under ``root``, where the results of all experiments are.

    With one of the ``workers`` training happens in this process, with a ``scheduler`` by its workers. Raises
    StorageError where the results cannot be kept, before training where that can be known.
    """
    folder = create(ready.plan, root)
    with folder.lock():
        record = {
            "name": folder.name,
            "id": folder.id,
            "title": ready.plan.experiment.title,
            "status": "running",
            "started": now().isoformat(timespec="seconds"),
            "seed": ready.plan.experiment.trials.seed,
            "variants": [variant.label for variant in ready.plan.variants],
            "engines": {variant.label: training.engine for variant, training in ready.made},
            "trials_planned": sum(variant.settings.trials.seeds for variant, _ in ready.made),
            "notes": ready.notes,
            "allow_code": ready.plan.allow_code,
            "folder": place(ready.plan.folder, folder.path),
            "overrides": ready.plan.source.override_texts,
            **_inputs(ready),
            **provenance(ready.plan.folder),
        }
        return _completed(ready, folder, record, workers, scheduler, progress)


def resumed(
    ready: Prepared,
    folder: RunFolder,
    *,
    workers: int = 1,
    scheduler: str = "",
    progress: Progress = lambda done: None,
) -> RunFolder:
    """Train the chunks of a run whose parts are missing or damaged, and make its tables again.

    Raises StorageError where the data, or the user's own code, are not those that the run began with.
    """
    with folder.lock():
        record = folder.info
        for kind, present in _inputs(ready).items():
            if record[kind] != present:
                raise StorageError(
                    f"{folder.path}: the {kind} changed since the run began: was {record[kind]}, is {present}"
                )
        return _completed(ready, folder, record, workers, scheduler, progress)


def _inputs(ready: Prepared) -> dict[str, Any]:
    """What a run reads beside its file, by content: the data, and the user's own code."""
    return {
        "data": [{"name": data.name, "sha256": data.sha256} for data in ready.data],
        "code": code(resolved(ready.plan), ready.plan.folder),
    }


def _completed(
    ready: Prepared,
    folder: RunFolder,
    record: dict[str, Any],
    workers: int,
    scheduler: str,
    progress: Progress,
) -> RunFolder:
    """Train the chunks whose parts are not there, and write the tables and how the run ended."""
    folder.describe(record | {"status": "running"})
    tasks = [
        Task(chunk, ready.plan.variants[chunk.variant], ready.bench, folder)
        for chunk in ready.chunks
        if not folder.has_part(chunk)
    ]
    try:
        # First the tables that need no training: a σ that cannot be predicted ends the run before it trains.
        untrained = {
            "variants": tables.variants(ready.made),
            "curves": tables.curves(ready.made),
            "prediction": prediction(ready.made),
        }
        said = dict.fromkeys([*ready.notes, *notes(ready.made, untrained["prediction"])])
        record |= {"notes": list(said)}
        failed = [outcome for outcome in trained(tasks, workers, progress, scheduler) if outcome.error]
    except BaseException:
        folder.describe(record | {"status": "interrupted", "ended": now().isoformat(timespec="seconds")})
        raise
    lost = {outcome.chunk for outcome in failed}
    parts, missing = [], []
    for chunk in ready.chunks:
        variant, training = ready.made[chunk.variant]
        if chunk in lost:
            missing += [(variant, trial) for trial in chunk.trials]
        else:
            epoch = steps_per_epoch(len(training.train), training.batch)
            parts.append(tables.Part(variant, chunk.trials, folder.part(chunk), epoch))
    made = {
        "layers": tables.layers(parts),
        "steps": tables.steps(parts),
        "trials": tables.trials(parts, missing),
        "histograms": tables.histograms(parts),
    }
    if any(training.recording.neurons for _, training in ready.made):
        made["neurons"] = tables.neurons(parts)
    folder.keep_tables(made | untrained)
    ended = {"status": "done", "ended": now().isoformat(timespec="seconds")}
    folder.describe(record | ended | _fates(ready, parts, made["trials"], failed))
    return folder


def _fates(
    ready: Prepared, parts: Sequence[tables.Part], trials: pd.DataFrame, failed: Sequence[Outcome]
) -> dict[str, Any]:
    """How every trial ended, its time, and what failed: the part of run.json that is no table."""
    seconds = [round(part.readings.seconds / len(part.trials), 6) for part in parts for _ in part.trials]
    columns = ["variant", "trial", "status", "diverged_at", "origin", "origin_layer", "origin_z"]
    told = [{key: x for key, x in row.items() if pd.notna(x)} for row in trials[columns].to_dict("records")]
    return {
        "trials": [{**end, "seconds": took} for end, took in zip_longest(told, seconds)],
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
