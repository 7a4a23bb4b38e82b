"""Whether the parts that an experiment names exist, and whether they fit each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from lab import data as datasets
from lab import plugins
from lab.activations.specify import from_spec
from lab.errors import PartError, did_you_mean
from lab.experiment.keys import Key
from lab.experiment.problems import Finding
from lab.experiment.schema import PARTS, Experiment, part_name
from lab.experiment.sizes import check_against_data, check_sizes
from lab.experiment.validation import concerns
from lab.parts import Probe

DESIGN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
"""What a design may be called."""

QUANTITY_GROUPS = ("default", "all")
"""Words of ``record.quantities`` that stand for several quantities."""

KEYS = ("variant", "trial", "step", "epoch", "layer", "status")
"""The columns of the table ``layers`` that are no quantities."""


def parts(
    settings: Experiment,
    *,
    folder: Path,
    allow_code: bool,
    about: Key = (),
    faulty: Collection[Key] = (),
) -> list[Finding]:
    """What is wrong with single parts: unknown names, wrong parameters, formulas that cannot be read.

    ``about`` is a key whose table alone is checked, every table where it is empty. ``faulty`` are keys about
    which something is known to be wrong already: they, and what uses them, are passed over. ``folder`` and
    ``allow_code`` are as `lab.plugins.find` takes them.
    """
    found = []
    for key, name, make in _attempts(settings, {"folder": folder, "allow_code": allow_code}):
        if about and key[0] != about[0]:
            continue
        if concerns(key[:2], faulty) or ("activations", name) in faulty:
            continue
        if message := _failure(make):
            found.append(Finding(key, message))
    return found


def together(
    settings: Experiment, *, folder: Path, allow_code: bool, faulty: Collection[Key] = ()
) -> list[Finding]:
    """What does not fit together in one variant, each part being right by itself.

    A list of activations must have one for each hidden layer; the cost must accept the output's
    activation; the batch must not exceed the training part; and one trial must fit into memory. The
    parameters are those of `parts`.
    """
    network = settings.network
    found: list[tuple[Finding, list[Key]]] = []
    if isinstance(network.activation, list) and len(network.activation) != len(network.hidden):
        message = (
            f"expected one activation for each of the {len(network.hidden)} hidden layers, "
            f"got {len(network.activation)}"
        )
        found.append((Finding(("network", "activation"), message), [("network", "hidden")]))
    if reason := _refusal(settings, {"folder": folder, "allow_code": allow_code}):
        found.append((Finding(("network", "cost"), reason), [("network", "output"), ("activations",)]))
    if settings.data.train is not None:
        large = check_against_data(settings, settings.data.train)
        found += [(finding, [("data", "train")]) for finding in large]
    found += [(finding, []) for finding in check_sizes(settings, features=1, outputs=1)]
    return [
        finding
        for finding, others in found
        if not any(concerns(key, faulty) for key in (finding.key, *others))
    ]


def _attempts(settings: Experiment, where: dict[str, Any]) -> Iterator[tuple[Key, str, Callable[[], object]]]:
    """The key of every part, the name of an activation that is made there, and what makes the part."""
    activation = partial(from_spec, designs=settings.designs, **where)
    makers: dict[str, Callable[[Any], object]] = {
        "activations": activation,
        "datasets": partial(datasets.source, parameters=settings.data.parameters, **where),
        "probes": partial(_quantity, where=where),
    }
    for key, part in PARTS.items():
        table, name = map(str, key)
        value = getattr(getattr(settings, table), name)
        make = makers.get(part.kind, partial(plugins.build, part.kind, **where))
        if key == ("network", "output") and part_name(value) == "softmax":
            make = _refuse_softmax
        several = isinstance(value, list)
        for index, spec in enumerate(value if several else [value]):
            sigma = part_name(spec) if part.kind == "activations" else ""
            yield (*key, index) if several else key, sigma, partial(make, spec)
    for name, design in settings.activations.items():
        formula = "value" if design.value is not None else "derivative"
        yield ("activations", name), name, partial(_design_name, name)
        yield ("activations", name, formula), name, partial(activation, name)


def _failure(make: Callable[[], object]) -> str:
    """Why this fails; empty where it does not."""
    try:
        make()
    except PartError as error:
        return str(error)
    except Exception as error:  # code of one's own may raise anything
        return f"cannot be made: {type(error).__name__}: {' '.join(str(error).split())}"
    return ""


def _refuse_softmax(spec: Any) -> None:
    raise PartError(
        "softmax is not elementwise, so it is no activation; for a softmax output write "
        'cost = "softmax-cross-entropy" with output = "identity"'
    )


def _design_name(name: str) -> None:
    if not DESIGN_NAME.fullmatch(name):
        raise PartError(f"a design's name must match {DESIGN_NAME.pattern}, got {name[:80]!r}")
    if name in plugins.names("activations") or name in plugins.aliases("activations"):
        raise PartError(f"{name!r} is the name of an activation of the lab's own; choose another")


def _quantity(name: str, where: dict[str, Any]) -> None:
    """Raise PartError where the word is no group, no column and no probe, also of one's own."""
    parts: dict[str, type[Probe]] = plugins.usable("probes")
    columns = [column for probe in parts.values() for column in probe.columns]
    if ".py:" in name:
        taken = sorted({*columns, *KEYS} & {*plugins.build("probes", name, **where).columns})
        if taken:
            raise PartError(f"{name!r}: the table layers has a column {taken[0]!r} already")
    elif name in plugins.names("probes"):
        plugins.build("probes", name, **where)
    elif name not in (*QUANTITY_GROUPS, *columns):
        hint = did_you_mean(name, (*QUANTITY_GROUPS, *columns), plugins.names("probes"))
        raise PartError(f"unknown quantity {name!r}; {hint}")


def _refusal(settings: Experiment, where: dict[str, Any]) -> str:
    """Why the cost does not accept the output's activation; empty where it does or one cannot be made."""
    try:
        cost = plugins.build("costs", settings.network.cost, **where)
        sigma = from_spec(settings.network.output, settings.designs, **where)
    except Exception:
        return ""
    try:
        return cost.refuses(sigma) or ""
    except Exception as error:  # code of one's own may raise anything
        return f"cannot judge {sigma}: {type(error).__name__}: {' '.join(str(error).split())}"
