"""A point at which a claim about a slope fails, in so few digits as still show it."""

from collections.abc import Callable, Iterator
from math import inf, isfinite, isinf, nextafter, sqrt
from typing import TypeAlias

from lab.numerics import Interval
from lab.prover.branch_and_bound import Extreme, kink_at
from lab.prover.intervals.enclosure_text import in_few_digits, shortest_decimal
from lab.prover.intervals.mean_value_form import Point, middle_of
from lab.prover.provable import Provable

FEWEST_DIGITS = 6
"""A number with more digits than these is cut to them, where that still shows what it is to show."""

_SIZES = tuple(2.0**exponent for exponent in (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1023))
"""How far out a point is looked for towards which σ′ goes beyond all bounds, or to a limit."""

_STEPS = tuple(0.1**exponent for exponent in range(13))
"""How far from a kink a point is looked for first: one next to it takes more digits."""

_HALVINGS = 70
"""How often the way there is halved: then it is known to the last digits."""


def counter_example(family: Provable, extreme: Extreme, claim: Interval) -> Point | None:
    """A point where the claim fails at this extreme; one next to 0 where the extreme is far out.

    Its numbers are cut to `FEWEST_DIGITS`, or to as many as it takes for the claim to fail there.

    >>> from lab.activations.formula.formula import Formula
    >>> from lab.prover.provable import provable, slope_extremes
    >>> family, claim = provable(Formula("z - 1e-8*tanh(2e8*(z - 1.23456789012))"), {}), Interval(0.0, inf)
    >>> least, _ = slope_extremes(family, family.slope, claim)
    >>> counter_example(family, least, claim)
    (1.23456789,)
    """

    def fails(point: Point) -> bool:
        slope = family.slope.at(point)
        is_beyond = slope.high < claim.low if extreme.is_least else slope.low > claim.high
        return is_beyond and point[0] not in family.kinks and all(map(isfinite, point))

    def is_finite(point: Point) -> bool:
        return fails(point) and isfinite(family.slope.at(point).magnitude)

    fewest, point = FEWEST_DIGITS, next(filter(fails, _candidates(family, extreme)), None)
    if point is None:
        fewest, point = 1, _far_out(extreme, fails, is_finite)
    if point is None:
        return None
    shows = is_finite if is_finite(point) else fails

    def shows_in_family(point: Point) -> bool:
        return all(x in v for x, v in zip(point[1:], family.parameters, strict=True)) and shows(point)

    return _in_few_digits(point, shows_in_family, fewest)


def refutation(family: Provable, extreme: Extreme, claim: Interval, point: Point) -> str:
    """σ′ at a point, with the open parameters there, and the claim: with so many digits that they differ."""
    given = [f"; {name} = {shortest_decimal(x)}" for name, x in zip(family.names, point[1:], strict=True)]
    slope = family.slope.at(point)
    least, most = (slope.high, "less", claim.low), (slope.low, "more", claim.high)
    value, relation, bound = least if extreme.is_least else most
    equals = "=" if isfinite(slope.magnitude) else "≤" if extreme.is_least else "≥"
    short = f"{value:.{FEWEST_DIGITS}g}"
    told = short if short != f"{bound:.{FEWEST_DIGITS}g}" else shortest_decimal(value)
    vanishes = extreme.is_least and extreme.tails and is_zero(extreme.bounds)
    return (
        f"σ′({shortest_decimal(point[0])}{''.join(given)}) {equals} {told}, "
        f"{relation} than {shortest_decimal(bound)}"
        f"{'; σ′ is not bounded away from zero (limit 0)' if vanishes else ''}"
    )


def unseen_refutation(extreme: Extreme, claim: Interval) -> str:
    """Why a claim fails at this extreme, though it fails at no float that is known; empty where it may hold.

    Of a σ′ that grows without end as log z does, no bound such as 1000 is passed at a float.
    """
    is_unbounded = extreme.bounds.high == -inf if extreme.is_least else extreme.bounds.low == inf
    if not is_unbounded or not isfinite(bound := claim.low if extreme.is_least else claim.high):
        return ""
    return (
        f"{'inf σ′ = −∞' if extreme.is_least else 'sup σ′ = ∞'}; no float z is known at which σ′ is "
        f"{'less' if extreme.is_least else 'more'} than {shortest_decimal(bound)}"
    )


def is_zero(infimum: Interval) -> bool:
    """Whether an infimum is 0 but for the rounding of its enclosure."""
    return infimum.low == 0 and infimum.high <= 1e-12


def _candidates(family: Provable, extreme: Extreme) -> Iterator[Point]:
    """Where the claim is likely to fail: at the extreme, first but where it is a limit, and on the grid."""
    likely: list[Point] = [(z, *map(middle_of, family.parameters)) for z in family.points]
    z, *rest = extreme.at or (inf,)
    beside: list[Point] = [(x, *rest) for x in (z, nextafter(z, -inf), nextafter(z, inf)) if isfinite(z)]
    if (kink := kink_at(z, family.kinks)) is not None:
        steps = [-step for step in _STEPS] if z < kink else _STEPS
        yield from ((kink + side * step, *rest) for side in (1, -1) for step in steps)
    yield from [*likely, *beside] if extreme.tails else [*beside, *likely]


_Tells: TypeAlias = Callable[[Point], bool]


def _far_out(extreme: Extreme, fails: _Tells, is_finite: _Tells) -> Point | None:
    """A point in a tail in which σ′ goes beyond all bounds or to a limit; where it ``is_finite``, if that is
    found.
    """
    rest = extreme.at[1:]
    for end in extreme.tails:
        side = 1.0 if end > 0 else -1.0
        near, far = 0.0, next((size for size in _SIZES if fails((side * size, *rest))), inf)
        for _ in range(_HALVINGS):
            if isinf(far) or is_finite((side * far, *rest)):
                break
            middle = sqrt(near) * sqrt(far) if far > 2 * near > 0 else near + (far - near) / 2
            near, far = (near, middle) if fails((side * middle, *rest)) else (middle, far)
        if isfinite(far):
            return (side * far, *rest)
    return None


def _in_few_digits(point: Point, shows: _Tells, fewest: int) -> Point:
    """A point that ``shows`` something, each of its numbers in so few digits that it does so still."""
    for i, x in enumerate(point):
        before, after = point[:i], point[i + 1 :]
        short = in_few_digits(x, lambda one: shows((*before, one, *after)), fewest)  # noqa: B023
        point = (*before, short, *after)
    return point
