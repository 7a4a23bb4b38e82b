"""Which variants of a run, or of two, stand side by side in a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.runs.folder import require_same_data

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
    if other is None and (baseline or within):
        if all_pairs:
            raise LabError("all pairs have no baseline; leave out one of the two")
        return tables[0], comparisons.pairs_within(tables[0]["variants"], baseline, within)
    if other is None:
        names = comparisons.variants(tables[0])
        return tables[0], comparisons.pairs_of(names, all_pairs)
    if all_pairs or baseline or within:
        raise LabError(
            "of two runs variants of the same label are compared; "
            "all pairs, a baseline and a key are there in one run"
        )
    if run.path.resolve() == other.path.resolve():
        raise LabError(f"{run} and {other} are the same run; name one of them to compare its variants")
    spellings = ((one.folder.name, one.folder.id, str(one.path)) for one in (run, other))
    names_of_runs = next((a, b) for a, b in zip(*spellings, strict=True) if a != b)
    require_same_data(run.folder, other.folder, names_of_runs)
    return comparisons.joined(tables[0], tables[1], names_of_runs)
