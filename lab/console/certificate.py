"""The page of ``lab certify``: what is proved of an activation, and the verdict on a claim."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

from lab.api import certify
from lab.console.as_json import say
from lab.console.screen import out, plain
from lab.errors import LabError
from lab.numerics import Interval
from lab.prover.certificate import Certificate

NOT_PROVED = 3
"""The exit code where a claim does not hold, or is not proved."""


def tell(
    name: str,
    parameters: Sequence[str],
    at_least: float | None,
    at_most: float | None,
    as_json: bool,
    allow_code: bool,
) -> int:
    """Certify an activation and print the certificate; returns the exit code."""
    values = dict(_value(word) for word in parameters)
    for option, bound in (("--at-least", at_least), ("--at-most", at_most)):
        if bound is not None and not isfinite(bound):
            raise LabError(f"{option} {bound}: expected a finite number")
    found = certify(
        {"name": name},
        -inf if at_least is None else at_least,
        inf if at_most is None else at_most,
        allow_code=allow_code,
        **values,
    )
    if as_json:
        say(_told(name, parameters, found))
    else:
        given = f"  [{', '.join(parameters)}]" if parameters else ""
        for line in (f"{name}{given}", *str(found).splitlines()):
            out().print(plain(line), soft_wrap=True)
    claimed = at_least is not None or at_most is not None
    return NOT_PROVED if claimed and found.verdict != "CERTIFIED" else 0


def _value(word: str) -> tuple[str, Any]:
    """The name and value of ``-p NAME=VALUE``: a number, a range LOW:HIGH, else the name of an activation."""
    name, equals, value = word.partition("=")
    if not (name and equals and value):
        raise LabError(f"-p {word}: expected NAME=VALUE or NAME=LOW:HIGH")
    numbers = []
    for part in value.split(":"):
        try:
            numbers.append(float(part))
        except ValueError:
            return name, value
    if len(numbers) > 2:
        raise LabError(f"-p {word}: expected NAME=VALUE or NAME=LOW:HIGH")
    return name, numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def _told(name: str, parameters: Sequence[str], found: Certificate) -> dict[str, Any]:
    """The certificate for a program: enclosures as [low, high], infinities as "-inf" and "inf"."""
    return {
        "activation": name,
        "parameters": list(parameters),
        "claim": None if found.claim == Interval(-inf, inf) else _pair(found.claim),
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
