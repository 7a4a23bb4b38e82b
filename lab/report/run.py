"""The report of a run, or of several on one page: what was asked, what came out, and how to look closer."""

from __future__ import annotations

import shlex
from base64 import b64encode
from collections.abc import Sequence
from functools import partial
from html import escape
from itertools import takewhile
from pathlib import PurePath

import pandas as pd

from lab.analysis.comparisons import poor_reference, unsure
from lab.analysis.statistics import LEVEL
from lab.analysis.summary import places, summary
from lab.errors import counted
from lab.prover.intervals.enclosure_text import short_bound
from lab.report.document import document, text
from lab.report.island import Subject, island
from lab.report.tables import table

STYLE = ("style.css",)
SCRIPT = ("draw.js", "views.js", "differences.js", "tables.js", "report.js")

TRIAL_COLUMNS = (
    *("variant", "trial", "seed", "status", "final_cost", "final_accuracy", "final_test_cost"),
    *("final_test_accuracy", "best_test_accuracy"),
)
OVERALL = (
    *("variant", "trials", "diverged", "failed", "final_test_accuracy", "final_accuracy", "r2", "final_cost"),
    *("ratio_start", "ratio_end", "saturation_start", "saturation_end"),
)
BEST = ("final_test_accuracy", "final_accuracy", "r2", "final_cost", "trials")
"""What variants of several runs are ordered by: the first that there is."""
FEW_RUNS, MOST_ACCUSED, MOST_UNFOLDED = 4, 6, 40
"""Of more runs each is folded, and so are the verdicts on more variants, and a table of more differences."""
ENDS = ("variant", "trial", "diverged_at", "origin", "origin_layer", "origin_z")
MEANS = ("mean_a", "mean_b", "difference", "low", "high")
COMPARED = ("metric", "a", "b", "pairs", "never", *MEANS, "p_holm", "d_z")
BOUNDS = ("variant", "activation", "inf_slope", "sup_slope", "bounds", "sizes", "engine")


def report(subjects: Sequence[Subject], *, refresh: int = 0) -> str:
    """The page as HTML, of one run or of several.

    Each run has its question and its answer, its verdicts, and its tables; all of them share the views.
    Several have a table of all their variants, the best first; of more than `FEW_RUNS` each folds what is its
    own. ``refresh`` is that of `lab.report.document.document`, for a run that has not ended.
    """
    names, several = short_names(subjects), len(subjects) > 1
    fold = len(subjects) > FEW_RUNS
    title = f"{len(subjects)} runs" if fold else f"{len(subjects)} runs: {', '.join(names)}"
    shorts = [summary(subject.tables) for subject in subjects]
    heads, rows = [], []
    for at, (subject, name, short) in enumerate(zip(subjects, names, shorts, strict=True)):
        head = _head(subject, name, several)
        own = _against(subject, name, at, several) + _rows(subject, name, several, short)
        heads.append(_folded(f"{name}: {answer(subject)}", head) if fold else head)
        rows.append(_folded(f"Tables of {name}", own) if fold else own)
    top = f"<h1>{escape(title)}</h1>{_overall(subjects, names, shorts)}" if several else ""
    body = f"<main>{top}{''.join(heads)}{text('views.html')}{_pictures(subjects)}{''.join(rows)}</main>"
    script = (*SCRIPT, "live.js") if refresh else SCRIPT
    data = island(subjects, names)
    title = title if several else _question(subjects[0])
    return document(title, body, data, style=STYLE, script=script, refresh=refresh)


def _folded(title: str, content: str, opened: str = "") -> str:
    return f"<details{opened}><summary>{escape(title)}</summary>{content}</details>"


