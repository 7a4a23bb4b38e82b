"""Whether the parts that an experiment names exist, fit each other and hold what is claimed of them."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from math import inf
from typing import Any, TypeAlias

from lab import data as datasets
from lab import plugins
from lab.errors import PartError, counted, told
from lab.experiment.findings import Finding, concerns
from lab.experiment.keys import Key
from lab.experiment.meant import has_escapes, without_escapes
from lab.experiment.refusals import belongs, to_compare
from lab.experiment.schema import Data, Design, Experiment, key_names, named_parts
from lab.experiment.see import ANSWER, FIGURES, OF_VARIANTS, Blank, pieces
from lab.experiment.sizes import check_against_data, check_sizes
from lab.experiment.specify import from_spec
from lab.parts import KEYS, Probe
from lab.prover.certificate import Certificate, certify
from lab.prover.claims import plainly_holds
from lab.prover.intervals.enclosure_text import shortest_decimal
from lab.spelling import called_here, did_you_mean, nearest

DESIGN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")

QUANTITY_GROUPS = ("default", "all")
"""Words of ``record.quantities`` that stand for several quantities."""


Where: TypeAlias = Mapping[str, Any]
"""The ``folder`` and ``allow_code`` that `lab.plugins.find` takes."""


def parts(settings: Experiment, about: Key = (), *, where: Where, faulty: Collection[Key]) -> list[Finding]:
    """What is wrong with single parts: unknown names, wrong parameters, formulas that cannot be read.

    ``about`` is a key whose table or design alone is checked; all are where it is empty. ``faulty`` are keys
    about which something is known to be wrong already: they, and what uses them, are passed over. So is what
    uses a design that is wrong by itself, which is told at the design.
    """
    found = []
    for key, used, words, make in _attempts(settings, about, where):
        if concerns(key[:2], faulty) or any(("activations", name) in faulty for name in used):
            continue
        escaped = next(filter(has_escapes, words), "")
        nameless = Finding(key, f"there is nothing of this name; {without_escapes(escaped)}")
        if escaped and not used:  # but a formula may have several lines
            found.append(nameless)
            continue
        try:
            make()
        except PartError as error:
            if escaped:
                found.append(nameless)
            elif key[0] == "activations" or not any(_is_wrong(name, settings, where) for name in used):
                found.append(_of_parameter(key, error, settings) or Finding(key, str(error)))
        except Exception as error:  # the system may refuse a path for reasons of its own
            found.append(Finding(key, f"cannot be made: {told(error)}"))
    return found


_GUESS = re.compile(r"did you mean '([^']*)'\? ")
"""What the message of an unknown parameter guesses, which may belong elsewhere."""


def _of_parameter(key: Key, error: PartError, settings: Experiment) -> Finding | None:
    """What is wrong with a parameter, at its line where it stands beside the part's name."""
    name = error.parameter
    if not name:
        return None
    if key[0] != "activations":
        is_data = key == ("data", "name")
        guess = _GUESS.search(str(error))
        is_known = "no parameter" not in str(error) or (guess and guess[1] in called_here(name))
        hint = "" if is_known else belongs(name, settings.data.parameters.get(name))
        if is_data and (meant := [one for one in called_here(name) if one in key_names(Data)]):
            hint = f"did you mean {meant[0]!r}?"
        said = f"{_GUESS.sub('', str(error))}; {hint}" if hint else str(error)
        return Finding(("data", name) if is_data else key, said)
    near = nearest(name, key_names(Design))
    return Finding((*key[:2], name), f"unknown key; did you mean {near!r}?" if near else str(error))


def together(settings: Experiment, *, where: Where, faulty: Collection[Key]) -> list[Finding]:
    """What does not fit together in one variant, its parts being right; ``faulty`` as in `parts`."""
    hidden, activation = len(settings.network.hidden), settings.network.activation
    found: list[tuple[Finding, list[Key]]] = []
    if isinstance(activation, list) and len(activation) != hidden:
        due = f"a list of {counted(hidden, 'activation')}, one for each hidden layer"
        message = f"expected {due}, got {len(activation)}; {to_compare(('network', 'activation'))}"
        found.append((Finding(("network", "activation"), message), [("network", "hidden")]))
    if reason := _refusal(settings, where):
        found.append((Finding(("network", "cost"), reason), [("network", "output"), ("activations",)]))
    if settings.data.train is not None:
        large = check_against_data(settings, settings.data.train)
        found += [(finding, [("data", "train")]) for finding in large]
    found += [(finding, []) for finding in check_sizes(settings, features=1, outputs=1)]
    return [one for one, others in found if not any(concerns(key, faulty) for key in (one.key, *others))]


def unproved(experiments: Iterable[Experiment]) -> list[Finding]:
    """The claims ``at_least`` and ``at_most`` that are refuted or cannot be proved in any of these.

    A design of which no activation can be made is passed over; see `parts`.
    """
    found: dict[Key, Finding] = {}
    shared = {id(design): (name, design)  # by variants
              for settings in experiments for name, design in settings.activations.items()}  # fmt: skip
    once = {(name, *dict(design).items()): (name, design) for name, design in shared.values()}
    for name, design in once.values():
        for key, bound in (("at_least", design.at_least), ("at_most", design.at_most)):
            if bound is None:
                continue
            try:
                sigma = from_spec(name, {name: design})
            except PartError:
                break
            claim = (bound, inf) if key == "at_least" else (-inf, bound)
            if plainly_holds(sigma, *claim) or (proof := certify(sigma, *claim)).verdict == "CERTIFIED":
                continue
            place: Key = ("activations", name, key)
            found.setdefault(place, Finding(place, _refutation(design, bound, proof)))
    return list(found.values())


