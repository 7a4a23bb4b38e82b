"""Training under a user's eyes: what begins, how far it is, what interrupts it, and how it ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from lab.api import Run
from lab.console.run import tell_run
from lab.console.screen import err, progress
from lab.errors import INTERRUPTED, LabError, StorageError
from lab.runs.workers import usable_cores

if TYPE_CHECKING:
    from lab.runs.preparation import Prepared

FEW_VERDICTS = 3
"""A run ends with at most so many verdicts on each variant."""


def say_begin(ready: Prepared) -> None:
    """Say on stderr what begins, and what is worth telling about it."""
    console = err()
    for note in ready.notes:
        console.print(f"note: {note}")
    trials = {variant.settings.trials.seeds for variant, _ in ready.made}
    steps = {training.steps for _, training in ready.made}
    console.print(
        f"{ready.plan.name}: {len(ready.made)} variant{'s' * (len(ready.made) != 1)} "
        f"× {_span(trials)} trials × {_span(steps)} steps"
    )


def _span(numbers: set[int]) -> str:
    return str(min(numbers)) if len(numbers) == 1 else f"{min(numbers)}…{max(numbers)}"


def trained(
    train: Callable[[int, Callable[[int], None]], Any],
    ready: Prepared,
    workers: int | None,
    plots: bool,
    as_json: bool,
) -> int:
    """Train with progress and plots, tell the run, and return the exit code: 0, or 1 where something failed.

    ``train`` is given the number of workers and what to tell progress to. Raises InterruptedRunError.
    """
    try:
        with progress(ready.trial_steps, "training") as told, _two_interrupts():
            made = Run(train(workers or usable_cores(), told))
    except KeyboardInterrupt:
        raise InterruptedRunError from None
    made.save_analysis()
    failed = bool(made.info["failures"])
    if plots:
        from lab.figures import FiguresError

        err().print("drawing the plots …")
        try:
            made.save_plots()
        except (FiguresError, StorageError) as error:
            err().print(f"error: {error}\nthe tables are safe; try again with: lab plot {made}")
            failed = True
    tell_run(made, as_json, FEW_VERDICTS)
    return 1 if failed else 0


@contextmanager
def _two_interrupts() -> Iterator[None]:
    """The first Ctrl-C or SIGTERM lets the chunks under way end and keeps them; a second ends at once."""

    def second(signal_number: int, frame: object) -> None:
        os._exit(INTERRUPTED)

    def first(signal_number: int, frame: object) -> None:
        for one in signals:
            signal.signal(one, second)
        click.echo("\ninterrupted: ending what is under way; once more to stop at once", err=True)
        raise KeyboardInterrupt

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(one, first) for one in signals]
    try:
        yield
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)


class InterruptedRunError(LabError):
    """Training was interrupted; what is finished is kept."""

    exit_code = INTERRUPTED

    def __init__(self) -> None:
        super().__init__("interrupted; what is finished is kept, go on with: lab resume")
