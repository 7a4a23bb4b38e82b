"""The Python face: each thing that the lab does, once, for a caller and for the command line."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import PartError
from lab.own_code import with_care
from lab.results.run import Run
from lab.results.training import interrupted, lacks_nothing, prepare, train
from lab.runs.files.root import find
from lab.runs.files.whereabouts import results_root
from lab.spelling import nearest
from lab.theory.deep import Deep

if TYPE_CHECKING:
    import pandas as pd

    from lab.numerics import Interval
    from lab.parts import Activation
    from lab.prover.certificate import Certificate
    from lab.runs.files.verification import Checked


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

    >>> from tempfile import TemporaryDirectory
    >>> small = {"data": {"name": "digits", "train": 50}, "network": {"hidden": [8, 8]}}
    >>> with TemporaryDirectory() as results:
    ...     made = run(small, ["training.epochs=1", "trials.seeds=2"], results=results, plots=False)
    ...     again = load("notebook", results)
    ...     made.trials["status"].tolist(), again.layers.query("trial == 0 and step == 0")["layer"].tolist()
    ...     resume("notebook", results, plots=False).path == made.path  # for it lacks nothing
    ...     [one.file for one in verify(made.path) if one.problem]
    (['done', 'done'], [1, 2, 3])
    True
    []

    ``path`` is that of an experiment file, or the file's values, as in
    ``run({"data": {"name": "digits"}, "network": {"hidden": [30, 30]}})``; then the run is called
    ``notebook``, and relative paths start in the current folder.
    ``overrides`` are dotted keys with new values, as a mapping or as texts ``"training.epochs=50"``.
    Up to ``workers`` processes train and draw; they do not run the caller's script again.
    ``scheduler`` is the address ``"tcp://host:8786"`` of a Dask scheduler, whose workers train instead; it
    needs the extra ``cluster``.
    ``results`` is where results are kept; else $LAB_RESULTS, else ``results`` under the current folder.
    ``reuse`` is a run, named as in `load`, whose trials are taken over where they are the very same.
    ``allow_code`` lets the file name a class in a Python file, which runs that file's code: first in a
    process of its own, which it may end, crash or hang (until interrupted), and then in those that train.
    ``allow_mixed`` lets reused trials be of other versions or of another processor.
    ``trial_timeout`` is how many seconds a trial may take; with it trials are trained in processes.
    ``max_trials`` is the most that the experiment may have. ``unchecked`` lets activations, costs and
    optimisers of one's own run that fail the checks of `lab.testing`. ``plots`` tells whether figures are
    drawn and the report written.
    ``progress`` is called with the trial-steps done and their total.

    Raises ExperimentError with every problem of the file, before anything is run or written; ClaimError where
    an activation does not hold what is claimed of it, or what the core relies on; StorageError where the
    results cannot be kept.
    """
    from lab.runs.terms import Terms
    from lab.runs.work.workers import summed

    reused = None if reuse is None else find(str(reuse), results_root(results))
    ready = with_care(
        prepare,
        allow_code=allow_code,
        patient=trial_timeout is None,
        path=path,
        overrides=overrides,
        max_trials=max_trials,
        unchecked=unchecked,
    )
    counted = summed(progress, ready.trial_steps)
    terms = Terms(workers, trial_timeout, allow_mixed, reused, scheduler)
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

    Of a run that lacks nothing, nothing is made again. Returned is the finished run; `run` has an example.

    ``run`` is as `load` takes it; without it, the newest run that was interrupted. ``allow_mixed`` lets it go
    on with other versions, or on another processor, than it began with. The rest is as in `run`: leave to run
    code is given anew, since a run may be somebody else's. Raises LabError where there is none, StorageError
    where its data, code or versions changed since it began.
    """
    from lab.runs.preparation import prepared_again
    from lab.runs.terms import Terms
    from lab.runs.work.workers import summed

    folder = interrupted(run, results)
    if lacks_nothing(folder, plots=plots):
        return Run(folder)
    ready = with_care(prepared_again, allow_code=allow_code, patient=trial_timeout is None, folder=folder)
    counted = summed(progress, ready.trial_steps)
    terms = Terms(workers, trial_timeout, allow_mixed, scheduler=scheduler)
    return train(ready, folder, terms, plots=plots, progress=counted)


def verify(run: str | Path, results: str | Path | None = None) -> list[Checked]:
    """Look whether every file of a run is what was written.

    Each `Checked` has the ``file``, by its path in the run's folder, and the ``problem``, empty where it is
    whole; ``summed`` tells whether a sum of it is known. ``run`` is as `load` takes it, and `run` has an
    example. Raises LabError where there is no such run.
    """
    from lab.runs.files.verification import verified

    return verified(find(str(run), results_root(results)))


def load(run: str | Path = "", results: str | Path | None = None) -> Run:
    """Open the results of a run: its folder, its name (the newest), its run-id or the beginning of one.

    Without it, those of the newest run of all. A name and a run-id are looked for where `run` keeps
    ``results``; `run` has an example. A table is read when it is asked for. Raises LabError where there is no
    such run.
    """
    return Run(find(str(run), results_root(results)))


def activation(
    spec: str | Mapping[str, Any] | None = None,
    *,
    derivative: str | None = None,
    allow_code: bool = False,
    **parameters: Any,
) -> Activation:
    """An activation by its name, by a formula in z, or by the formula of its derivative, integrated from 0.

    >>> float(activation("leaky-relu", slope=0.2)(-1.0))
    -0.2
    >>> float(activation("tanh(z) + a*z", a=0.1).derivative(0.0))
    1.1
    >>> activation(derivative="a + (1 - a)*exp(-z**2)", a=0.1).slope_range
    Interval(low=0.1, high=1.0)

    ``"file.py:Class"`` runs the file's code, so it needs ``allow_code=True``. Raises PartError where there
    is none such, or where there are both a ``spec`` and a ``derivative``, or neither.
    """
    from lab.experiment.specify import as_table, from_spec

    if (spec is None) == (derivative is None):
        raise PartError('expected one of an activation, such as "tanh", and derivative="…"')
    table = {"derivative": derivative} if spec is None else as_table(spec)
    with _keyword_told(activation):
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
    ``plain`` writes plain operations for ONNX and jvp, ``wide`` computes float32 in float64. The rest is as
    in `activation`; or ``sigma`` is an activation. See `lab.bridge.export.source_of`.

    >>> written = export("tanh(z) + a*z", "numpy", a=0.1)
    >>> [line for line in written.splitlines() if line.startswith("def")]
    ['def sigma(z):', 'def sigma_slope(z):']

    Raises LabError for an unknown language, PartError where there is no such activation or it has no formula.
    """
    from lab.bridge.export import source_of

    sigma = _activation_of(export, sigma, parameters, allow_code)
    return source_of(sigma, to, learn=learn, plain=plain, wide=wide).text


