"""From a run's tables to a figure, by its name, and from a figure to its files."""

import gc
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from matplotlib import rcParams
from matplotlib.backend_bases import get_registered_canvas_class
from matplotlib.figure import Figure

from lab import parts, plugins
from lab.errors import LabError, PartError, without_controls
from lab.figures.drawing import panels, scales, style, writing
from lab.figures.pages import PAGES
from lab.figures.tables import NothingToShowError, NotRecordedError, counterfactual
from lab.processes import can_begin, pool, submitted
from lab.storage import write

MOST_WORKERS = 4
"""More processes draw no sooner, since each has to load matplotlib first."""


class FiguresError(LabError):
    """Some figures of a run could not be drawn or saved; ``paths`` are the files of those that could."""

    exit_code: ClassVar[int] = 1

    def __init__(self, failed: list[tuple[str, str]], paths: list[Path]) -> None:
        self.failed, self.paths = failed, paths
        super().__init__("\n".join(f"the figure {name!r} failed: {reason}" for name, reason in failed))


@dataclass(frozen=True)
class Layout:
    """How figures are laid out: their width in inches (0: each its own), and a style of one's own.

    Raises PartError where the width is less than `panels.LEAST_PAGE`.
    """

    width: float = 0.0
    own: style.Style = None

    def __post_init__(self) -> None:
        if self.width and not self.width >= panels.LEAST_PAGE:
            least = f"{panels.LEAST_PAGE:g} in ({25.4 * panels.LEAST_PAGE:.1f} mm)"
            raise PartError(f"a figure {self.width:.3g} in wide has no room; expected {least} or more")


def listing() -> list[dict[str, str]]:
    """The figures of a run: name, question, how to read it, and when it is drawn; those of plug-ins too."""
    kinds: dict[str, type[parts.Figure]] = plugins.usable("figures")
    return [
        {"figure": name, "question": part.question, "how to read it": part.reading, "drawn": part.when}
        for name, part in kinds.items()
    ]


def draw(
    name: str,
    tables: parts.Tables,
    title: str = "",
    *,
    allow_code: bool = False,
    layout: Layout = Layout(),
) -> Figure:
    """Draw the figure of a run called ``name``, under its question and, smaller, the experiment's ``title``.

    The name is that of a figure that the lab ships or that is installed, or ``"file.py:Class"``, whose
    code runs with ``allow_code``; ``layout`` is for whom it is laid out.

    Raises PartError where no figure of a run has this name (the nearest is named) or a table lacks a column,
    NotRecordedError where the figure shows a quantity that was not recorded, NothingToShowError where there
    is nothing to see.
    """
    if name in PAGES and name not in plugins.names("figures"):
        raise PartError(f"{name!r} is a figure of `{PAGES[name][1]}`, not of a run")
    part = plugins.build("figures", name, allow_code=allow_code)
    return _drawn(part, name, tables, title, layout)


def draw_page(name: str, tables: parts.Tables, title: str = "") -> Figure:
    """Draw the figure of `PAGES` called ``name``, from the table that its page made."""
    return _drawn(PAGES[name][0](), name, tables, title)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """No search for unreachable objects, which takes long: a figure has none while it is made."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@_without_collecting()
def _drawn(
    part: parts.Figure, name: str, tables: parts.Tables, title: str, layout: Layout = Layout()
) -> Figure:
    ones_own = not type(part).__module__.startswith("lab.")
    with style.context(layout.own, titles_move=ones_own), panels.page(layout.width), _any_script():
        missing = [need for need in part.needs if need not in tables or tables[need].empty]
        if tables and missing and missing[0] not in tables and part.when != "always":
            raise NothingToShowError(
                f"{name}: this run has no table {missing[0]!r}; the figure is drawn {part.when}"
            )
        if missing:
            raise NothingToShowError(f"{name}: no data yet (the table {missing[0]!r} is empty)")
        figure = part.draw(tables)
        scales.powers_at_ticks(figure)
        question = part.question or title
        below = (title if part.question else "", counterfactual(tables))
        writing.headline(figure, question, " · ".join(filter(None, below)))
    return figure


@contextmanager
def _any_script() -> Iterator[None]:
    """No warning of a title in a script that the font lacks; the SVG still holds the text."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        yield


