"""What an exported σ says, whatever language it is written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import chain
from math import inf

import numpy as np

from lab.activations.formula.formula import Written, formula_of
from lab.activations.formula.graph import Expression
from lab.activations.formula.parser import parse
from lab.activations.formula.rewrites import stable
from lab.bridge.export_autograd import computed
from lab.bridge.export_code import Level
from lab.bridge.export_forms import DTYPES, Function
from lab.errors import PartError
from lab.numerics import Array, Interval
from lab.parts import Activation
from lab.prover.certificate import certify
from lab.theory.moments import backward_gain, forward_gain

SYMBOLS = ("σ", "σ′", "σ″")

WAYS = {"NaN": "is NaN", "∞": "is infinite", "0": "is computed as 0", "inexact": "has lost digits"}
"""What is said of each of `KINDS`."""

MOST_LISTED = 4
"""The intervals that a line tells."""

SAMPLES = 400
"""The z of an interval at which σ is looked at, to see whether it is level there."""


@dataclass(frozen=True)
class Exported:
    """A σ that is known by its formula.

    learn
        Whether its parameters are left open.
    count
        How many of σ, σ′ and σ″ are written; of σ alone autograd makes the rest.
    dtypes
        What they compute in.

    Raises PartError where σ has no formula.
    """

    sigma: Activation
    learn: bool = False
    count: int = 3
    dtypes: Sequence[str] = DTYPES

    @cached_property
    def written(self) -> Written:
        found = formula_of(self.sigma)
        if found is None:
            raise PartError(
                f"{self.sigma}: it has no formula of σ, which an export is made from; "
                "what is exported is a row of lab activations, a formula in z, or a design with one"
            )
        return found

    @cached_property
    def name(self) -> str:
        """The name of the function: of a row of the table its own, else sigma."""
        row = getattr(self.sigma, "row", None)
        known = row.name if row else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(self.sigma).__name__).lower()
        return "sigma" if known == "formula" else known.replace("-", "_")

    @property
    def class_name(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("_"))

    @cached_property
    def parameters(self) -> dict[str, float]:
        return dict(self.written.numbers)

    @cached_property
    def derivatives(self) -> tuple[Expression, Expression, Expression]:
        """σ, σ′ and σ″."""
        slope = self.written.slope_expression
        return self.written.expression, slope, stable(slope.derivative())

    @cached_property
    def open(self) -> Expression:
        """σ with its parameters left open, at positions from 1 on."""
        return stable(parse(self.written.formula, {}, tuple(self.parameters)))

    @cached_property
    def functions(self) -> tuple[Function, Function, Function]:
        """σ, σ′ and σ″ as they are written."""
        roots, numbers = self.derivatives, tuple(self.parameters.values())
        by_parameters: list[Expression] = []
        if self.learn and self.parameters:
            by_z = stable(self.open.derivative())
            roots = self.open, by_z, stable(by_z.derivative())
            by_parameters = [stable(self.open.derivative(k + 1)) for k in range(len(numbers))]
        value, slope, curvature = (Function(root, numbers) for root in roots)
        if self.count == 1:
            value = Function(roots[0], numbers, (roots[1], *by_parameters), self.sigma.kinks)
        return value, slope, curvature

    @cached_property
    def levels(self) -> tuple[list[Level], list[Level], list[Level]]:
        """Of σ, σ′ and σ″: where floats run over on the way, in float32 or float64, and the value is one.

        There are none where parameters are left open, with which values change.
        """
        if self.learn and self.parameters:
            return [], [], []
        ends = [Interval(end, end) for end in (-inf, inf)]
        places = sorted({*self.sigma.kinks, *self.written.switches})
        value, slope, curvature = (
            _levels(
                of,
                dict.fromkeys(
                    (*chain(*function.form.wrong.values()), *ends, *_otherwise(of, function, places))
                ),
            )
            for of, function in zip(self._as_due, self.functions, strict=True)
        )
        return value, slope, curvature

    @cached_property
    def _as_due(self) -> tuple[Callable[[Array], Array], ...]:
        """σ, σ′ and σ″ as the lab computes them."""
        return self.sigma, self.sigma.derivative, self.functions[2].due

    @cached_property
    def header(self) -> list[str]:
        """The lines of the header: the formula, what is proved of it, its gains, and what it was made by."""
        numbers = ", ".join(f"{name} = {value!r}" for name, value in self.parameters.items())
        return [
            f"σ(z) = {self.written.formula}{f'    [{numbers}]' if numbers else ''}",
            "",
            *str(certify(self.sigma)).splitlines(),
            f"gain: {forward_gain(self.sigma):.10g} keeps a mean square of activations, "
            f"{backward_gain(self.sigma):.10g} one of errors (Var w = gain²/n)",
            *self.lost,
            f"exported by activation-lab {version('activation-lab')}",
        ]

    @cached_property
    def lost(self) -> list[str]:
        """Where what is written is not what is due, a line for each function and each way."""
        written = zip(SYMBOLS[: self.count], self.functions, self.levels, strict=False)
        told = [(symbol, function.form.wrong, levels) for symbol, function, levels in written]
        by = ("σ′", *(f"∂σ/∂{name}" for name in self.parameters))
        slopes = zip(by, self.functions[0].form.wrong_slopes, strict=False)
        told += [(f"{symbol} by autograd", wrong, []) for symbol, wrong in slopes]
        lines = []
        for symbol, wrong, levels in told:
            for (dtype, kind), places in wrong.items():
                left = [one for one in places if not any(_holds(level.interval, one) for level in levels)]
                if left and dtype in self.dtypes:
                    lines.append(f"in {dtype} {symbol} {WAYS[kind]} for z in {_listed(left)}")
        return lines


@np.errstate(all="ignore")
def _levels(function: Callable[[Array], Array], places: Iterable[Interval]) -> list[Level]:
    """Those of the places in which a function has one value, NaN between apart."""
    levels: list[Level] = []
    for interval in places:
        z = _spread(interval)
        values = np.asarray(function(z))
        values = values[~np.isnan(values) | np.isinf(z)]
        if values.size and (z.size == 1 or np.all(values == values[0])):
            levels.append(Level(interval, float(values[0])))
    return [one for one in levels if not any(x != one and _holds(x.interval, one.interval) for x in levels)]


@np.errstate(all="ignore")
def _otherwise(due: Callable[[Array], Array], function: Function, places: Sequence[float]) -> list[Interval]:
    """Those of the kinks and switches at which a function that is written has another value than is due."""
    wrong = []
    for place in places:
        z = np.array([place])
        found = (computed(function.form.kernels, z.astype(dtype))[0] for dtype in DTYPES)
        if any(one != due(z)[0].astype(one.dtype) for one in found):
            wrong.append(Interval(place, place))
    return wrong


def _listed(places: Sequence[Interval]) -> str:
    """Intervals as text, those as one whose ends are written alike; of many the nearest to 0."""
    joined: list[tuple[str, str]] = []
    for one in sorted(places, key=lambda one: one.low):
        low, high = f"{one.low:.4g}", f"{one.high:.4g}"
        if joined and float(low) <= float(joined[-1][1]):
            low, _ = joined.pop()
        joined.append((low, high))
    near = sorted(joined, key=lambda one: min(abs(float(end)) for end in one))[:MOST_LISTED]
    text = ", ".join(f"[{low}, {high}]" for low, high in sorted(near, key=lambda one: float(one[0])))
    return text + (f" and {len(joined) - MOST_LISTED} more" if len(joined) > MOST_LISTED else "")


def _holds(outer: Interval, inner: Interval) -> bool:
    return outer.low <= inner.low and inner.high <= outer.high


def _spread(interval: Interval) -> Array:
    """Numbers of an interval, of all sizes, its ends among them."""
    most = float(np.finfo(np.float64).max)
    low, high = (float(np.clip(end, -most, most)) for end in (interval.low, interval.high))
    if interval.low == interval.high:
        return np.array([interval.low])
    sizes = np.geomspace(1e-3, most / 2, SAMPLES)
    inner = np.concatenate([-sizes, sizes, np.linspace(low / 2, high / 2, SAMPLES) * 2])
    return np.unique([interval.low, interval.high, *inner[(inner > low) & (inner < high)]])
