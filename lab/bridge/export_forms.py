"""The form in which a function of z is exported, and where floats lose it all the same.

Of a formula as the lab computes it, and the same with exponents apart, that one is taken which is wrong at
fewer z. Both are run as they are written, in float32 and in float64, over z of all sizes. Where autograd
is to differentiate it, what it makes of them counts as well, and there are forms for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from lab.activations.formula.apart import EXPONENTIAL, apart
from lab.activations.formula.careful import Careful, careful, differs, stretches
from lab.activations.formula.graph import Expression, below
from lab.activations.formula.lowering import lowered
from lab.activations.formula.rewrites import precise
from lab.bridge.export_autograd import BY_SIDES, computed, gradients, number_of, sheltered
from lab.numerics import Array, Interval

DTYPES = ("float64", "float32")
"""What exported functions compute in; halves are computed in float32."""

NEAR = 1e6
"""The |z| up to which a wrong value counts for more than any number of them beyond."""

KINDS = ("NaN", "∞", "0", "inexact")
"""What a wrong value may be, the gravest first."""


Wrong: TypeAlias = dict[tuple[str, str], tuple[Interval, ...]]


@dataclass(frozen=True)
class Form:
    """A function in kernels, and the intervals of z in which it is wrong, by dtype and by kind.

    ``wrong_slopes`` tells the same of what autograd makes of it, for each of the slopes that are due.
    """

    kernels: Expression
    wrong: Wrong
    wrong_slopes: tuple[Wrong, ...] = ()


@dataclass(frozen=True)
class Function:
    """A function of z that is to be written.

    numbers
        The values that its open parameters have at first.
    slopes
        Where autograd is to differentiate it: the derivatives by z and by each open parameter.
    kinks
        The z at which autograd may take the slope of either side.
    """

    root: Expression
    numbers: Sequence[float] = ()
    slopes: Sequence[Expression] = ()
    kinks: Sequence[float] = ()

    @cached_property
    def _careful(self) -> Careful:
        """It and its slopes as the lab computes them."""
        return careful(*_with_numbers((self.root, *self.slopes), self.numbers))

    def due(self, z: Array) -> Array:
        """Its values as the lab computes them."""
        buffers = tuple(np.empty_like(z) for _ in range(self._careful.program.given))
        with np.errstate(all="ignore"):
            self._careful.run(z, buffers)
        return buffers[0]

    @cached_property
    @np.errstate(all="ignore")
    def form(self) -> Form:
        """The best one of the forms, the first of those that are as good."""
        if not self.root.varies:
            return Form(lowered(precise(self.root))[0], {}, ({},) * len(self.slopes))
        tried = [(dtype, *self._careful.beside_more_room(np.dtype(dtype))) for dtype in DTYPES]
        found = []
        for kernels in self._forms([z for _, z, _ in tried]):
            found.append(self._tried(kernels, tried))
            if found[-1][0] == (0, 0):
                break
        return min(found, key=lambda one: one[0])[1]

    def _forms(self, grids: Sequence[Array]) -> Iterator[Expression]:
        """The forms in which it may be written, the shortest first."""
        exact = precise(self.root)
        makings: list[Callable[[], list[Expression]]] = [lambda: lowered(exact)]
        if self.slopes:
            makings.append(lambda: lowered(exact, special=BY_SIDES))
        if any(one.operation in EXPONENTIAL for one in below(self.root)):
            makings.append(lambda: apart(exact))
        for making in makings:
            (kernels,) = making()
            yield kernels
            if self.slopes:
                yield sheltered(kernels, grids, self.numbers)

    def _tried(
        self, kernels: Expression, tried: Sequence[tuple[str, Array, list[Array]]]
    ) -> tuple[tuple[int, int], Form]:
        """A form with how often it is wrong, at z that are near and at all finite z."""
        near = total = 0
        wrong: tuple[Wrong, ...] = tuple({} for _ in range(1 + len(self.slopes)))
        for dtype, z, due in tried:
            found = [computed(kernels, z, self.numbers)]
            if self.slopes:
                found += gradients(kernels, z, self.numbers)[: len(self.slopes)]
            for k, (values, better) in enumerate(zip(found, due, strict=True)):
                differing = differs(values, better) & np.isfinite(z)
                if k:
                    differing &= ~np.isin(z, np.array(self.kinks, z.dtype)) | ~np.isfinite(values)
                near += int(np.sum(differing & (np.abs(z) < NEAR)))
                total += int(np.sum(differing))
                kinds = np.select([np.isnan(values), np.isinf(values), values == 0], KINDS[:-1], KINDS[-1])
                for kind in KINDS:
                    if (mask := differing & (kinds == kind)).any():
                        wrong[k][dtype, kind] = stretches(mask, z)
        return (near, total), Form(kernels, wrong[0], wrong[1:])


def _with_numbers(roots: Sequence[Expression], numbers: Sequence[float]) -> list[Expression]:
    """The same with numbers for the open parameters."""
    made: dict[Expression, Expression] = {}
    for node in below(*roots):
        number = number_of(node, numbers)
        if number is not None:
            made[node] = node.graph.constant(number)
        else:
            made[node] = node.of([made[argument] for argument in node.arguments])
    return [made[root] for root in roots]
