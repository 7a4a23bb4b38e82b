"""What an exported σ says, whatever language it is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from math import inf

import numpy as np

from lab.activations.formula.formula import Written, formula_of
from lab.activations.formula.graph import Expression
from lab.activations.formula.parser import parse
from lab.activations.formula.rewrites import stable
from lab.errors import PartError
from lab.numerics import Array, Interval
from lab.parts import Activation
from lab.prover.certificate import certify
from lab.theory.moments import backward_gain, forward_gain

SAMPLES = 400
"""The z of an interval at which σ is looked at, to see whether it is level there."""


@dataclass(frozen=True)
class Level:
    """An interval of z in which floats run over on the way, and the one value that an output has there."""

    interval: Interval
    value: float


@dataclass(frozen=True)
class Exported:
    """A σ that is known by its formula.

    Raises PartError where σ has none.
    """

    sigma: Activation

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
    def levels(self) -> tuple[list[Level], list[Level], list[Level]]:
        """Of σ, σ′ and σ″: where floats run over on the way, in float32 or float64, and the value is one."""
        found: tuple[list[Level], list[Level], list[Level]] = ([], [], [])
        places = self.weak("float32") + self.weak("float64")
        ends = [Interval(end, end) for one in places for end in (one.low, one.high) if abs(end) == inf]
        kinks = [Interval(k, k) for k in self.sigma.kinks if self.sigma is not self.written]
        for interval in dict.fromkeys((*places, *ends, *kinks)):
            for levels, value in zip(found, self._one_value(interval), strict=True):
                if value is not None and not any(_holds(level.interval, interval) for level in levels):
                    levels.append(Level(interval, value))
        return found

    def weak(self, dtype: str) -> list[Interval]:
        """Where floats of this dtype run over on the way; what is beyond all finite ones is ±∞ alone."""
        most = 0.99 * float(np.finfo(dtype).max)
        return [
            Interval(inf if one.low > most else one.low, -inf if one.high < -most else one.high)
            for one in self.written.weak(dtype)
        ]

    def _one_value(self, interval: Interval) -> Iterator[float | None]:
        """The one value of σ, of σ′ and of σ″ in an interval, NaN between apart; None where it varies."""
        z = _spread(interval)
        for function in (self.sigma, self.sigma.derivative):
            values = np.asarray(function(z))
            values = values[~np.isnan(values) | np.isinf(z)]
            level = values.size > 0 and (bool(np.all(values == values[0])) or z.size == 1)
            yield float(values[0]) if level else None
        yield 0.0 if level or interval.low == interval.high else None

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
            *self._room,
            f"exported by activation-lab {version('activation-lab')}",
        ]

    @property
    def _room(self) -> Iterator[str]:
        """Where digits are lost all the same."""
        for dtype in ("float64", "float32"):
            mended = [level.interval for level in self.levels[1]]
            places = [one for one in self.weak(dtype) if not any(_holds(known, one) for known in mended)]
            if places:
                text = ", ".join(f"[{place.low:.4g}, {place.high:.4g}]" for place in places)
                yield f"in {dtype} digits are lost on the way for z in {text}"


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
