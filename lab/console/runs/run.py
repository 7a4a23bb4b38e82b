"""The page of a run: what came out of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from lab.analysis.answers import seen
from lab.analysis.rule import Diagnosis, Verdicts
from lab.analysis.summary import by_layer, name_of_r2, places, summary
from lab.analysis.verdicts import READ, verdicts
from lab.console.screen import Block, Page, bold, dim, rows_of, verbatim
from lab.errors import counted
from lab.experiment.see import ANSWER
from lab.results.page import REPORT
from lab.results.run import Run
from lab.runs.files.folder import UNCHECKED
from lab.runs.files.whereabouts import word

FEW_VERDICTS = 8
"""A run ends with at most so many verdicts."""

MOST_VERDICTS = 24
"""`lab show` tells at most so many, those of a large sweep by their rules; the run's page has them all."""

MOST_ROWS = 24
"""A run of more (variant, layer) has no table of layers on the screen; its figures and its JSON do."""

HEADINGS = {
    **{column: column for column in ("variant", "trials", "diverged", "failed")},
    "ratio_start": "ratio start",
    "ratio_end": "ratio end",
    "slope_end": "mean σ′",
    "saturation_end": "saturated",
    "final_cost": "cost",
    "final_accuracy": "accuracy",
    "final_test_accuracy": "test",
}
"""What the short table calls the columns of the summary."""

OF_LAYERS = {
    **{column: column for column in ("variant", "layer")},
    "learning_speed_start": "‖∂C/∂b‖ start",
    "learning_speed_end": "‖∂C/∂b‖ end",
    "slope_mean_start": "mean σ′ start",
    "slope_mean_end": "mean σ′ end",
    "saturation_start": "saturated start",
    "saturation_end": "saturated end",
}
"""The same of the table of layers."""

SPARE = (
    *("final_cost", "ratio_end", "slope_mean_start", "saturation_start", "slope_end", "final_accuracy"),
    *("trials", "slope_mean_end", "saturation_end", "learning_speed_start"),
)
"""The columns that a narrow terminal does without, the first to go first."""


_NO_NUMBERS = {
    **dict.fromkeys(("σ is NaN", "σ′ is NaN"), "activation, which is NaN at some z"),
    "Δθ is NaN": "optimiser, whose step is NaN",
    **dict.fromkeys(("∇C is NaN", "C is NaN"), "cost, which is NaN"),
}
"""What is to be mended, by the ``origin`` of a trial that diverged."""


def page(run: Run, most: int = MOST_VERDICTS, found: Verdicts | None = None) -> Page:
    """The answer of a run to its title, what to see in it, its short tables and verdicts, and where all is.

    ``most`` is how many verdicts are shown; JSON holds all. ``found`` are the run's verdicts where they are
    known already.
    """
    info = run.info
    tables = {name: run.folder.table(name) for name in READ}
    short, layers = summary(tables), by_layer(tables)
    found = verdicts(tables) if found is None else found
    lines = seen(info.get("see", {}), tables)
    value = {key: info.get(key) for key in ("name", "id", "title", "status", "failures", "notes")}
    value |= {"answer": lines.pop(ANSWER, "")}
    files = {name: run.folder.plots / f"{name.rpartition(':')[2]}.png" for name in lines}
    value["see"] = [
        {"figure": name, "line": line, "path": str(files[name]) if files[name].is_file() else ""}
        for name, line in lines.items()
    ]
    value |= {
        "folder": str(run.path),
        "summary": short,
        "layers": layers,
        "verdicts": list(map(asdict, found)),
        "not_judged": found.not_judged,
    }
    return Page(value, _body(run, value, tables["variants"], found, most))


