"""Activations that are written as formulas in z."""

import dataclasses
from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from lab.activations.formula.careful import Careful, careful
from lab.activations.formula.dialect import in_own_words
from lab.activations.formula.graph import Expression
from lab.activations.formula.parser import parse
from lab.activations.formula.program import Program, compiled, computed
from lab.activations.formula.refusal import refused
from lab.activations.formula.rewrites import stable
from lab.activations.formula.switches import jumps_at, switching, touching
from lab.activations.formula.typeset import equation
from lab.numerics import Array, Buffers, Interval, floating
from lab.parts import Activation


class Written(Activation):
    """A σ that is computed by its formula, with its exact derivative from the same graph; abstract.

    At a switching point of ``abs`` the derivative is the middle value, of ``min`` and ``max`` the first
    argument's, or a number's, of ``where`` the branch's that the comparison chooses.
    """

    @property
    @abstractmethod
    def formula(self) -> str:
        """The formula, as it was written."""

    @property
    @abstractmethod
    def numbers(self) -> tuple[tuple[str, float], ...]:
        """The parameters of the formula, as pairs of name and value."""

    @cached_property
    def expression(self) -> Expression:
        """σ as an expression, in stable forms."""
        expression = stable(parse(self.formula, dict(self.numbers)))
        if expression.number is not None:
            raise refused(self.formula, 1, f"is the constant {expression.number:g}; it must depend on z")
        return expression

    @cached_property
    def slope_expression(self) -> Expression:
        """σ′ as an expression, in the same graph."""
        return stable(self.expression.derivative())

    @cached_property
    def _both(self) -> Careful:
        return careful(self.expression, self.slope_expression, spare=1)

    @cached_property
    def _value(self) -> Careful:
        return careful(self.expression, beside=self._both)

    @cached_property
    def _slope(self) -> Careful:
        return careful(self.slope_expression, beside=self._both)

    @cached_property
    def tapes(self) -> tuple[Program, Program]:
        """The programs of σ and σ′ together, and of σ alone, for the compiled kernel."""
        both = (self.expression, self.slope_expression)
        return compiled(*both, one_division=True), compiled(self.expression, one_division=True)

    analytic = True

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}  # type: ignore[arg-type]

    def __call__(self, z: Any) -> Any:
        return computed(self._value.run, floating(z))[()]

    def derivative(self, z: Any) -> Any:
        return computed(self._slope.run, floating(z))[()]

    def with_derivative(self, z: Array, out: Buffers | None = None) -> tuple[Array, Array]:
        """σ(z) and σ′(z) in one pass over the shared subexpressions.

        As an `InPlace`, it leaves it to the caller to silence numpy's warnings where ``out`` is given; and
        there z is taken to be no farther than `lab.activations.formula.careful.FAR`.
        """
        if out is not None:
            self._both.run(z, out, far=False)
            return out[:2]
        a, slope, scratch = np.empty_like(z), np.empty_like(z), np.empty_like(z)
        with np.errstate(all="ignore"):
            self._both.run(z, (a, slope, scratch))
        return a, slope

    def weak(self, dtype: Any, *, far: bool = True) -> tuple[Interval, ...]:
        """Where floats of this dtype run over on the way, so that values are computed with more room.

        Where not ``far``, as far as `lab.activations.formula.careful.FAR` only.
        """
        return self._both.weak(np.dtype(dtype), far=far)

    def _repr_latex_(self) -> str | None:
        return equation(self)

    @cached_property
    def switches(self) -> tuple[float, ...]:
        """The zeros of what the formula's switches compare, and those at which it has a root of what only
        touches 0; found on a grid and refined by bisection.
        """
        return tuple(sorted(switching(self.expression) | touching(self.expression)))

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        """Those of the switches at which σ′ jumps or is infinite, or σ jumps."""
        return tuple(z for z in self.switches if self._bends(z))

    def _bends(self, z: float) -> bool:
        with np.errstate(all="ignore"):
            steep = np.isfinite(self(z)) and np.isinf(self.derivative(z))
        return bool(steep) or jumps_at(self.derivative, z) or jumps_at(self, z)

    @cached_property
    def jumps(self) -> tuple[float, ...]:
        """Those of the switches at which σ jumps."""
        return tuple(z for z in self.switches if jumps_at(self, z))


@dataclass(frozen=True)
class Formula(Written):
    """σ given by a formula such as ``tanh(z) + a*z``.

    >>> sigma = Formula("tanh(z) + a*z", (("a", 0.1),))
    >>> float(sigma(0.0)), float(sigma.derivative(0.0))
    (0.0, 1.1)

    Parameters
    ----------
    text
        The formula: numbers, ``z``, parameters, ``+ - * / **``, and the functions of
        `lab.activations.formula.operations.LANGUAGE`; ``where(z > 0, …, …)`` chooses. ``lab formulas``
        tells it all. What `lab.activations.formula.rewrites` knows is read in its stable form.
    parameters
        Pairs of name and value, in alphabetical order.

    Raises FormulaError, with the column, where the text is not a formula.
    """

    text: str
    parameters: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(sorted(self.parameters)))
        _ = self.expression
        object.__setattr__(self, "text", in_own_words(self.text, dict(self.parameters)))

    @property
    def formula(self) -> str:
        return self.text

    @property
    def numbers(self) -> tuple[tuple[str, float], ...]:
        return self.parameters

    def __str__(self) -> str:
        return " ".join([self.text, *(f"[{name} = {value:g}]" for name, value in self.parameters)])


def formula_of(sigma: Activation) -> Written | None:
    """The formula that says what σ is, with its parameters; None where none is known."""
    if isinstance(sigma, Written) or not sigma.formula:
        return sigma if isinstance(sigma, Written) else None
    fields = {field.name: getattr(sigma, field.name) for field in dataclasses.fields(sigma)}  # type: ignore[arg-type]
    return _made(sigma.formula, tuple((name, x) for name, x in fields.items() if isinstance(x, int | float)))


@lru_cache(maxsize=256)  # a cost asks for it at every step
def _made(text: str, parameters: tuple[tuple[str, float], ...]) -> Formula:
    return Formula(text, parameters)
