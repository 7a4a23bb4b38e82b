"""The infimum and the supremum of a function over all z, enclosed by best-first branch and bound.

The reals are cut into boxes, and the one that leaves most in doubt is halved again and again; one that is
unbounded is split farther and farther out (Moore, Kearfott & Cloud, *Introduction to Interval Analysis*,
2009, ch. 5).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count, pairwise, starmap
from math import inf, isfinite, isinf, nan, nextafter

from lab.numerics import REALS, Interval
from lab.prover.intervals.enclosure import Box
from lab.prover.intervals.enclosure_text import in_few_digits
from lab.prover.intervals.mean_value_form import FAR, ExactFunction, Extent, Point, middle_of
from lab.prover.intervals.rounding import neg, single

MOST_BOXES = 600
"""Boxes that may be split before the search gives up."""

MOST_AFTER = 50
"""Boxes in which a counter-example to a claim is still looked for, where there will be no proof."""

MOST_BOXES_OF_A_FAMILY = 300
"""As many where parameters are open: each box costs more, and few more make the enclosure narrower."""

FEW_BOXES = 64
"""Boxes that are looked at for a claim alone: nearly all bounds of the catalogue need no more."""

FINE = 1e-9
"""The width of an enclosure, relative to the largest |f|, at which it is not narrowed any more."""

FINE_OF_A_FAMILY = 1e-6
"""The same where parameters are open."""

_SHORTEST = 1e-30
"""A shorter box is not split: next to a pole there would be no end of it."""

_LEAST_WIDTH = 1e-290
"""The width of an enclosure that is narrow whatever its size."""


@dataclass(frozen=True)
class Extreme:
    """An infimum or a supremum over all z."""

    is_least: bool
    bounds: Interval
    at: Point  # where it is reached or nearly so, or towards which it is a limit
    tails: tuple[float, ...] = ()  # −∞, ∞ or both: it is a limit towards there, not reached on the way
    stuck: str = ""  # where the search could not go on, if it ended before the enclosure was narrow


def extremes(
    f: ExactFunction,
    z: Interval,
    parameters: Box = (),
    *,
    kinks: Iterable[float] = (),
    corners: Iterable[float] = (),
    points: Iterable[float] = (),
    claim: Interval = REALS,
    without_kinks: bool = False,
    most: int = MOST_BOXES,
) -> tuple[Extreme, Extreme]:
    """Infimum and supremum of f over z and the open parameters.

    The boxes are cut at the ``corners`` of f, and at its ``kinks``, where it may jump, and whose own values
    do not count ``without_kinks``; the ``points`` are likely places of the extremes. Enclosures are narrowed
    further as long as an end of the ``claim`` lies in one. For each of the two, ``most`` boxes may be split.
    """
    if parameters:
        most = min(most, MOST_BOXES_OF_A_FAMILY)
    search = _Search(f, claim, most, FINE_OF_A_FAMILY if parameters else FINE)
    left_out = {*kinks} if without_kinks else set()
    for point in (point for point in points if point not in left_out):
        search.look((single(point), *(single(middle_of(v)) for v in parameters)))
    cuts = _cuts(z, kinks, (-1.0, 1.0, *corners))
    for cut in (cut for cut in cuts if isfinite(cut) and cut not in left_out):
        search.add((single(cut), *parameters))
    for low, high in pairwise(cuts):
        search.add((Interval(low, high), *parameters))
    search.run()
    tails = [
        (end, f.over((tail, *parameters)))
        for end, tail in ((-inf, Interval(-inf, -FAR)), (inf, Interval(FAR, inf)))
        if end in (z.low, z.high)
    ]
    least, greatest = (half.result(tails, search.narrow) for half in search.halves)

    def reached(extreme: Extreme) -> Extreme:
        """One that is reached exactly at a likely place is no limit, nor looked for elsewhere."""
        if extreme.bounds.low != extreme.bounds.high:
            return extreme
        between = {in_few_digits(middle_of(v), v.__contains__) for v in starmap(Interval, pairwise(cuts))}
        for at in (
            *sorted({*points, *cuts}, key=lambda point: (abs(point), point)),
            *sorted(between, key=abs),  # a piece on which f is level is so in its middle
        ):
            point = (at, *map(middle_of, parameters))
            if isfinite(at) and f.at(point) == extreme.bounds and not is_beside(at, left_out):
                return replace(extreme, at=point, tails=())
        return extreme

    return reached(least), reached(greatest)


def lies_within(
    f: ExactFunction,
    z: Interval,
    claim: Interval,
    kinks: tuple[float, ...] = (),
    corners: Iterable[float] = (),
) -> bool:
    """Whether f over z, but for its values at the kinks, is proved to lie within the claim by `FEW_BOXES`.

    No extreme is looked for, so it costs less than `extremes`. Where it is False, nothing is known.
    """
    cuts = _cuts(z, kinks, corners)
    boxes: list[Box] = [(single(cut),) for cut in cuts if isfinite(cut) and cut not in kinks]
    boxes += [(Interval(low, high),) for low, high in pairwise(cuts)]
    for _ in range(FEW_BOXES):
        if not boxes:
            return True
        box = boxes.pop()
        extent = f.over(box, claim)
        if extent.least.high < claim.low or extent.greatest.low > claim.high:
            return False
        if extent.least.low < claim.low or extent.greatest.high > claim.high:
            parts = _parts(box, extent)
            if not parts:
                return False
            boxes += parts
    return False


def _cuts(z: Interval, kinks: Iterable[float], others: Iterable[float] = ()) -> list[float]:
    """Where the first boxes end."""
    cuts = {z.low, z.high, *(x for x in others if z.low < x < z.high)}
    for kink in kinks:
        if z.low < kink < z.high:
            cuts |= {max(beside(kink, -inf), z.low), kink, min(beside(kink, inf), z.high)}
    return sorted(cuts)


def beside(kink: float, towards: float) -> float:
    """The end of the floats beside a kink that are cut off with it: its place is known as a float only."""
    for _ in range(4):
        kink = nextafter(kink, towards)
    return kink


def is_beside(z: float, kinks: Iterable[float]) -> bool:
    """Whether z is one of the kinks, or cut off with it."""
    return kink_at(z, kinks) is not None


def kink_at(z: float, kinks: Iterable[float]) -> float | None:
    """The kink that z is or is cut off with; None where there is none."""
    nearest = min(kinks, key=lambda kink: abs(kink - z), default=nan)
    return nearest if beside(nearest, -inf) <= z <= beside(nearest, inf) else None


@dataclass
class _Piece:
    box: Box
    extent: Extent
    is_split: bool = False


class _HalfSearch:
    """The search for the infimum; or for the supremum, as the infimum of −f."""

    def __init__(self, claim: float, most: int, *, is_least: bool) -> None:
        self.claim, self.most, self.is_least = claim, most, is_least
        self.best: float = inf
        self.at: Point = ()
        self.stuck = ""
        self.left = most
        self._floor = inf  # the least that is known of boxes that cannot be split
        self.heap: list[tuple[float, int, _Piece]] = []  # by the least that f may be, then in order

    def learn(self, extent: Extent) -> None:
        """Take note of how far down f goes somewhere."""
        high, at = self._least(extent).high, extent.least_at if self.is_least else extent.greatest_at
        if high < self.best:
            self.best, self.at = high, at

    def add(self, order: int, piece: _Piece) -> None:
        heappush(self.heap, (self._least(piece.extent).low, order, piece))

    def low(self) -> float:
        """What f does not fall below; pieces that the other half has split are dropped on the way."""
        while self.heap and self.heap[0][2].is_split:
            heappop(self.heap)
        return min(self._floor, self.heap[0][0]) if self.heap else self._floor

    def doubt(self, width: float) -> float:
        """How much is open yet: 0 where the enclosure is narrow and the claim decided, or nothing helps."""
        low = self.low()
        is_open = low < self.claim <= self.best
        if not self.heap or self.left <= 0 or not (is_open or self.best - low > width):
            return 0.0
        if self._floor <= self.heap[0][0] and not is_open:
            return 0.0
        gap = self.best - self.heap[0][0]
        return gap if gap > 0 else width / 2

    def give_up(self, piece: _Piece) -> None:
        """Put a piece aside that cannot be split."""
        low = self._least(piece.extent).low
        if low < self._floor:
            self._floor = low
            if low < self.best:
                z = middle_of(piece.box[0])
                place = f"near z = {z:.6g}" if abs(z) < FAR else f"beyond z = {z:g}"
                self.stuck = f"the proof does not come through {place}"
        self.left = min(self.left, MOST_AFTER)

    def result(self, tails: list[tuple[float, Extent]], width: float) -> Extreme:
        bounds = Interval(min(self.low(), self.best), self.best)
        is_open = bounds.high - bounds.low > width or bounds.low < self.claim <= bounds.high
        stuck = self.stuck or (f"{self.most} intervals do not suffice" if is_open else "")
        is_narrow = _is_narrow(bounds, width)
        limits = tuple(end for end, tail in tails if is_narrow and self._is_limit(tail, bounds, width))
        if not limits and self.at and isinf(self.at[0]):
            limits = self.at[:1]
        enclosed = bounds if self.is_least else neg(bounds)
        enclosed = Interval(enclosed.low + 0.0, enclosed.high + 0.0)  # no −0
        return Extreme(self.is_least, enclosed, self.at, limits, stuck)

    def _is_limit(self, tail: Extent, bounds: Interval, width: float) -> bool:
        """Whether f tends to the infimum in a tail, and is not constant there."""
        if tail.gradient and tail.gradient[0] == Interval(0.0, 0.0):
            return False
        least = self._least(tail)
        return _is_narrow(least, width) and least.low <= bounds.high

    def _least(self, extent: Extent) -> Interval:
        return extent.least if self.is_least else neg(extent.greatest)


def _is_narrow(x: Interval, width: float) -> bool:
    return x.low == x.high or x.high - x.low <= max(width, _LEAST_WIDTH)


class _Search:
    """The search for both extremes, on the same pieces."""

    def __init__(self, f: ExactFunction, claim: Interval, most: int, fine: float) -> None:
        self.f, self.fine = f, fine
        self.halves = (
            _HalfSearch(claim.low, most, is_least=True),
            _HalfSearch(-claim.high, most, is_least=False),
        )
        self._order = count()

    @property
    def narrow(self) -> float:
        """The width at which an enclosure is narrow enough."""
        sizes = [abs(half.best) for half in self.halves if isfinite(half.best)]
        return self.fine * max(sizes, default=0.0)

    def look(self, box: Box) -> Extent:
        """Learn how far f goes over a box."""
        low, high = self.halves
        extent = self.f.over(box, Interval(low.best, -high.best))
        for half in self.halves:
            half.learn(extent)
        return extent

    def add(self, box: Box) -> None:
        """Look at a box and keep it."""
        piece, order = _Piece(box, self.look(box)), next(self._order)
        for half in self.halves:
            half.add(order, piece)

    def run(self) -> None:
        """Split pieces until both enclosures are narrow, or nothing helps."""
        while True:
            width = self.narrow
            doubts = [half.doubt(width) for half in self.halves]
            if max(doubts) <= 0:
                return
            half = self.halves[doubts.index(max(doubts))]
            half.left -= 1
            piece = heappop(half.heap)[2]  # in which f may be least
            parts = _parts(piece.box, piece.extent)
            if not parts:
                half.give_up(piece)
            piece.is_split = bool(parts)
            for part in parts:
                self.add(part)


def _parts(box: Box, extent: Extent) -> list[Box]:
    """A box, split in the variable that matters most; empty where no float lies between the ends."""
    weights = [_weight(v, i, extent) for i, v in enumerate(box)]
    for i in sorted(range(len(box)), key=lambda i: -weights[i]):
        v, middle = box[i], middle_of(box[i])
        if v.low < middle < v.high and v.high - v.low > _SHORTEST:
            cut = [single(middle)] if i == 0 else []
            parts = [*cut, Interval(v.low, middle), Interval(middle, v.high)]
            return [(*box[:i], part, *box[i + 1 :]) for part in parts]
    return []


def _weight(v: Interval, i: int, extent: Extent) -> float:
    """How much f may change along a variable."""
    width = v.high - v.low
    if isinf(width) or not extent.gradient:
        return width
    steepness = extent.gradient[i].magnitude
    return width * steepness if isfinite(steepness) else width
