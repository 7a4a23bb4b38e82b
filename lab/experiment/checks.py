"""Whether the parts that an experiment names exist, and whether they fit each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lab import data as datasets
from lab import plugins
from lab.activations.specify import from_spec
from lab.errors import PartError, did_you_mean
from lab.experiment.keys import Key
from lab.experiment.problems import Finding
from lab.experiment.reading import concerns
from lab.experiment.schema import Experiment, part_name
from lab.experiment.sizes import check_against_data, check_sizes
from lab.parts import Probe

DESIGN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
"""What a design may be called."""

QUANTITY_GROUPS = ("default", "all")
"""Words of ``record.quantities`` that stand for several quantities."""

KEYS = ("variant", "trial", "step", "epoch", "layer", "status")
"""The columns of the table ``layers`` that are no quantities."""


@dataclass(frozen=True)
class _Trial:
    """An attempt to make what stands at ``key``; ``name`` is the name of the part that is made there."""

    key: Key
    name: str
    make: Callable[[], object]


def parts(
    settings: Experiment,
    *,
    folder: Path,
    allow_code: bool,
    about: Key = (),
    faulty: Collection[Key] = (),
) -> list[Finding]:
    """What is wrong with single parts: unknown names, wrong parameters, formulas that cannot be read.

    Parameters
    ----------
    settings
        The experiment.
    folder, allow_code
        As `lab.plugins.find` takes them.
    about
        A key whose table alone is checked; every table where it is empty.
    faulty
        Keys about which something is known to be wrong already; they, and what uses them, are passed over.

    """
    found = []
    for trial in _trials(settings, folder, allow_code):
        if about and trial.key[0] != about[0]:
            continue
        if concerns(trial.key[:2], faulty) or ("activations", trial.name) in faulty:
            continue
        try:
            trial.make()
        except PartError as error:
            found.append(Finding(trial.key, str(error)))
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
    if reason := _refusal(settings, folder, allow_code):
        found.append((Finding(("network", "cost"), reason), [("network", "output"), ("activations",)]))
    if settings.data.train is not None:
        large = check_against_data(settings, settings.data.train)
        found += [(finding, [("data", "train")]) for finding in large]
    found += [(finding, []) for finding in check_sizes(settings, features=1, outputs=1, trials=1)]
    return [
        finding
        for finding, others in found
        if not any(concerns(key, faulty) for key in (finding.key, *others))
    ]


def _trials(settings: Experiment, folder: Path, allow_code: bool) -> list[_Trial]:
    network, training, data = settings.network, settings.training, settings.data
    activation = partial(from_spec, designs=settings.designs, folder=folder, allow_code=allow_code)
    build = partial(plugins.build, folder=folder, allow_code=allow_code)
    named: list[tuple[Key, Any, Callable[[Any], object]]] = [
        (("network", "output"), network.output, partial(_output, activation)),
        (("network", "cost"), network.cost, partial(build, "costs")),
        (("network", "initialiser"), network.initialiser, partial(build, "initialisers")),
        (("training", "optimiser"), training.optimiser, partial(build, "optimisers")),
    ]
    if isinstance(network.activation, list):
        for index, spec in enumerate(network.activation):
            named.append((("network", "activation", index), spec, activation))
    else:
        named.append((("network", "activation"), network.activation, activation))
    trials = [_Trial(key, part_name(spec), partial(make, spec)) for key, spec, make in named]
    for name, design in settings.activations.items():
        formula = "value" if design.value is not None else "derivative"
        trials.append(_Trial(("activations", name), name, partial(_design_name, name)))
        trials.append(_Trial(("activations", name, formula), name, partial(activation, name)))
    for index, quantity in enumerate(settings.record.quantities):
        trials.append(_Trial(("record", "quantities", index), "", partial(_quantity, build, quantity)))
    trials.append(_Trial(("data", "name"), "", partial(datasets.source, data.name, data.parameters)))
    return trials


def _output(activation: Callable[[Any], object], spec: Any) -> object:
    if part_name(spec) == "softmax":
        raise PartError(
            "softmax is not elementwise, so it is no activation; for a softmax output write "
            'cost = "softmax-cross-entropy" with output = "identity"'
        )
    return activation(spec)


def _design_name(name: str) -> None:
    if not DESIGN_NAME.fullmatch(name):
        raise PartError(f"a design's name must match {DESIGN_NAME.pattern}, got {name[:80]!r}")
    if name in {*plugins.names("activations"), *plugins.aliases("activations")}:
        raise PartError(f"{name!r} is the name of an activation of the lab's own; choose another")


def _quantity(build: Callable[[str, str], Probe], name: str) -> None:
    """Raise PartError where the word is no group, no column and no probe."""
    parts: dict[str, type[Probe]] = plugins.usable("probes")
    columns = [column for probe in parts.values() for column in probe.columns]
    if ".py:" in name:
        taken = sorted({*columns, *KEYS} & {*build("probes", name).columns})
        if taken:
            raise PartError(f"{name!r}: the table layers has a column {taken[0]!r} already")
    elif name in plugins.names("probes"):
        build("probes", name)
    elif name not in (*QUANTITY_GROUPS, *columns):
        hint = did_you_mean(name, (*QUANTITY_GROUPS, *columns), plugins.names("probes"))
        raise PartError(f"unknown quantity {name!r}; {hint}")


def _refusal(settings: Experiment, folder: Path, allow_code: bool) -> str:
    """Why the cost does not accept the output's activation; empty where it does or one cannot be made."""
    try:
        cost = plugins.build("costs", settings.network.cost, folder=folder, allow_code=allow_code)
        sigma = from_spec(settings.network.output, settings.designs, folder=folder, allow_code=allow_code)
    except PartError:
        return ""
    return cost.refuses(sigma) or ""
