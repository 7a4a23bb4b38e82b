"""Bounds of the slope of a formula that are proved over all reals, and a claim about it decided by them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import inf, isfinite, isnan, nextafter
from numbers import Real
from typing import Literal

from lab import markup
from lab.errors import LabError
from lab.numerics import REALS, Interval
from lab.parts import Activation
from lab.prover.branch_and_bound import Extreme, extremes, is_beside, kink_at
from lab.prover.decimal_claims import holds_as_written
from lab.prover.intervals.enclosure_text import (
    bound_text,
    enclosure_text,
    place_text,
    shortest_decimal,
    z_text,
)
from lab.prover.intervals.mean_value_form import FAR
from lab.prover.intervals.rounding import add, single
from lab.prover.provable import Provable, provable, slope_extremes
from lab.prover.witnesses import counter_example, is_zero, refutation, unseen_refutation

Verdict = Literal["CERTIFIED", "REFUTED", "UNDECIDED"]

UNBOUNDED = single(inf)
NONNEGATIVE = Interval(0.0, inf)


@dataclass(frozen=True)
class Certificate:
    """What is proved of σ, and of the claim c ≤ σ′(z) ≤ d for all real z.

    The verdict is on the claim, and on that σ is defined and does not jump, without which it has no slope:

    ``CERTIFIED``
        Proved by interval arithmetic: there is no z where it fails.
    ``REFUTED``
        It fails at ``witness``, where σ′ was enclosed and lies outside the claim, or σ jumps or is
        undefined; or σ′ is proved to go beyond all bounds, and no float is known at which it is beyond this.
    ``UNDECIDED``
        Neither; ``reason`` says where the proof stopped.

    All is about exact arithmetic, with the formula's numbers as float64 holds them, and about every z at
    which σ has a slope: not about the value that is chosen at a kink. A bound of the claim is the float64, or
    the decimal that is read as it: 0.1 is 1/10 too, the slope of z/10. The reason tells which is proved.

    >>> import lab
    >>> found = lab.certify("tanh", at_least=0.1)
    >>> found.verdict, bool(lab.activation("tanh").derivative(found.witness) < 0.1), found.sup
    ('REFUTED', True, Interval(low=1.0, high=1.0))

    Parameters
    ----------
    verdict, reason, witness, claim
        The verdict on the claim [c, d]; all reals where nothing is claimed of the slope. A witness
        at which σ′ was enclosed is as the reason has it, digit for digit.
    inf, sup
        Enclosures of inf σ′ and sup σ′ over all z, and over the whole range of every open parameter.
    inf_at, sup_at
        The z at which they are reached, or nearly so; or −∞, ∞ or both where they are limits. Not
        ``inf_reached``, ``sup_reached``: the z is a kink, or such that σ′ grows beyond all bounds there.
    monotone, turns_at
        Whether σ never falls, or never rises; refuted by a z where σ falls, while it rises elsewhere.
    lipschitz
        Encloses sup |σ′|, the least Lipschitz constant of σ; infinite where σ jumps.
    range_inf, range_sup
        Enclosures of inf σ and sup σ.
    jumps
        Where σ is proved to jump; ``more_jumps`` where there may be others.
    doubt
        Why σ is not proved to be defined and continuous; empty where it is.
    at_kinks
        The kinks with the slope that is computed there, where that lies outside of what σ′ is elsewhere.
    jump_ways
        Of each jump 1 where σ is proved to rise there, −1 where to fall, 0 where neither.
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
    at_kinks: tuple[tuple[float, float], ...] = ()
    more_jumps: bool = False
    inf_reached: bool = True
    sup_reached: bool = True
    jump_ways: tuple[int, ...] = ()

    def __str__(self) -> str:
        pairs = (f"{name} {told}" for name, told in self._facts.items())
        return "\n".join([*self._verdict_lines(), *pairs, *self._consequences()])

    def _repr_html_(self) -> str:
        """What a notebook shows: the same in a table."""
        colour = {"CERTIFIED": markup.GOOD, "REFUTED": markup.BAD, "UNDECIDED": markup.OPEN}[self.verdict]
        told = self._verdict_lines() or ["What is proved of σ over all reals"]
        rows = {name.removesuffix(":"): value.removeprefix("= ") for name, value in self._facts.items()}
        return markup.card(
            markup.title(told[0], colour if self._verdict_lines() else markup.INK),
            markup.listed(rows),
            *map(markup.line, self._consequences()),
        )

    @property
    def _facts(self) -> dict[str, str]:
        """What is proved, in words: of what, and what."""
        place = "" if self.turns_at is None else f" at z = {shortest_decimal(self.turns_at)}"
        rises = self.inf.low >= 0 and -1 not in self.jump_ways
        monotone = {
            "CERTIFIED": f"proved, σ {'rises' if rises else 'falls'} or is level everywhere",
            "REFUTED": f"refuted, σ falls{place} and rises elsewhere",
            "UNDECIDED": "undecided",
        }[self.monotone]
        jumps = f"not excluded: {self.doubt}" if self.doubt else "none"
        if self.jumps:
            more = ", and perhaps more" if self.more_jumps else ""
            jumps = f"at z = {', '.join(map(shortest_decimal, self.jumps))}{more}"
        is_limit = bool(self.inf_at) and not isfinite(self.inf_at[0])
        vanishes = ": not bounded away from zero (limit 0)" if is_limit and is_zero(self.inf) else ""
        return {
            "inf σ′": f"{enclosure_text(self.inf)}{place_text(self.inf_at, self.inf_reached)}{vanishes}",
            "sup σ′": f"{enclosure_text(self.sup)}{place_text(self.sup_at, self.sup_reached)}",
            "monotone:": monotone,
            "Lipschitz constant": enclosure_text(self.lipschitz),
            "range of σ:": f"inf {enclosure_text(self.range_inf)}, sup {enclosure_text(self.range_sup)}",
            "jumps:": jumps,
        }

    def _consequences(self) -> Iterator[str]:
        """What is computed at kinks, and what a floor means for errors."""
        for z, slope in self.at_kinks[:3]:
            yield f"at the kink {z_text(z)}, where σ has no slope, σ′ is computed as {slope:.6g}"
        if self.inf.low > 0 and not self.doubt:
            floor = bound_text(self.inf.low)
            yield (
                f"σ′ ≥ {floor}: by BP2 each layer passes at least {floor} of the error that arrives there; "
                f"through eight layers σ′ leaves at least {floor}⁸"
            )

    def _verdict_lines(self) -> list[str]:
        """The verdict on the claim; without one, what is wrong with σ, if anything is."""
        low, high = self.claim.low, self.claim.high
        if self.claim == REALS:
            return [] if self.verdict == "CERTIFIED" else [self.reason]
        if low > -inf and high < inf:
            claim = f"{shortest_decimal(low)} ≤ σ′ ≤ {shortest_decimal(high)}"
        else:
            claim = f"σ′ ≥ {shortest_decimal(low)}" if low > -inf else f"σ′ ≤ {shortest_decimal(high)}"
        return [f"{claim} is {self.verdict}: {self.reason}"]


