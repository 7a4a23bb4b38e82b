"""The Python face: each thing that the lab does, once, for a caller and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import LabError, PartError, StorageError, did_you_mean, without_controls
from lab.runs.folder import RunFolder, find, require_same_data, results_root, runs
from lab.theory.deep import Deep

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from lab.analysis.rule import Verdicts
    from lab.bridge.watch import Watch
    from lab.parts import Activation, Tables
    from lab.prover.certificate import Certificate
    from lab.report.island import Subject
    from lab.runs.held_run import HeldRun
    from lab.runs.preparation import Prepared
    from lab.runs.runner import Terms
    from lab.runs.verification import Checked
    from lab.runs.workers import Progress


@dataclass(frozen=True, repr=False)
class Run:
    """A run's results: its tables as DataFrames, its figures, and what it was made with.

    The column ``variant`` of its tables is categorical, with the variants in the order of the file, so that
    ``groupby("variant", observed=True)`` and plots of others keep that order.
    """

    folder: RunFolder | HeldRun

    def __repr__(self) -> str:
        return f"<run {self} in {self.path.parent.parent}>"

    def __str__(self) -> str:
        return str(self.folder)

    @property
    def path(self) -> Path:
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
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name; ``neurons`` where the file asked for it."""
        return {name: self._in_order(table) for name, table in self.folder.tables.items()}

    def _in_order(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with its variants as a categorical in the order of the file."""
        return _in_order(table, self.folder.table("variants")["variant"])

    @property
    def summary(self) -> pd.DataFrame:
        """The short table: a row a variant. See `lab.analysis.summary`."""
        from lab.analysis.summary import summary

        return self._in_order(summary(self.folder.tables))

    def compare(
        self,
        other: Run | None = None,
        metrics: Sequence[str] = (),
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

        tables, pairs = side_by_side(self, other, all_pairs, baseline, within)
        return _in_order(comparisons(tables, metrics, pairs), tables["variants"]["variant"])

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
        variants: Sequence[str] = (),
        layers: Sequence[int] = (),
        trials: Sequence[int] = (),
        width: float = 0.0,
        rc: str | Path | dict[str, Any] | None = None,
        allow_code: bool = False,
    ) -> Figure:
        """A figure of the run: its name, or ``"file.py:Class"``, whose code runs with ``allow_code``.

        It shows the ``variants`` (labels, or patterns such as ``"*slope=0.4"``), ``layers`` and ``trials``
        that are given, else all. ``width`` is the figure's in inches, at which it is laid out; ``rc`` a style
        file, a style of matplotlib, or its settings.

        Raises PartError with the known names where one is unknown, NothingToShowError where there is nothing
        to see.
        """
        from lab.figures import Layout, draw

        tables = self._selected(variants, layers, trials)
        return draw(name, tables, self.info["title"], allow_code=allow_code, layout=Layout(width, rc))

    def _selected(self, variants: Sequence[str], layers: Sequence[int], trials: Sequence[int]) -> Tables:
        from lab.figures import Selected

        tables, asked = self.folder.tables, variants or layers or trials
        return Selected.of(tables, variants, layers, trials) if asked else tables

    def save_plots(
        self,
        names: Sequence[str] = (),
        folder: Path | None = None,
        *,
        variants: Sequence[str] = (),
        layers: Sequence[int] = (),
        trials: Sequence[int] = (),
        width: float = 0.0,
        rc: str | Path | dict[str, Any] | None = None,
        formats: Sequence[str] = ("png", "svg"),
        allow_code: bool = False,
        workers: int = 1,
    ) -> list[Path]:
        """Draw the figures of these names, or all in so many processes; returns the files.

        They go into the run's folder ``plots`` unless another ``folder`` is given, in these ``formats``: png,
        svg, pdf. The rest is as in `plot`. Raises FiguresError at the end where some of all could not be
        drawn; the others are there.
        """
        from lab.figures import Layout, draw, draw_all, save

        if folder is None and isinstance(self.folder, RunFolder):
            self.folder.require_inside()
        folder, layout = folder or self.folder.plots, Layout(width, rc)
        folder.mkdir(parents=True, exist_ok=True)
        tables, title = self._selected(variants, layers, trials), self.info["title"]
        if not names:
            return draw_all(tables, folder, title, workers=workers, layout=layout, formats=formats)
        drawn = ((name, draw(name, tables, title, allow_code=allow_code, layout=layout)) for name in names)
        return [
            path
            for name, figure in drawn
            for path in save(figure, folder, name.rpartition(":")[2], formats, rc)
        ]

    def save_report(self, folder: Path | None = None) -> Path:
        """Write report.html, the run on one page that needs no network, into the run's folder or another."""
        return save_report([self], (folder or self.path) / REPORT)

    def _repr_html_(self) -> str:
        """What a notebook shows: the question, the answer, a row a variant, and the verdicts."""
        from lab import markup
        from lab.report.island import Subject
        from lab.report.run import answer

        title, name = markup.title(self.info["title"] or self), f"{self}: {self.folder.status}"
        try:
            tables, verdicts = self.tables, self.verdicts
        except StorageError as error:
            return markup.card(title, markup.line(name), markup.line(error))
        told = answer(Subject(str(self), _answered(self.info, tables), tables, verdicts))
        table = self.summary.dropna(axis=1, how="all").to_html(index=False, float_format="{:.3g}".format)
        words = (title, markup.line(told), without_controls(table), verdicts.html, markup.line(name))
        return markup.card(*words)


def _in_order(table: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """The table with every column of variants as a categorical of these labels, in their order."""
    import pandas as pd

    named = [name for name in ("variant", "a", "b") if name in table and table[name].isin(labels).all()]
    return table.assign(**{name: pd.Categorical(table[name], labels) for name in named})


REPORT = "report.html"
"""The page of a run, in its folder."""


def save_report(runs: Sequence[Run], path: Path) -> Path:
    """Write one page of these runs. See `lab.report.run`.

    Raises StorageError where it cannot be written, or a run has no tables yet.
    """
    from lab.report.run import report
    from lab.storage import write

    write(path, report([_subject(run, run.tables) for run in runs]))
    return path


def _subject(run: Run, tables: dict[str, pd.DataFrame]) -> Subject:
    """A run as its report takes it, with these of its tables."""
    from lab.analysis.ledger import ledger
    from lab.analysis.verdicts import verdicts
    from lab.report.island import Subject

    info = _answered(run.info, tables)
    file = run.path / "experiment.toml"
    experiment = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    drawn = {name: run.folder.plots / f"{name}.png" for name in IN_REPORT}
    pictures = {name: path.read_bytes() for name, path in drawn.items() if path.is_file()}
    whole = {**tables, "ledger": ledger(tables), **run.folder.kept("comparisons")}
    ended = {name: _of_ended(table) for name, table in tables.items()}
    return Subject(str(run), info, whole, verdicts(ended), experiment, pictures)


def _of_ended(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table without those of trials that are under way."""
    return table[table["status"] != "running"] if "status" in table else table


def _answered(info: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """What run.json says, with its lines on what to see filled, and the answer to its title."""
    from lab.analysis.answers import seen
    from lab.experiment.see import ANSWER

    lines = seen(info.get("see", {}), tables)
    return {**info, "answer": lines.pop(ANSWER, ""), "see": lines}


IN_REPORT = ("speed_by_layer",)
"""The figures that a report shows where scripts do not run: few, for their size."""


def side_by_side(
    run: Run, other: Run | None, all_pairs: bool, baseline: str = "", within: str = ""
) -> tuple[dict[str, pd.DataFrame], list[tuple[str, str]]]:
    """The tables of which one run, or two, are compared, and the pairs of variants. See `Run.compare`."""
    from lab.analysis import comparisons

    tables = [
        {name: one.folder.table(name) for name in comparisons.READ} for one in (run, other) if one is not None
    ]
    if other is None and (baseline or within):
        if all_pairs:
            raise LabError("all pairs have no baseline; leave out one of the two")
        return tables[0], comparisons.pairs_within(tables[0]["variants"], baseline, within)
    if other is None:
        names = comparisons.variants(tables[0])
        return tables[0], comparisons.pairs_of(names, all_pairs)
    if all_pairs or baseline or within:
        raise LabError(
            "of two runs variants of the same label are compared; "
            "all pairs, a baseline and a key are there in one run"
        )
    if run.path.resolve() == other.path.resolve():
        raise LabError(f"{run} and {other} are the same run; name one of them to compare its variants")
    spellings = ((one.folder.name, one.folder.id, str(one.path)) for one in (run, other))
    names_of_runs = next((a, b) for a, b in zip(*spellings, strict=True) if a != b)
    require_same_data(run.folder, other.folder, names_of_runs)
    return comparisons.joined(tables[0], tables[1], names_of_runs)


def prepare(
    path: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | Sequence[str] = (),
    *,
    allow_code: bool = False,
    max_trials: int = 10_000,
    unchecked: bool = False,
) -> Prepared:
    """Read and check an experiment, load its data and make its parts. See `run`."""
    from lab.experiment.variants import load as load_plan
    from lab.runs.preparation import prepared
    from lab.testing import check_own

    ready = prepared(load_plan(path, overrides, allow_code=allow_code, max_trials=max_trials))
    if not unchecked:
        check_own(ready)
    return ready


def train(
    ready: Prepared,
    folder: RunFolder | None = None,
    terms: Terms | None = None,
    *,
    results: str | Path | None = None,
    plots: bool = True,
    live: float = 0.0,
    progress: Progress = lambda done: None,
) -> Run:
    """Train what is prepared, and keep its tables, what is made of them, its figures and its report.

    ``folder`` is that of a run to go on with; without it a new one is made under ``results``. The run is done
    once all of that is kept, unless the ``terms`` leave it to the caller to end it. With ``live`` the report
    is there from the start, and written again about every so many seconds with what was read by then. The
    rest is as in `run`.
    """
    from lab.runs import runner

    given = terms or runner.Terms()
    folder = folder or runner.begun(ready, results_root(results))
    if live:
        with _reporting(ready, folder, live, progress) as progress:
            runner.resumed(ready, folder, replace(given, ends=False, keep_seconds=live), progress)
    else:
        runner.resumed(ready, folder, replace(given, ends=False), progress)
    trained = Run(folder)
    trained.save_analysis()
    if plots:
        trained.save_plots(workers=given.workers)
        trained.save_report()
    if given.ends:
        folder.ended("done")
    return trained


@contextmanager
def _reporting(
    ready: Prepared, folder: RunFolder, seconds: float, progress: Progress
) -> Iterator[Progress]:
    """``progress``, which also writes the report of a run under way, in a fifth of the time at most.

    A run that is interrupted has a last page, which does not load itself again.
    """
    from time import monotonic

    from lab.report.run import report
    from lab.runs.runner import tables_so_far
    from lab.runs.tables import curves, variants
    from lab.storage import write

    known = {"variants": variants(ready.made), "curves": curves(ready.made)}
    next_time, seen = 0.0, dict[Path, int]()

    def reported(refresh: int) -> None:
        subject = _subject(Run(folder), {**tables_so_far(ready, folder), **known})
        write(folder.path / REPORT, report([subject], refresh=refresh))

    def advance(done: int) -> None:
        nonlocal next_time, seen
        progress(done)
        began = monotonic()
        if began < next_time:
            return
        kept = {path: path.stat().st_mtime_ns for path in (folder.path / "trials").glob("*.sha256")}
        if kept != seen or not next_time:
            reported(max(round(seconds), 1))
        seen, next_time = kept, monotonic() + max(seconds, 5 * (monotonic() - began))

    try:
        advance(0)
        yield advance
    except BaseException:
        with suppress(StorageError):  # which would hide why
            reported(0)
        raise


def run(
    path: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | Sequence[str] = (),
    *,
    workers: int = 1,
    scheduler: str = "",
    results: str | Path | None = None,
    reuse: str | Path | None = None,
    allow_code: bool = False,
    allow_mixed: bool = False,
    trial_timeout: float | None = None,
    max_trials: int = 10_000,
    unchecked: bool = False,
    plots: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Run an experiment and return its results.

    ``path`` is that of an experiment file, or the file's values, as in
    ``run({"data": {"name": "digits"}, "network": {"hidden": [30, 30]}})``; then the run is called
    ``notebook``, and relative paths start in the current folder.
    ``overrides`` are dotted keys with new values, as a mapping or as texts ``"training.epochs=50"``.
    ``workers`` processes train and draw; with more than 1, or a ``trial_timeout``, a script needs
    ``if __name__ == "__main__":``.
    ``scheduler`` is the address ``"tcp://host:8786"`` of a Dask scheduler, whose workers train instead; it
    needs the extra ``cluster``.
    ``results`` is where results are kept; else $LAB_RESULTS, else ``results`` under the current folder.
    ``reuse`` is a run, named as in `load`, whose trials are taken over where they are the very same.
    ``allow_code`` lets the file name a class in a Python file, which runs that file's code.
    ``allow_mixed`` lets reused trials be of other versions or of another processor.
    ``trial_timeout`` is how many seconds a trial may take; with it trials are trained in processes.
    ``max_trials`` is the most that the experiment may have. ``unchecked`` lets activations of one's own run
    that do not pass `lab.testing.check_activation`. ``plots`` tells whether the figures are drawn
    and the report written.
    ``progress`` is called with the trial-steps done and their total.

    Raises ExperimentError with every problem of the file, before anything is run or written; ClaimError where
    an activation does not hold what is claimed of it, or what the core relies on; StorageError where the
    results cannot be kept.
    """
    from lab.runs.runner import Terms
    from lab.runs.workers import Care, summed

    reused = None if reuse is None else find(str(reuse), results_root(results))
    ready = prepare(path, overrides, allow_code=allow_code, max_trials=max_trials, unchecked=unchecked)
    counted = summed(progress, ready.trial_steps)
    terms = Terms(workers, Care(trial_timeout), allow_mixed, reused, scheduler)
    return train(ready, None, terms, results=results, plots=plots, progress=counted)


def resume(
    run: str | Path = "",
    results: str | Path | None = None,
    *,
    workers: int = 1,
    scheduler: str = "",
    allow_code: bool = False,
    allow_mixed: bool = False,
    trial_timeout: float | None = None,
    plots: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Finish a run that was interrupted: train what is missing, keep what is there.

    ``run`` is as `load` takes it; without it, the newest run that was interrupted. ``allow_mixed`` lets it go
    on with other versions, or on another processor, than it began with. The rest is as in `run`: leave to run
    code is given anew, since a run may be somebody else's. Raises LabError where there is none, StorageError
    where its data, code or versions changed since it began.
    """
    from lab.runs.runner import Terms
    from lab.runs.workers import Care, summed

    ready, folder = interrupted(run, results, allow_code=allow_code)
    counted = summed(progress, ready.trial_steps)
    terms = Terms(workers, Care(trial_timeout), allow_mixed, scheduler=scheduler)
    return train(ready, folder, terms, plots=plots, progress=counted)


def verify(run: str | Path, results: str | Path | None = None) -> list[Checked]:
    """Look whether every file of a run is what was written: see `lab.runs.verification.verified`.

    ``run`` is as `load` takes it. Raises LabError where there is no such run.
    """
    from lab.runs.verification import verified

    return verified(find(str(run), results_root(results)))


def interrupted(
    run: str | Path = "", results: str | Path | None = None, *, allow_code: bool = False
) -> tuple[Prepared, RunFolder]:
    """The run that `resume` means, prepared again, and its folder."""
    from lab.runs.runner import prepared_again

    root = results_root(results)
    meant = [find(str(run), root)] if run else [one for one in runs(root) if _was_interrupted(one)]
    if not meant:
        raise LabError(f"no run under {root} was interrupted; there is nothing to resume")
    return prepared_again(meant[-1], allow_code=allow_code), meant[-1]


def _was_interrupted(folder: RunFolder) -> bool:
    try:
        return folder.can_go_on
    except StorageError:
        return False


def load(run: str | Path, results: str | Path | None = None) -> Run:
    """Open the results of a run: its folder, its name (the newest), its run-id or the beginning of one.

    Raises LabError where there is no such run.
    """
    return Run(find(str(run), results_root(results)))


def watch(
    model: Any,
    every: int = 100,
    out: str | Path | None = None,
    *,
    activations: Mapping[Any, Activation | str | Mapping[str, Any]] | None = None,
    scaler: Any = None,
    steps_per_epoch: float | None = None,
    title: str = "",
    plots: bool = True,
    saturation_threshold: float = 0.05,
    low_input_threshold: float = 0.1,
) -> Watch:
    """Watch any model of torch while a script of one's own trains it; what is seen is kept as a run.

    ::

        with lab.watch(model, every=100, out="results/gpt") as w:
            for x, y in batches:
                loss = cost(model(x), y)
                loss.backward()
                optimiser.step()
                optimiser.zero_grad()
                w.step(loss)
        lab.load(w.path).verdicts

    Every ``every`` steps, the first among them, one step is read: the elementwise activations that the model
    calls, each call a layer, in their order, and what the model returns as the last one, under the identity.
    A layer has the quantities of the table ``layers``: neurons are channels, places of a picture or a
    sequence are more examples, but ⟨·⟩ is over the m examples of the batch. ‖∂C/∂w‖, ‖w‖ and ‖Δw‖ are of the
    weights whose w a + b, or norm, is z; ‖⟨δ⟩‖ is of their bias, or of one that there might be.
    Shares and distributions are of a sample where a layer has more than 65 536 (neuron, example); norms of
    all. Training is not changed by it: parameters have the same bits. Nothing of a pass without gradients is
    read. Of several processes the first reads its own examples.

    ``out`` is the folder of results and the name of the run in it; else the model's class, where `run` keeps
    results. ``activations`` are σ of one's own, as `activation` takes them, by the class or the object of
    their module or by a function of torch: ``{MyAct: "z*exp(-exp(-z))"}``. ``scaler`` is torch's GradScaler,
    where costs are scaled; ``steps_per_epoch`` makes epochs of steps. The rest is as in `run` and its files.
    ``final_cost`` is that of the last step that was read.

    Raises LabError where torch is missing, or where a step that is to be read shows no activation.

    Source: the quantities are those of `lab.training.probes`, with their sources.
    """
    from lab.bridge.watch import Watch

    return Watch(
        model,
        every,
        out,
        activations=activations or {},
        scaler=scaler,
        steps_per_epoch=steps_per_epoch,
        title=title,
        plots=plots,
        thresholds=(saturation_threshold, low_input_threshold),
    )


def activation(
    spec: str | Mapping[str, Any] | None = None,
    *,
    derivative: str | None = None,
    allow_code: bool = False,
    **parameters: Any,
) -> Activation:
    """An activation by its name, by a formula in z, or by the formula of its derivative.

    ::

        activation("leaky-relu", slope=0.2)
        activation("tanh(z) + a*z", a=0.1)
        activation(derivative="a + (1 - a)*exp(-z**2)", a=0.1)      # integrated from 0

    ``"file.py:Class"`` runs the file's code, so it needs ``allow_code=True``. Raises PartError where there
    is none such, or where there are both a ``spec`` and a ``derivative``, or neither.
    """
    from lab.experiment.specify import from_spec

    if (spec is None) == (derivative is None):
        raise PartError('expected one of an activation, such as "tanh", and derivative="…"')
    if derivative is not None:
        return from_spec({"derivative": derivative, **parameters})
    table = {"name": spec} if isinstance(spec, str) else dict(spec or {})
    return from_spec({**table, **parameters}, allow_code=allow_code)


def export(
    sigma: Activation | str | Mapping[str, Any],
    to: str = "torch",
    *,
    learn: bool = False,
    plain: bool = False,
    wide: bool = False,
    allow_code: bool = False,
    **parameters: Any,
) -> str:
    """The source of σ and σ′ in another language, which needs nothing of the lab.

    ``to`` is torch, jax, keras, numpy, c, latex or json. For torch, ``learn`` makes parameters nn.Parameters,
    ``plain`` writes plain operations for ONNX, and ``wide`` computes float32 in float64. ``sigma``,
    ``parameters`` and ``allow_code`` are as `activation` takes them; or ``sigma`` is an activation.
    See `lab.bridge.export.exported`.

    Raises LabError for an unknown language, PartError where there is no such activation or it has no formula.
    """
    from lab.bridge.export import exported
    from lab.parts import Activation

    if not isinstance(sigma, Activation):
        sigma = activation(sigma, allow_code=allow_code, **parameters)
    return exported(sigma, to, learn=learn, plain=plain, wide=wide)


def audit(
    what: str | Path,
    name: str = "",
    *,
    dtypes: Sequence[str] = ("float64", "float32", "bfloat16", "float16"),
    formula: str = "",
    only: Sequence[str] = (),
    allow_code: bool = False,
) -> pd.DataFrame:
    """Hold the σ and σ′ of a library, or of one's own code, to references of 60 digits.

    ``what`` is torch, jax, keras, lab, or a Python file, whose function ``name`` is σ by ``formula``, and
    which runs with ``allow_code``. ``only`` are functions of a library by their names; else all that the lab
    knows. The table has a row for each function, dtype and of σ and σ′. See `lab.bridge.audit.audited`.

    Raises LabError where the library is missing, or a function or a dtype is unknown.
    """
    import pandas as pd

    from lab.bridge.audit import as_record, audited

    found = audited(what, name, dtypes=dtypes, formula=formula, only=only, allow_code=allow_code)
    return pd.DataFrame([as_record(one) for one in found])


def predict(
    sigma: Activation | str | Mapping[str, Any],
    depth: int = Deep.depth,
    weight_variance: float = Deep.weight_variance,
    bias_variance: float = Deep.bias_variance,
    *,
    mean_square: float = Deep.mean_square,
    correlation: float = Deep.correlation,
    allow_code: bool = False,
    **parameters: Any,
) -> pd.DataFrame:
    """Predict how fast the layers of a deep, wide network of σ learn when it starts, without training it.

    The table has a row a layer: its number, q (the mean square of z), correlation (c, of the z of two
    inputs), chi (what it leaves of E ‖δ‖² of the layer above), pair_chi (what it leaves of E δ·δ′ of two
    inputs) and ratio (its learning speed over that of the last layer: the root of the product of pair_chi
    between). See `lab.theory.prediction.predicted`.

    ``sigma`` is an activation, or what `activation` takes, with its ``parameters`` and ``allow_code``. The
    ``depth`` layers are all of σ and of one width; σ_w² = n_in Var w and σ_b² = Var b are the variances.
    ``mean_square`` and ``correlation`` are q⁰ and c⁰, of the inputs; where c⁰ = 1 they are all alike, and
    pair_chi is chi.

    Raises PartError where there is no such activation or parameter, ValueError for a number out of range.
    """
    import pandas as pd

    from lab.parts import Activation
    from lab.theory.prediction import homogeneous

    if not isinstance(sigma, Activation):
        sigma = activation(sigma, allow_code=allow_code, **parameters)
    rows = homogeneous(sigma, depth, weight_variance, bias_variance, mean_square, correlation)
    columns = ["layer", "q", "correlation", "chi", "pair_chi", "speed"]
    return pd.DataFrame(rows)[columns].rename(columns={"speed": "ratio"})


INNER = 0.618
"""Where between its ends a parameter is that is left open, to make one σ of the family: not at 0, if that is
the middle, where a·z would be constant.
"""


def certify(
    sigma: Activation | str | Mapping[str, Any],
    at_least: float = -inf,
    at_most: float = inf,
    *,
    allow_code: bool = False,
    **parameters: Any,
) -> Certificate:
    """Enclose inf σ′ and sup σ′ over all z, and prove or refute at_least ≤ σ′ ≤ at_most.

    ``sigma``, ``parameters`` and ``allow_code`` are as `activation` takes them, such as
    ``certify("tanh(z) + a*z", at_least=0.1, a=0.1)``; or ``sigma`` is an activation. A pair (low, high)
    leaves a parameter of the formula or the class open: then all is proved for every value between.

    Raises PartError where there is no such activation or parameter, or a range is empty.
    """
    from lab.numerics import Interval
    from lab.parts import Activation
    from lab.prover.certificate import certify as certified

    over: dict[str, Interval] = {}
    for name, value in parameters.items():
        if isinstance(value, tuple | Interval):
            low, high = (value.low, value.high) if isinstance(value, Interval) else value
            if not -inf < low <= high < inf:
                raise PartError(f"{name}: expected a range of finite numbers, low:high, got {low:g}:{high:g}")
            over[name] = Interval(float(low), float(high))
    if not isinstance(sigma, Activation):
        inner = {name: open_.low + INNER * (open_.high - open_.low) for name, open_ in over.items()}
        sigma = activation(sigma, allow_code=allow_code, **(parameters | inner))
    elif len(over) < len(parameters):
        raise PartError("an activation has its parameters; only ranges, pairs (low, high), may be given")
    return certified(sigma, at_least, at_most, over)
