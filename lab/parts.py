"""What a part is: the seven kinds that the lab ships, finds by name, and takes from anyone.

A part is a frozen dataclass that subclasses one of these classes; its fields are its parameters, as an
experiment file writes them. `lab.plugins` finds it by its name.

Arrays have the shape (trial, neuron, example); ⟨·⟩ is the mean over the examples.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from math import nan, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from lab import markup
from lab.numerics import Array, Buffers, Interval, grid, measured

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib import figure

    from lab.data.dataset import Dataset
    from lab.training.snapshot import Snapshot

State: TypeAlias = dict[str, Array]
"""What an optimiser remembers between steps: name → array of shape (trial, parameter)."""

Stream: TypeAlias = Callable[[str], np.random.Generator]
"""The random streams of a trial: purpose → generator."""

Tables: TypeAlias = Mapping[str, "pd.DataFrame"]
"""A run's tables by name."""

KEYS = ("variant", "trial", "step", "epoch", "layer", "status")
"""The columns of the table ``layers`` that are no quantities."""


class Activation(ABC):
    """An elementwise activation function σ with its derivative σ′.

    To make one, write a frozen dataclass whose fields are the parameters and which has `__call__` and
    `derivative`; the rest has defaults:

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Cubic(Activation):
    ...     scale: float = 0.1
    ...
    ...     def __call__(self, z):
    ...         return z + self.scale * z**3
    ...
    ...     def derivative(self, z):
    ...         return 1 + 3 * self.scale * z**2
    >>> Cubic().slope_range.low
    1.0

    `lab.testing.check_activation` holds it to what the backpropagation core relies on: the result has the
    shape and the dtype of z, z is left as it was, NaN in gives NaN out, and σ′ is the derivative of σ.

    The claims `slope_range`, `range` and `kinks` are checked too. Where a class does not claim `slope_range`
    or `range`, they are measured on a grid: an estimate, not a proof.
    """

    analytic: ClassVar[bool] = False
    """Whether `__call__` takes complex z and is analytic off the kinks, so that complex steps apply."""

    @abstractmethod
    def __call__(self, z: Any) -> Any:
        """σ(z), elementwise; the shape and the floating dtype of z."""

    @abstractmethod
    def derivative(self, z: Any) -> Any:
        """σ′(z), elementwise; at a kink the value that the class states."""

    def with_derivative(self, z: Array, out: Buffers | None = None) -> tuple[Array, Array]:
        """σ(z) and σ′(z) in one pass, written into ``out = (a, slope, scratch)`` where given.

        The three buffers have the shape and dtype of z and none of them is z. This default calls the
        two methods; `lab.activations.in_place.InPlace` shares work between them. Raises TypeError where one
        gives no array of the shape of z, which numpy would spread over the buffer.
        """
        a, slope = found = self(z), self.derivative(z)
        if out is None:
            return found
        for name, values, buffer in (("σ", a, out[0]), ("σ′", slope, out[1])):
            if np.shape(values) != z.shape:
                got = f"the shape {np.shape(values)}" if hasattr(values, "shape") else type(values).__name__
                raise TypeError(f"{name} of z of the shape {z.shape} is of {got}, expected an array like z")
            buffer[...] = values
        return out[:2]

    @property
    def formula(self) -> str:
        """σ(z) as a formula in z and the numbers among the fields; empty where there is none.

        What is proved of the formula is told of the class, so the two must agree.
        """
        return ""

    @property
    def kinks(self) -> tuple[float, ...]:
        """The points where σ′ does not exist or jumps; the docstring of the class says what it is there."""
        return ()

    @property
    def switches(self) -> tuple[float, ...]:
        """The kinks, and the points where σ′ has one, if they are known."""
        return self.kinks

    @property
    def jumps(self) -> tuple[float, ...]:
        """Those of the kinks where σ itself jumps; the docstring of the class says what it is there.

        σ′ does not see a jump: only between them is σ the integral of it.
        """
        return ()

    @cached_property
    def slope_range(self) -> Interval:
        """Inf σ′ and sup σ′ over the reals."""
        return measured(self.derivative, self.switches)

    @cached_property
    def range(self) -> Interval:
        """Inf σ and sup σ over the reals."""
        return measured(self, self.kinks)

    @cached_property
    def steepest(self) -> float:
        """A point where |σ′| is largest: what lies below saturates low, what lies above high."""
        z = grid(self.switches)
        with np.errstate(all="ignore"):
            size = np.nan_to_num(np.abs(np.asarray(self.derivative(z))), nan=-np.inf)
        plateau = np.flatnonzero(size >= size.max() * (1 - 1e-12))
        return float(z[plateau[len(plateau) // 2]])

    def claims(self, bounds: str) -> bool:
        """Whether the class says its ``slope_range`` or ``range``, which are measured otherwise."""
        return getattr(type(self), bounds) is not getattr(Activation, bounds)

    def known_from(self, bounds: str) -> str:
        """In words, whether ``slope_range`` or ``range`` is the class's or measured; neither is a proof."""
        return f"{'as the class claims' if self.claims(bounds) else 'measured on a grid of z'} and not proved"

    def _repr_latex_(self) -> str | None:
        """The formula for a notebook, where there is one."""
        return None

    def _repr_html_(self) -> str:
        """What a notebook shows: the formula, σ and σ′ as curves, and their bounds."""
        told = {
            "σ′ in": f"{self.slope_range}, {self.known_from('slope_range')}",
            "σ in": f"{self.range}, {self.known_from('range')}",
            "kinks at": ", ".join(f"{z:.6g}" for z in self.kinks),
        }
        latex = self._repr_latex_()
        return markup.card(
            markup.title(self),
            markup.mathematics(latex) if latex else "",
            markup.sigma_and_slope(self, self.with_derivative, self.kinks, self.jumps),
            markup.listed(told),
        )


class Cost(ABC):
    """The cost of one example, C_x(a^L, y); the cost of many is their mean, C = ⟨C_x⟩.

    y may lack the axis of trials. One of one's own has `value` and `gradient`, and `lab.testing.check_cost`
    holds the two to each other:

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Quartic(Cost):
    ...     def value(self, z, a, y, sigma):
    ...         return np.sum((a - y) ** 4, axis=-2) / 4
    ...
    ...     def gradient(self, a, y, out):
    ...         out[...] = (a - y) ** 3
    >>> from lab import activation
    >>> from lab.testing import check_cost
    >>> check_cost(Quartic(), activation("tanh"))
    """

    @abstractmethod
    def value(self, z: Array, a: Array, y: Array, sigma: Activation) -> Array:
        """C_x for every example: shape (trial, example). z, a are of the output layer, a = σ(z)."""

    @abstractmethod
    def gradient(self, a: Array, y: Array, out: Array) -> None:
        """Write ∇_a C_x into ``out``."""

    def error(self, z: Array, a: Array, slope: Array, y: Array, sigma: Activation, out: Array) -> None:
        """Write δ^L = ∇_a C_x ⊙ σ′(z^L) into ``out``: BP1.

        A cost whose product with some σ′ has a cancelled form, exact where the product is ∞·0, writes
        that instead.
        """
        self.gradient(a, y, out)
        np.multiply(out, slope, out=out)

    def cancels(self, sigma: Activation) -> bool:
        """Whether `error` is free of the output's slope, so that a saturated output learns all the same."""
        return False

    def refuses(self, sigma: Activation) -> str | None:
        """Why this cost makes no sense of the outputs of σ, or None."""
        return None

    def refuses_targets(self, y: Array) -> str | None:
        """Why this cost makes no sense of the targets y (m, n), a row an example, or None."""
        return None

    def best_constant(self, y: Array) -> Array:
        """The a, (n, 1), that costs least where all examples, of targets y (n, m), get the same.

        It is the measure of what is learned: the mean target, unless the cost says otherwise.
        """
        return np.asarray(y.mean(axis=-1, keepdims=True))

    def least(self, y: Array) -> Array:
        """C_x, (m,), of the best answer to each example of targets y (n, m): 0, unless the cost says more."""
        return np.zeros(y.shape[-1])


class Initialiser(ABC):
    """What makes w and b of one layer.

    Every initialiser turns the same base draws, standard normals and uniforms of a trial, into its own w and
    b. So two variants of one trial that differ only in the scale of their weights differ in nothing else.
    One of one's own has `weights`:

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Signs(Initialiser):
    ...     def weights(self, n_in, n_out, rng):
    ...         return np.sign(rng.standard_normal((n_out, n_in))) / sqrt(n_in)
    >>> [round(variance, 3) for variance in Signs().variances(n_in=100, n_out=30)]
    [0.01, 0.0]
    """

    measured_draws: ClassVar[int] = 1000
    """At least so many weights and biases are drawn where `variances` measures them."""

    @abstractmethod
    def weights(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """w of shape (n_out, n_in)."""

    def biases(self, n_out: int, rng: np.random.Generator) -> Array:
        """b of shape (n_out, 1): zero unless the initialiser says otherwise."""
        return np.zeros((n_out, 1))

    def layer_biases(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """b of shape (n_out, 1) of a layer with ``n_in`` inputs: `biases`, unless these matter to it."""
        return self.biases(n_out, rng)

    @property
    def bias_mean(self) -> float:
        """The mean of b: 0 unless the initialiser says otherwise."""
        return 0.0

    def variances(self, n_in: int, n_out: int) -> tuple[float, float]:
        """Var w and Var b, from which learning speeds are predicted; NaN where the mean of w is not 0.

        NaN too where that of b is not `bias_mean`.

        This default measures draws. Those that the lab ships tell them exactly.
        """
        rng = np.random.default_rng(0)
        draws = range(1 + self.measured_draws // (n_in * n_out))
        w = np.array([self.weights(n_in, n_out, rng) for _ in draws])
        b = np.array([self.layer_biases(n_in, n_out, rng) for _ in range(1 + self.measured_draws // n_out)])
        if any(abs(of.mean()) > 5 * of.std() / sqrt(of.size) for of in (w, b - self.bias_mean)):
            return nan, nan
        return float(np.var(w)), float(np.var(b))

    def fed_by(self, sigma: Activation) -> Initialiser:
        """What makes w and b of a layer whose inputs are activations σ: itself, unless σ matters to it."""
        return self


class Optimiser(ABC):
    """What turns gradients into steps, with explicit state. Arrays have the shape (trial, parameter).

    θ ← θ + Δθ is the training loop's, and so is the decay of weights, which is the same for all. One of one's
    own has `step`, and the names of what it ``remembers``; `lab.testing.check_optimiser` tries it:

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Signs(Optimiser):
    ...     def step(self, state, gradient, eta, number, out):
    ...         out[...] = -eta * np.sign(gradient)
    >>> out = np.empty((1, 2))
    >>> Signs().step({}, np.array([[3.0, -0.1]]), eta=0.5, number=1, out=out)
    >>> out.tolist()
    [[-0.5, 0.5]]
    >>> from lab.testing import check_optimiser
    >>> check_optimiser(Signs())
    """

    remembers: ClassVar[tuple[str, ...]] = ()
    """The names of the arrays of its state, which are 0 before the first step."""

    elementwise: ClassVar[bool] = False
    """Whether the Δθ of a parameter depends on its own gradients alone, so that large networks may be moved
    a block of parameters at a time, which is sooner; else ``gradient`` is always that of all."""

    def initial(self, theta: Array) -> State:
        """The state before the first step."""
        return {name: np.zeros_like(theta) for name in self.remembers}

    @abstractmethod
    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        """Write Δθ of step ``number`` (1, 2, …) into ``out``; ``gradient`` is left as it was.

        What is remembered is written into the arrays of ``state``.
        """

    def multiple(self, eta: float) -> float | None:
        """The c of an optimiser whose Δθ is c ∇C at every step; None for all others."""
        return None


class DataSource(ABC):
    """Where a data set comes from; ``origin`` is what a listing says of it.

    One of one's own has `load`:

    >>> from dataclasses import dataclass
    >>> from lab.data import assembled
    >>> @dataclass(frozen=True)
    ... class Line(DataSource):
    ...     def load(self, train, test, seed, folder):
    ...         x = np.linspace(-1, 1, train or 100)[:, None]
    ...         return assembled("line", (x, 2 * x), (x, 2 * x))
    >>> Line().load(None, None, 0, Path()).x_train.shape
    (100, 1)
    """

    origin: ClassVar[str] = "your own"

    @abstractmethod
    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """The data set, made by `lab.data.dataset.assembled` or `lab.data.dataset.classified`.

        There are ``train`` and ``test`` examples, or with None the source's own usual number. Chance is drawn
        from the ``seed``. A relative path starts in ``folder``, that of the experiment file. Raises PartError
        where there are fewer examples than asked for, or the data cannot be found or used.
        """


class Probe(ABC):
    """One or a few quantities of a layer that are measured together: a pure function of one pass.

    One of one's own has ``columns`` and `measure`; `lab.training.snapshot.Snapshot` is what it gets:

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Largest(Probe):
    ...     columns = ("a_max",)
    ...
    ...     def measure(self, snapshot, l):
    ...         return (snapshot.p.a[l].max(axis=(1, 2)),)
    """

    columns: ClassVar[tuple[str, ...]]
    """The names of the quantities: columns of the table ``layers``, and words of ``record.quantities``."""

    default: ClassVar[bool] = True
    """Whether ``quantities = ["default"]`` holds it."""

    counterfactual: ClassVar[bool] = False
    """Whether it concerns trainings with a surrogate slope alone: "default" and "all" hold it only there."""

    norms: ClassVar[frozenset[tuple[str, str]] | None] = None
    """The norms that `measure` asks `Snapshot.norm` for, (part, kind), if it looks at no parameters itself.

    A part is ``theta``, ``gradient`` or ``update``, a kind ``w`` or ``b``. None is always right, but slower.
    """

    @abstractmethod
    def measure(self, snapshot: Snapshot, l: int) -> tuple[Array, ...]:
        """The quantities of layer l (1 … L), one array of shape (T,) for each of the columns."""


class Figure(ABC):
    """A picture of a run's tables.

    One of one's own has ``needs`` and `draw`; ``experiments/own_figure.py`` is one.

    >>> import pandas as pd
    >>> from matplotlib.figure import Figure as Canvas
    >>> class Costs(Figure):
    ...     needs = ("trials",)
    ...     question = "How low does the cost get?"
    ...
    ...     def draw(self, tables):
    ...         canvas = Canvas()
    ...         canvas.subplots().plot(tables["trials"]["final_cost"], "o")
    ...         return canvas
    >>> picture = Costs().draw({"trials": pd.DataFrame({"final_cost": [0.3, 0.2]})})
    >>> picture.axes[0].lines[0].get_ydata().tolist()
    [0.3, 0.2]
    """

    needs: ClassVar[tuple[str, ...]]
    """The tables that it cannot do without."""

    question: ClassVar[str] = ""
    """What it answers: its title. One without a question bears the experiment's title."""

    reading: ClassVar[str] = ""
    """How to read it, in a sentence."""

    when: ClassVar[str] = "always"
    """When it is drawn."""

    @abstractmethod
    def draw(self, tables: Tables) -> figure.Figure:
        """The figure. The tables of ``needs`` are there and have rows.

        Raises `lab.figures.NothingToShowError` where they have nothing that it shows.
        """
