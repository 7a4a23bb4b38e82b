"""The page of a run: what came out of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby

import pandas as pd

from lab.analysis.rule import Verdict
from lab.analysis.summary import summary
from lab.analysis.verdicts import READ, not_judged, verdicts
from lab.api import Run
from lab.console.screen import Block, Page, dim, rows_of

FEW_VERDICTS = 3
"""A run ends with at most so many verdicts on each variant."""

HEADINGS = {
    **{column: column for column in ("variant", "trials", "diverged", "failed")},
    "ratio_start": "ratio,",
    "ratio_end": "end",
    "saturation_start": "saturated,",
    "saturation_end": "end ",
    "r2": "R²",
    "final_cost": "cost",
    "final_accuracy": "accuracy",
    "final_test_accuracy": "test",
}
"""What the short table calls the columns of the summary."""


def page(run: Run, most: int | None = None) -> Page:
    """The short table of a run, what failed or died in it, its verdicts, and where its results are.

    ``most`` is how many verdicts are shown on each variant; all where it is None. JSON holds all.
    """
    info, tables = run.info, {name: run.folder.table(name) for name in READ}
    short, found = summary(tables), verdicts(tables)
    value = {key: info.get(key) for key in ("name", "id", "title", "status", "failures")}
    value |= {"folder": str(run.path), "summary": short, "verdicts": list(map(asdict, found))}
    value |= {"not_judged": not_judged(tables)}
    return Page(value, _body(run, short, tables, found, most))


def _body(
    run: Run,
    short: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    found: Sequence[Verdict],
    most: int | None,
) -> Iterator[Block]:
    missing = [column for column in short if short[column].isna().all()]
    none = [column for column in ("diverged", "failed") if not short[column].any()]
    shown = short.drop(columns=[*missing, *none, "ratio_trials"])
    variants = tables["variants"]
    yield rows_of(shown, HEADINGS, run.info["title"])
    if "surrogate_floor" in variants and (variants["surrogate_floor"] > 0).any():
        yield dim("surrogate_floor > 0: max(σ′, floor) on the way back, so not the gradient of C")
    ends = "at the start and at the end"
    if "ratio_start" in shown:
        yield dim(f"ratio: ‖∂C/∂b‖ of {_layers(variants)}, {ends}")
        for variant, trials, known in short[["variant", "trials", "ratio_trials"]].itertuples(index=False):
            if 0 < known < trials:
                yield dim(
                    f"ratio of {variant}: the median of {known} of {trials} trials; the others have none"
                )
    if "saturation_start" in shown:
        yield dim(f"saturated: share of (hidden neuron, example) with σ′ near 0, {ends}")
    for failure in run.info.get("failures", []):
        first, last = failure["trials"][0], failure["trials"][-1]
        yield f"failed: {failure['variant']}, trials {first}–{last}: {failure['error']}"
    for variant, layers in zip(short["variant"], short["dead_layers"], strict=True):
        if layers:
            yield f"dead: {variant}: no gradient at all in layer {layers}"
    if len(short) and (short["diverged"] == short["trials"]).all():
        told = run.tables["trials"].get("origin", pd.Series(dtype=object))
        no_number = told.astype(str).str.endswith("is NaN").any()
        mended = "mend its activation, which is NaN at some z"
        yield f"all trials diverged; {mended if no_number else 'try a smaller training.eta'}"
    left = 0
    for variant, group in groupby(found, lambda verdict: verdict.variant):
        of_variant = list(group)
        for verdict in of_variant[:most]:
            yield f"{variant}: {verdict.sentence}"
            yield dim(f"  [{verdict.evidence}]")
        left += len(of_variant) - len(of_variant[:most])
    yield from map(dim, not_judged(tables))
    if left:
        yield f"{left} more verdict{'s' * (left > 1)}: lab show {run}"
    yield f"results: {run.path}"


def _layers(variants: pd.DataFrame) -> str:
    """Which layers a ratio counts, by their numbers where all variants have as many."""
    depths = set(variants["layers"].astype(int))
    return (
        f"layer 1 over layer {depths.pop() - 1}" if len(depths) == 1 else "layer 1 over the last hidden layer"
    )
