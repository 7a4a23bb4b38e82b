"""The page of a plan: what an experiment would run, and what that needs."""

import shutil
from math import isfinite
from pathlib import Path

from lab.console.screen import Note, Page, Rows, table
from lab.errors import counted, size_text, two_digits
from lab.experiment.sizes import free_memory
from lab.runs.forecast.estimate import estimate
from lab.runs.preparation import Prepared

SPANS = (("days", 172_800, 86_400), ("h", 7200, 3600), ("min", 120, 60))
"""The unit of time, from how many seconds on, and its seconds."""

WIDEST = 60
"""The most letters of the sizes of a network."""


def page(ready: Prepared, workers: int, root: Path, plots: bool = True) -> Page:
    """What an experiment would run, a row a variant, and what a run under this root of results would need."""
    variants = [
        {
            "variant": variant.label,
            "sizes": _short("-".join(map(str, training.network.sizes))),
            "trials": variant.settings.trials.seeds,
            "batch": training.batch,
            "steps": training.steps,
            "engine": training.engine,
            "readings": len(training.recording.schedule.steps),
        }
        for variant, training in ready.made
    ]
    needs = estimate(ready, workers, plots)
    memory, disk = free_memory(), free_disk(root)
    told = {"disk": needs.disk, "seconds": needs.seconds if isfinite(needs.seconds) else None}
    told |= {"rows": needs.rows, "memory": needs.memory}
    told |= {"free_memory": memory, "free_disk": disk, "workers": workers}
    rows = [
        ("memory", size_text(needs.memory), "" if memory is None else f"{size_text(memory)} free"),
        ("disk", size_text(needs.disk), f"{size_text(disk)} free"),
        ("time", span(needs.seconds), f"with {counted(workers, 'worker')}, nothing else running"),
    ]
    short = [
        Note(f"about {size_text(need)} of {what} are needed, and {size_text(free)} are free")
        for what, need, free in (("memory", needs.memory, memory), ("disk", needs.disk, disk))
        if free is not None and need > free
    ]
    return Page(
        {"name": ready.plan.name, "notes": ready.notes, "variants": variants, "needs": told},
        [
            *map(Note, ready.notes),
            *short,
            table(variants, ready.plan.experiment.title, ("readings", "engine", "batch", "sizes")),
            Rows(("a run needs", "about", ""), rows),
        ],
    )


def free_disk(root: Path) -> int:
    """The bytes that are free where a folder is, or would be made."""
    there = next(folder for folder in (root.absolute(), *root.absolute().parents) if folder.is_dir())
    return shutil.disk_usage(there).free


def span(seconds: float) -> str:
    """Seconds in words.

    >>> span(3.21), span(400), span(1e5), span(0.2), span(float("nan"))
    ('3.2 s', '6.7 min', '28 h', 'less than a second', 'not known')
    """
    if not isfinite(seconds):
        return "not known"
    if seconds < 1:
        return "less than a second"
    for unit, least, one in SPANS:
        if seconds >= least:
            return f"{two_digits(seconds / one)} {unit}"
    return f"{two_digits(seconds)} s"


def _short(sizes: str) -> str:
    """Sizes that a screen has room for: of a very deep network the first and the last."""
    return sizes if len(sizes) <= WIDEST else f"{sizes[: WIDEST // 2]}…{sizes[-WIDEST // 2 :]}"
