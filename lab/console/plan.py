"""The page of a plan: what an experiment would run."""

from lab.console.screen import Note, Page, table
from lab.runs.preparation import Prepared

WIDEST = 60
"""The most letters of the sizes of a network."""


def page(ready: Prepared) -> Page:
    """What an experiment would run: a row a variant."""
    variants = [
        {
            "variant": variant.label,
            "sizes": _short("-".join(map(str, training.network.sizes))),
            "trials": variant.settings.trials.seeds,
            "batch": training.batch,
            "steps": training.steps,
            "engine": training.engine,
            "readings": len(training.recording.schedule.steps),
        }
        for variant, training in ready.made
    ]
    return Page(
        {"name": ready.plan.name, "notes": ready.notes, "variants": variants},
        [*map(Note, ready.notes), table(variants, ready.plan.experiment.title)],
    )


def _short(sizes: str) -> str:
    """Sizes that a screen has room for: of a very deep network the first and the last."""
    return sizes if len(sizes) <= WIDEST else f"{sizes[: WIDEST // 2]}…{sizes[-WIDEST // 2 :]}"
