"""The suite run on the activations, costs and optimisers of an experiment that are somebody's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import getfile
from pathlib import Path
from typing import Any

from lab import plugins
from lab.errors import in_one_line
from lab.experiment.findings import Finding
from lab.experiment.schema import named_parts
from lab.experiment.specify import from_spec
from lab.experiment.variants import Plan, Variant
from lab.parts import Activation
from lab.runs.preparation import at_its_value
from lab.testing.calling import with_place
from lab.testing.gradients import check_cost
from lab.testing.steps import check_optimiser
from lab.testing.suite import check_activation


def faults_of_own(plan: Plan) -> list[Finding]:
    """What fails first in each σ, cost and optimiser of one's own in an experiment, at its key.

    What the lab ships and formulas are not checked again; what cannot be made is told by
    `lab.experiment.checks.parts`.
    """
    faults: dict[str, str] = {}
    found = []
    every = ((variant, *named) for variant in plan.variants for named in named_parts(variant.settings))
    for variant, key, part, spec in every:
        if part.kind in ("activations", "costs", "optimisers"):
            at = repr((spec, variant.settings.network.output))
            if at not in faults:
                faults[at] = _fault(part.kind, spec, variant, plan)
            if fault := faults[at]:
                found.append(at_its_value(Finding(key, fault), variant, plan))
    return found


def _fault(kind: str, spec: Any, variant: Variant, plan: Plan) -> str:
    """What fails first of an activation, of an optimiser, or of a cost with the variant's output σ."""
    designs = variant.settings.activations
    where: dict[str, Any] = {"folder": plan.folder, "allow_code": plan.allow_code}
    try:
        if kind == "activations":
            return _of_own(from_spec(spec, designs, **where), check_activation)
        if kind == "optimisers":
            return _of_own(plugins.build(kind, spec, **where), check_optimiser)
        cost = plugins.build(kind, spec, **where)
        output = from_spec(variant.settings.network.output, designs, **where)
        return "" if cost.refuses(output) else _of_own(cost, partial(check_cost, sigma=output))
    except Exception:  # which is told already
        return ""


def _of_own(part: Any, check: Callable[[Any], None]) -> str:
    """What fails first of somebody's own part, or of an activation within a wrapper of the lab; its file."""
    if type(part).__module__.startswith("lab."):
        inner = (value for value in vars(part).values() if isinstance(value, Activation))
        return next(filter(None, (_of_own(one, check) for one in inner)), "")
    try:
        check(part)
    except Exception as error:
        said = in_one_line(error) if isinstance(error, AssertionError) else with_place(error)
        return f"{Path(getfile(type(part))).name}: {said}"
    return ""
