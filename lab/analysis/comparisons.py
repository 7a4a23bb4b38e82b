"""The table ``comparisons``: variants against each other, paired over the trials.

Which pairs and metrics it holds, and so what Holm's correction is over, is part of the question: a run keeps
the one of each variant against the first by the usual metrics, which its figure shows too, and any other is
made of its tables when it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from lab.analysis.metrics import READ as READ_BY_METRICS
from lab.analysis.metrics import Metric, Tables, default_metrics, metric, samples
from lab.analysis.statistics import fewest_pairs, holm, least_holm, paired, spread
from lab.errors import LabError

COLUMNS = (
    *("metric", "a", "b", "pairs", "left_out", "never", "mean_a", "mean_b", "difference", "low", "high"),
    *("p", "p_holm", "p_least", "family", "d_z", "seeds_needed", "unpaired"),
)
"""The columns of the table ``comparisons``."""

SPREAD_COLUMNS = ("metric", "variant", "trials", "mean", "sd", "median", "low", "high")
"""The columns of the table `spreads`."""

READ = (*READ_BY_METRICS, "variants")
"""The tables that comparisons read."""

Pair = tuple[str, str]


def comparisons(
    tables: Tables, metrics: Sequence[str] = (), pairs: Sequence[Pair] | None = None
) -> pd.DataFrame:
    """A row for each metric and pair of variants; b is told against a.

    ``pairs``, ``left_out``
        How many trials both variants have a number of, and how many are left out since one has none: it
        diverged, failed, or has no such number.
    ``never``
        In how many pairs one or both did not reach what is waited for (`Metric.measure`) within τ, the
        shorter of their horizons; one that did so later counts here too. Both count with min(T, τ), which is
        known of every trial: the mean is a restricted mean time (P. Royston & M. Parmar 2013, Restricted mean
        survival time).
    ``mean_a``, ``mean_b``, ``difference``
        Means over the pairs, and mean_b − mean_a.
    ``low``, ``high``, ``p``, ``d_z``
        As `lab.analysis.statistics.Paired` has them.
    ``p_holm``, ``p_least``, ``family``
        p, corrected over the rows of the metric in this table; the least that it can be with these pairs,
        whatever their differences (`lab.analysis.statistics.least_holm`); and how many p it is corrected for.
    ``seeds_needed``
        As `lab.analysis.statistics.Paired` has it, but no fewer than the `fewest_pairs` of the family.
    ``unpaired``
        What the trials of the same seed do not have in common: ``weights`` where the sizes of the variants
        differ, ``data`` where a key of the data does, ``data, weights``, or nothing.

    The metrics are those named, else the `default_metrics`; the pairs those given, else `against_first`.
    Raises LabError where a metric is unknown, or no trial has it, or where there is no pair.
    """
    pairs = against_first(variants(tables)) if pairs is None else pairs
    if not pairs:
        raise LabError("there is one variant, and a comparison needs two; vary a key, or name a second run")
    apart = _unpaired(tables["variants"], pairs)
    made = []
    for chosen in _chosen(tables, metrics):
        by_variant = _by_variant(chosen, tables)
        rows = [_row(chosen.name, a, b, by_variant[a], by_variant[b]) for a, b in pairs]
        made.append(_corrected(pd.DataFrame(rows)).assign(unpaired=apart))
    return pd.concat(made, ignore_index=True)[list(COLUMNS)] if made else pd.DataFrame(columns=list(COLUMNS))


def spreads(tables: Tables, metrics: Sequence[str] = ()) -> pd.DataFrame:
    """A row for each metric and variant: how its trials spread (`lab.analysis.statistics.Spread`).

    ``trials`` are those that have a number. A trial that never reached what is waited for counts with its
    horizon. Raises LabError as `comparisons` does.
    """
    rows = []
    for chosen in _chosen(tables, metrics):
        for variant, trials in _by_variant(chosen, tables).items():
            found = spread(trials["value"].clip(upper=trials["horizon"]).dropna())
            numbers = (found.count, found.mean, found.sd, found.median, found.low, found.high)
            rows.append((chosen.name, variant, *numbers))
    return pd.DataFrame(rows, columns=list(SPREAD_COLUMNS))


def variants(tables: Tables) -> list[str]:
    """The variants, in their order."""
    return [str(name) for name in tables["trials"]["variant"].unique()]


def against_first(names: Sequence[str]) -> list[Pair]:
    """Each variant but the first, against the first."""
    return [(names[0], name) for name in names[1:]]


def every_pair(names: Sequence[str]) -> list[Pair]:
    """Each variant against each one before it."""
    return list(combinations(names, 2))


def joined(
    first: Tables, second: Tables, names: tuple[str, str]
) -> tuple[dict[str, pd.DataFrame], list[Pair]]:
    """The tables of two runs as one, their variants called ``name: variant``, and the pairs to compare.

    A pair is the variants of the same label, or of two runs with one variant each these two.

    Raises LabError where no variants are alike, or where the seeds differ: then the same trial is not the
    same seed.
    """
    seeds = [set(tables["trials"]["seed"]) for tables in (first, second)]
    if seeds[0] != seeds[1]:
        told = " and ".join(", ".join(map(str, sorted(seed))) for seed in seeds)
        raise LabError(
            f"the runs have different seeds (trials.seed = {told}), so that their trials are no pairs; "
            "run one again with the seed of the other"
        )
    theirs = variants(first), variants(second)
    alike = [(name, name) for name in theirs[0] if name in theirs[1]]
    if not alike and len(theirs[0]) == len(theirs[1]) == 1:
        alike = [(theirs[0][0], theirs[1][0])]
    if not alike:
        raise LabError(
            f"the runs have no variant in common: {', '.join(theirs[0])} in {names[0]}; "
            f"{', '.join(theirs[1])} in {names[1]}"
        )
    tables = {
        table: pd.concat([_named(first[table], names[0]), _named(second[table], names[1])], ignore_index=True)
        for table in READ
    }
    return tables, [(f"{names[0]}: {a}", f"{names[1]}: {b}") for a, b in alike]


def _named(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.assign(variant=[f"{name}: {variant}" for variant in table["variant"]])


def _chosen(tables: Tables, names: Sequence[str]) -> list[Metric]:
    """The metrics that are named, once some trial is sure to have each, else the default ones."""
    if not names:
        return default_metrics(tables)
    chosen = {one.name: one for one in map(metric, names)}
    for one in chosen.values():
        if samples(one, tables)["value"].isna().all():
            raise LabError(f"no trial that is done has the metric {one.name!r}: {one.description}")
    return list(chosen.values())


def _by_variant(chosen: Metric, tables: Tables) -> dict[str, pd.DataFrame]:
    """The samples of each variant, indexed by the trial."""
    grouped = samples(chosen, tables).groupby("variant", sort=False)
    return {str(name): trials.set_index("trial") for name, trials in grouped}


def _corrected(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a metric, with what follows from there being so many of them."""
    family = int(rows["p"].count())
    return rows.assign(
        p_holm=holm(rows["p"]),
        p_least=least_holm(rows["pairs"]),
        family=family,
        seeds_needed=np.maximum(rows["seeds_needed"], fewest_pairs(max(family, 1))),
    )


