"""The table ``comparisons``: variants against each other, paired over the trials.

Holm's correction is over the pairs of the table. A run keeps the table of each variant against the first by
the default metrics, which its figure shows too; any other is made of the run's tables when it is asked for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from itertools import combinations
from math import nan
from shlex import quote
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from lab.analysis.metrics import Metric, default_samples, metric, samples
from lab.analysis.rows import by_variant
from lab.analysis.statistics import LEVEL, fewest_pairs, holm, least_holm, mean, paired, spread
from lab.errors import LabError
from lab.numerics import Array
from lab.parts import Tables
from lab.spelling import did_you_mean

COLUMNS = (
    *("metric", "a", "b", "pairs", "left_out", "why_left_out", "neither", "never", "mean_a", "mean_b"),
    *("difference", "low", "high", "p", "p_holm", "p_least", "family", "d_z", "seeds_needed", "unpaired"),
)

SPREAD_COLUMNS = ("metric", "variant", "trials", "mean", "sd", "median", "low", "high")

READ = ("layers", "steps", "trials", "variants")
"""The tables that comparisons read."""

Pair = tuple[str, str]

_FEW = 0.75  # a reference that is done in a smaller share of the trials is worth a word


def comparisons(
    tables: Tables, metrics: Sequence[str] = (), pairs: Sequence[Pair] | None = None
) -> pd.DataFrame:
    """A row for each metric and pair of variants: b against a.

    ``pairs``, ``left_out``: in how many trials both variants have a number; and in how many one has none,
        since it diverged, failed or lacks the metric: ``why_left_out`` counts these for each variant.
    ``neither``: for a metric that is a time T: how many more pairs are left out, since neither got there
        within τ, the shorter of their horizons: that is no difference of 0.
    ``never``: in how many of the pairs one did not get there within τ. Both count with min(T, τ), so that the
        mean is a restricted mean time (P. Royston & M. Parmar 2013, Restricted mean survival time).
    ``mean_a``, ``mean_b``, ``difference``: means over the pairs, and mean_b − mean_a.
    ``low``, ``high``, ``p``, ``d_z``: as `lab.analysis.statistics.Paired` has them.
    ``p_holm``, ``p_least``, ``family``: p, corrected over the rows of the metric in this table; the least
        that it can be with this number of pairs (`lab.analysis.statistics.least_holm`); and for how many p it
        is corrected.
    ``seeds_needed``: as `lab.analysis.statistics.Paired` has it, but no fewer than the `fewest_pairs` of the
        family.
    ``unpaired``: what trials of the same seed do not have in common: ``weights`` where the sizes of the
        variants differ, ``data`` where a key of the data does, ``data, weights``, or nothing.

    Without ``metrics`` it has the `default_metrics`, without ``pairs`` each variant against the first. Raises
    LabError where a metric is unknown, or no trial has it, or where there is no pair.
    """
    pairs = pairs_of(variants(tables)) if pairs is None else pairs
    if not pairs:
        raise LabError("there is one variant, and a comparison needs two; vary a key, or name a second run")
    unpaired = _unpaired(tables["variants"], pairs)
    made = []
    for chosen, found in _chosen(tables, metrics).items():
        measured = _measured(found)
        rows = pd.DataFrame([{"metric": chosen.name, **_row(a, b, measured)} for a, b in pairs])
        family = int(rows["p"].count())
        rows = rows.assign(p_holm=holm(rows["p"]), p_least=least_holm(rows["pairs"]), family=family)
        seeds = np.maximum(rows["seeds_needed"], fewest_pairs(max(family, 1)))
        made.append(rows.assign(seeds_needed=seeds, unpaired=unpaired))
    return pd.concat(made, ignore_index=True)[list(COLUMNS)] if made else pd.DataFrame(columns=list(COLUMNS))


def unsure(rows: pd.DataFrame) -> str:
    """What it means that the p of a difference is not below `LEVEL`; where none of so few pairs is, why."""
    if (rows["p_least"] < LEVEL).any():
        return "may be chance"
    most, family = int(rows["pairs"].max()), int(rows["family"].max())
    few = "1 pair is too few" if most == 1 else f"{most} pairs are too few"
    together = f" for {family} comparisons" if family > 1 else ""
    return f"cannot be told from chance: {few}{together}"


def cut_short(rows: pd.DataFrame) -> str:
    """What a time counts with where one of a pair never got there; empty where all did."""
    return "never there: counts with the epochs that both had" if rows["never"].any() else ""


def spreads(tables: Tables, metrics: Sequence[str] = ()) -> pd.DataFrame:
    """A row for each metric and variant: how its trials spread (`lab.analysis.statistics.Spread`).

    ``trials`` counts those that have a number. A time that never came counts with its horizon. Raises
    LabError as `comparisons` does.
    """
    rows = [
        (chosen.name, variant, *astuple(spread(trials["value"].clip(upper=trials["horizon"]).dropna())))
        for chosen, found in _chosen(tables, metrics).items()
        for variant, trials in by_variant(found).items()
    ]
    return pd.DataFrame(rows, columns=list(SPREAD_COLUMNS))


def variants(tables: Tables) -> list[str]:
    """The variants, in their order."""
    return [str(name) for name in tables["trials"]["variant"].unique()]


def pairs_of(names: Sequence[str], every: bool = False) -> list[Pair]:
    """Each variant but the first, against the first; or against ``every`` one before it."""
    return list(combinations(names, 2)) if every else [(names[0], name) for name in names[1:]]


def pairs_within(table: pd.DataFrame, baseline: str = "", within: str = "") -> list[Pair]:
    """The pairs of each variant with its ``baseline``, from the table ``variants``.

    The baseline is a variant, or the value of a varied key: ``tanh``; without one it is the first. With the
    varied key ``within`` both of a pair have the same value of that key, so each value has a baseline.

    Raises LabError where there is no such variant or key, or where several variants could be the baseline.
    """
    keys = [key for key in table.columns if "." in key and table[key].astype(str).nunique() > 1]
    if within and within not in keys:
        raise LabError(f"{within!r} is no varied key of this run; {did_you_mean(within, keys)}")
    rows = table.astype(dict.fromkeys(["variant", *keys], str))
    others = [key for key in keys if key != within]
    found: list[Pair] = []
    for _, group in rows.groupby(within, sort=False) if within else [("", rows)]:
        names = list(group["variant"])
        if not baseline or baseline in names:
            meant = [baseline or names[0]]
        else:
            meant = list(group["variant"][(group[others] == baseline).any(axis=1)])
        if len(meant) > 1:
            raise LabError(
                f"{baseline!r} are several variants: {', '.join(meant)}; name one, or a key with --within"
            )
        found += [(meant[0], name) for name in names if meant and name != meant[0]]
    if within and rows[within].is_unique:
        raise LabError(f"each value of {within!r} has one variant, so none has another beside it to compare")
    if not found and len(rows) > 1:
        known = [*rows["variant"], *(value for key in others for value in rows[key])]
        where = f" within {within!r}" if within else ""
        raise LabError(f"no variant is {baseline!r}{where}; {did_you_mean(baseline, known)}")
    return found


def poor_reference(trials: pd.DataFrame, pairs: Sequence[Pair]) -> str:
    """That the one variant that all others are compared with lost many of its trials, and which lost fewer.

    From the table ``trials`` of one run. Empty where another is done in no more than 4/3 times as many, or
    where the pairs have several such variants.
    """
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    done = trials["variant"][trials["status"] == "done"].value_counts().reindex(names, fill_value=0)
    if len({a for a, _ in pairs}) != 1 or done[names[0]] >= _FEW * done.max():
        return ""
    first, best = names[0], max(names, key=done.__getitem__)
    every = trials["trial"][trials["variant"] == first].nunique()
    return (
        f"{first} is done in {done[first]} of {every} trials, which leaves as many pairs at most; "
        f"another reference, done in {done[best]}: lab compare RUN --baseline {quote(best)}"
    )


def joined(
    first: Tables, second: Tables, names: tuple[str, str]
) -> tuple[dict[str, pd.DataFrame], list[Pair]]:
    """The tables of two runs as one, their variants called ``name: variant``, and the pairs to compare.

    Variants of the same label are a pair, and so are the two variants of runs with one each. Raises LabError
    where there is no pair, or where the seeds differ, for then the same trial is not the same seed.
    """
    seeds = [sorted(set(tables["trials"]["seed"])) for tables in (first, second)]
    if seeds[0] != seeds[1]:
        different = " and ".join(", ".join(map(str, seed)) for seed in seeds)
        raise LabError(
            f"the runs have different seeds (trials.seed = {different}), so their trials are not pairs; "
            "run one again with the seed of the other"
        )
    ours, theirs = variants(first), variants(second)
    alike = [(label, label) for label in ours if label in theirs]
    if not alike and len(ours) == len(theirs) == 1:
        alike = [(ours[0], theirs[0])]
    if not alike:
        raise LabError(
            f"the runs have no variant in common: {', '.join(ours)} in {names[0]}; "
            f"{', '.join(theirs)} in {names[1]}"
        )

    def named(table: pd.DataFrame, run: str) -> pd.DataFrame:
        return table.assign(variant=[f"{run}: {variant}" for variant in table["variant"]])

    a, b = names
    made = {
        name: pd.concat([named(first[name], a), named(second[name], b)], ignore_index=True) for name in READ
    }
    return made, [(f"{a}: {one}", f"{b}: {other}") for one, other in alike]


def _chosen(tables: Tables, names: Sequence[str]) -> dict[Metric, pd.DataFrame]:
    """Samples of the metrics of these names, or of the default ones; LabError for one that no trial has."""
    if not names:
        return default_samples(tables)
    named = {one.name: one for one in map(metric, names)}.values()
    chosen = {one: samples(one, tables) for one in named}
    for one, found in chosen.items():
        if found["value"].isna().all():
            raise LabError(f"no trial that is done has the metric {one.name!r}: {one.description}")
    return chosen


def _unpaired(table: pd.DataFrame, pairs: Sequence[Pair]) -> list[str]:
    """The column ``unpaired``, from the table ``variants``, which lacks a key that one run alone varies."""
    keys = [name for name in table.columns if name.split(".")[0] == "data"]
    place = {str(name): at for at, name in enumerate(table["variant"])}
    rows = table[["sizes", *keys]].astype(object)
    values, known = (
        of.to_numpy()[[[place[name] for name in pair] for pair in pairs]] for of in (rows, rows.notna())
    )
    differ = (values[:, 0] != values[:, 1]) & known.all(axis=1)
    words = zip(differ[:, 1:].any(axis=1), differ[:, 0], strict=True)
    return [", ".join(["data"] * bool(data) + ["weights"] * bool(weights)) for data, weights in words]


_Trials: TypeAlias = tuple[Array, Array, Array]
"""Of one variant the metric, its horizon and the status of each trial of the run.

