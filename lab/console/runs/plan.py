"""The page of a plan: what an experiment would run."""

from lab.console.screen import Note, Page, table
from lab.runs.preparation import Prepared


def page(ready: Prepared) -> Page:
    """What an experiment would run: a row a variant."""
    variants = [
        {
            "variant": variant.label,
            "sizes": "-".join(map(str, training.network.sizes)),
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