def audit(
    what: str | Path,
    name: str = "",
    *,
    dtypes: str | Sequence[str] = ("float64", "float32", "bfloat16", "float16"),
    formula: str = "",
    only: str | Sequence[str] = (),
    allow_code: bool = False,
) -> pd.DataFrame:
    """Hold the σ and σ′ of a library, or of one's own code, to references of 60 digits.

    ``what`` is torch, jax, keras, lab, or a Python file, whose function ``name`` is σ by ``formula``, and
    which runs with ``allow_code``. ``only`` are functions of a library by their names; else all that the lab
    knows. The table has a row for each function, dtype and of σ and σ′. See `lab.bridge.audit.audited`.
    A dtype that a library lacks, as numpy bfloat16, is left out, as ``attrs["left_out"]`` tells.

    >>> audit("lab", only=["tanh"], dtypes=["float32"])["verdict"].tolist()
    ['exact tails', 'exact tails']

    Raises LabError where the library is missing, a function or a dtype is unknown, or nothing can be tried.
    """
    from lab.bridge.audit import audited

    dtypes, only = ([one] if isinstance(one, str) else one for one in (dtypes, only))
    return audited(what, name, dtypes=dtypes, formula=formula, only=only, allow_code=allow_code).table


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

    >>> predict("relu", depth=3, weight_variance=1.0)["ratio"].round(3).tolist()
    [0.5, 0.707, 1.0]

    Raises PartError where there is no such activation or parameter, ValueError for a number out of range.
    """
    import pandas as pd

    from lab.theory.prediction import homogeneous

    sigma = _activation_of(predict, sigma, parameters, allow_code)
    rows = homogeneous(sigma, depth, weight_variance, bias_variance, mean_square, correlation)
    columns = ["layer", "q", "correlation", "chi", "pair_chi", "speed"]
    return pd.DataFrame(rows)[columns].rename(columns={"speed": "ratio"})


def certify(
    sigma: Activation | str | Mapping[str, Any],
    at_least: float = -inf,
    at_most: float = inf,
    *,
    allow_code: bool = False,
    **parameters: Any,
) -> Certificate:
    """Enclose inf σ′ and sup σ′ over all z, and prove or refute at_least ≤ σ′ ≤ at_most.

    ``sigma``, ``parameters`` and ``allow_code`` are as `activation` takes them; or ``sigma`` is an
    activation, which has its parameters. A pair (low, high) leaves a parameter of the formula or the class
    open: then all is proved for every value between.

    >>> found = certify("tanh(z) + a*z", at_least=0.05, a=(0.05, 0.2))
    >>> found.verdict, found.inf.low
    ('CERTIFIED', 0.05)
    >>> certify("tanh", at_least=0.1).verdict
    'REFUTED'

    Raises PartError where there is no such activation or parameter, or a range is empty.
    """
    from lab.prover.certificate import certify as certified
    from lab.prover.families import inner, left_open

    over = left_open(parameters)
    sigma = _activation_of(certify, sigma, parameters | inner(over), allow_code, over)
    return certified(sigma, at_least, at_most, over)


def _activation_of(
    asked_by: Callable[..., Any],
    sigma: Activation | str | Mapping[str, Any],
    parameters: Mapping[str, Any],
    allow_code: bool,
    over: Mapping[str, Interval] = {},
) -> Activation:
    """An activation, or what `activation` makes with these parameters, of which those ``over`` are open.

    Raises PartError where an activation, which has its parameters, is given others.
    """
    from lab.parts import Activation

    with _keyword_told(asked_by):
        if not isinstance(sigma, Activation):
            return activation(sigma, allow_code=allow_code, **parameters)
        if given := sorted(parameters.keys() - over.keys()):
            only = "only ranges, pairs (low, high), may be given"
            raise PartError(f"{sigma} has its parameters, got {', '.join(given)}; {only}", given[0])
        return sigma


@contextmanager
def _keyword_told(function: Callable[..., Any]) -> Iterator[None]:
    """Name the keyword of this function that is meant by what is no parameter of an activation."""
    try:
        yield
    except PartError as error:
        meant = nearest(error.parameter, inspect.signature(function).parameters)
        if meant is None:
            raise
        raise PartError(f"{error}; did you mean {meant!r} of lab.{function.__name__}?") from None