def _unpaired(table: pd.DataFrame, pairs: Sequence[Pair]) -> list[str]:
    """The column ``unpaired``, from the table ``variants``. A key that one run alone varies tells nothing."""
    keys = [name for name in table.columns if name.split(".")[0] == "data"]
    told = table.set_index(table["variant"].map(str))[["sizes", *keys]]
    found = []
    for a, b in pairs:
        differ = (told.loc[a] != told.loc[b]) & told.loc[a].notna() & told.loc[b].notna()
        words = [("data", bool(differ[keys].any())), ("weights", bool(differ["sizes"]))]
        found.append(", ".join(word for word, applies in words if applies))
    return found


def _row(name: str, a: str, b: str, of_a: pd.DataFrame, of_b: pd.DataFrame) -> dict[str, Any]:
    trials = of_a.index.union(of_b.index)
    (value_a, horizon_a), (value_b, horizon_b) = (
        one.reindex(trials)[["value", "horizon"]].to_numpy(np.float64).T for one in (of_a, of_b)
    )
    sound = ~(np.isnan(value_a) | np.isnan(value_b))
    horizon = np.minimum(horizon_a, horizon_b)[sound]
    in_time_a, in_time_b = np.minimum(value_a[sound], horizon), np.minimum(value_b[sound], horizon)
    found = paired(in_time_b - in_time_a)
    return {
        "metric": name,
        "a": a,
        "b": b,
        "pairs": found.pairs,
        "left_out": len(trials) - found.pairs,
        "never": int(((value_a[sound] > horizon) | (value_b[sound] > horizon)).sum()),
        "mean_a": spread(in_time_a).mean,
        "mean_b": spread(in_time_b).mean,
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "d_z": found.d_z,
        "seeds_needed": found.needed,
    }