A status is ``missing`` where the variant has no such trial.
"""


def _measured(found: pd.DataFrame) -> dict[str, _Trials]:
    """The samples of each variant."""
    (variant, names), (trial, trials) = (pd.factorize(found[key]) for key in ("variant", "trial"))
    value, horizon, status = (
        np.full((len(names), len(trials)), empty, kind)
        for empty, kind in ((nan, float), (nan, float), ("missing", object))
    )
    for cells, column in ((value, "value"), (horizon, "horizon"), (status, "status")):
        cells[variant, trial] = found[column]
    return dict(zip(map(str, names), zip(value, horizon, status, strict=True), strict=True))


def _row(a: str, b: str, measured: Mapping[str, _Trials]) -> dict[str, Any]:
    values, horizons, statuses = map(np.stack, zip(measured[a], measured[b], strict=True))
    horizon = horizons.min(axis=0)
    known = ~np.isnan(values).any(axis=0)
    of_either = (statuses != "missing").any(axis=0)
    late = values > horizon
    both = known & ~late.all(axis=0)
    in_time_a, in_time_b = np.minimum(values, horizon)[:, both]
    found = paired(in_time_b - in_time_a)
    reasons = [
        f"{count} {why} in {label}"
        for label, value, status in zip((a, b), values, statuses, strict=True)
        for why, count in Counter(status[np.isnan(value) & of_either]).most_common()
    ]
    row = {"a": a, "b": b, "left_out": int((of_either & ~known).sum())}
    row |= {"why_left_out": ", ".join(reasons).replace("done in", "without a number in")}
    row |= {"neither": int((known & late.all(axis=0)).sum()), "never": int(late[:, both].any(axis=0).sum())}
    return row | {"mean_a": mean(in_time_a), "mean_b": mean(in_time_b)} | asdict(found)