def certify(
    sigma: Activation,
    at_least: float = -inf,
    at_most: float = inf,
    over: Mapping[str, Interval] | None = None,
) -> Certificate:
    """Enclose inf σ′ and sup σ′ over all real z, and prove or refute at_least ≤ σ′(z) ≤ at_most.

    Only a σ given by a formula can be certified, and the classes of the lab that have one. Of one given by
    its derivative all is about the derivative as it is written, for all z.

    Parameters
    ----------
    at_least, at_most
        The claim; infinite where nothing is claimed.
    over
        Intervals of parameters of the formula: then all is proved for the whole family, and
        the parameters' own values do not matter.

    >>> from lab.activations.formula.formula import Formula
    >>> certify(Formula("tanh(z) + 0.1*z"), at_least=0.1).verdict
    'CERTIFIED'

    Raises ValueError where a bound is not a number or an interval of a parameter is empty, LabError where
    the claim contradicts itself, PartError where there is no such parameter.
    """
    if not all(isinstance(bound, Real) and not isnan(bound) for bound in (at_least, at_most)):
        raise ValueError(f"a claim needs numbers, got at_least = {at_least!r} and at_most = {at_most!r}")
    if at_least > at_most:
        raise LabError(
            f"the claim contradicts itself: no σ′ is at least {shortest_decimal(at_least)} and at most "
            f"{shortest_decimal(at_most)}; expected at_least <= at_most"
        )
    for name, values in (over or {}).items():
        if not -inf < values.low <= values.high < inf:
            raise ValueError(f"the range of {name} needs finite numbers in order, got {values}")
    claim = Interval(float(at_least), float(at_most))
    family = provable(sigma, over or {})
    if family is None:
        return Certificate("UNDECIDED", "only a formula can be certified, and this is a class", None, claim)
    least, greatest = slope_extremes(family, family.slope, claim)
    inf_slope, sup_slope = least.bounds, greatest.bounds
    known, jumps = family.continuity, family.continuity.jumps
    steepest = Interval(max(-inf_slope.high, sup_slope.low, 0.0), max(-inf_slope.low, sup_slope.high, 0.0))
    monotone, turns_at = _monotone(family, least, greatest)
    range_inf, range_sup = _range(family, inf_slope, sup_slope)
    return Certificate(
        *_verdict(family, least, greatest, claim),
        claim=claim,
        inf=inf_slope,
        sup=sup_slope,
        inf_at=_places(family, least),
        sup_at=_places(family, greatest),
        inf_reached=_is_reached(family, least),
        sup_reached=_is_reached(family, greatest),
        monotone=monotone,
        turns_at=turns_at,
        lipschitz=UNBOUNDED if jumps else Interval(steepest.low, inf) if known.doubt else steepest,
        range_inf=range_inf,
        range_sup=range_sup,
        jumps=jumps,
        more_jumps=not known.all_found,
        jump_ways=known.ways,
        doubt=known.doubt,
        at_kinks=_at_kinks(family, inf_slope.low, sup_slope.high),
    )


