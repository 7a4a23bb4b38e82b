"""From a run's tables to a figure, by its name, and from a figure to its files."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from lab import parts, plugins
from lab.errors import LabError, PartError
from lab.figures import panels, style, writing
from lab.parts import Tables
from lab.storage import write

_KEYS = frozenset({"variant", "trial", "step", "epoch", "layer", "status"})


class NotRecordedError(PartError):
    """A figure shows a quantity that the run did not record."""


class FiguresError(LabError):
    """Some figures of a run could not be drawn or saved; ``paths`` are the files of those that could."""

    exit_code: ClassVar[int] = 1

    def __init__(self, failed: list[tuple[str, Exception]], paths: list[Path]) -> None:
        self.failed = failed
        self.paths = paths
        told = (f"the figure {name!r} failed: {str(error) or type(error).__name__}" for name, error in failed)
        super().__init__("\n".join(told))


def draw(
    name: str, tables: Tables, title: str = "", *, folder: Path | None = None, allow_code: bool = False
) -> Figure:
    """Draw the figure called ``name``; one without data says so instead.

    ``folder`` and ``allow_code`` are for ``"file.py:Class"``, see `lab.plugins.find`.

    Raises
    ------
    PartError
        No figure has this name (the nearest is told), or a table lacks a column.
    NotRecordedError
        The figure shows a quantity that was not recorded.

    """
    part: parts.Figure = plugins.build("figures", name, folder=folder, allow_code=allow_code)
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


def counterfactual(tables: Tables) -> str:
    """What every figure says where variants were trained with a surrogate slope; else empty."""
    variants = tables.get("variants")
    if variants is None or "surrogate_floor" not in variants or not (variants["surrogate_floor"] > 0).any():
        return ""
    return "where surrogate_floor\N{NO-BREAK SPACE}>\N{NO-BREAK SPACE}0, δ and ∇C are not the gradient of C"


def checked(tables: Tables, name: str, *columns: str) -> pd.DataFrame:
    """The table ``name``, once it is sure to have these columns.

    Raises NotRecordedError for a quantity of ``layers`` that is missing, PartError for any other column.
    """
    table = tables[name]
    for column in columns:
        if column in table.columns:
            continue
        if name == "layers" and column not in _KEYS:
            raise NotRecordedError(
                f"this run did not record {column!r}; add it to the file's record.quantities, "
                f"or say -o record.quantities='[\"all\"]', and run again"
            )
        raise PartError(f"the table {name!r} has no column {column!r} (but: {', '.join(table.columns)})")
    return table


def of_variant(tables: Tables, variant: str, column: str) -> float:
    """A number of the table ``variants``; NaN where the table, the column or the variant is not there."""
    return float(_told(tables, variant, column, "nan"))


def word_of_variant(tables: Tables, variant: str, column: str) -> str:
    """A word of the table ``variants``; empty where the table, the column or the variant is not there."""
    return str(_told(tables, variant, column, ""))


def _told(tables: Tables, variant: str, column: str, missing: str) -> Any:
    variants = tables.get("variants")
    if variants is None or column not in variants:
        return missing
    values = variants.loc[variants["variant"] == variant, column]
    return values.iloc[0] if len(values) else missing


def outcomes(tables: Tables, variant: str, rows: pd.DataFrame) -> list[str]:
    """Notes on the variant's trials that did not finish: ``3 of 20 trials diverged``.

    From the table ``trials`` if it is there, since a trial that failed has no readings; else from ``rows``,
    the variant's readings.
    """
    if "trials" in tables:
        trials = checked(tables, "trials", "variant", "trial", "status")
        rows = trials[trials["variant"] == variant]
    return writing.outcomes(rows)


def threshold(tables: Tables) -> str:
    """The saturation threshold τ as the table ``variants`` tells it, or the letter where it does not."""
    variants = tables.get("variants")
    if variants is None or "saturation_threshold" not in variants:
        return "τ"
    told = sorted(variants["saturation_threshold"].dropna().unique())
    return "–".join(f"{value:g}" for value in dict.fromkeys((told[0], told[-1]))) if told else "τ"


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write ``name.png`` (150 dots an inch) and ``name.svg`` into ``folder``, which is made where missing.

    The same figure gives the same bytes: no dates, and fixed identifiers. Text stays text in the SVG. Each
    file is there whole or not at all. Raises StorageError where it cannot be written.
    """
    engine = figure.get_layout_engine()
    contents = {}
    with style.context(), warnings.catch_warnings():
        # A title in a script that the font lacks is no reason to fail; the SVG still holds the text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        try:
            contents["png"] = _rendered(figure, "png", {"Software": None})
            # The second file has the layout of the first: to lay out is a third of the work.
            figure.set_layout_engine("none")
            contents["svg"] = _rendered(figure, "svg", {"Date": None, "Creator": None})
        finally:
            figure.set_layout_engine(engine)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{kind}" for kind in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        write(path, content)
    return paths


def draw_all(tables: Tables, folder: Path, title: str = "") -> list[Path]:
    """Draw and save every figure whose tables are there and whose quantities were recorded.

    One that fails does not stop the others. Returns the files. Raises FiguresError at the
    end, with the files and what failed.
    """
    paths: list[Path] = []
    failed: list[tuple[str, Exception]] = []
    for name, part in sorted(plugins.usable("figures").items()):
        try:
            if plugins.required(part) or not set(part.needs) <= tables.keys():  # type: ignore[attr-defined]
                continue
            paths += save(draw(name, tables, title), folder, name)
        except NotRecordedError:
            continue
        except Exception as error:
            failed.append((name, error))
    if failed:
        raise FiguresError(failed, paths)
    return paths


def _rendered(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    content = BytesIO()
    figure.savefig(content, format=kind, metadata=metadata)
    return content.getvalue()
