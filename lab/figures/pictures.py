"""From a run's tables to a figure, by its name, and from a figure to its files."""

import warnings
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from lab import parts, plugins
from lab.errors import LabError, PartError, without_controls
from lab.figures.drawing import panels, style, writing
from lab.figures.pages import PAGES
from lab.figures.tables import NotRecordedError, counterfactual
from lab.processes import pool, submitted
from lab.storage import write

MOST_WORKERS = 4
"""More processes draw no sooner, since each has to load matplotlib first."""


class FiguresError(LabError):
    """Some figures of a run could not be drawn or saved; ``paths`` are the files of those that could."""

    exit_code: ClassVar[int] = 1

    def __init__(self, failed: list[tuple[str, str]], paths: list[Path]) -> None:
        self.failed, self.paths = failed, paths
        super().__init__("\n".join(f"the figure {name!r} failed: {reason}" for name, reason in failed))


def draw(
    name: str, tables: parts.Tables, title: str = "", *, folder: Path | None = None, allow_code: bool = False
) -> Figure:
    """Draw the figure of a run called ``name``; one without data says so instead.

    The name is that of a figure that the lab ships or that is installed, or ``"file.py:Class"``; ``folder``
    is where a relative file is looked for, ``allow_code`` the leave to run its code.

    Raises PartError where no figure of a run has this name (the nearest is named) or a table lacks a column,
    NotRecordedError where the figure shows a quantity that was not recorded.
    """
    if name in PAGES and name not in plugins.names("figures"):
        raise PartError(f"{name!r} is a figure of `{PAGES[name][1]}`, not of a run")
    part = plugins.build("figures", name, folder=folder, allow_code=allow_code)
    return _drawn(part, name, tables, title)


def draw_page(name: str, tables: parts.Tables, title: str = "") -> Figure:
    """Draw the figure of `PAGES` called ``name``, from the table that its page made."""
    return _drawn(PAGES[name][0](), name, tables, title)


def _drawn(part: parts.Figure, name: str, tables: parts.Tables, title: str) -> Figure:
    with style.context():
        missing = [need for need in part.needs if need not in tables or tables[need].empty]
        if missing:
            figure = panels.blank(f"{name}: no data yet (the table {missing[0]!r} is empty)")
        else:
            figure = part.draw(tables)
        headline = " · ".join(filter(None, (title, counterfactual(tables))))
        if headline:
            writing.headline(figure, headline)
    return figure


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write ``name.png`` (150 dots an inch) and ``name.svg`` into ``folder``, which is made where missing.

    The same figure gives the same bytes: no dates, and fixed identifiers. Text stays text in the SVG. Each
    file is there whole or not at all. Raises StorageError where it cannot be written.
    """
    png, svg = BytesIO(), BytesIO()
    with style.context(), warnings.catch_warnings(), _untouched(figure):
        # A title in a script that the font lacks is no reason to fail; the SVG still holds the text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.dpi = rcParams["savefig.dpi"]
        # Figure.savefig would draw twice, the first time for the layout alone, which drawing makes anyway.
        FigureCanvasAgg(figure).print_png(png, metadata={"Software": None})  # type: ignore[no-untyped-call]
        figure.set_layout_engine("none")  # the second file has the layout of the first
        FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    text = without_controls(svg.getvalue().decode())
    contents = {folder / f"{name}.png": png.getvalue(), folder / f"{name}.svg": text.encode()}
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        write(path, content)
    return list(contents)


@contextmanager
def _untouched(figure: Figure) -> Iterator[None]:
    """Give a figure its canvas, layout and resolution back at the end."""
    canvas, engine, dpi = figure.canvas, figure.get_layout_engine(), figure.dpi
    try:
        yield
    finally:
        figure.set_canvas(canvas)
        figure.set_layout_engine(engine)
        figure.dpi = dpi


Attempt: TypeAlias = tuple[list[Path], str]
"""The files of a figure, and why it failed; neither where the tables do not allow it."""


def draw_all(tables: parts.Tables, folder: Path, title: str = "", *, workers: int = 1) -> list[Path]:
    """Draw and save every figure whose tables are there and whose quantities were recorded; return the files.

    Up to `MOST_WORKERS` processes draw beside each other. A figure that fails does not stop the others.
    Raises FiguresError at the end, with the files and what failed.
    """
    names, given = sorted(plugins.usable("figures")), (tables, folder, title)
    if workers > 1:
        attempts = _beside_each_other(names, given, min(workers, MOST_WORKERS) - 1)
    else:
        attempts = {name: _attempt(name, *given) for name in names}
    paths = [path for name in names for path in attempts[name][0]]
    if failed := [(name, attempts[name][1]) for name in names if attempts[name][1]]:
        raise FiguresError(failed, paths)
    return paths


def _attempt(name: str, tables: parts.Tables, folder: Path, title: str) -> Attempt:
    try:
        part = plugins.build("figures", name)
        if set(part.needs) <= tables.keys():
            return save(_drawn(part, name, tables, title), folder, name), ""
    except NotRecordedError:
        pass
    except Exception as error:
        return [], str(error) or type(error).__name__
    return [], ""


def _beside_each_other(names: list[str], given: tuple[Any, ...], others: int) -> dict[str, Attempt]:
    """What came of each figure: this process draws too, from the end, while the others have to load first."""
    made = {}
    with pool(others, _hold, *given) as processes:
        futures = dict(zip(names, submitted(processes, _attempt_of_held, names), strict=True))
        for name in reversed(names):
            if futures[name].cancel():
                made[name] = _attempt(name, *given)
        for name in futures.keys() - made.keys():
            try:
                made[name] = futures[name].result()
            except BrokenProcessPool:
                made[name] = _attempt(name, *given)
    return made


_held: tuple[Any, ...] = ()


def _hold(*given: Any) -> None:
    """Prepare a worker: what all figures are drawn of is sent once."""
    global _held
    _held = given


def _attempt_of_held(name: str) -> Attempt:
    return _attempt(name, *_held)
