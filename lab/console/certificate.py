"""The page of ``lab certify``: what is proved of an activation, and the verdict on a claim."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

from lab.api import certify
from lab.console.parameters import named_values, with_words
from lab.console.screen import Page, verbatim
from lab.errors import ClaimError, LabError
from lab.numerics import Interval
from lab.prover.certificate import Certificate


def page(
    name: str, words: Sequence[str], at_least: float | None, at_most: float | None, allow_code: bool
) -> Page:
    """Certify an activation with the parameters ``words``; a claim that is not proved is no success."""
    for option, bound in (("--at-least", at_least), ("--at-most", at_most)):
        if bound is not None and not isfinite(bound):
            raise LabError(f"{option} {bound}: expected a finite number")
    claim = Interval(-inf if at_least is None else at_least, inf if at_most is None else at_most)
    found = certify({"name": name}, claim.low, claim.high, allow_code=allow_code, **named_values(words))
    claimed = claim != Interval(-inf, inf)
    value = {"activation": name, "parameters": list(words), "claim": _pair(claim) if claimed else None}
    lost = claimed and found.verdict != "CERTIFIED"
    return Page(
        value | _value(found),
        map(verbatim, [with_words(name, words), *str(found).splitlines()]),
        exit_code=ClaimError.exit_code if lost else 0,
    )


def _value(found: Certificate) -> dict[str, Any]:
    """The certificate for a program: enclosures as [low, high], infinities as "-inf" and "inf"."""
    return {
        "verdict": found.verdict,
        "reason": found.reason,
        "witness": found.witness,
        "inf_slope": _pair(found.inf),
        "inf_slope_at": found.inf_at,
        "sup_slope": _pair(found.sup),
        "sup_slope_at": found.sup_at,
        "monotone": found.monotone,
        "turns_at": found.turns_at,
        "lipschitz": _pair(found.lipschitz),
        "range_inf": _pair(found.range_inf),
        "range_sup": _pair(found.range_sup),
        "jumps": list(found.jumps),
        "doubt": found.doubt,
    }


def _pair(interval: Interval) -> list[float]:
    return [interval.low, interval.high]
