"""The pages of a run: what it would do, and the short table that it ends with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.console.as_json import say
from lab.console.screen import err, out, plain, table
from lab.errors import StorageError

if TYPE_CHECKING:
    from lab.analysis.verdicts import Verdict
    from lab.api import Run
    from lab.runs.folder import RunFolder
    from lab.runs.preparation import Prepared


def tell_plan(ready: Prepared, as_json: bool) -> None:
    """What an experiment would run: a row a variant."""
    columns = ("variant", "sizes", "trials", "steps", "readings")
    rows = [
        (
            variant.label,
            "-".join(map(str, training.network.sizes)),
            variant.settings.trials.seeds,
            training.steps,
            len(training.recording.schedule.steps),
        )
        for variant, training in ready.made
    ]
    if as_json:
        told = {"name": ready.plan.name, "notes": ready.notes}
        say({**told, "variants": [dict(zip(columns, row, strict=True)) for row in rows]})
        return
    for note in ready.notes:
        err().print(f"note: {note}")
    table(columns, rows, ready.plan.experiment.title)


def tell_runs(root: Path, as_json: bool) -> None:
    """The runs under a folder, the newest first."""
    from lab.runs.folder import runs

    columns = ("name", "run-id", "status", "trials", "overrides", "title")
    rows = list(map(_run_row, reversed(runs(root))))
    if as_json:
        say([dict(zip(columns, row, strict=True)) for row in rows])
    elif rows:
        table(columns, rows)
    else:
        err().print(f"no runs under {root}; start one with: lab run EXPERIMENT.toml")


def _run_row(found: RunFolder) -> tuple[Any, ...]:
    try:
        info, status = found.info, found.status
    except StorageError:
        info, status = {}, "damaged"
    changed = ", ".join(f"{key}={value}" for key, value in info.get("overrides", {}).items())
    return found.name, found.id, status, info.get("trials_planned"), changed, info.get("title", "")


def tell_run(run: Run, as_json: bool, most: int | None = None) -> None:
    """The short table of a run, what failed or died in it, its verdicts, and where its results are.

    ``most`` is how many verdicts are told on each variant; all where it is None. JSON holds all.
    """
    from lab.analysis.summary import summary as summarised
    from lab.analysis.verdicts import verdicts

    info, tables = run.info, run.tables
    summary, found = summarised(tables), verdicts(tables)
    if as_json:
        told = {key: info.get(key) for key in ("name", "id", "title", "status", "failures")}
        told |= {"folder": str(run.path), "summary": summary}
        say({**told, "verdicts": list(map(asdict, found))})
        return
    console = out()
    table(*_short_table(summary), info["title"])
    for line in _legend(summary, tables["variants"]):
        console.print(line, style="dim")
    for failure in info.get("failures", []):
        trials = failure["trials"]
        console.print(
            plain(f"failed: {failure['variant']}, trials {trials[0]}–{trials[-1]}: {failure['error']}")
        )
    for variant, dead in zip(summary["variant"], summary["dead_layers"], strict=True):
        if dead:
            console.print(plain(f"dead: {variant}: no gradient at all in layer {dead}"))
    diverged = summary["diverged"] == summary["trials"]
    if len(summary) and diverged.all():
        console.print("all trials diverged; try a smaller training.eta")
    _tell_verdicts(run, found, most)
    console.print(f"results: {run.path}")


def _tell_verdicts(run: Run, verdicts: Sequence[Verdict], most: int | None) -> None:
    """Each verdict with its rule, its threshold and its rows, grouped by variant."""
    console, left = out(), 0
    for variant, group in groupby(verdicts, lambda verdict: verdict.variant):
        found = list(group)
        for verdict in found[:most]:
            console.print(plain(f"{variant}: {verdict.sentence}"))
            console.print(plain(f"  [{verdict.evidence}]"), style="dim")
        left += len(found[most:]) if most is not None else 0
    if left:
        console.print(f"{left} more verdict{'s' * (left > 1)}: lab show {run}")


def _legend(summary: Any, variants: Any) -> list[str]:
    lines = []
    if "surrogate_floor" in variants and (variants["surrogate_floor"] > 0).any():
        lines.append("surrogate_floor > 0: max(σ′, floor) on the way back, so not the gradient of C")
    if not summary["ratio_start"].isna().all():
        lines.append(
            "ratio: ‖∂C/∂b‖ of the first hidden layer over that of the last, at the start and at the end"
        )
    if not summary["saturation_start"].isna().all():
        lines.append(
            "saturated: share of (hidden neuron, example) with σ′ near 0, at the start and at the end"
        )
    return lines


def _short_table(summary: Any) -> tuple[list[str], list[list[Any]]]:
    names = {
        "variant": "variant",
        "trials": "trials",
        "diverged": "diverged",
        "failed": "failed",
        "ratio_start": "ratio,",
        "ratio_end": "end",
        "saturation_start": "saturated,",
        "saturation_end": "end ",
        "final_cost": "cost",
        "final_accuracy": "accuracy",
        "final_test_accuracy": "test",
    }
    shown = [
        column
        for column in names
        if not summary[column].isna().all()
        and not (column in ("diverged", "failed") and not summary[column].any())
    ]
    rows = summary[shown].astype(object).to_numpy().tolist()
    return [names[column] for column in shown], rows
