"""The pages that judge an activation: what is proved of it, and whether it passes the conformance suite."""

from collections.abc import Sequence
from dataclasses import fields
from math import inf, isfinite

from lab.api import certify
from lab.console.activations.shown import losses, named_values, sigma_of, with_words
from lab.console.screen import Page, verbatim
from lab.errors import ClaimError, LabError
from lab.numerics import REALS, Interval
from lab.testing import ACTIVATION_CHECKS

KEYS = {"inf": "inf_slope", "inf_at": "inf_slope_at", "sup": "sup_slope", "sup_at": "sup_slope_at"}
"""What a program reads in the place of some fields of a `Certificate`."""


def certificate_page(
    name: str, words: Sequence[str], at_least: float | None, at_most: float | None, allow_code: bool
) -> Page:
    """Certify an activation with the parameters ``words``; a claim that is not proved is no success."""
    for option, bound in (("--at-least", at_least), ("--at-most", at_most)):
        if bound is not None and not isfinite(bound):
            raise LabError(f"{option} {bound}: expected a finite number")
    claim = Interval(-inf if at_least is None else at_least, inf if at_most is None else at_most)
    found = certify({"name": name}, claim.low, claim.high, allow_code=allow_code, **named_values(words))
    value = {KEYS.get(field.name, field.name): getattr(found, field.name) for field in fields(found)}
    claimed = claim != REALS
    lost = claimed and found.verdict != "CERTIFIED"
    return Page(
        {"activation": name, "parameters": words, **value, "claim": claim if claimed else None},
        map(verbatim, [with_words(name, words), *str(found).splitlines()]),
        exit_code=ClaimError.exit_code if lost else 0,
    )


def conformance_page(name: str, words: Sequence[str], allow_code: bool) -> Page:
    """Run every check on the activation with the parameters ``words``, a line a check."""
    sigma = sigma_of(name, words, allow_code)
    failures: dict[str, str | None] = dict.fromkeys(ACTIVATION_CHECKS)
    for check_name, check in ACTIVATION_CHECKS.items():
        try:
            check(sigma)
        except AssertionError as error:
            failures[check_name] = str(error)
    failed, count = sum(map(bool, failures.values())), len(failures)
    width = max(map(len, failures))
    return Page(
        {"activation": str(sigma), "passed": not failed, "failures": failures},
        [
            str(sigma),
            *(f"{check_name:{width}}  {failure or 'ok'}" for check_name, failure in failures.items()),
            *(f"note: {loss}" for loss in losses(sigma)),
            f"{failed} of {count} checks failed" if failed else f"all {count} checks passed",
        ],
        exit_code=ClaimError.exit_code if failed else 0,
    )
