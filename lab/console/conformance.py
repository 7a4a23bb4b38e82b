"""The page of ``lab test-activation``: the conformance suite on one activation, a line a check."""

from __future__ import annotations

from collections.abc import Sequence

from lab.activations.specify import from_spec
from lab.console.as_json import say
from lab.console.parameters import named_values
from lab.console.screen import out, plain
from lab.errors import ClaimError
from lab.testing import ACTIVATION_CHECKS

FAILED = ClaimError.exit_code
"""The exit code where a check fails."""


def tell(name: str, parameters: Sequence[str], as_json: bool, allow_code: bool) -> int:
    """Run every check, print a line for each, and return the exit code: 0, or 3 where a check fails."""
    sigma = from_spec({"name": name, **named_values(parameters)}, allow_code=allow_code)
    failures: dict[str, str] = {}
    for check_name, check in ACTIVATION_CHECKS.items():
        try:
            check(sigma)
        except AssertionError as error:
            failures[check_name] = str(error)
    if as_json:
        checks = {check_name: failures.get(check_name) for check_name in ACTIVATION_CHECKS}
        told = {"activation": str(sigma), "passed": not failures, "failures": checks}
        say(told)
        return FAILED if failures else 0
    console = out()
    console.print(plain(str(sigma)))
    width = max(map(len, ACTIVATION_CHECKS))
    for check_name in ACTIVATION_CHECKS:
        console.print(plain(f"{check_name:{width}}  {failures.get(check_name, 'ok')}"))
    count = len(ACTIVATION_CHECKS)
    console.print(f"{len(failures)} of {count} checks failed" if failures else f"all {count} checks passed")
    return FAILED if failures else 0
