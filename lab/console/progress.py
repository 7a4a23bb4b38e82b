"""Work under a user's eyes: what begins, how far it is, and what interrupts it."""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, Literal

import click
from rich.progress import BarColumn, Progress, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from lab.console.screen import err
from lab.errors import INTERRUPTED, LabError, StorageError, counted, plain
from lab.processes import interrupt
from lab.results.page import REPORT, save_report
from lab.results.run import Run
from lab.runs.files.folder import RunFolder, ending
from lab.runs.files.whereabouts import is_usual, word
from lab.runs.preparation import Prepared

if TYPE_CHECKING:
    from lab.analysis.rule import Verdicts

SECONDS_BETWEEN_LINES = 10.0
SECONDS_OF_TRYING = 3.0

KNOWN = 0.1
"""From this share of the work on, the time that is left is told."""


class _TimeLeft(TimeRemainingColumn):
    """The time that is left, as soon as it is known."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.completed >= KNOWN * (task.total or 0) else Text("-:--:--")


class InterruptedRunError(LabError):
    """Training was interrupted; what is finished is kept."""

    exit_code = INTERRUPTED


@contextmanager
def progress(total: int, noun: str) -> Iterator[Callable[[int], None]]:
    """Show progress on stderr: a bar with the time that is left on a terminal, else a line now and then.

    The function that it yields is called with what was done since the last call.
    """
    console = err()
    notebook = type(console.file).__module__.startswith("ipykernel")  # says it is a terminal, and is none
    if console.is_terminal and not console.is_dumb_terminal and not notebook:
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), _TimeLeft())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(noun, total=total)
            yield lambda more: bar.advance(task, more)
        return
    began = last = monotonic()
    done = 0

    def line(more: int) -> None:
        nonlocal done, last
        done += more
        now = monotonic()
        if now - last >= SECONDS_BETWEEN_LINES and done:
            last = now
            left = (now - began) * (total - done) / done
            known = f", about {left:.0f} s left" if done >= KNOWN * total else ""
            console.print(f"{noun}: {100 * done / total:.0f} %{known}")

    yield line


@contextmanager
def trying_own_code(allow_code: bool) -> Iterator[None]:
    """Tell that code of somebody's own is tried, where it may run and takes longer than a moment."""
    line = "your own code is tried with several hundred calls …"
    told = Timer(SECONDS_OF_TRYING, lambda: err().print(line))
    told.daemon = True
    if allow_code:
        told.start()
    try:
        yield
    finally:
        told.cancel()


@contextmanager
def training(ready: Prepared, folder: RunFolder) -> Iterator[Callable[[int], None]]:
    """Show what is trained and how far it is. Raises InterruptedRunError in the place of an interrupt."""
    console = err()
    for note in ready.notes:
        console.print(f"note: {plain(note)}")
    counts = {
        "variant": [len(ready.made)],
        "trial": [variant.settings.trials.seeds for variant, _ in ready.made],
        "step": [training.steps for _, training in ready.made],
    }
    console.print(f"{ready.plan.name}: {' × '.join(_span(*one) for one in counts.items())}")
    named = "" if is_usual(folder.path) else f" {word(folder.path)}"  # it is the newest there
    command = f"lab resume{named}{' --allow-code' * ready.plan.allow_code}"
    told = f"interrupted; what is finished is kept, go on with: {command}"
    try:
        with progress(ready.trial_steps, "training") as advance, _two_interrupts(told):
            yield advance
    except KeyboardInterrupt:
        raise InterruptedRunError(told) from None


def _span(noun: str, counts: Iterable[int]) -> str:
    """So many of what the noun names: ``1 trial``, ``20 trials``, ``10…30 steps``."""
    known = set(counts)
    least, most = min(known), max(known)
    return counted(most, noun) if least == most else f"{least}…{counted(most, noun)}"


def plots_saved(run: Run, workers: int) -> bool:
    """Draw the figures of a run and return whether all could be drawn; where not, show how to try again."""
    from lab.figures import FiguresError

    err().print("drawing the plots …")
    try:
        run.save_plots(workers=workers)
    except (FiguresError, StorageError) as error:
        return _told(error, f"plot {word(run.path)}")
    except KeyboardInterrupt:
        raise InterruptedRunError(
            f"interrupted; the tables are safe, draw the plots with: lab resume {word(run.path)}"
        ) from None
    return True


def report_saved(run: Run, found: "Verdicts") -> bool:
    """Write the page of a run with its verdicts; returns whether it could, or shows how to try again."""
    try:
        save_report([run], run.path / REPORT, [found], **ending("done"))
    except StorageError as error:
        return _told(error, f"report {word(run.path)}")
    return True


def _told(error: LabError, command: str) -> Literal[False]:
    """Tell what was not written, and the command that writes it."""
    again = f"the tables are safe; try again with: lab {command}"
    err().print(f"error: {plain(str(error))}\n{again}", soft_wrap=True)
    return False


@contextmanager
def _two_interrupts(told: str) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM lets what is under way be kept; a second ends at once, as it is told."""

    def second(signal_number: int, frame: object) -> None:
        with suppress(OSError):
            os.write(sys.stderr.fileno(), f"error: {told}\n".encode())
        os._exit(INTERRUPTED)

    def first(signal_number: int, frame: object) -> None:
        for one in signals:
            signal.signal(one, second)
        click.echo("\ninterrupted: ending what is under way; once more to stop at once", err=True)
        interrupt()

    signals = (signal.SIGINT, signal.SIGTERM)
    before = {one: signal.signal(one, first) for one in signals}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
