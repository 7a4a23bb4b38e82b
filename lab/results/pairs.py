"""Which variants of a run, or of two, stand side by side in a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lab.errors import ExperimentError, LabError

if TYPE_CHECKING:
    import pandas as pd

    from lab.results.run import Run


def side_by_side(
    run: Run, other: Run | None, all_pairs: bool, baseline: str = "", within: str = ""
) -> tuple[dict[str, pd.DataFrame], list[tuple[str, str]]]:
    """The tables of which one run, or two, are compared, and the pairs of variants. See `Run.compare`."""
    from lab.analysis import comparisons

    tables = [
        {name: one.folder.table(name) for name in comparisons.READ} for one in (run, other) if one is not None
    ]
    if other is None and not (baseline or within):
        return tables[0], comparisons.pairs_of(comparisons.variants(tables[0]), all_pairs)
    if other is None:
        if all_pairs:
            raise LabError("all pairs have no baseline; leave out one of the two")
        return tables[0], comparisons.pairs_within(tables[0]["variants"], baseline, within)
    if all_pairs or baseline or within:
        raise LabError(
            "of two runs variants of the same label are compared; "
            "all pairs, a baseline and a key are there in one run"
        )
    if run.path.resolve() == other.path.resolve():
        raise LabError(f"{run} and {other} are the same run; name one of them to compare its variants")
    spellings = ((one.folder.name, one.folder.id, str(one.path)) for one in (run, other))
    names_of_runs = next((a, b) for a, b in zip(*spellings, strict=True) if a != b)
    _require_same_data(run, other, names_of_runs)
    return comparisons.joined(tables[0], tables[1], names_of_runs)


def _require_same_data(first: Run, second: Run, names: tuple[str, str]) -> None:
    """Raise LabError where the data differ, for then the same seed does not pair the trials."""
    given = [{data["sha256"]: data["name"] for data in run.info["data"]} for run in (first, second)]
    if given[0].keys() != given[1].keys():
        a, b = (
            ", ".join(f"{name} (sha256 {digest[:8]}…)" for digest, name in data.items()) + f" in {run}"
            for data, run in zip(given, names, strict=True)
        )
        raise LabError(
            f"the runs have different data, so that their trials are no pairs: {a} and {b}; "
            "run one again with the data of the other"
        )


TOLD_ELSEWHERE = ("title", "schema", "see", "vary")
"""What two files may say otherwise without training, or reading, the variants of one label otherwise."""


def differing(run: Run, other: Run) -> dict[str, tuple[str, str]]:
    """Key → its value in each run, of the keys that neither varies and that are not alike; "none" for none.

    From what each run was made of, with its defaults; of designs only those of a name that both have. Empty
    where a run has no such file, as one that was watched.
    """
    from lab.experiment.toml_writer import value_text

    first, second = _made_of(run), _made_of(other)
    if not first or not second:
        return {}
    varied = {*first.get("vary", {}), *second.get("vary", {})}
    ours, theirs = _keys(first), _keys(second)
    found = {}
    for key in {**ours, **theirs}:
        a, b = ("none" if key not in keys else value_text(keys[key]) for keys in (ours, theirs))
        is_varied = any(one == key or one.startswith((f"{key}.", f"{key}[")) for one in varied)
        in_both = key in ours and key in theirs
        if a != b and not is_varied and (in_both or not key.startswith("activations.")):
            found[key] = (a, b)
    return found


def _made_of(run: Run) -> Mapping[str, Any]:
    """The values of the run's file with every default filled in; none where there is no such file."""
    from lab.experiment.source import read

    try:
        return read(run.path / "resolved.toml").values
    except ExperimentError:
        return {}


def _keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the tables by their keys, ``training.eta``, and what each design says by its own."""
    tables = {name: table for name, table in values.items() if name not in TOLD_ELSEWHERE}
    designs = tables.pop("activations", {})
    tables |= {f"activations.{name}": design for name, design in designs.items()}
    return {f"{name}.{key}": value for name, table in tables.items() for key, value in table.items()}
