"""From what an experiment file or a caller writes to an activation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab import plugins
from lab.activations.design.integral import Integral
from lab.activations.formula.dialect import is_of_library
from lab.activations.formula.formula import Formula
from lab.errors import PartError
from lab.parts import Activation
from lab.prover.integrals.integrated import integrated
from lab.spelling import did_you_mean, nearest

if TYPE_CHECKING:
    from lab.experiment.schema import Design

EXPECTED = "expected the name of an activation, a formula in z, or a table with a name"

_SOFTMAX = re.compile(r"(?i)(\w+\.)*(log[-_]?)?softmax(\(.*\))?")


def from_spec(
    spec: str | Mapping[str, Any],
    designs: Mapping[str, Mapping[str, Any] | Design] | None = None,
    *,
    folder: Path | None = None,
    allow_code: bool = False,
) -> Activation:
    """The activation that ``spec`` means.

    Parameters
    ----------
    spec
        A name of `lab.plugins.names("activations")` or an alias; the name of a design; a formula in z, such
        as ``"tanh(z) + 0.1*z"``; ``"file.py:Class"``; or a table of a name and parameters. A parameter that
        is an activation itself, ``inner``, is again any of these. A table with a ``derivative`` in place of
        a name gives σ by the formula of its slope, which is integrated.
    designs
        The tables ``[activations.NAME]`` of an experiment file, by name: each a formula, ``value`` or
        ``derivative``, and the parameters of the formula.
    folder, allow_code
        As `lab.plugins.find` takes them.

    Raises
    ------
    PartError
        With the reason and the nearest right answer.
    """
    designs = designs or {}
    table = as_table(spec)
    if "derivative" in table and "name" not in table:
        text = table.pop("derivative")
        if not isinstance(text, str):
            raise PartError(f"derivative = {text!r}: expected a formula in z")
        return integrated(text, tuple(table.items()))
    name = table.pop("name", None)
    if not isinstance(name, str):
        raise PartError(EXPECTED)
    if name in designs:
        return _designed(name, {**dict(designs[name]), **table})
    if _SOFTMAX.fullmatch(name):
        raise PartError(
            "softmax is not elementwise, so it is no activation; for a softmax output write "
            'cost = "softmax-cross-entropy" with output = "identity"'
        )
    if name.endswith(".toml"):
        raise PartError(f"{name!r} is an experiment file, no activation; its networks: lab predict FILE")
    if _reads_as_formula(name):
        return Formula(name, tuple(table.items()))
    name = plugins.aliases("activations").get(name, name)
    if name not in plugins.names("activations") and ".py:" not in name:
        if name in table:  # one of its own parameters: a formula, if a constant
            return Formula(name, tuple(table.items()))
        known = [*plugins.names("activations"), *designs]
        hint = did_you_mean(name, known, plugins.aliases("activations"))
        if nearest(name, [*known, *plugins.aliases("activations")]) is None:
            hint += ', or a formula in z, such as "tanh(z)"'
        raise PartError(f"unknown activation {name!r}; {hint}")
    part = plugins.find("activations", name, folder=folder, allow_code=allow_code)
    if "inner" in table:
        inner = table["inner"]
        if not isinstance(inner, str | Mapping | Activation):
            raise PartError(f"{name!r}: inner = {inner!r}: expected an activation")
        if not isinstance(inner, Activation):
            table["inner"] = from_spec(inner, designs, folder=folder, allow_code=allow_code)
    made: Activation = plugins.make(part, name, table)
    return made


def as_table(spec: object) -> dict[str, Any]:
    """The table of a name and parameters that ``spec`` means. Raises PartError where it is no such thing.

    >>> as_table("tanh")
    {'name': 'tanh'}
    """
    if isinstance(spec, str):
        return {"name": spec}
    if not isinstance(spec, Mapping):
        raise PartError(f"{EXPECTED}, got {spec!r}")
    return dict(spec)


def spec_of(sigma: Activation) -> dict[str, Any]:
    """The table of which `from_spec` makes this activation. Raises PartError where its class has no name.

    >>> spec_of(from_spec({"name": "a*tanh(z)", "a": 2.0}))
    {'name': 'a*tanh(z)', 'a': 2.0}
    """
    if isinstance(sigma, Formula | Integral):
        return {"name" if isinstance(sigma, Formula) else "derivative": sigma.text, **dict(sigma.parameters)}
    name = next((one for one, part in plugins.usable("activations").items() if part is type(sigma)), None)
    if name is None:
        raise PartError(f"{sigma}: a class that no package has installed; write its formula")
    given = {key: getattr(sigma, field.name) for key, field in plugins.fields(type(sigma)).items()}
    inner = {key: spec_of(value) for key, value in given.items() if isinstance(value, Activation)}
    return {"name": name, **given, **inner}


def _designed(name: str, design: Mapping[str, Any]) -> Activation:
    parameters = {key: value for key, value in design.items() if key not in _DESIGN_KEYS}
    if isinstance(design.get("value"), str):
        return Formula(design["value"], tuple(parameters.items()))
    if isinstance(design.get("derivative"), str):
        return integrated(design["derivative"], tuple(parameters.items()))
    raise PartError(f'the design {name!r} needs a formula: value = "…" or derivative = "…"')


_DESIGN_KEYS = frozenset({"value", "derivative", "at_least", "at_most"})


def _reads_as_formula(text: str) -> bool:
    """Whether it begins as a number or with a library, holds a sign that no name has, or z or x as a word."""
    if is_of_library(text):
        return True
    if ".py:" in text or plugins.aliases("activations").get(text, text) in plugins.names("activations"):
        return False
    return re.search(r"^[\d.]|[^\w.:-]|(?<![A-Za-z_])[zx](?![A-Za-z0-9_])", text) is not None