FORMATS = {"png": ("Software",), "svg": ("Date", "Creator"), "pdf": ("CreationDate", "Creator", "Producer")}
"""The kinds of files, each with what it would tell of when and by what it was written."""


@_without_collecting()
def save(
    figure: Figure, folder: Path, name: str, formats: Sequence[str] = ("png", "svg"), own: style.Style = None
) -> list[Path]:
    """Write ``name.png`` (150 dots an inch) and the other ``formats`` into ``folder``, made where missing.

    The same figure gives the same bytes: no dates, and fixed identifiers. Text stays text in the SVG. Each
    file is there whole or not at all. Raises StorageError where it cannot be written.
    """
    files = {kind: BytesIO() for kind in FORMATS if kind in formats}
    with style.context(own), _any_script(), _untouched(figure):
        figure.dpi = rcParams["savefig.dpi"]
        _place_no_label(figure)
        # Figure.savefig would draw twice, the first time for the layout alone, which drawing makes anyway.
        for kind, file in files.items():
            canvas = get_registered_canvas_class(kind)(figure)
            getattr(canvas, f"print_{kind}")(file, metadata=dict.fromkeys(FORMATS[kind]))
            figure.set_layout_engine("none")  # the other files have the layout of the first
    contents = {folder / f"{name}.{kind}": _plain(kind, file.getvalue()) for kind, file in files.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        write(path, content)
    return list(contents)


def _place_no_label(figure: Figure) -> None:
    """Spare the search for the place of a label of axes without one, twice a drawing."""
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        if not axis.get_label_text():
            axis.set_label_coords(0.5, 0.5)


def _plain(kind: str, content: bytes) -> bytes:
    """The file without characters that no text holds: those of a name would break an SVG."""
    return without_controls(content.decode()).encode() if kind == "svg" else content


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


def draw_all(
    tables: parts.Tables,
    folder: Path,
    title: str = "",
    *,
    workers: int = 1,
    layout: Layout = Layout(),
    formats: Sequence[str] = ("png", "svg"),
) -> list[Path]:
    """Draw and save every figure of which the tables have something to show; return the files.

    Up to `MOST_WORKERS` processes draw beside each other. A figure that fails does not stop the others.
    Raises FiguresError at the end, with the files and what failed.
    """
    names, given = sorted(plugins.usable("figures")), (tables, folder, title, layout, tuple(formats))
    if workers > 1 and can_begin():
        attempts = _beside_each_other(names, given, min(workers, MOST_WORKERS) - 1)
    else:
        attempts = {name: _attempt(name, *given) for name in names}
    paths = [path for name in names for path in attempts[name][0]]
    if failed := [(name, attempts[name][1]) for name in names if attempts[name][1]]:
        raise FiguresError(failed, paths)
    return paths


def _attempt(
    name: str, tables: parts.Tables, folder: Path, title: str, layout: Layout, formats: tuple[str, ...]
) -> Attempt:
    try:
        part = plugins.build("figures", name)
        if set(part.needs) <= tables.keys():
            return save(_drawn(part, name, tables, title, layout), folder, name, formats, layout.own), ""
    except (NotRecordedError, NothingToShowError):
        pass
    except Exception as error:
        return [], str(error) or type(error).__name__
    return [], ""


def _beside_each_other(names: list[str], given: tuple[Any, ...], others: int) -> dict[str, Attempt]:
    """What came of each figure: this process draws too, from the end, while the others have to load first.

    They are given one figure more than they are, and more whenever this process has drawn one. No future is
    cancelled: where a process is killed then, Python 3.11 ends the pool before it has told of the others.
    """
    made, futures, left = dict[str, Attempt](), dict[str, Future[Attempt]](), deque(names)
    with pool(others, _hold, *given) as processes:
        while left:
            try:
                while left and sum(not future.done() for future in futures.values()) <= others:
                    (futures[left[0]],) = submitted(processes, _attempt_of_held, [left[0]])
                    left.popleft()
            except BrokenProcessPool:
                others = -1  # all that is left is drawn here
            if left:
                name = left.pop()
                made[name] = _attempt(name, *given)
        for name, future in futures.items():
            try:
                made[name] = future.result()
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
