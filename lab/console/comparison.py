"""The page of ``lab compare``: how each variant's trials spread, and what a pair's differences mean."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

from lab.analysis.comparisons import comparisons, spreads
from lab.analysis.metrics import Metric, metric
from lab.analysis.statistics import LEVEL, fewest_pairs
from lab.api import Run, side_by_side
from lab.console.as_json import say
from lab.console.screen import out, plain, table, told

if TYPE_CHECKING:
    import pandas as pd

MOST_DECADES = 5
"""Factors from so many decades on are told as powers of ten."""

REASONS = {
    "weights": "the weights, since the sizes differ",
    "data": "the examples and their order, since the data differ",
    "data, weights": "the examples, their order and the weights, since data and sizes differ",
}
"""What the column ``unpaired`` of the comparisons means."""


def tell(run: Run, other: Run | None, metrics: Sequence[str], all_pairs: bool, as_json: bool) -> None:
    """Compare and print: for each metric the variants, the pairs, and a sentence a pair."""
    tables, pairs = side_by_side(run, other, all_pairs)
    rows, spread = comparisons(tables, metrics, pairs), spreads(tables, metrics)
    spread = spread[spread["variant"].isin([name for pair in pairs for name in pair])]
    if as_json:
        runs = [str(one) for one in (run, other) if one is not None]
        found = {"runs": runs, "comparisons": rows, "spreads": spread}
        say(found)
        return
    console = out()
    if rows.empty:
        console.print("no trial that is done has a number to compare")
        return
    for name in rows["metric"].unique():
        shown = metric(name)
        console.print(plain(shown.name), style="bold")
        console.print(plain(shown.description), style="dim")
        _tell_spreads(spread[spread["metric"] == name])
        of_metric = rows[rows["metric"] == name]
        _tell_pairs(of_metric)
        for row in of_metric.to_dict("records"):
            console.print(plain(sentence(row, shown)))
        console.print()
    for said in notes(rows):
        console.print(plain(said))
    console.print(
        "difference: the mean of b − a over trials of the same seed, with its 95 % bootstrap interval; "
        "p: of the sign-flip test; Holm: p corrected for all pairs of the metric in the table, as the "
        "sentences tell it; seeds: how many would find a difference of this size 4 times in 5, and no fewer "
        "than let any of so many pairs be told",
        style="dim",
    )


def sentence(row: dict[str, Any], by: Metric) -> str:
    """What a row of ``comparisons`` means, in words."""
    a, b, pairs, p = row["a"], row["b"], row["pairs"], row["p_holm"]
    word = by.more if row["difference"] > 0 else by.less
    observed = f"{b} is {_amount(abs(row['difference']), by)} {word} than {a}"
    if pairs == 0:
        said = f"{b} and {a}: no trial that is done has a number in both"
    elif pairs == 1:
        said = f"{observed} in the one pair there is; one pair has no interval and no p"
    elif row["low"] == row["high"] == 0:
        said = f"{b} and {a} are the same in all {pairs} pairs"
    elif p < LEVEL:
        said = f"{observed} (p = {told(p)}, {pairs} pairs)"
    elif row["p_least"] >= LEVEL:
        said = f"{observed}, but {_out_of_reach(pairs, row['family'], row['p_least'])}"
    else:
        said = f"{observed}, which may be chance (p = {told(p)}, {pairs} pairs)"
        if row["seeds_needed"] > pairs:
            said += f"; {row['seeds_needed']:.0f} seeds would tell one so large"
    if row["never"]:
        said += f"; in {row['never']} of the pairs not both got there in the epochs that both were given"
    if pairs and row["left_out"]:
        said += f"; {row['left_out']} left out: not done in both, or without a number"
    return said


def notes(rows: pd.DataFrame) -> list[str]:
    """What the trials of the same seed do not have in common, a sentence for each kind of pairs."""
    apart = rows.drop_duplicates(["a", "b"])
    found = []
    for unpaired, reason in REASONS.items():
        of_kind = apart[apart["unpaired"] == unpaired]
        if len(of_kind):
            told_pairs = "; ".join(f"{b} and {a}" for a, b in zip(of_kind["a"], of_kind["b"], strict=True))
            found.append(f"the seed does not pair {reason}: {told_pairs}")
    return found


def _out_of_reach(pairs: int, family: int, least: float) -> str:
    """Why no difference can be told, and what would help."""
    enough = fewest_pairs(family)
    advice = f"train at least {enough} seeds" if pairs < enough else "compare fewer"
    if family == 1:
        return f"{pairs} pairs can tell no difference from chance (the least p is {told(least)}); {advice}"
    return (
        f"{pairs} pairs can tell none of {family} differences from chance "
        f"(the least p after Holm is {told(least)}); {advice}"
    )


def _amount(size: float, by: Metric) -> str:
    if by.unit == "decades":
        return f"{told(10.0**size)}×" if size < MOST_DECADES else f"10^{size:.1f}×"
    return f"{told(size)} {by.unit}" if by.unit else told(size)


def _tell_spreads(rows: pd.DataFrame) -> None:
    cells = [
        (row["variant"], row["trials"], row["mean"], row["sd"], row["median"], _span(row["low"], row["high"]))
        for row in rows.to_dict("records")
    ]
    table(("variant", "trials", "mean", "sd", "median", "90 % of trials"), cells)


def _tell_pairs(rows: pd.DataFrame) -> None:
    cells = [
        (
            *(row["b"], row["a"], row["pairs"], row["difference"], _span(row["low"], row["high"])),
            *(row["p"], row["p_holm"], row["d_z"]),
            int(row["seeds_needed"]) if isfinite(row["seeds_needed"]) else row["seeds_needed"],
        )
        for row in rows.to_dict("records")
    ]
    table(("b", "a", "pairs", "difference", "95 % interval", "p", "Holm", "d_z", "seeds"), cells)


def _span(low: float, high: float) -> str:
    return "–" if isnan(low) else f"{told(low)} … {told(high)}"
