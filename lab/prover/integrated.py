"""A design by its derivative, proved to have no pole: quadrature may pass one unseen, an interval cannot."""

from math import isfinite

from lab.activations.design.integral import FARTHEST, Integral
from lab.activations.formula.formula import Formula
from lab.errors import PartError
from lab.numerics import Interval
from lab.prover.enclosure import enclosed

NARROWEST = 1e-6
"""An interval of z, relative to |z| or 1, that is not halved any more."""


def integrated(text: str, parameters: tuple[tuple[str, float], ...] = ()) -> Integral:
    """The `Integral` of the formula, once σ′ is proved to be bounded for |z| ≤ `FARTHEST`.

    >>> float(integrated("1/(1 + z**2)")(1.0))
    0.7853981633974483

    Raises
    ------
    PartError
        No bound of σ′ is found near some z, as at a pole; or as `Integral` does.
    """
    slope = Formula(text, parameters).expression
    waiting = [Interval(-FARTHEST, 0.0), Interval(0.0, FARTHEST)]
    while waiting:
        z = waiting.pop()
        if isfinite(enclosed(slope, z).magnitude):
            continue
        middle = z.low + (z.high - z.low) / 2
        if z.high - z.low <= NARROWEST * max(1.0, abs(middle)):
            raise PartError(
                f"the derivative {text!r} cannot be integrated: no bound is found for it near z = "
                f"{round(middle, 5):.6g}; expected a σ′ without poles, finite for |z| ≤ {FARTHEST:g}"
            )
        waiting += [Interval(z.low, middle), Interval(middle, z.high)]
    return Integral(text, parameters)
