"""The page of ``lab test-activation``: the conformance suite on one activation, a line a check."""

from __future__ import annotations

from collections.abc import Sequence

from lab.activations.specify import from_spec
from lab.console.parameters import named_values
from lab.console.screen import Page
from lab.errors import ClaimError
from lab.testing import ACTIVATION_CHECKS


def page(name: str, words: Sequence[str], allow_code: bool) -> Page:
    """Run every check on the activation with the parameters ``words``."""
    sigma = from_spec({"name": name, **named_values(words)}, allow_code=allow_code)
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
            f"{failed} of {count} checks failed" if failed else f"all {count} checks passed",
        ],
        exit_code=ClaimError.exit_code if failed else 0,
    )
