"""The form in which a function of z is exported, and where floats lose it all the same.

Of a formula as the lab computes it, and the same with exponents apart, that one is taken which is wrong at
fewer z. Both are run as they are written, in float32 and in float64, over z of all sizes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lab.activations.formula.apart import EXPONENTIAL, apart
from lab.activations.formula.careful import Careful, careful, differs, stretches
from lab.activations.formula.graph import Expression, below
from lab.activations.formula.kernels import KERNELS, MASKS, Kernel
from lab.activations.formula.lowering import lowered
from lab.activations.formula.rewrites import precise
from lab.bridge.export_code import written_out
from lab.numerics import Array, Interval

DTYPES = ("float64", "float32")
"""What exported functions compute in; halves are computed in float32."""

NEAR = 1e6
"""The |z| up to which a wrong value counts for more than any number of them beyond."""

KINDS = ("NaN", "∞", "0", "inexact")
"""What a wrong value may be, the gravest first."""


@dataclass(frozen=True)
class Form:
    """A function in kernels, and the intervals of z in which it is wrong, by dtype and by kind."""

    kernels: Expression
    wrong: dict[tuple[str, str], tuple[Interval, ...]]


@dataclass(frozen=True)
class Function:
    """A function of z that is to be written, whose open parameters have these values at first."""

    root: Expression
    numbers: Sequence[float] = ()

    @cached_property
    def _careful(self) -> Careful:
        """It as the lab computes it."""
        return careful(_with_numbers(self.root, self.numbers))

    def due(self, z: Array) -> Array:
        """Its values as the lab computes them."""
        out = np.empty_like(z)
        with np.errstate(all="ignore"):
            self._careful.run(z, (out,))
        return out

    @cached_property
    @np.errstate(all="ignore")
    def form(self) -> Form:
        """The better one of the two."""
        exact = precise(self.root)
        (plain,) = lowered(exact)
        if not self.root.varies:
            return Form(plain, {})
        tried = [(dtype, *self._careful.beside_more_room(np.dtype(dtype))) for dtype in DTYPES]
        found = [self._tried(plain, tried)]
        if found[0][0] > (0, 0) and any(one.operation in EXPONENTIAL for one in below(self.root)):
            (other,) = apart(exact)
            found.append(self._tried(other, tried))
        return min(found, key=lambda one: one[0])[1]

    def _tried(
        self, kernels: Expression, tried: Sequence[tuple[str, Array, list[Array]]]
    ) -> tuple[tuple[int, int], Form]:
        """A form with how often it is wrong, at z that are near and at all finite z."""
        near = total = 0
        wrong = {}
        for dtype, z, (better,) in tried:
            found = computed(kernels, z, self.numbers)
            differing = differs(found, better) & np.isfinite(z)
            near += int(np.sum(differing & (np.abs(z) < NEAR)))
            total += int(np.sum(differing))
            kinds = np.select([np.isnan(found), np.isinf(found), found == 0], KINDS[:-1], KINDS[-1])
            for kind in KINDS:
                if (mask := differing & (kinds == kind)).any():
                    wrong[dtype, kind] = stretches(mask, z)
        return (near, total), Form(kernels, wrong)


def computed(kernels: Expression, z: Array, numbers: Sequence[float] = ()) -> Array:
    """A function in kernels as a language computes it that has no erfcx, sinc or erf."""
    (root,) = written_out([kernels], frozenset({"erf"}))
    values: dict[Expression, Array] = {}
    for node in below(root):
        if node.operation == "z":
            values[node] = z
        elif (number := _number(node, numbers)) is not None:
            values[node] = np.full_like(z, number)
        else:
            values[node] = np.empty(z.shape, bool if node.operation in MASKS else z.dtype)
            _KERNELS[node.operation](*(values[x] for x in node.arguments), values[node])
    return values[root]


_KERNELS: dict[str, Kernel] = {**KERNELS, "trunc": np.trunc}


def _number(node: Expression, numbers: Sequence[float]) -> float | None:
    return numbers[node.position - 1] if node.operation == "parameter" else node.number


def _with_numbers(root: Expression, numbers: Sequence[float]) -> Expression:
    """The same with numbers for the open parameters."""
    made: dict[Expression, Expression] = {}
    for node in below(root):
        number = _number(node, numbers)
        if number is not None:
            made[node] = root.graph.constant(number)
        else:
            x = [made[argument] for argument in node.arguments]
            made[node] = root.graph.apply(node.operation, *x) if x else node
    return made[root]
