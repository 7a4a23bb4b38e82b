"""From the rows of the table to the parts that are found by name."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import field, make_dataclass
from functools import cache
from typing import Any, ClassVar

from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.design.template import Template
from lab.activations.floored import Floored
from lab.activations.formula.formula import Written
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import LeakyReLU, ReLU
from lab.activations.table import ROWS, Row
from lab.parts import Activation

CLASSES: dict[str, type[Activation]] = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky-relu": LeakyReLU,
}
"""The rows that have a class, to be read beside the book."""


class OfRow(Written):
    """An activation of the table: a frozen dataclass is made of each row, whose fields are its parameters.

    Raises ValueError where one lies outside of its range, or two of them do not go together.
    """

    row: ClassVar[Row]

    def __post_init__(self) -> None:
        row, values = self.row, dict(self.numbers)
        for name, value in values.items():
            interval = row.parameters[name][1]
            if not _lies_in(value, interval):
                raise ValueError(f"{name} must lie in {interval}, got {value:g}")
        if row.requires:
            left, relation, right = row.requires.split()
            if not (values[left] < values[right] or (relation == "<=" and values[left] == values[right])):
                raise ValueError(f"must be {row.requires}, got {values[left]:g} and {values[right]:g}")

    @property
    def formula(self) -> str:
        return self.row.formula

    @property
    def numbers(self) -> tuple[tuple[str, float], ...]:
        return tuple((name, getattr(self, name)) for name in self.row.parameters)

    def __reduce__(self) -> tuple[Any, ...]:
        return _of_row, (self.row.name, self.numbers)  # the class has no place that pickle would find

    def __str__(self) -> str:
        return f"{self.row.name}({', '.join(f'{name}={value!r}' for name, value in self.numbers)})"


def _lies_in(value: float, interval: str) -> bool:
    low, high = map(float, interval[1:-1].split(","))
    return low < value < high or (value, interval[0]) == (low, "[") or (value, interval[-1]) == (high, "]")


@cache
def _made(name: str) -> type[Activation]:
    """The dataclass of the row of this name."""
    row = _ROWS[name]
    parameters: list[Any] = [
        (name, float, field() if default is None else field(default=default))
        for name, (default, _) in row.parameters.items()
    ]
    space = {"row": row, "__doc__": _page(row), "__module__": __name__}
    return make_dataclass(
        name.title().replace("-", ""), parameters, bases=(OfRow,), namespace=space, frozen=True
    )


def _of_row(name: str, numbers: tuple[tuple[str, float], ...]) -> Activation:
    return _made(name)(**dict(numbers))


def _page(row: Row) -> str:
    """What there is to say of a row."""
    parameters = "".join(
        f"\n{name}{'' if default is None else f' = {default:.6g}'}, in {interval}"
        for name, (default, interval) in row.parameters.items()
    )
    kinks = "".join(f" σ′({at}) = {slope}." for at, slope in row.at_kinks.items())
    return f"σ(z) = {row.formula}{parameters}\n\n{row.about}{kinks}\nSource: {row.source}."


def documentation(part: type[Activation]) -> str:
    """What there is to say of an activation: of its row, or else the docstring of its class."""
    of_class = (row for row in ROWS if CLASSES.get(row.name) is part)
    row = part.row if issubclass(part, OfRow) else next(of_class, None)
    return _page(row) if row else inspect.getdoc(part) or part.__name__


_ROWS = {row.name: row for row in ROWS}
_WRITTEN: dict[str, type[Activation]] = {
    **CLASSES,
    "floored": Floored,
    "clipped-slope": ClippedSlope,
    "template": Template,
    "knots": Knots,
}


class _Table(Mapping[str, type[Activation]]):
    """Name → class; that of a row is made when it is first asked for, since to make all takes a while."""

    def __getitem__(self, name: str) -> type[Activation]:
        return _WRITTEN.get(name) or _made(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_ROWS | _WRITTEN)

    def __len__(self) -> int:
        return len(_ROWS | _WRITTEN)


TABLE: Mapping[str, type[Activation]] = _Table()
"""The activations by name: those of the table, the wrappers, and the designs."""

ALIASES: dict[str, str] = {
    **{spelling: row.name for row in ROWS for spelling in row.spellings},
    "clipped_slope": "clipped-slope",
}
"""Other spellings, taken by `lab.plugins.find`: those of torch, Keras and jax, and names in use elsewhere."""

EXAMPLES: dict[str, Activation] = {
    "floored": Floored(Sigmoid()),
    "clipped-slope": ClippedSlope(Sigmoid()),
    "threshold": TABLE["threshold"](t=0.5, v=0.0),  # type: ignore[call-arg]
}
"""One of each that cannot be made without parameters, to list and to test it with."""


@cache
def with_defaults(part: type[Activation]) -> Activation:
    """The activation of a class with its defaults; one for all who ask, so its bounds are searched once.

    >>> with_defaults(Tanh) is with_defaults(Tanh)
    True
    """
    return part()


def examples() -> dict[str, Activation]:
    """One activation of every name of the table: with its defaults, or as in `EXAMPLES`."""
    return {name: EXAMPLES.get(name) or with_defaults(part) for name, part in TABLE.items()}