def _places(family: Provable, extreme: Extreme) -> tuple[float, ...]:
    """Where an extreme is, or the kink or the ends that it is a limit towards."""
    if extreme.tails or not extreme.at:
        return extreme.tails
    kink = kink_at(extreme.at[0], family.kinks)
    return extreme.at[:1] if kink is None else (kink,)


def _is_reached(family: Provable, extreme: Extreme) -> bool:
    """Whether an extreme at a finite z belongs to it, and is not approached from one side of a kink only."""
    at = extreme.at[0] if extreme.at else inf
    return isfinite(max(extreme.bounds.low, -extreme.bounds.high)) and not is_beside(at, family.kinks)


def _at_kinks(family: Provable, low: float, high: float) -> tuple[tuple[float, float], ...]:
    """The kinks at which the slope that is computed lies outside of these bounds, with that slope."""
    if family.parameters:
        return ()
    found = [(kink, family.slope.at((kink,))) for kink in family.kinks]
    return tuple((kink, at.low) for kink, at in found if at.high < low or at.low > high)


def _verdict(
    family: Provable, least: Extreme, greatest: Extreme, claim: Interval
) -> tuple[Verdict, str, float | None]:
    """The verdict on the claim, with its reason and witness."""
    continuity = family.continuity
    if continuity.undefined is not None or continuity.jumps:
        place = continuity.jumps[0] if continuity.undefined is None else continuity.undefined
        return "REFUTED", f"{continuity.doubt}, where it has no slope", place
    for extreme in (least, greatest):
        if (point := counter_example(family, extreme, claim)) is not None:
            return "REFUTED", refutation(family, extreme, claim, point), point[0]
        if unseen := unseen_refutation(extreme, claim):
            return "REFUTED", unseen, None
    if continuity.doubt:
        return "UNDECIDED", f"{continuity.doubt}; {continuity.advice}", None
    low, high = least.bounds.low, greatest.bounds.high
    if low >= claim.low and high <= claim.high:
        return "CERTIFIED", "proved on every interval of z", None
    if (low >= claim.low or holds_as_written(family, claim.low, low, is_least=True)) and (
        high <= claim.high or holds_as_written(family, claim.high, high, is_least=False)
    ):
        return "CERTIFIED", "proved on every interval of z, of the decimal as it is written", None
    below = low < claim.low
    bound, relation, side = (low, "≥", "below") if below else (high, "≤", "above")
    instead = f"proved is σ′ {relation} {shortest_decimal(bound)}; try a claim within that"
    claimed = claim.low if below else claim.high
    if bound == nextafter(claimed, -inf if below else inf):
        digits, held = shortest_decimal(claimed), f"{Decimal(claimed):.20g}"
        instead += f"; a formula's numbers and the claim are float64, in which {digits} is {held}"
    known = instead if isfinite(bound) else f"no bound from {side} is proved"
    stuck = (least if below else greatest).stuck or "the claim is too near to the extreme"
    return "UNDECIDED", f"{stuck}; {known}", None


def _monotone(family: Provable, least: Extreme, greatest: Extreme) -> tuple[Verdict, float | None]:
    """Whether σ goes one way, in its jumps too; if not, a point where σ falls, if one is found."""
    known = family.continuity
    if (least.bounds.high < 0 or -1 in known.ways) and (greatest.bounds.low > 0 or 1 in known.ways):
        falls = counter_example(family, least, NONNEGATIVE) if least.bounds.high < 0 else None
        jumps = (jump for jump, way in zip(known.jumps, known.ways, strict=True) if way < 0)
        return "REFUTED", next(jumps, None) if falls is None else falls[0]
    all_known = known.all_found if known.jumps else not known.doubt
    for way, one_sign in ((1, least.bounds.low >= 0), (-1, greatest.bounds.high <= 0)):
        if all_known and one_sign and all(jump == way for jump in known.ways):
            return "CERTIFIED", None
    return "UNDECIDED", None


def _range(family: Provable, inf_slope: Interval, sup_slope: Interval) -> tuple[Interval, Interval]:
    """Enclosures of inf σ and sup σ; where σ is monotone they are its limits."""
    doubt, rises = family.continuity.doubt, inf_slope.low >= 0
    if doubt and not family.continuity.jumps:
        return REALS, REALS
    if not doubt and (inf_slope.low > 0 or sup_slope.high < 0):
        return single(-inf), UNBOUNDED
    if family.value is None:
        return Interval(-inf, 0.0), NONNEGATIVE  # σ(0) = 0
    if not doubt and (rises or sup_slope.high <= 0):
        ends = (Interval(-inf, -FAR), Interval(FAR, inf))
        tails = [family.value.over((z, *family.parameters)) for z in ends]
        low, high = tails if rises else tails[::-1]
        steps = family.continuity.steps
        return add(low.least, Interval(-steps, 0.0)), add(high.greatest, Interval(0.0, steps))
    least, greatest = extremes(family.value, family.value_over, family.parameters, kinks=family.kinks)
    return least.bounds, greatest.bounds
