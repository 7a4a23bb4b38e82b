"""Bounds of the slope of a formula that are proved over all reals, and a claim about it decided by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, isnan, nextafter
from typing import Literal

from lab.numerics import REALS, Interval
from lab.parts import Activation
from lab.prover.branch_and_bound import Extreme, extremes
from lab.prover.mean_value import FAR, NOTHING, Point
from lab.prover.subject import Subject, subject_of
from lab.prover.wording import below, bounded, exactly, towards

Verdict = Literal["CERTIFIED", "REFUTED", "UNDECIDED"]

_MOST_BOXES_OF_A_RANGE = 150

UNBOUNDED = Interval(inf, inf)
NONNEGATIVE = Interval(0.0, inf)


@dataclass(frozen=True)
class Certificate:
    """What is proved of σ, and of the claim c ≤ σ′(z) ≤ d for all real z.

    The verdict is on the claim, and on that σ is defined and does not jump, without which it has no slope:

    ``CERTIFIED``
        Proved by interval arithmetic: there is no z where it fails.
    ``REFUTED``
        It fails at ``witness``, where σ′ was enclosed and lies outside the claim, or σ jumps or is
        undefined.
    ``UNDECIDED``
        Neither; ``reason`` says where the proof stopped.

    All is about exact arithmetic, with the formula's numbers as float64 holds them, and at a kink about the
    slope that `lab.activations.Formula` states there.

    Parameters
    ----------
    verdict, reason, witness
        The verdict on the claim.
    claim
        The claim [c, d]; all reals where nothing is claimed of the slope.
    inf, sup
        Enclosures of inf σ′ and sup σ′ over all z, and over the whole range of every open parameter.
    inf_at, sup_at
        The z at which they are reached, or nearly so; or −∞, ∞ or both where they are limits.
    monotone, turns_at
        Whether σ′ keeps one sign; refuted by a z where σ falls, while it rises elsewhere.
    lipschitz
        Encloses sup |σ′|, the least Lipschitz constant of σ; infinite where σ jumps.
    range_inf, range_sup
        Enclosures of inf σ and sup σ.
    jumps
        Where σ is proved to jump.
    doubt
        Why σ is not proved to be defined and continuous; empty where it is.
    """

    verdict: Verdict
    reason: str
    witness: float | None = None
    claim: Interval = REALS
    inf: Interval = REALS
    sup: Interval = REALS
    inf_at: tuple[float, ...] = ()
    sup_at: tuple[float, ...] = ()
    monotone: Verdict = "UNDECIDED"
    turns_at: float | None = None
    lipschitz: Interval = NONNEGATIVE
    range_inf: Interval = REALS
    range_sup: Interval = REALS
    jumps: tuple[float, ...] = ()
    doubt: str = ""

    def __str__(self) -> str:
        place = "" if self.turns_at is None else f" at z = {self.turns_at:.6g}"
        monotone = {
            "CERTIFIED": f"proved, σ {'rises' if self.inf.low >= 0 else 'falls'} or is level everywhere",
            "REFUTED": f"refuted, σ falls{place} and rises elsewhere",
            "UNDECIDED": "undecided",
        }[self.monotone]
        lines = [
            *self._answer(),
            f"inf σ′ {bounded(self.inf)}{_where(self.inf_at)}{self._vanishing()}",
            f"sup σ′ {bounded(self.sup)}{_where(self.sup_at)}",
            f"monotone: {monotone}",
            f"Lipschitz constant {bounded(self.lipschitz)}",
            f"range of σ: inf {bounded(self.range_inf)}, sup {bounded(self.range_sup)}",
            f"jumps: {self._jumps()}",
        ]
        return "\n".join([*lines, *self._consequence()])

    def _answer(self) -> list[str]:
        """The verdict on the claim; without one, what is wrong with σ, if anything is."""
        low, high = self.claim.low, self.claim.high
        if self.claim == REALS:
            return [] if self.verdict == "CERTIFIED" else [self.reason]
        if low > -inf and high < inf:
            claim = f"{exactly(low)} ≤ σ′ ≤ {exactly(high)}"
        else:
            claim = f"σ′ ≥ {exactly(low)}" if low > -inf else f"σ′ ≤ {exactly(high)}"
        return [f"{claim} is {self.verdict}: {self.reason}"]

    def _vanishing(self) -> str:
        """That the slope has no floor, though it has no zero."""
        tail = bool(self.inf_at) and not isfinite(self.inf_at[0])
        if tail and _is_zero(self.inf):
            return ": not bounded away from zero (limit 0)"
        return ""

    def _jumps(self) -> str:
        if self.jumps:
            return f"at z = {', '.join(f'{z:.6g}' for z in self.jumps)}"
        return f"not excluded: {self.doubt}" if self.doubt else "none"

    def _consequence(self) -> list[str]:
        """What a floor under σ′ is good for."""
        if self.inf.low <= 0 or self.doubt:
            return []
        floor = below(self.inf.low)
        return [
            f"σ′ ≥ {floor}: by BP2, which multiplies the error by σ′, every neuron passes at least {floor} "
            "of it on, so saturation alone can never stop a weight"
        ]


def certify(
    sigma: Activation,
    at_least: float = -inf,
    at_most: float = inf,
    over: Mapping[str, Interval] | None = None,
) -> Certificate:
    """Enclose inf σ′ and sup σ′ over all real z, and prove or refute at_least ≤ σ′(z) ≤ at_most.

    Only a σ given by a formula can be certified, and the classes of the lab that have one. One given by its
    derivative is looked at up to |z| = `lab.activations.design.integral.FARTHEST`, from where on it is a
    straight line.

    Parameters
    ----------
    sigma
        The activation.
    at_least, at_most
        The claim; infinite where nothing is claimed.
    over
        Intervals of parameters of the formula: then all is proved for the whole family, and
        the parameters' own values do not matter.

    Raises
    ------
    ValueError
        A bound is not a number, or an interval of a parameter is empty.
    PartError
        There is no such parameter.
    """
    if isnan(at_least) or isnan(at_most):
        raise ValueError(f"a claim needs numbers, got at_least = {at_least} and at_most = {at_most}")
    for name, values in (over or {}).items():
        if not -inf < values.low <= values.high < inf:
            raise ValueError(f"the range of {name} needs finite numbers in order, got {values}")
    claim = Interval(at_least, at_most)
    subject = subject_of(sigma, over or {})
    if subject is None:
        return Certificate("UNDECIDED", "only a formula can be certified, and this is a class", None, claim)
    least, greatest = extremes(
        subject.slope,
        subject.slope_over,
        subject.parameters,
        kinks=subject.kinks,
        points=subject.points,
        claim=claim,
    )
    jumps, doubt = subject.continuity.jumps, subject.continuity.doubt
    verdict, reason, witness = _verdict(subject, least, greatest, claim)
    monotone, turns_at = _monotone(subject, least, greatest)
    range_inf, range_sup = _range(subject, least.bounds, greatest.bounds)
    steepest = Interval(
        max(-least.bounds.high, greatest.bounds.low, 0.0), max(-least.bounds.low, greatest.bounds.high, 0.0)
    )
    return Certificate(
        verdict,
        reason,
        witness,
        claim,
        least.bounds,
        greatest.bounds,
        least.tails or least.at[:1],
        greatest.tails or greatest.at[:1],
        monotone,
        turns_at,
        UNBOUNDED if jumps else steepest,
        range_inf,
        range_sup,
        jumps,
        doubt,
    )


def _verdict(
    subject: Subject, least: Extreme, greatest: Extreme, claim: Interval
) -> tuple[Verdict, str, float | None]:
    """The verdict on the claim, with its reason and witness."""
    continuity = subject.continuity
    if continuity.undefined is not None:
        return "REFUTED", f"{continuity.doubt}, where it has no slope", continuity.undefined
    if continuity.jumps:
        return "REFUTED", f"{continuity.doubt}, where it has no slope", continuity.jumps[0]
    for extreme, bound, relation in ((least, claim.low, "less"), (greatest, claim.high, "more")):
        point = _witness(subject, extreme, claim)
        if point is not None:
            value = subject.slope.at(point)
            told = _compared(value.high if relation == "less" else value.low, relation, bound)
            return "REFUTED", f"σ′({_point(subject, point)}) = {told}{_limit(extreme)}", point[0]
    if continuity.doubt:
        return "UNDECIDED", f"{continuity.doubt}; {continuity.advice}", None
    open_sides = [
        (extreme, bound)
        for extreme, bound, holds in (
            (least, claim.low, least.bounds.low >= claim.low),
            (greatest, claim.high, greatest.bounds.high <= claim.high),
        )
        if not holds
    ]
    if not open_sides:
        return "CERTIFIED", "proved on every interval of z", None
    stuck = open_sides[0][0].stuck or "the claim is too near to the extreme"
    return "UNDECIDED", f"{stuck}{_proved(least.bounds.low, greatest.bounds.high)}", None


def _witness(subject: Subject, extreme: Extreme, claim: Interval) -> Point | None:
    """A point where the claim fails at this extreme; one next to 0 where the extreme is far out."""
    middles = tuple(v.low + (v.high - v.low) / 2 for v in subject.parameters)
    candidates: list[Point] = [(z, *middles) for z in subject.points]
    if extreme.at and isfinite(extreme.at[0]):
        z, *rest = extreme.at
        beside = [(x, *rest) for x in (z, nextafter(z, -inf), nextafter(z, inf))]
        candidates = [*candidates, *beside] if extreme.tails else [*beside, *candidates]
    for point in candidates:
        value = subject.slope.at(point)
        fails = value.high < claim.low if extreme.is_least else value.low > claim.high
        if fails:
            return point
    return None


def _point(subject: Subject, point: Point) -> str:
    """The point as the argument of σ′, with the open parameters behind it."""
    given = [f"{name} = {value:g}" for name, value in zip(subject.names, point[1:], strict=True)]
    return "; ".join([f"{point[0] + 0.0:.6g}", *given])


def _compared(value: float, relation: str, bound: float) -> str:
    """Both numbers, with so many digits that they differ."""
    digits = 6 if f"{value:.6g}" != f"{bound:.6g}" else 17
    return f"{value:.{digits}g}, {relation} than {bound:.{digits}g}"


def _limit(extreme: Extreme) -> str:
    """That the slope is not bounded away from zero, where a claim to the contrary was made."""
    if extreme.is_least and extreme.tails and _is_zero(extreme.bounds):
        return "; σ′ is not bounded away from zero (limit 0)"
    return ""


def _is_zero(infimum: Interval) -> bool:
    """Whether an infimum is 0, as far as floats tell."""
    return infimum.low == 0 and infimum.high <= 1e-12


def _proved(low: float, high: float) -> str:
    """What is proved instead of the claim, to end a reason with; empty where that is nothing."""
    bounds = [f"σ′ ≥ {exactly(low)}"] if isfinite(low) else []
    bounds += [f"σ′ ≤ {exactly(high)}"] if isfinite(high) else []
    return f"; proved is {' and '.join(bounds)}: try a claim within that" if bounds else ""


def _monotone(subject: Subject, least: Extreme, greatest: Extreme) -> tuple[Verdict, float | None]:
    """Whether σ′ keeps one sign; if not, a point where σ falls, as far as a limit shows it."""
    if least.bounds.high < 0 < greatest.bounds.low:
        turns = _witness(subject, least, NONNEGATIVE)
        return "REFUTED", None if turns is None else turns[0]
    if subject.continuity.doubt:
        return "UNDECIDED", None
    if least.bounds.low >= 0 or greatest.bounds.high <= 0:
        return "CERTIFIED", None
    return "UNDECIDED", None


def _range(subject: Subject, inf_slope: Interval, sup_slope: Interval) -> tuple[Interval, Interval]:
    """Enclosures of inf σ and sup σ; where σ is monotone they are its limits."""
    rises, falls = inf_slope.low >= 0, sup_slope.high <= 0
    if subject.continuity.doubt and not subject.continuity.jumps:
        return REALS, REALS
    if not subject.continuity.doubt and (inf_slope.low > 0 or sup_slope.high < 0):
        return Interval(-inf, -inf), UNBOUNDED
    if subject.value is None:
        return Interval(-inf, 0.0), NONNEGATIVE  # σ(0) = 0
    if not subject.continuity.doubt and (rises or falls):
        tails = [
            subject.value.over((z, *subject.parameters), settled=NOTHING)
            for z in (Interval(-inf, -FAR), Interval(FAR, inf))
        ]
        low, high = tails if rises else tails[::-1]
        return low.least, high.greatest
    least, greatest = extremes(subject.value, subject.value_over, subject.parameters, kinks=subject.kinks)
    return least.bounds, greatest.bounds


def _where(points: tuple[float, ...]) -> str:
    return f", {towards(points)}" if points else ""
