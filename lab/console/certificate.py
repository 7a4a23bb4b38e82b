"""The page of ``lab certify``: what is proved of an activation, and the verdict on a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from math import inf, isfinite

from lab.api import certify
from lab.console.parameters import named_values, with_words
from lab.console.screen import Page, verbatim
from lab.errors import ClaimError, LabError
from lab.numerics import Interval

KEYS = {"inf": "inf_slope", "inf_at": "inf_slope_at", "sup": "sup_slope", "sup_at": "sup_slope_at"}
"""What a program reads in the place of some fields of a `Certificate`."""


def page(
    name: str, words: Sequence[str], at_least: float | None, at_most: float | None, allow_code: bool
) -> Page:
    """Certify an activation with the parameters ``words``; a claim that is not proved is no success."""
    for option, bound in (("--at-least", at_least), ("--at-most", at_most)):
        if bound is not None and not isfinite(bound):
            raise LabError(f"{option} {bound}: expected a finite number")
    claim = Interval(-inf if at_least is None else at_least, inf if at_most is None else at_most)
    found = certify({"name": name}, claim.low, claim.high, allow_code=allow_code, **named_values(words))
    value = {KEYS.get(field.name, field.name): getattr(found, field.name) for field in fields(found)}
    claimed = claim != Interval(-inf, inf)
    lost = claimed and found.verdict != "CERTIFIED"
    return Page(
        {"activation": name, "parameters": words, **value, "claim": claim if claimed else None},
        map(verbatim, [with_words(name, words), *str(found).splitlines()]),
        exit_code=ClaimError.exit_code if lost else 0,
    )
