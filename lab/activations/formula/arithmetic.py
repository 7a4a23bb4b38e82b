"""What nodes of graphs have in common: Python's operators, and what a node rests on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self


class Arithmetic(ABC):
    """A node that is written with Python's operators, each of which is a `call` of an operation by name."""

    @property
    @abstractmethod
    def number(self) -> float | None:
        """The number that the node is, or None."""

    @abstractmethod
    def call(self, name: str, *others: Self | float) -> Self:
        """``name(self, *others)``."""

    @abstractmethod
    def lifted(self, other: Self | float) -> Self:
        """A number as a node beside this one; a node as it is."""

    def __add__(self, other: Self | float) -> Self:
        return self.call("add", other)

    def __radd__(self, other: float) -> Self:
        return self.lifted(other) + self

    def __sub__(self, other: Self | float) -> Self:
        return self.call("sub", other)

    def __rsub__(self, other: float) -> Self:
        return self.lifted(other) - self

    def __mul__(self, other: Self | float) -> Self:
        return self.call("mul", other)

    def __rmul__(self, other: float) -> Self:
        return self.lifted(other) * self

    def __truediv__(self, other: Self | float) -> Self:
        return self.call("div", other)

    def __rtruediv__(self, other: float) -> Self:
        return self.lifted(other) / self

    def __pow__(self, other: Self | float) -> Self:
        return self.call("pow", other)

    def __neg__(self) -> Self:
        return self.call("neg")


def below(arguments: Sequence[tuple[int, ...]], nodes: Sequence[int]) -> list[int]:
    """The nodes that these rest on, themselves included, each after its arguments."""
    wanted, waiting = set(nodes), list(nodes)
    while waiting:
        for argument in arguments[waiting.pop()]:
            if argument not in wanted:
                wanted.add(argument)
                waiting.append(argument)
    return sorted(wanted)