def _overall(subjects: Sequence[Subject], names: Sequence[str], shorts: Sequence[pd.DataFrame]) -> str:
    """The variants of all runs in one table, the best first."""
    parts = []
    for subject, name, short in zip(subjects, names, shorts, strict=True):
        accused = subject.verdicts.diagnoses
        counts = [len(accused.get(str(variant), ())) for variant in short["variant"]]
        parts.append(short.reindex(columns=list(OVERALL)).assign(run=name, verdicts=counts))
    rows = pd.concat([part.dropna(axis=1, how="all") for part in parts], ignore_index=True)
    rows = rows[["run", *(column for column in (*OVERALL, "verdicts") if column in rows)]]
    by = next(column for column in BEST if column in rows)
    rows = rows.sort_values(by, ascending=by == "final_cost", kind="stable")
    return table(rows, f"The variants of all runs, by {by}: medians over the trials", "runs")


def short_names(subjects: Sequence[Subject]) -> list[str]:
    """The name of each experiment; of several runs of one name with the run-id, the folder, or both.

    The folder is that of the results, as students hand them in: ``anna/results/vanishing``.
    """
    stems = [subject.name.partition("/")[0] for subject in subjects]
    names = []
    for subject, stem in zip(subjects, stems, strict=True):
        roots = [PurePath(s.results).parts for s, other in zip(subjects, stems, strict=True) if other == stem]
        shared = [*takewhile(lambda parts: len({*parts}) == 1, zip(*roots, strict=False))]
        folder = PurePath(subject.results).parts[len(shared) :]
        own = stem if len({*roots}) == len(roots) else subject.name
        names.append("/".join([*folder, own]))
    return names


def answer(subject: Subject) -> str:
    """A sentence that answers the question of the run: its own, else what the verdicts say."""
    status, planned = subject.info.get("status"), subject.info.get("trials_planned", 0)
    ended = int((subject.tables["trials"]["status"] != "running").sum())
    if status in ("running", "interrupted") and ended < planned:
        said = "Under way" if status == "running" else "Interrupted"
        return f"{said}: {ended} of {planned} trials have ended."
    if subject.info.get("answer"):
        return str(subject.info["answer"])
    if not subject.verdicts:
        return subject.verdicts.none
    variants = counted(len(subject.tables["variants"]), "variant")
    return f"There are verdicts on {len(subject.verdicts.diagnoses)} of {variants}."


def _question(subject: Subject) -> str:
    return str(subject.info.get("title") or subject.name)


def _head(subject: Subject, name: str, several: bool) -> str:
    level = "h2" if several else "h1"
    found = subject.verdicts
    verdicts = found.html
    if found and (several or len(found.diagnoses) > MOST_ACCUSED):
        verdicts = _folded("Verdicts", verdicts)
    see = "".join(
        f"<li><strong>{escape(figure.replace('_', ' '))}</strong>: {escape(str(line))}</li>"
        for figure, line in subject.info.get("see", {}).items()
    )
    told = (places(subject.info.get("layers", ())), *found.not_judged, *subject.info.get("notes", ()))
    notes = "".join(f"<li>{escape(str(note))}</li>" for note in told if note)
    return (
        f'<header><{level} class="question">{escape(_question(subject))}</{level}>'
        f'<p class="quiet">{escape(name if several else subject.name)}</p>'
        f'<p class="answer">{escape(answer(subject))}</p>{verdicts}'
        + (_folded("What to see", f'<ul class="see">{see}</ul>', " open") if see else "")
        + (f'<ul class="quiet notes">{notes}</ul>' if notes else "")
        + "</header>"
    )


def _rows(subject: Subject, name: str, several: bool, short: pd.DataFrame) -> str:
    tables = subject.tables
    ended = tables["trials"].reindex(columns=TRIAL_COLUMNS).dropna(axis=1, how="all")
    lost = tables["trials"].loc[tables["trials"]["status"] == "diverged"].reindex(columns=ENDS)
    some = short[short["trials"] > 0].dropna(axis=1, how="all")
    parts = [
        table(some, "The variants: medians over the trials", f"{name}-summary"),
        _certified(tables["variants"], f"{name}-slopes"),
        table(
            lost.dropna(axis=1, how="all"),
            "Trials that diverged, and where they lost their first number",
            f"{name}-diverged",
        ),
        _folded("Every trial", table(ended, "The trials", f"{name}-trials")),
        _provenance(subject),
    ]
    title = f"<h2>Tables of {escape(name)}</h2>" if several else "<h2>Tables</h2>"
    return f"<section>{title}{''.join(parts)}</section>"


