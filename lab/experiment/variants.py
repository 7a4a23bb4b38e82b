"""From an experiment file to the plan of its variants, or to all its problems at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from lab.errors import ClaimError, ExperimentError, counted
from lab.experiment import checks
from lab.experiment.findings import Finding, located
from lab.experiment.keys import assigned, dotted, parsed
from lab.experiment.labels import labels
from lab.experiment.run_names import run_name, wrong_name
from lab.experiment.schema import Experiment
from lab.experiment.sizes import check_tables
from lab.experiment.source import Source, read
from lab.experiment.toml_writer import document
from lab.experiment.validation import Validated, validated
from lab.experiment.varied_keys import VariedKey, varied_keys, with_right_values

SURROGATE_FLOOR = "training.surrogate_floor"
"""The key that makes a variant a counterfactual."""


@dataclass(frozen=True)
class Variant:
    """One combination of the varied values.

    ``varied`` are the varied keys with this variant's values, ``settings`` the experiment with these in
    place and nothing left to vary.
    """

    index: int
    label: str
    varied: dict[str, Any]
    settings: Experiment

    @property
    def seed(self) -> int:
        """The root of the random streams of its trials."""
        return self.settings.trials.seed


@dataclass(frozen=True)
class Plan:
    """An experiment, checked and ready to run; ``folder`` is where relative paths in the file start from."""

    name: str
    source: Source
    experiment: Experiment
    variants: tuple[Variant, ...]
    folder: Path
    allow_code: bool
    notes: tuple[str, ...]

    def refused(self, findings: Iterable[Finding]) -> ExperimentError:
        """The exception for what was found later, once the data were there."""
        return ExperimentError(self.source.name, located(self.source, findings))


@dataclass(frozen=True)
class Draft:
    """The plan of a file that may have mistakes, which are left out of it.

    ``wrong`` is what is wrong with the file, ``unproved`` the claims of its designs that do not hold.
    """

    plan: Plan
    wrong: tuple[Finding, ...]
    unproved: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        return not (self.wrong or self.unproved)

    def sound(self) -> Plan:
        """The plan. Raises as `load` does, with all problems in one list."""
        told = self.plan.refused([*self.wrong, *self.unproved])
        if self.wrong:
            raise told
        if self.unproved:
            raise ClaimError(str(told))
        return self.plan


def load(
    path: str | Path | Mapping[str, Any], overrides: Mapping[str, Any] | Sequence[str] = (), **how: Any
) -> Plan:
    """Read an experiment file, or take its values, and check all of it; ``how`` as `drafted` takes it.

    Raises ExperimentError with every problem of the file and its line, ClaimError where a design's σ′ does
    not hold what it claims, or that could not be proved.
    """
    return drafted(path, overrides, **how).sound()


def drafted(
    path: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | Sequence[str] = (),
    *,
    allow_code: bool = False,
    max_trials: int = 10_000,
    name: str | None = None,
    folder: Path | None = None,
) -> Draft:
    """What `load` gives, before it is refused, so that more can be found beside what is wrong.

    ``path`` and ``overrides`` are as `lab.experiment.source.read` takes them. ``allow_code`` lets
    ``"file.py:Class"`` be loaded, which runs the file's code; ``max_trials`` is the most trials, over all
    variants, that the experiment may have. ``name`` and ``folder`` are what the run is called and where
    relative paths start from, if not as the file says by where it is.

    Raises ExperimentError where the file, or an override, cannot be read at all.
    """
    source = read(path if isinstance(path, Mapping) else Path(path), overrides)
    folder = (folder or source.path.parent).absolute()
    base = validated(source.values)
    where = {"folder": folder, "allow_code": allow_code}
    parts = partial(checks.parts, where=where, faulty=base.faulty)
    written, wrong_keys = varied_keys(base)
    excess = _too_many(base.settings, written, max_trials)
    varied, wrong_values = with_right_values(base, [] if excess else written, parts)
    unsure = base.faulty | ({one.key for one in written} - {one.key for one in varied})
    together = partial(checks.together, where=where, faulty=unsure)
    variants, wrong_variants = _variants(base, varied, together)
    found = [*base.findings, *parts(base.settings), *wrong_keys, *excess, *wrong_values, *wrong_variants]
    found += checks.wrong_lines(base.settings.see)
    called = name or run_name(source.path.stem)
    if wrong := wrong_name(called):
        found.append(Finding((), f"the run is named after the file, and {wrong}; rename the file"))
    renamed = () if name or called == source.path.stem else (f"the run is called {called}",)
    notes = (*renamed, *source.notes)
    plan = Plan(called, source, base.settings, variants, folder, allow_code, notes)
    return Draft(plan, tuple(found), tuple(checks.unproved(variant.settings for variant in variants)))


def resolved(plan: Plan) -> str:
    """The file of the experiment with every default filled in; `load` gives the experiment back.

    A default that follows from a key that varies is left to each variant: the output's activation
    follows from the cost, and the number of epochs from whether there are steps.
    """
    tables = plan.experiment.model_dump(by_alias=True, exclude_none=True)
    varied = {parsed(text)[:2] for text in plan.experiment.vary}
    for table, name, derived in (("network", "cost", "output"), ("training", "steps", "epochs")):
        if (table, name) in varied and derived not in plan.source.values.get(table, {}):
            tables[table].pop(derived, None)
    return document({key: value for key, value in tables.items() if value != {}})


def _too_many(settings: Experiment, written: Sequence[VariedKey], most: int) -> list[Finding]:
    variants, seeds = prod(len(one.values) for one in written), settings.trials.seeds
    if variants * seeds <= most:
        return []
    trials = variants * seeds
    message = (
        f"{counted(variants, 'variant')} × {counted(seeds, 'seed')} are {counted(trials, 'trial')}, "
        f"more than {most}; if that is meant, say --max-trials {trials}"
    )
    return [Finding(("vary",) if variants > 1 else ("trials", "seeds"), message)]


def _variants(
    base: Validated, varied: Sequence[VariedKey], together: Callable[[Experiment], list[Finding]]
) -> tuple[tuple[Variant, ...], list[Finding]]:
    """Every combination of the values, the last key fastest, and what does not fit together in which."""
    fixed = {table: value for table, value in base.values.items() if table != "vary"}
    texts = [dotted(one.key) for one in varied]
    named = [dict(zip(texts, values, strict=True)) for values in product(*(one.values for one in varied))]
    called = labels(_in_labels(base.settings, named), base.settings.network.activation)
    variants = []
    where: dict[Finding, list[str]] = {}
    for index, (values, label) in enumerate(zip(named, called, strict=True)):
        tables = fixed
        for one, value in zip(varied, values.values(), strict=True):
            tables = assigned(tables, one.key, value)
        checked = validated(tables, base)
        variants.append(Variant(index, label, values, checked.settings))
        too_large = check_tables(checked.settings, len(called))
        for finding in [*checked.findings, *together(checked.settings), *too_large]:
            where.setdefault(finding, []).append(label)
    found = [_in_variants(finding, names, varied, len(called)) for finding, names in where.items()]
    return tuple(variants), found


def _in_labels(settings: Experiment, varied: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the labels say: what varies, and a surrogate slope also where it does not.

    No table and no figure may take the direction of a counterfactual for the gradient of C.
    """
    floor = settings.training.surrogate_floor
    if not floor or any(SURROGATE_FLOOR in one for one in varied):
        return list(varied)
    activation = settings.network.activation
    return [{**(one or {"network.activation": activation}), SURROGATE_FLOOR: floor} for one in varied]


def _in_variants(finding: Finding, names: Sequence[str], varied: Sequence[VariedKey], count: int) -> Finding:
    """The finding at the varied key that it is about, saying in which of the variants it holds."""
    place = next((("vary", one.text) for one in varied if one.key == finding.key), finding.key)
    more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
    where = "" if len(names) == count else f"in the variant {names[0]!r}{more}: "
    return Finding(place, f"{where}{finding.message}", finding.other)
