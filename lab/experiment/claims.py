"""Whether the designs of an experiment hold what they claim of their slope."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from lab.activations.specify import from_spec
from lab.experiment.keys import Key
from lab.experiment.problems import Finding
from lab.experiment.schema import Design, Experiment
from lab.parts import Activation
from lab.prover.certificate import Certificate, certify


def unproved(experiments: Iterable[Experiment]) -> list[Finding]:
    """The claims ``at_least`` and ``at_most`` that are refuted or cannot be proved in any of these."""
    proofs: dict[tuple[Activation, float, float], Certificate] = {}
    found: dict[Key, Finding] = {}
    for settings in experiments:
        for name, design in settings.activations.items():
            for key, bound in (("at_least", design.at_least), ("at_most", design.at_most)):
                if bound is None:
                    continue
                sigma = from_spec(name, settings.designs)
                claim = (sigma, bound, inf) if key == "at_least" else (sigma, -inf, bound)
                if claim not in proofs:
                    proofs[claim] = certify(*claim)
                if proofs[claim].verdict != "CERTIFIED":
                    place: Key = ("activations", name, key)
                    found.setdefault(place, Finding(place, _message(design, bound, proofs[claim])))
    return list(found.values())


def _message(design: Design, bound: float, proof: Certificate) -> str:
    parameters = (design.model_extra or {}).items()
    given = ", ".join(f"{key} = {value:g}" for key, value in parameters)
    return f"the claim {bound:g} is {proof.verdict}{' with ' if given else ''}{given}: {proof.reason}"