def wrong_lines(see: Mapping[str, str]) -> list[Finding]:
    """What is wrong with the lines of ``[see]``: figures that are none, phrases and quantities unknown."""
    found = []
    for figure, line in see.items():
        is_known = figure in (ANSWER, *FIGURES) or ".py:" in figure
        if not is_known and figure not in (known := (ANSWER, *plugins.names("figures"))):
            found.append(Finding(("see", figure), f"is no figure; {did_you_mean(figure, known)}"))
        try:
            for piece in pieces(line):
                if isinstance(piece, Blank):
                    _check_blank(piece)
        except PartError as error:
            found.append(Finding(("see", figure), str(error)))
    return found


def quantities() -> list[str]:
    """What is measured of a layer by the probes that a name is enough for."""
    probes: dict[str, type[Probe]] = plugins.usable("probes")
    return [column for probe in probes.values() for column in probe.columns]


def _check_blank(asked: Blank) -> None:
    of_layer = asked.layer or asked.place
    known = quantities() if of_layer else OF_VARIANTS
    if asked.kind != "variants" and asked.column not in known:
        kind = "quantity of a layer" if of_layer else "number of a variant"
        raise PartError(f"{asked.column!r} is no {kind}; {did_you_mean(asked.column, known)}")


def _attempts(
    settings: Experiment, about: Key, where: Where
) -> Iterator[tuple[Key, set[str], set[str], Callable[[], object]]]:
    """The key of every part, its words that may name designs, all its words, and what makes it."""
    activation = partial(from_spec, designs=settings.activations, **where)
    makers: dict[str, Callable[[Any], object]] = {
        "activations": activation,
        "datasets": partial(datasets.source, parameters=settings.data.parameters, **where),
        "probes": partial(_quantity, where=where),
    }
    for key, part, spec in named_parts(settings):
        if not about or key[0] == about[0]:
            make = makers.get(part.kind, partial(plugins.build, part.kind, **where))
            words = {*_words(spec)}
            yield key, words if part.kind == "activations" else set(), words, partial(make, spec)
    match about:
        case ():
            designs = settings.activations
        case ("activations", str(name), *_):
            designs = {name: settings.activations[name]}
        case _:
            designs = {}
    for name, design in designs.items():
        formula = "value" if design.value is not None else "derivative"
        yield ("activations", name), {name}, set(), partial(_design_name, name)
        text = getattr(design, formula) or ""
        yield ("activations", name, formula), {name}, {text}, partial(activation, name)


def _words(spec: Any) -> Iterator[str]:
    """The texts of a part as a file writes it, also of those within it."""
    match spec:
        case str():
            yield spec
        case Mapping():
            for value in spec.values():
                yield from _words(value)


def _is_wrong(name: str, settings: Experiment, where: Where) -> bool:
    """Whether this is a design of which, as it stands in its table, no activation can be made."""
    if name not in settings.activations:
        return False
    try:
        from_spec(name, settings.activations, **where)
    except PartError:
        return True
    return False


def _design_name(name: str) -> None:
    if not DESIGN_NAME.fullmatch(name):
        raise PartError(f"a design's name must match {DESIGN_NAME.pattern}, got {name[:80]!r}")
    if name in plugins.names("activations") or name in plugins.aliases("activations"):
        raise PartError(f"{name!r} is the name of an activation of the lab's own; choose another")


def _quantity(name: str, where: Where) -> None:
    """Raise PartError where the word is no group, no column and no probe, also of one's own."""
    columns = quantities()
    if ".py:" in name:
        taken = sorted({*columns, *KEYS} & {*plugins.build("probes", name, **where).columns})
        if taken:
            raise PartError(f"{name!r}: the table layers has a column {taken[0]!r} already")
    elif name in plugins.names("probes"):
        plugins.build("probes", name, **where)
    elif name not in (*QUANTITY_GROUPS, *columns):
        hint = did_you_mean(name, (*QUANTITY_GROUPS, *columns), plugins.names("probes"))
        raise PartError(f"unknown quantity {name!r}; {hint}")


def _refusal(settings: Experiment, where: Where) -> str:
    """Why the cost does not accept the output's activation; empty where it does or one cannot be made."""
    sigma = None
    try:
        cost = plugins.build("costs", settings.network.cost, **where)
        sigma = from_spec(settings.network.output, settings.activations, **where)
        return cost.refuses(sigma) or ""
    except Exception as error:  # code of one's own may raise anything
        return "" if sigma is None else f"cannot judge {sigma}: {told(error)}"


def _refutation(design: Design, bound: float, proof: Certificate) -> str:
    parameters = (design.model_extra or {}).items()
    given = ", ".join(f"{key} = {shortest_decimal(value)}" for key, value in parameters)
    claim = f"the claim {shortest_decimal(bound)} is {proof.verdict}"
    return f"{claim}{' with ' if given else ''}{given}: {proof.reason}"
