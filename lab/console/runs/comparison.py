"""The page of ``lab compare``: how each variant's trials spread, and what a pair's differences mean."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, isnan
from typing import Any

import pandas as pd

from lab.analysis.comparisons import comparisons, poor_reference, spreads
from lab.analysis.metrics import Metric, metric
from lab.analysis.statistics import LEVEL, fewest_pairs
from lab.console.screen import Block, Page, Rows, bold, cell_text, dim, rows_of
from lab.results.pairs import differing, side_by_side
from lab.results.run import Run

MOST_DECADES = 5
"""Factors from so many decades on are written as powers of ten."""

FEW = 3
"""Of more pairs what they have in common is told once, and not all of them are named in a sentence."""

REASONS = {
    "weights": "the weights, since the sizes differ",
    "data": "the examples and their order, since the data differ",
    "data, weights": "the examples, their order and the weights, since data and sizes differ",
}
"""What the column ``unpaired`` of the comparisons means."""

SPREAD = {
    **{column: column for column in ("variant", "trials", "mean", "sd", "median")},
    "interval": "90 % of trials",
}
PAIR = {
    **{column: column for column in ("b", "a", "pairs", "difference")},
    "interval": "95 % interval",
    "p": "p",
    "p_holm": "Holm",
    "d_z": "d_z",
    "seeds_needed": "seeds",
}
"""The columns of the tables, and what they are called on the screen."""

SPARE = ("interval", "sd", "median", "d_z", "p", "seeds_needed", "pairs")
"""Those that a narrow terminal does without, the first to go first."""


def page(
    run: Run, other: Run | None, metrics: Sequence[str], all_pairs: bool, baseline: str = "", within: str = ""
) -> Page:
    """For each metric the variants, the pairs, and a sentence a pair."""
    tables, pairs = side_by_side(run, other, all_pairs, baseline, within)
    rows, spread = comparisons(tables, metrics, pairs), spreads(tables, metrics)
    spread = spread[spread["variant"].isin([name for pair in pairs for name in pair])]
    runs = [str(one) for one in (run, other) if one is not None]
    apart = differing(run, other) if other is not None else {}
    value = {"runs": runs, "comparisons": rows, "spreads": spread, "differing": apart}
    said = poor_reference(tables["trials"], pairs) if other is None else ""
    if apart:
        told = ", ".join(f"{key} ({first} and {second})" for key, (first, second) in apart.items())
        said = f"{' and '.join(runs)} differ in {told}"
    return Page(value, [*([said, ""] if said else []), *_body(rows, spread)])


def _body(rows: pd.DataFrame, spread: pd.DataFrame) -> Iterator[Block]:
    if rows.empty:
        yield "no trial that is done has a number to compare"
        return
    for name in rows["metric"].unique():
        shown, of_metric = metric(name), rows[rows["metric"] == name]
        yield bold(shown.name)
        yield dim(shown.description)
        yield _rows(spread[spread["metric"] == name], SPREAD)
        whole = [int(count) if isfinite(count) else count for count in of_metric["seeds_needed"]]
        yield _rows(of_metric.assign(seeds_needed=pd.Series(whole, of_metric.index, object)), PAIR)
        yield from sentences(of_metric.to_dict("records"), shown)
        yield ""
    yield from unpaired_notes(rows)
    yield dim(
        "difference: the mean of b − a over trials of the same seed; p: of the sign-flip test; 95 % "
        "interval: the means that this test does not rule out, before Holm; Holm: p corrected for all pairs "
        "of the metric in the table, as the sentences give it; d_z: the difference over the standard "
        "deviation of b − a; seeds: seeds for 80 % power"
    )


def sentences(rows: Sequence[dict[str, Any]], by: Metric) -> Iterator[str]:
    """What rows of ``comparisons`` mean. That trials are too few is said once where many rows say no more."""
    said = [sentence(row, by) for row in rows]
    reasons = [_out_of_reach(row) if row["p_least"] >= LEVEL else "" for row in rows]
    alone = [reason if text.endswith(reason) else "" for text, reason in zip(said, reasons, strict=True)]
    common = {reason for reason, count in Counter(alone).items() if reason and count > FEW}
    yield from sorted(common)
    yield from (text for text, reason in zip(said, alone, strict=True) if reason not in common)


def sentence(row: dict[str, Any], by: Metric) -> str:
    """What a row of ``comparisons`` means, in words."""
    a, b, pairs, p = row["a"], row["b"], row["pairs"], row["p_holm"]
    word = by.more if row["difference"] > 0 else by.less
    amount = f"{_amount(abs(row['difference']), by)} {word}"
    observed = f"{by.subject} is {amount} in {b} than in {a}" if by.subject else f"{b} is {amount} than {a}"
    if pairs == 0 and row["neither"]:
        text = f"{b} and {a}: neither reached {by.reached} in any pair; not comparable by this"
    elif pairs == 0:
        text = f"{b} and {a}: no trial that is done has a number in both"
    elif pairs == 1 and row["difference"] == 0:
        text = f"{b} and {a} are the same in the one pair there is"
    elif pairs == 1:
        text = f"{observed} in the one pair there is; one pair has no interval and no p"
    elif isnan(row["d_z"]):
        text = f"{b} and {a} are the same in all {pairs} pairs"
    elif row["difference"] == 0:
        text = f"{b} and {a} are the same on average, over {pairs} pairs"
    elif p < LEVEL:
        text = f"{observed} (p = {cell_text(p)}, {pairs} pairs)"
    elif row["p_least"] >= LEVEL:
        text = f"{observed}, but {_out_of_reach(row)}"
    else:
        text = f"{observed}, which may be chance (p = {cell_text(p)}, {pairs} pairs)"
        if row["seeds_needed"] > pairs:
            text += f"; {row['seeds_needed']:.0f} seeds would tell one so large"
    if row["never"]:
        text += f"; in {row['never']} of the pairs one did not get there in the epochs that both were given"
    if pairs and row["neither"]:
        text += f"; {row['neither']} more left out: neither reached {by.reached}"
    if row["left_out"]:
        text += f"; {row['left_out']} left out: {row['why_left_out']}"
    return text


def unpaired_notes(rows: pd.DataFrame) -> list[str]:
    """What the trials of the same seed do not have in common, a sentence for each kind of pairs."""
    apart = rows.drop_duplicates(["a", "b"])
    kinds = {unpaired: apart[apart["unpaired"] == unpaired] for unpaired in REASONS}
    return [
        f"the seed does not pair {REASONS[unpaired]}: {_pairs_named(of_kind)}"
        for unpaired, of_kind in kinds.items()
        if len(of_kind)
    ]


def _pairs_named(rows: pd.DataFrame) -> str:
    most = FEW if len(rows) > FEW + 1 else len(rows)
    more = [f"and {len(rows) - most} more pairs"] if most < len(rows) else []
    return "; ".join([*(rows["b"] + " and " + rows["a"])[:most], *more])


def _out_of_reach(row: dict[str, Any]) -> str:
    """Why no difference can be told from chance, and what would help."""
    pairs, family, least = row["pairs"], row["family"], row["p_least"]
    enough = fewest_pairs(family)
    advice = f"train at least {enough} seeds" if pairs < enough else "compare fewer"
    told, holm = ("no difference", "") if family == 1 else (f"none of {family} differences", " after Holm")
    return f"{pairs} pairs can tell {told} from chance (the least p{holm} is {cell_text(least)}); {advice}"


def _amount(size: float, by: Metric) -> str:
    if by.unit == "decades":
        return f"{cell_text(10.0**size)}×" if size < MOST_DECADES else f"10^{size:.1f}×"
    return f"{cell_text(size)} {by.unit}" if by.unit else cell_text(size)


def _rows(table: pd.DataFrame, headings: Mapping[str, str]) -> Rows:
    """The table with its interval in one cell."""
    spans = [
        "–" if isnan(low) else f"{cell_text(low)} … {cell_text(high)}"
        for low, high in zip(table["low"], table["high"], strict=True)
    ]
    return rows_of(table.assign(interval=spans), headings, spare=SPARE)