def _against(subject: Subject, name: str, at: int, several: bool) -> str:
    """A section of the comparisons: a place where the script draws run number ``at``, and their table."""
    rows = subject.tables.get("comparisons", pd.DataFrame())
    if rows.empty:
        return ""
    first = str(rows["a"].iloc[0])
    title = f"Each variant against {first}{f', in {name}' if several else ''}"
    told = table(
        rows[[column for column in COMPARED if column in rows and (column != "never" or rows[column].any())]],
        "Differences of b to a, in pairs of trials with the same seed",
        f"{name}-comparisons",
    )
    if len(rows) > MOST_UNFOLDED:
        told = _folded("The table of differences", told)
    about = (
        "The mean difference over pairs of trials with the same seed, and its 95 % interval. Filled: "
        f"p < {LEVEL:g} after Holm. Open: {unsure(rows)}."
    )
    pairs = list(dict.fromkeys(zip(rows["a"], rows["b"], strict=True)))
    poor = poor_reference(subject.tables["trials"], pairs) if "trials" in subject.tables else ""
    about = f'<p class="quiet">{escape(about)}</p>' + (f"<p>{escape(poor)}</p>" if poor else "")
    return (
        f"<section><h2>{escape(title)}</h2>{about}"
        f'<div class="panels" data-compared="{at}"></div>{told}</section>'
    )


def _certified(variants: pd.DataFrame, name: str) -> str:
    names = {"inf_slope": "inf σ′", "sup_slope": "sup σ′", "bounds": "these are"}
    rows = variants[[column for column in BOUNDS if column in variants]].rename(columns=names)
    shown = {"inf σ′": partial(short_bound, up=False), "sup σ′": partial(short_bound, up=True)}
    return table(rows, "The slope of each hidden σ over all reals", name, shown)


def _pictures(subjects: Sequence[Subject]) -> str:
    """Figures for a reader without scripts; nothing is said of them to one with scripts."""
    images = [
        f'<figure><img alt="{escape(name)}" src="data:image/png;base64,{b64encode(png).decode()}"></figure>'
        for subject in subjects
        for name, png in subject.pictures.items()
    ]
    told = "Without scripts the views stay empty; here are figures."
    return f"<noscript><p>{told}</p>{''.join(images)}</noscript>"


def command(subject: Subject) -> str:
    """The command that repeats the run, of the experiment file that stands in its folder."""
    words = ["lab", "run", f"{subject.info.get('name', subject.name.partition('/')[0])}.toml"]
    for key, value in subject.info.get("overrides", {}).items():
        words += ["-o", f"{key}={value}"]
    return shlex.join([*words, "--allow-code"] if subject.info.get("allow_code") else words)


def _provenance(subject: Subject) -> str:
    info = subject.info
    packages = ", ".join(f"{name} {version}" for name, version in info.get("packages", {}).items())
    data = ", ".join(f"{one['name']} (sha256 {one['sha256']})" for one in info.get("data", ()))
    told = {
        "run": subject.name,
        "status": info.get("status"),
        "started, ended": " – ".join(filter(None, (info.get("started"), info.get("ended")))),
        "root seed": info.get("seed"),
        "data": data,
        "packages": packages,
        "python": info.get("python"),
        "platform": info.get("platform"),
        "processor": info.get("processor"),
        "git commit of the experiment": info.get("git_commit"),
    }
    items = "".join(
        f"<dt>{key}</dt><dd>{escape(str(value))}</dd>"
        for key, value in told.items()
        if value not in (None, "")
    )
    file = f'<pre tabindex="0">{escape(subject.experiment)}</pre>' if subject.experiment else ""
    how = f"<p>With the experiment file below: <code>{escape(command(subject))}</code></p>"
    return _folded("How it was made, and how to repeat it", f"{how}<dl>{items}</dl>{file}")
