"""Verdicts: what is wrong with a run, in sentences that a row of its tables backs; what was not judged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from lab.analysis.case import FEWEST_STEPS, Case
from lab.analysis.rows import by_variant
from lab.analysis.rule import Verdict, Verdicts
from lab.analysis.rules import RULES
from lab.analysis.rules.learning import LEARNED
from lab.errors import counted

READ = ("layers", "steps", "trials", "variants", "curves")
"""The tables that verdicts read."""


def verdicts(tables: Mapping[str, pd.DataFrame]) -> Verdicts:
    """All verdicts on a run, from its tables `READ`: variant by variant, the gravest diagnosis first."""
    judged = [(case, *_judged(label, case)) for label, case in _cases(tables)]
    found = (verdict for _, told, _ in judged for verdict in told)
    return Verdicts(found, _not_judged((case, settled) for case, _, settled in judged))


def _judged(label: str, case: Case) -> tuple[list[Verdict], set[str]]:
    """The verdicts on a variant, and the rules of which nothing else is to be said.

    A diagnosis stands where the gravest verdict under it would.
    """
    found = {name: seen for name, rule in RULES.items() if (seen := rule.seen(case))}
    shown = {name: np.any([one.named for one in seen], axis=0) for name, seen in found.items()}
    explained = {name: RULES[name].explained(case) for name in found}

    def follows(name: str, by: str) -> bool:
        return name in explained[by] and not (shown[name] & ~shown[by]).any()

    causes = {  # of two that explain each other the graver one is told
        name: [by for k, by in enumerate(found) if follows(name, by) and (k < at or not follows(by, name))]
        for at, name in enumerate(found)
    }
    under = {name: _root(name, causes) for name in found}
    told = [
        RULES[name].verdict(name, label, case, found[name], "" if name == root else root)
        for root in dict.fromkeys(under.values())
        for name in sorted(found, key=lambda name: name != root)
        if under[name] == root
    ]
    settled = (explained[by] for by in found if shown[by].all())
    return told, set(found).union(*settled)


def _root(name: str, causes: Mapping[str, Sequence[str]]) -> str:
    """The rule that none explains, and that explains this one, by others or at once; else this one itself."""
    reached = [name]
    for one in reached:  # which grows
        if not causes[one]:
            return one
        reached += [by for by in causes[one] if by not in reached]
    return name


def _not_judged(cases: Iterable[tuple[Case, set[str]]]) -> list[str]:
    """Which rules could not judge some variants, with the key that would let them: a sentence a reason.

    With each case come the rules of which nothing is to be said: they speak, or would be told under another.
    """
    few, missing, short = dict[str, Case](), dict[str, tuple[str, ...]](), list[Case]()
    for case, settled in cases:
        if not case.had_time and (case.learned < LEARNED).any():
            short.append(case)
        for name, rule in RULES.items():
            if name in settled:
                continue
            if absent := rule.lacks(case):
                missing[name] = absent
            elif rule.is_open(case):
                few[name] = case
    said = []
    if short:
        took = counted(min(case.last_step for case in short), "step")
        said.append(
            f"not judged: what was learned. The reason: training took {took}, and it is asked after "
            f"{FEWEST_STEPS} steps and an epoch. Train longer"
        )
    if few:
        least = min(few.values(), key=lambda case: case.examples)
        seen, remedy = least.examples, 'record.on = "probe"'
        if least.watched:
            remedy = "larger batches"
        elif least.fixed_examples:
            remedy = "more record.examples"
        sees = f"a reading sees only {counted(seen, 'example')}"
        told = sees if seen else "the run does not tell what a reading sees"
        said.append(f"not judged: {', '.join(few)}. The reason: {told}. Try {remedy}")
    if missing:
        columns = ", ".join(dict.fromkeys(column for absent in missing.values() for column in absent))
        said.append(f"not judged: {', '.join(missing)}. The reason: record.quantities lacks {columns}")
    return said


def _cases(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Case]]:
    """The label and the case of each variant that has readings."""
    read = {name: tables[name] for name in READ if name != "variants"}
    rows = {name: by_variant(table) for name, table in read.items()}
    for row in tables["variants"].to_dict("records"):
        label = str(row["variant"])
        if label in rows["layers"]:
            own = {name: rows[name].get(label, table.iloc[:0]) for name, table in read.items()}
            yield label, Case(variant=row, **own)
