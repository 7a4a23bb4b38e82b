"""Networks of the lab as estimators of scikit-learn, which remember how fast their layers learned.

>>> from sklearn.datasets import load_digits
>>> x, y = load_digits(return_X_y=True)
>>> net = LabClassifier(activation="tanh(z) + 0.1*z", hidden=(30, 30), epochs=5, random_state=0)
>>> round(net.fit(x[:1000] / 16, y[:1000]).score(x[1000:] / 16, y[1000:]), 1)
0.9
>>> net.run_.layers.query("step == 0")[["layer", "learning_speed"]].shape
(3, 2)
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from itertools import count
from math import inf
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from lab.errors import PartError, installs

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(f"lab.sklearn needs scikit-learn: {installs('sklearn')}") from error

from scipy.special import softmax

from lab.data.dataset import Dataset, assembled, outputs
from lab.experiment import checks
from lab.experiment.keys import Key, dotted
from lab.experiment.specify import spec_of
from lab.experiment.validation import validated
from lab.experiment.variants import Variant
from lab.network.backprop import forward
from lab.network.buffers import make_pass, with_ones
from lab.network.costs import SoftmaxCrossEntropy
from lab.numerics import Array
from lab.parts import Activation
from lab.results.run import Run
from lab.runs import tables
from lab.runs.bench import Bench
from lab.runs.fitness import unfit
from lab.runs.held_run import HeldRun
from lab.runs.variant_tables import untrained
from lab.training.divergence import located
from lab.training.examples import EVALUATED_TOGETHER
from lab.training.loop import Course
from lab.training.recorder import Readings
from lab.training.stack import Training

KEYS = {
    **{name: ("network", name) for name in ("hidden", "activation", "output", "cost", "initialiser")},
    **{name: ("training", name) for name in ("optimiser", "eta", "batch", "epochs", "dtype")},
    "decay": ("training", "lambda"),
    **{name: ("record", name) for name in ("every", "quantities")},
}
"""The key of an experiment file that each parameter is."""

_fits = count(1)


class LabNetwork(BaseEstimator):  # type: ignore[misc, unused-ignore]
    """What both estimators share: parameters that are keys of an experiment file; abstract.

    ``hidden`` are the widths n_1 … n_{L−1}, ``activation`` is σ of these layers as files name it: a name, a
    formula in z, a table of a name and parameters; an activation as `lab.activation` makes it; or a list of
    one for each. ``output``, ``cost``,
    ``initialiser`` and ``optimiser`` are named likewise; None is what is usual. ``eta``, ``decay``,
    ``batch``, ``epochs`` and ``dtype`` are η, λ, the examples of a step, passes over the data and the
    precision, ``quantities`` and ``every`` what is recorded and when. ``random_state`` is that of the first
    weights and of the order of the examples.

    After `fit`: ``run_``, a `lab.Run` of one trial that is held in memory: its tables, figures and verdicts;
    ``network_`` and ``theta_``, σ of each layer, the cost and w and b; ``n_features_in_``.
    """

    usual: ClassVar[Mapping[str, Any]]
    """What ``cost`` and ``output`` are where they are None, unless files have a default."""

    def __init__(
        self,
        activation: Any = "tanh",
        hidden: Sequence[int] = (30, 30),
        *,
        output: Any = None,
        cost: Any = None,
        initialiser: Any = "glorot-uniform",
        optimiser: Any = "adam",
        eta: float = 0.01,
        decay: float = 0.0,
        batch: int | str = 32,
        epochs: int = 100,
        dtype: str = "float64",
        every: int | str = "auto",
        quantities: Sequence[str] = ("default",),
        random_state: Any = None,
    ) -> None:
        self.activation = activation
        self.hidden = hidden
        self.output = output
        self.cost = cost
        self.initialiser = initialiser
        self.optimiser = optimiser
        self.eta = eta
        self.decay = decay
        self.batch = batch
        self.epochs = epochs
        self.dtype = dtype
        self.every = every
        self.quantities = quantities
        self.random_state = random_state

    def _fit(self, data: Dataset) -> None:
        """Train one trial on the data. Raises PartError with all that is wrong with the parameters."""
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        designs: dict[str, Any] = {}
        values: dict[str, Any] = {"data": {"name": data.name}, "activations": designs}
        values["trials"] = {"seeds": 1, "seed": seed}
        for name, (table, key) in KEYS.items():
            given = getattr(self, name)
            if (value := self.usual.get(name) if given is None else given) is not None:
                values.setdefault(table, {})[key] = _plain(value, designs)
        if isinstance(batch := values["training"]["batch"], int):
            values["training"]["batch"] = min(batch, len(data.x_train))
        base = validated(values)
        where = {"folder": Path.cwd(), "allow_code": False}
        known = base.faulty | {("data", "name")}
        found = [*base.findings, *checks.parts(base.settings, where=where, faulty=known)]
        found = found or checks.together(base.settings, where=where, faulty=known)
        bench = Bench(Path.cwd(), allow_code=False)
        if not found:
            training = bench.training(base.settings, data)
            found = unfit(base.settings, training)
        if found:
            named: dict[Key, str] = {key: name for name, key in KEYS.items()}
            raise PartError(
                "\n".join(f"{named.get(one.key[:2], dotted(one.key))}: {one.message}" for one in found)
            )
        course = Course(training, range(1))
        course.advance(inf)
        readings = located(training, range(1), course.finished())
        self.network_, self.theta_ = training.network, course.theta
        made = [(Variant(0, type(self).__name__, {}, base.settings), training)]
        self.run_ = Run(_held(made, readings, data))
        if readings.diverged[0] >= 0:
            warnings.warn(
                f"training diverged by step {readings.diverged[0]}; try a smaller eta, got {self.eta}",
                ConvergenceWarning,
                stacklevel=3,
            )

    def _outputs(self, x: Any) -> tuple[Array, Array]:
        """z and a of the output layer, (rows, n_L) each."""
        check_is_fitted(self)
        x = validate_data(self, x, reset=False, dtype=np.float64)
        L, dtype = self.network_.depth, self.theta_.vector.dtype
        found = []
        for start in range(0, len(x), EVALUATED_TOGETHER):
            rows = x[start : start + EVALUATED_TOGETHER]
            y = np.zeros((1, self.network_.sizes[-1], len(rows)), dtype)
            p = make_pass(self.network_.sizes, 1, with_ones(rows, dtype), y)
            with np.errstate(all="ignore"):
                forward(self.network_, self.theta_, p)
            found.append((p.z[L][0].T, p.a[L][0].T))
        z, a = (np.concatenate(blocks) for blocks in zip(*found, strict=True))
        return z, a


class LabClassifier(ClassifierMixin, LabNetwork):  # type: ignore[misc, unused-ignore]
    """A network of the lab that tells classes apart; the parameters are those of `LabNetwork`.

    ``classes_`` are the labels. The cost is by default the cross-entropy of the softmax.
    """

    usual: ClassVar[Mapping[str, Any]] = {"cost": "softmax-cross-entropy"}

    def fit(self, X: Any, y: Any) -> Self:
        """Learn the classes ``y`` of the rows of ``X``, (m,) and (m, n_0)."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            (only,) = self.classes_.tolist()
            raise ValueError(f"y has one class alone, {only!r}; expected two classes or more")
        goals = outputs(labels, len(self.classes_))
        data = assembled("X, y", (X, goals), (X[:0], goals[:0]), tuple(map(str, self.classes_)))
        self._fit(data)
        return self

    def predict(self, X: Any) -> Array:
        """The likeliest class of each row, (m,)."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])

    def predict_proba(self, X: Any) -> Array:
        """The shares of the classes, (m, K): softmax of z under its cost, else a ≥ 0, made to sum to 1."""
        z, a = self._outputs(X)
        if isinstance(self.network_.cost, SoftmaxCrossEntropy):
            return np.asarray(softmax(z, axis=1))
        if a.shape[1] == 1:
            share = np.clip(a, 0, 1)
            return np.hstack([1 - share, share])
        share = np.maximum(a, np.finfo(a.dtype).tiny)
        return np.asarray(share / share.sum(axis=1, keepdims=True))


class LabRegressor(RegressorMixin, LabNetwork):  # type: ignore[misc, unused-ignore]
    """A network of the lab that meets numbers; the parameters are those of `LabNetwork`.

    Targets are met as they are: scale those that are far from 1.
    """

    usual: ClassVar[Mapping[str, Any]] = {"cost": "quadratic", "output": "identity"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Learn the numbers ``y`` of the rows of ``X``: (m,) or (m, n_L), and (m, n_0)."""
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        goals = np.asarray(y, np.float64)
        self._flat = goals.ndim == 1
        goals = goals.reshape(len(goals), -1)
        self._fit(assembled("X, y", (X, goals), (X[:0], goals[:0])))
        return self

    def predict(self, X: Any) -> Array:
        """What is due for each row, in the shape of ``y``."""
        _, a = self._outputs(X)
        return a[:, 0] if self._flat else a


def _held(made: list[tuple[Variant, Training]], readings: Readings, data: Dataset) -> HeldRun:
    """The run of one fit."""
    ((variant, training),) = made
    part = tables.Part(variant, range(1), readings, training.steps_per_epoch)
    info = {
        "name": variant.label,
        "id": f"fit-{next(_fits)}",
        "title": "",
        "status": "done",
        "seed": variant.seed,
        "data": [{"name": data.name, "sha256": data.sha256}],
    }
    return HeldRun(info, tables.measured(part) | untrained(made))


def _plain(value: Any, designs: dict[str, Any]) -> Any:
    """A parameter as a file would have it: lists for sequences, Python's numbers for numpy's, tables for σ.

    One by its derivative is put among the ``designs``, and named.
    """
    if isinstance(value, Activation):
        written = spec_of(value)
        if "derivative" not in written:
            return written
        designs[name := f"design-{len(designs) + 1}"] = written
        return name
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {key: _plain(one, designs) for key, one in value.items()}
    return [_plain(one, designs) for one in value] if isinstance(value, list | tuple | np.ndarray) else value
