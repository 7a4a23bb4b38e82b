"""The checks of an activation by name, all of them run on one, and on those of an experiment."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import getfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from lab.errors import in_one_line
from lab.parts import Activation
from lab.testing.arrays import (
    check_dtype,
    check_elementwise,
    check_input_untouched,
    check_nan,
    check_value,
    check_with_derivative,
)
from lab.testing.calling import with_place
from lab.testing.slopes import (
    check_claim,
    check_continuous,
    check_derivative,
    check_far,
    check_finite,
    check_integral,
    check_kinks,
)

if TYPE_CHECKING:
    from lab.experiment.validation import Finding
    from lab.experiment.variants import Plan

Check: TypeAlias = Callable[[Activation], None]


def check_activation(sigma: Activation) -> None:
    """Run every check of `ACTIVATION_CHECKS`; raises AssertionError naming the first check that fails."""
    if not isinstance(sigma, Activation):
        raise AssertionError(f"{type(sigma).__name__} is no subclass of lab.Activation")
    for name, check in ACTIVATION_CHECKS.items():
        try:
            check(sigma)
        except AssertionError as error:
            raise AssertionError(f"{sigma}: {name}: {error}") from error


def faults_of_own(plan: Plan) -> list[Finding]:
    """What fails first in each activation of an experiment that is a class of somebody's own, at its key.

    What the lab ships and formulas are not checked again; what cannot be made is told by
    `lab.experiment.checks.parts`.
    """
    from lab.experiment.schema import named_parts
    from lab.experiment.specify import from_spec
    from lab.experiment.validation import Finding
    from lab.runs.preparation import at_its_value

    faults: dict[str, str] = {}
    found = []
    for variant in plan.variants:
        for key, part, spec in named_parts(variant.settings):
            if part.kind == "activations":
                if repr(spec) not in faults:
                    designs, code = variant.settings.designs, plan.allow_code
                    try:
                        sigma = from_spec(spec, designs, folder=plan.folder, allow_code=code)
                    except Exception:  # which is told already
                        sigma = None
                    faults[repr(spec)] = "" if sigma is None else _fault(sigma)
                if fault := faults[repr(spec)]:
                    found.append(at_its_value(Finding(key, fault), variant, plan))
    return found


def _fault(sigma: Activation) -> str:
    """What fails first of somebody's own activation, or of one within a wrapper of the lab, and its file."""
    if type(sigma).__module__.startswith("lab."):
        inner = (value for value in vars(sigma).values() if isinstance(value, Activation))
        return next(filter(None, map(_fault, inner)), "")
    try:
        check_activation(sigma)
    except AssertionError as error:
        return f"{Path(getfile(type(sigma))).name}: {in_one_line(error)}"
    return ""


def _asserted(check: Check) -> Check:
    """The check, without numpy's warnings, for which whatever somebody's code raises is a failure."""

    @wraps(check)
    def checked(sigma: Activation) -> None:
        try:
            with np.errstate(all="ignore"):
                check(sigma)
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(f"raises {with_place(error)}") from error

    return checked


ACTIVATION_CHECKS: dict[str, Check] = {
    name: _asserted(check)
    for name, check in {
        "elementwise": check_elementwise,
        "dtype": check_dtype,
        "input untouched": check_input_untouched,
        "finite": check_finite,
        "far": check_far,
        "NaN": check_nan,
        "continuous": check_continuous,
        "derivative": check_derivative,
        "integral": check_integral,
        "kinks": check_kinks,
        "slope claim": lambda sigma: check_claim(sigma, sigma.slope_range, sigma.derivative, "σ′"),
        "range claim": lambda sigma: check_claim(sigma, sigma.range, sigma, "σ"),
        "with_derivative": check_with_derivative,
        "value": check_value,
    }.items()
}
"""The checks of an activation, by name; each is without numpy's warnings, and raises AssertionError alone."""