def _body(
    run: Run, value: Mapping[str, Any], variants: pd.DataFrame, found: Verdicts, most: int
) -> Iterator[Block]:
    short, layers, sights = value["summary"], value["layers"], value["see"]
    yield from _tables(run.info["title"], short, layers, variants)
    if "saturation" in run.folder.table("layers"):
        yield from _never_saturated(short, variants)
    if "surrogate_floor" in variants and (variants["surrogate_floor"] > 0).any():
        yield dim("surrogate_floor > 0: max(σ′, floor) on the way back, so not the gradient of C")
    if layers_are := places(run.info.get("layers", ())):
        yield dim(layers_are)
    yield from (note for note in run.info.get("notes", ()) if note.startswith(UNCHECKED))
    for failure in run.info.get("failures", []):
        first, last = failure["trials"][0], failure["trials"][-1]
        yield f"failed: {failure['variant']}, trials {first}–{last}: {failure['error']}"
    if len(short) and (short["diverged"] == short["trials"]).all():
        told = run.tables["trials"].get("origin", pd.Series(dtype=object))
        faulty = next((_NO_NUMBERS[what] for what in told if what in _NO_NUMBERS), "")
        yield f"all trials diverged{faulty and f'; mend its {faulty}'}"
    shown, left = _parted(list(chain(*found.diagnoses.values())), most)
    for verdict, under in shown:
        yield f"{verdict.variant}: {verdict.sentence}"
        yield dim(f"  [{verdict.evidence}]")
        yield from (dim(f"  – {one.sentence}") for one in under)
    yield from map(dim, value["not_judged"])
    if left:
        rules = ", ".join(f"{rule} {count}" for rule, count in Counter(one.rule for one, _ in left).items())
        many, report = len(shown) + len(left) > MOST_VERDICTS, run.path / REPORT
        shows_all = report if many and report.is_file() else f"lab show {word(run.path)}{' --json' * many}"
        yield f"{counted(len(left), 'more verdict')} ({rules}): {shows_all}"
    if sights:
        yield bold("What to see")
        for sight in sights:
            yield f"{sight['figure']}: {sight['line']}"
            again = f"not drawn; try: lab plot {word(run.path)} {sight['figure']}"
            yield verbatim(f"  {sight['path'] or again}", "dim")
    yield verbatim(f"results: {run.path}")
    if value["answer"]:
        yield bold(f"Answer: {value['answer']}")
    first = [run.path / REPORT, *(sight["path"] for sight in sights), run.folder.plots / "learning_speed.png"]
    if there := next((path for path in first if Path(path).is_file()), None):
        yield verbatim(f"look first at: {there}")


def _parted(found: Sequence[Diagnosis], most: int) -> tuple[list[Diagnosis], list[Diagnosis]]:
    """Those that are told and those that are left, in their order: each rule is told before one is twice."""
    count = Counter[str]()
    turns = list[int]()
    for verdict, _ in found:
        turns.append(count[verdict.rule])
        count[verdict.rule] += 1
    order = sorted(range(len(found)), key=turns.__getitem__)
    return [found[at] for at in sorted(order[:most])], [found[at] for at in sorted(order[most:])]


def _tables(title: str, short: pd.DataFrame, layers: pd.DataFrame, variants: pd.DataFrame) -> Iterator[Block]:
    """A row a variant; and where these are few a row a layer, the output's last."""
    shown = _known(short, "diverged", "failed").drop(columns="ratio_trials")
    of_costs = {"r2": name_of_r2(variants.get("cost", ()), variants.get("cost_of_perfect", ()))}
    yield rows_of(shown, HEADINGS | of_costs, title, SPARE)
    recorded = layers[layers.drop(columns=["variant", "layer"]).notna().any(axis=1)]
    if 0 < len(recorded) <= MOST_ROWS:
        yield rows_of(_known(recorded), OF_LAYERS, "Layer by layer", SPARE)
    if "ratio_start" in shown:
        depths = set(variants["layers"].astype(int))
        last = f"layer {depths.pop() - 1}" if len(depths) == 1 else "the last hidden layer"
        yield dim(f"ratio: ‖∂C/∂b‖ of layer 1 over {last}")
        done = short["trials"] - short["diverged"] - short["failed"]
        counts = zip(short["variant"], short["trials"], done, short["ratio_trials"], strict=True)
        for variant, trials, ended, known in counts:
            if 0 < known < ended:
                of = f"{trials} trials" if ended == trials else f"the {ended} trials that are done"
                yield dim(f"ratio of {variant}: the median of {known} of {of}; the others have none")
    if "saturation_end" in shown:
        yield dim(
            "saturated: share of (hidden neuron, example) with σ′ near 0 beside sup σ′, at the end. It is no "
            "fault by itself: a sigmoid that learns nothing may have none, a ReLU that learns well has much"
        )


def _never_saturated(short: pd.DataFrame, variants: pd.DataFrame) -> Iterator[Block]:
    """Why saturation is missing of variants that came to their end: by their σ, which many may share."""
    ends = variants.reindex(columns=["inf_slope", "sup_slope"]).astype(float)
    endless = ends.isin([-inf, inf]).any(axis=1).to_numpy()
    missing = short["saturation_end"].isna() & (short["diverged"] + short["failed"] < short["trials"])
    if sigmas := dict.fromkeys(variants["activation"][endless & missing.to_numpy()]):
        yield dim(f"saturated of {', '.join(sigmas)}: none can be, since sup |σ′| is infinite")


def _known(table: pd.DataFrame, *counts: str) -> pd.DataFrame:
    """The table without columns in which nothing is known, or which count nothing."""
    missing = [column for column in table if table[column].isna().all()]
    return table.drop(columns=missing + [column for column in counts if not table[column].any()])
