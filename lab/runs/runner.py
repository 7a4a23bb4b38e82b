"""Running a plan that is prepared: its chunks are trained, its tables made from their parts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from shutil import rmtree
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from lab.errors import StorageError
from lab.experiment.variants import resolved
from lab.runs.chunks import Chunk
from lab.runs.files.anonymity import anonymous, place
from lab.runs.files.folder import UNCHECKED, RunFolder, ending, now
from lab.runs.files.root import create
from lab.runs.files.whereabouts import word
from lab.runs.forecast.doubts import notes
from lab.runs.forecast.prediction import predictions
from lab.runs.growing import Growing
from lab.runs.identity import Key
from lab.runs.parts import kept_parts, keys_of, mixture, taken_over, trials_of
from lab.runs.preparation import Prepared
from lab.runs.provenance import code, provenance
from lab.runs.terms import USUAL_TERMS, Terms
from lab.runs.variant_tables import untrained
from lab.runs.work.cluster import require
from lab.runs.work.tasks import Outcome, Task
from lab.runs.work.workers import Progress, trained
from lab.storage import sweep


def run(
    ready: Prepared, root: Path, terms: Terms = USUAL_TERMS, progress: Progress = lambda done: None
) -> RunFolder:
    """Train everything into a new run folder under ``root``, where the results of all experiments are.

    Raises StorageError where the results cannot be kept, before training where that can be known.
    """
    return resumed(ready, begun(ready, root, terms), terms, progress)


def begun(ready: Prepared, root: Path, terms: Terms = USUAL_TERMS) -> RunFolder:
    """Make the folder of a run that is then `resumed`: what it is made with is there, no trial is.

    Raises LabError, before there is a folder, where the scheduler of the ``terms`` does not answer.
    """
    if terms.scheduler:
        require(terms.scheduler)
    with create(ready.plan, root) as folder:
        folder.describe(_record(ready, folder))
    return folder


def _record(ready: Prepared, folder: RunFolder) -> dict[str, Any]:
    """What run.json says of a run that begins."""
    return {
        "name": folder.name,
        "id": folder.id,
        "title": ready.plan.experiment.title,
        "see": ready.plan.experiment.see,
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


def resumed(
    ready: Prepared, folder: RunFolder, terms: Terms = USUAL_TERMS, progress: Progress = lambda done: None
) -> RunFolder:
    """Train the trials of a run whose parts are missing or damaged, and make its tables again.

    Raises StorageError where the data, or the user's own code, are not those that the run began with, and
    where parts were made with other versions than the rest would be, unless the ``terms`` let them be mixed.
    """
    with folder.lock():
        record = folder.info
        for kind, present in anonymous(_inputs(ready)).items():
            if record[kind] != present:
                told = ", ".join(_differences(record[kind], present))
                raise StorageError(f"{folder.path}: the {kind} changed since the run began: {told}")
        return _completed(ready, folder, record, terms, progress)


def _differences(was: Any, present: Any) -> Iterator[str]:
    """The names of those `_inputs` that are not alike, and how the sha256 of each began and begins now."""
    before, now = (
        [*kind.items()] if isinstance(kind, Mapping) else [(one["name"], one["sha256"]) for one in kind]
        for kind in (was, present)
    )
    yield from (f"{name} was {digest[:12]}…" for name, digest in before if (name, digest) not in now)
    yield from (f"{name} is {digest[:12]}…" for name, digest in now if (name, digest) not in before)


def _inputs(ready: Prepared) -> dict[str, Any]:
    """What a run reads beside its file, by content: the data, and the user's own code."""
    return {
        "data": [{"name": data.name, "sha256": data.sha256} for data in ready.different_data],
        "code": code(resolved(ready.plan), ready.plan.folder),
    }


def _completed(
    ready: Prepared, folder: RunFolder, record: Mapping[str, Any], terms: Terms, progress: Progress
) -> RunFolder:
    """Train what is not there, and write the tables and how the run ended."""
    for part in (".", "trials", "tables", "plots"):
        sweep(folder.path / part)
    rmtree(folder.path / ".data", ignore_errors=True)  # what a process that was killed held there
    keys = keys_of(ready)
    kept = kept_parts(ready, folder, keys)
    if terms.reused is not None:
        kept, told = taken_over(ready, folder, keys, kept, terms.reused, mixed=terms.mixed)
        record = {**record, "reused": told}
    present = keys if ready.chunks_without(trials_of(kept)) else []
    record = {**record, "mixed": mixture(folder, kept, present, terms.mixed)}
    folder.describe({**record, "status": "running"})
    try:
        with threadpool_limits(1):  # several threads of a BLAS may sum in another order each time
            known = untrained(ready.made)
        predicted: list[pd.DataFrame] = []
        with folder.growing_tables() as grow:
            missing = ready.chunks_without(trials_of(kept))
            growing = Growing(ready, folder, grow, kept, missing)
            progress(sum(ready.made[chunk.variant][1].steps * len(chunk.trials) for chunk in kept))
            tasks = _tasks(ready, folder, keys, missing, terms)
            how = (terms.workers, progress, terms.trial_timeout, terms.scheduler, terms.mixed)
            failed = []
            for one in trained(tasks, *how, _predicting(ready, predicted)):
                growing.ended(one.chunk, kept=not one.error)
                failed += [one] if one.error else []
            known["prediction"] = pd.concat(predicted, ignore_index=True)
            trials = growing.finished(failed, known)
            record = {**record, "mixed": mixture(folder, {**kept, **growing.keys}, [], terms.mixed)}
        begun_with = (note for note in record.get("notes", ()) if note.startswith(UNCHECKED))
        said = dict.fromkeys([*begun_with, *ready.notes, *notes(ready.made, known["prediction"])])
        fates = _fates(ready, trials, growing.seconds, failed)
    except BaseException as error:
        with suppress(StorageError):  # which would hide why
            folder.describe({**record, **ending("interrupted")})
        if isinstance(error, StorageError):  # such as a full disk
            resume = f"lab resume {word(folder.path)}{' --allow-code' * ready.plan.allow_code}"
            raise StorageError(f"{error}; what is finished is kept, go on with: {resume}") from error
        raise
    folder.describe({**record, "notes": list(said), "status": "running", **fates})
    if terms.ends:
        folder.ended("done")
    return folder


def _predicting(ready: Prepared, predicted: list[pd.DataFrame]) -> Iterator[None]:
    """Predict one variant after another: where others train, this process has little else to do."""
    todo = predictions(ready.made)
    for _ in ready.made:
        with threadpool_limits(1):
            predicted.append(next(todo))
        yield


def _tasks(
    ready: Prepared, folder: RunFolder, keys: Sequence[Key], missing: Sequence[Chunk], terms: Terms
) -> list[Task]:
    """The chunks that have no part yet, with all that a worker needs."""
    own = code(resolved(ready.plan), ready.plan.folder)
    return [
        Task(
            chunk,
            ready.made[chunk.variant][1].steps * len(chunk.trials),
            ready.made[chunk.variant][0],
            ready.bench,
            folder,
            ready.data[chunk.variant],
            keys[chunk.variant],
            own,
            terms.keep_seconds,
        )
        for chunk in missing
    ]


def _fates(
    ready: Prepared, trials: pd.DataFrame, seconds: Sequence[float], failed: Sequence[Outcome]
) -> dict[str, Any]:
    """How every trial ended, its time, and what failed: the part of run.json that is no table."""
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
