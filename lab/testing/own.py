"""The suite run on the activations of an experiment that are somebody's own."""

from __future__ import annotations

from inspect import getfile
from pathlib import Path

from lab.errors import in_one_line
from lab.experiment.findings import Finding
from lab.experiment.schema import named_parts
from lab.experiment.specify import from_spec
from lab.experiment.variants import Plan
from lab.parts import Activation
from lab.runs.preparation import at_its_value
from lab.testing.suite import check_activation


def faults_of_own(plan: Plan) -> list[Finding]:
    """What fails first in each activation of an experiment that is a class of somebody's own, at its key.

    What the lab ships and formulas are not checked again; what cannot be made is told by
    `lab.experiment.checks.parts`.
    """
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
