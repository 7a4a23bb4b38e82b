"""What an exported σ says, whatever language it is written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from itertools import chain
from math import inf
from typing import TypeAlias

import numpy as np

from lab.activations.formula.formula import Written, formula_of
from lab.activations.formula.graph import Expression
from lab.activations.formula.parser import parse
from lab.activations.formula.rewrites import stable
from lab.bridge.export_autograd import computed
from lab.bridge.export_forms import DTYPES, Form, Function
from lab.errors import PartError
from lab.numerics import Array, Interval
from lab.parts import Activation
from lab.prover.certificate import certify
from lab.theory.moments import backward_gain, forward_gain

SYMBOLS = ("σ", "σ′", "σ″")

Due: TypeAlias = Callable[[Array], Array]
"""A function of z as the lab computes it."""

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
        row, kind = getattr(self.sigma, "row", None), type(self.sigma).__name__
        known = row.name if row else re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", kind).lower()
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
        """σ, σ′ and σ″ as they are to be written."""
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
    def forms(self) -> tuple[Form, Form, Form]:
        """The forms of σ, σ′ and σ″, with the value that is due where floats run over and it is one.

        Where parameters are left open values change with them, and the forms are as they are.
        """
        forms = [function.form for function in self.functions]
        if not (self.learn and self.parameters):
            places = sorted({*self.sigma.kinks, *self.written.switches})
            dues: tuple[Due, ...] = self.sigma, self.sigma.derivative, self.functions[2].due
            forms = [_levelled(form, due, places) for form, due in zip(forms, dues, strict=True)]
        value, slope, curvature = forms
        return value, slope, curvature

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
        by = ("σ′", *(f"∂σ/∂{name}" for name in self.parameters))
        told = [
            *zip(SYMBOLS[: self.count], (form.wrong for form in self.forms), strict=False),
            *zip((f"{symbol} by autograd" for symbol in by), self.forms[0].wrong_slopes, strict=False),
        ]
        return [
            f"in {dtype} {symbol} {WAYS[kind]} for z in {_listed(places)}"
            for symbol, wrong in told
            for (dtype, kind), places in wrong.items()
            if places and dtype in self.dtypes
        ]


@np.errstate(all="ignore")
def _levelled(form: Form, due: Due, places: Sequence[float]) -> Form:
    """The form with the value that is due where it is wrong and that is one, at ±∞ and at the places too."""
    points = [-inf, inf, *(z for z in places if _is_otherwise(form, due, z))]
    tried = dict.fromkeys((*chain(*form.wrong.values()), *(Interval(z, z) for z in points)))
    levels = {one: value for one in tried if (value := _only_value(due, one)) is not None}
    kernels = form.kernels
    z = kernels.graph.z()
    for one, value in levels.items():
        if any(_holds(other, one) for other in levels if other != one):
            continue
        inside = kernels.lifted(value)
        if one.high < inf:
            inside = z.call("less_equal", one.high).call("where", inside, kernels)
        kernels = (
            z.call("greater_equal", one.low).call("where", inside, kernels) if one.low > -inf else inside
        )
    wrong = {
        key: tuple(place for place in found if not any(_holds(one, place) for one in levels))
        for key, found in form.wrong.items()
    }
    return replace(form, kernels=kernels, wrong=wrong)


def _only_value(due: Due, interval: Interval) -> float | None:
    """The one value in an interval, NaN between apart; None where there are several."""
    z = _spread(interval)
    values = np.asarray(due(z))
    values = values[~np.isnan(values) | np.isinf(z)]
    one = values.size and (z.size == 1 or np.all(values == values[0]))
    return float(values[0]) if one else None


def _is_otherwise(form: Form, due: Due, place: float) -> bool:
    """Whether a form has another value at a kink or a switch than is due."""
    z = np.array([place])
    found = (computed(form.kernels, z.astype(dtype))[0] for dtype in DTYPES)
    return any(one != due(z)[0].astype(one.dtype) for one in found)


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
