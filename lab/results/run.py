"""The results of a run: its tables as DataFrames, its figures, its verdicts, its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lab.errors import LabError, StorageError, without_controls
from lab.results.page import REPORT, answered, save_report
from lab.results.pairs import side_by_side
from lab.runs.files.folder import RunFolder
from lab.spelling import did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from lab.analysis.rule import Verdicts
    from lab.parts import Tables
    from lab.runs.held_run import HeldRun

T = TypeVar("T", str, int)


@dataclass(frozen=True, repr=False)
class Run:
    """A run's results: its tables as DataFrames, its figures, and what it was made with.

    The column ``variant`` of its tables is categorical, with the variants in the order of the file, so that
    ``groupby("variant", observed=True)`` and plots of others keep that order.

    >>> import lab
    >>> from tempfile import TemporaryDirectory
    >>> file = {"data": {"name": "digits", "train": 100}, "network": {"hidden": [8, 8]}}
    >>> file["vary"] = {"network.activation": ["sigmoid", "tanh"]}
    >>> with TemporaryDirectory() as results:
    ...     run = lab.run(file, ["training.epochs=2", "trials.seeds=3"], results=results, plots=False)
    ...     start = run.layers.query("step == 0 and variant == 'tanh'")
    ...     compared = run.compare(metrics="log_ratio_start")
    ...     figure = run.plot("learning_speed", variants="tanh")
    >>> start.groupby("layer")["learning_speed"].median().round(2).to_dict()
    {1: 0.37, 2: 0.78, 3: 1.26}
    >>> compared[["a", "b", "pairs", "difference"]].round(2).to_dict("records")
    [{'a': 'sigmoid', 'b': 'tanh', 'pairs': 3, 'difference': 0.43}]
    """

    folder: RunFolder | HeldRun

    def __repr__(self) -> str:
        return f"<run {self} in {self.path.parent.parent}>"

    def __str__(self) -> str:
        return str(self.folder)

    @property
    def path(self) -> Path:
        """The folder of the run."""
        return self.folder.path

    @property
    def info(self) -> dict[str, Any]:
        """What run.json says: status, versions, seed, the fate and time of every trial."""
        return self.folder.info

    @property
    def layers(self) -> pd.DataFrame:
        """A row for each variant, trial, reading and layer, with a column for each quantity."""
        return self._in_order(self.folder.table("layers"))

    @property
    def steps(self) -> pd.DataFrame:
        """A row for each variant, trial and reading: cost and accuracy."""
        return self._in_order(self.folder.table("steps"))

    @property
    def trials(self) -> pd.DataFrame:
        """A row for each variant and trial: status, final and best figures."""
        return self._in_order(self.folder.table("trials"))

    @property
    def variants(self) -> pd.DataFrame:
        """A row for each variant: what varies, the sizes, inf σ′ and sup σ′."""
        return self._in_order(self.folder.table("variants"))

    @property
    def ledger(self) -> pd.DataFrame:
        """Where the error died on its way down. See `lab.analysis.ledger`."""
        from lab.analysis.ledger import ledger

        read = {name: self.folder.table(name) for name in ("layers", "variants")}
        return self._in_order(ledger(read))

    @property
    def causes(self) -> pd.DataFrame:
        """Why weights learn slowly, where it was recorded. See `lab.analysis.tables.causes`."""
        from lab.analysis.tables import causes

        return self._in_order(causes({"layers": self.folder.table("layers")}))

    @property
    def prediction(self) -> pd.DataFrame:
        """How fast each layer was predicted to learn, before any training. See `lab.theory`."""
        return self.table("prediction")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name; ``neurons`` where the file asked for it."""
        return {name: self._in_order(table) for name, table in self.folder.tables.items()}

    def _in_order(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with its variants as a categorical in the order of the file."""
        return _in_order(table, self.folder.table("variants")["variant"])

    @property
    def summary(self) -> pd.DataFrame:
        """The short table: a row a variant. See `lab.analysis.summary`."""
        return self.table("summary")

    def compare(
        self,
        other: Run | None = None,
        metrics: str | Sequence[str] | None = (),
        *,
        all_pairs: bool = False,
        baseline: str = "",
        within: str = "",
    ) -> pd.DataFrame:
        """The table ``comparisons``: this run's variants against the first, or against another run's.

        With ``other``, variants of the same label, or the only ones, are compared; with ``all_pairs`` every
        two variants, and Holm's correction is over all of them. ``baseline`` is the variant, or the value of
        a varied key, that the others are compared with, ``within`` a varied key that both have alike.
        ``metrics`` are names of `lab.analysis.metrics`, else the usual ones that were recorded.

        The columns are those of `lab.analysis.comparisons.comparisons`; ``a`` and ``b`` are categorical, as
        ``variant`` is. Raises LabError where there is nothing to compare, or the runs have different seeds
        or data.
        """
        from lab.analysis.comparisons import comparisons

        if not isinstance(other, Run | None):
            raise LabError(f"other: expected a run, as lab.load gives, got {other!r}")
        tables, pairs = side_by_side(self, other, all_pairs, baseline, within)
        return _in_order(comparisons(tables, _several(metrics), pairs), tables["variants"]["variant"])

    @property
    def verdicts(self) -> Verdicts:
        """What is wrong, variant by variant, the gravest first. See `lab.analysis.verdicts`."""
        from lab.analysis.verdicts import verdicts

        return verdicts(self.folder.tables)

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name: ``summary``, ``by_layer``, one made of the others, or one of `tables`.

        Raises LabError where there is none, with the nearest.
        """
        from lab.analysis.summary import by_layer, summary
        from lab.analysis.tables import derived

        tables = self.folder.tables
        if name in ("summary", "by_layer"):
            return self._in_order({"summary": summary, "by_layer": by_layer}[name](tables))
        if name not in tables:
            tables = {**tables, **derived(tables)}
        if name not in tables:
            raise LabError(f"no table {name!r}; {did_you_mean(name, ['summary', 'by_layer', *tables])}")
        return self._in_order(tables[name])

    def save_analysis(self) -> None:
        """Write the ledger, the causes and the usual comparisons into the run's folder ``tables``.

        Of these only what has rows. Raises StorageError where they cannot be written.
        """
        from lab.analysis.tables import derived

        self.folder.keep_tables(derived(self.folder.tables))

    def plot(
        self,
        name: str = "learning_speed",
        *,
        variants: str | Sequence[str] | None = (),
        layers: int | Sequence[int] | None = (),
        trials: int | Sequence[int] | None = (),
        width: float = 0.0,
        rc: str | Path | dict[str, Any] | None = None,
        allow_code: bool = False,
    ) -> Figure:
        """A figure of the run: its name, or ``"file.py:Class"``, whose code runs with ``allow_code``.

        It shows the ``variants`` (labels, or patterns such as ``"*slope=0.4"``), ``layers`` and ``trials``
        that are given, one or several, else all. ``width`` is the figure's in inches, 2.5 or more, at which
        it is laid out; ``rc`` a style file, a style of matplotlib, or its settings.

        Raises PartError with the known names where one is unknown, NothingToShowError where there is nothing
        to see.
        """
        from lab.figures import Layout, draw

        tables = self._selected(variants, layers, trials)
        return draw(name, tables, self.info["title"], allow_code=allow_code, layout=Layout(width, rc))

    def _selected(
        self,
        variants: str | Sequence[str] | None,
        layers: int | Sequence[int] | None,
        trials: int | Sequence[int] | None,
    ) -> Tables:
        from lab.figures import Selected

        tables = {**self.folder.tables, **self.folder.kept("comparisons")}
        selected = _several(variants), _several(layers), _several(trials)
        return Selected.of(tables, *selected) if any(selected) else tables

    def save_plots(
        self,
        names: str | Sequence[str] | None = (),
        folder: str | Path | None = None,
        *,
        variants: str | Sequence[str] | None = (),
        layers: int | Sequence[int] | None = (),
        trials: int | Sequence[int] | None = (),
        width: float = 0.0,
        rc: str | Path | dict[str, Any] | None = None,
        formats: str | Sequence[str] = ("png", "svg"),
        allow_code: bool = False,
        workers: int = 1,
    ) -> list[Path]:
        """Draw the figures of these names, or all in so many processes; returns the files.

        They go into the run's folder ``plots`` unless another ``folder`` is given, in these ``formats``: png,
        svg, pdf. The rest is as in `plot`. Raises FiguresError at the end where some of all could not be
        drawn; the others are there.
        """
        from lab.figures import FORMATS, FiguresError, Layout, draw, draw_all, save

        formats = _several(formats)
        if unknown := [kind for kind in formats if kind not in FORMATS] or [""] * (not formats):
            raise LabError(f"formats: unknown {unknown[0]!r}; {did_you_mean(unknown[0], FORMATS)}")
        if folder is None and isinstance(self.folder, RunFolder):
            self.folder.require_inside()
        folder, layout, names = Path(folder or self.folder.plots), Layout(width, rc), _several(names)
        folder.mkdir(parents=True, exist_ok=True)
        tables, title = self._selected(variants, layers, trials), self.info["title"]
        paths: list[Path] = []
        try:
            if not names:
                paths = draw_all(tables, folder, title, workers=workers, layout=layout, formats=formats)
            for name in names:
                figure = draw(name, tables, title, allow_code=allow_code, layout=layout)
                paths += save(figure, folder, name.rpartition(":")[2], formats, rc)
        except FiguresError as error:
            paths = error.paths
            raise
        finally:
            if isinstance(self.folder, RunFolder):
                self.folder.keep_sums(paths, forget=None if names else f"{self.folder.plots.name}/")
        return paths

    def save_report(self, folder: Path | None = None) -> Path:
        """Write report.html, the run on one page that needs no network, into the run's folder or another."""
        return save_report([self], (folder or self.path) / REPORT)

    def _repr_html_(self) -> str:
        """What a notebook shows: the question, the answer, a row a variant, and the verdicts."""
        from lab import markup
        from lab.analysis.rows import filled
        from lab.report.island import Subject
        from lab.report.run import answer

        title, name = markup.title(self.info["title"] or self), f"{self}: {self.folder.status}"
        try:
            tables, verdicts = self.tables, self.verdicts
        except StorageError as error:
            return markup.card(title, markup.line(name), markup.line(error))
        told = answer(Subject(str(self), answered(self.info, tables), tables, verdicts))
        table = filled(self.summary).to_html(index=False, float_format="{:.3g}".format)
        words = (title, markup.line(told), without_controls(table), verdicts.html, markup.line(name))
        return markup.card(*words)


def _several(given: T | Sequence[T] | None) -> list[T]:
    """What is given alone, as several; None is nothing, as an empty list is."""
    several = [] if given is None else [given] if isinstance(given, str | Integral) else given
    return list(several)  # type: ignore[arg-type]


def _in_order(table: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """The table with every column of variants as a categorical of these labels, in their order."""
    import pandas as pd

    named = [name for name in ("variant", "a", "b") if name in table and table[name].isin(labels).all()]
    return table.assign(**{name: pd.Categorical(table[name], labels) for name in named})
